// The vectors of the binary encoding: each message of the JSON vectors in both its stored and its
// packed form, what is refused, envelopes, the dictionary. The stored form is held byte for byte;
// the packed one is read alone, because another libzstd may pack otherwise.
#include <map>

#include "golden/vectors.h"
#include "protocol/binary_encoding.h"
#include "protocol/envelope.h"
#include "protocol/json_encoding.h"

using namespace nhip;
using namespace nhip::golden;
using namespace nhip::protocol;
using nlohmann::json;

namespace {

// The message of a JSON vector as bytes in binary, and bytes in binary as text in JSON.
Bytes to_binary(const std::string& kind, const std::string& text) {
  if (kind == "sync_request")
    return encode_binary(*decode_sync_request(crypto::as_bytes(text)), {0, false});
  return encode_binary(*decode_sync_response(crypto::as_bytes(text)), {0, false});
}
std::string to_json(const std::string& kind, const Bytes& bytes) {
  if (kind == "sync_request") {
    const auto message = decode_binary_request(bytes);
    return message.ok() ? text_of(encode_json(*message)) : message.status().message();
  }
  const auto message = decode_binary_response(bytes);
  return message.ok() ? text_of(encode_json(*message)) : message.status().message();
}

std::string text_in_json(const std::string& kind, const std::string& name) {
  for (const json& vector : of_kind(kind)) {
    if (get(vector, "name") == name) return get(vector, "text");
  }
  FAIL("no vector in JSON: " << name);
  return {};
}

}  // namespace

TEST_CASE("golden/binary: every message of the JSON vectors, byte for byte", "[golden]") {
  std::size_t in_json = of_kind("sync_request").size() + of_kind("sync_answer").size();
  CHECK(of_kind("binary").size() == in_json);
  for (const json& vector : of_kind("binary")) {
    const std::string kind = get(vector, "of"), name = get(vector, "name");
    CAPTURE(kind, name);
    const std::string text = text_in_json(kind, name);
    CHECK(crypto::hex(to_binary(kind, text)) == get(vector, "hex"));
    CHECK(to_json(kind, hex_of(vector, "hex")) == text);
    CHECK(to_json(kind, hex_of(vector, "packed_hex")) == text);
  }
}

TEST_CASE("golden/binary: what is no message is refused by its name", "[golden]") {
  for (const json& vector : of_kind("binary_refused")) {
    CAPTURE(get(vector, "name"));
    CHECK(decode_binary_request(hex_of(vector, "hex")).status().name() == get(vector, "error"));
  }
}

TEST_CASE("golden/binary: what is not known and not critical is passed over", "[golden]") {
  for (const json& vector : of_kind("binary_passed_over")) {
    const std::string kind = get(vector, "of");
    CHECK(to_json(kind, hex_of(vector, "hex")) == to_json(kind, hex_of(vector, "plain_hex")));
  }
}

TEST_CASE("golden/binary: envelopes of both directions", "[golden]") {
  for (const json& vector : of_kind("envelope")) {
    const Bytes bytes = hex_of(vector, "hex"), message = hex_of(vector, "message_hex");
    const Bytes signature = hex_of(vector, "signature_hex");
    CHECK(is_envelope(bytes));
    if (get(vector, "name") == "answer") {
      const auto opened = open_answer(bytes);
      REQUIRE(opened);
      CHECK(opened->signature == signature);
      CHECK(Bytes(opened->message.begin(), opened->message.end()) == message);
      CHECK(put_in_envelope(array_of<crypto::Signature>(vector, "signature_hex"), message) ==
            bytes);
      continue;
    }
    const auto opened = open_request(bytes);
    REQUIRE(opened);
    CHECK(opened->proof.replica.text() == get(vector, "replica"));
    CHECK(opened->proof.counter == vector["counter"].get<std::uint64_t>());
    CHECK(opened->proof.signature == signature);
    CHECK(put_in_envelope(opened->proof, message) == bytes);
    for (std::size_t size = 0; size < bytes.size() - message.size(); ++size)
      CHECK_FALSE(open_request(std::span(bytes).first(size)));
  }
}

TEST_CASE("golden/binary: the dictionary is the one that was spoken", "[golden]") {
  for (const json& vector : of_kind("dictionary")) {
    const std::string number = std::to_string(vector["number"].get<int>());
    std::ifstream in(NHIP_SCHEMA_DIR "/protocol/v1.dictionary-" + number, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    CHECK(bytes.size() == vector["bytes"].get<std::size_t>());
    CHECK(crypto::hex(crypto::hash(crypto::as_bytes(bytes))) == get(vector, "hash"));
  }
}
