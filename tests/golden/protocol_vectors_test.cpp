// schema/protocol/v1.vectors.json against this implementation, byte for byte. The expected values
// come from another one (Python's hashlib, uuid and json, OpenSSL's Ed25519), so agreement means
// something. A vector is never changed: what stands in it has been spoken.
#include <map>
#include <set>

#include "core/sha1.h"
#include "crypto/digest.h"
#include "crypto/enrolment_code.h"
#include "golden/vectors.h"
#include "protocol/json_encoding.h"
#include "protocol/signing.h"

using namespace nhip;
using namespace nhip::golden;
using namespace nhip::protocol;
using nlohmann::json;

namespace {

// What decoding and encoding again gives, or the name of the refusal.
struct Again {
  std::string refusal;
  std::string text;
};
template <typename Message>
Again again_of(Result<Message> message) {
  if (!message.ok()) return {message.status().name(), ""};
  return {"", text_of(encode_json(*message))};
}
Again read_and_write(const std::string& kind, const std::string& text) {
  const auto bytes = crypto::as_bytes(text);
  if (kind == "sync_request") return again_of(decode_sync_request(bytes));
  if (kind == "sync_answer") return again_of(decode_sync_response(bytes));
  if (kind == "error") return again_of(decode_error(bytes));
  if (kind == "hello") return again_of(decode_hello(bytes));
  if (kind == "enrol_request") return again_of(decode_enrol_request(bytes));
  if (kind == "enrol_answer") return again_of(decode_enrol_answer(bytes));
  if (kind == "identity_request") return again_of(decode_identity_request(bytes));
  if (kind == "identity_answer") return again_of(decode_identity_answer(bytes));
  return {"no such kind of message", ""};
}

const std::set<std::string> kMessages = {
    "sync_request", "sync_answer",      "error",          "hello", "enrol_request",
    "enrol_answer", "identity_request", "identity_answer"};

}  // namespace

TEST_CASE("golden/protocol: every kind of vector is looked at by a test", "[golden]") {
  std::set<std::string> kinds = kMessages;
  kinds.insert({"other_form", "refused", "request_signature", "answer_signature", "hello_proof",
                "enrol_proof", "enrolment_code", "digest_element", "digest_sum", "sha1", "uuid_v5",
                "uuid_v7"});
  // recovery_vectors_test.cpp
  kinds.insert({"certificate", "identity_proof", "token_chain", "record_print", "value_digest",
                "bucket_sums", "bucket_prints", "bundle", "bundle_refused"});
  // binary_vectors_test.cpp
  kinds.insert({"binary", "binary_refused", "binary_passed_over", "envelope", "dictionary"});
  std::set<std::string> found;
  for (const json& vector : vectors()) found.insert(get(vector, "kind"));
  CHECK(found == kinds);
}

TEST_CASE("golden/protocol: a message is read and written again to the same bytes", "[golden]") {
  for (const std::string& kind : kMessages) {
    for (const json& vector : of_kind(kind)) {
      CAPTURE(kind, get(vector, "name"));
      const std::string text = get(vector, "text");
      CHECK(json::parse(text, nullptr, false) == vector["message"]);
      const Again again = read_and_write(kind, text);
      CHECK(again.refusal == "");
      CHECK(again.text == text);
    }
  }
}

TEST_CASE("golden/protocol: another form of a message means the same", "[golden]") {
  for (const json& vector : of_kind("other_form")) {
    CAPTURE(get(vector, "name"));
    CHECK(read_and_write(get(vector, "of"), get(vector, "text")).text == get(vector, "canonical"));
  }
}

TEST_CASE("golden/protocol: what is no message is refused by its name", "[golden]") {
  for (const json& vector : of_kind("refused")) {
    CAPTURE(get(vector, "name"));
    CHECK(read_and_write(get(vector, "of"), get(vector, "text")).refusal == get(vector, "error"));
  }
}

TEST_CASE("golden/protocol: the values of a group are what the vector says", "[golden]") {
  for (const json& vector : of_kind("sync_request")) {
    if (get(vector, "name") != "a group: every kind of value, elements, a removal") continue;
    const auto message = decode_sync_request(crypto::as_bytes(get(vector, "text")));
    REQUIRE(message.ok());
    std::map<core::CellKey, Value> cells;
    for (const auto& change : message->push.at(0).operations.at(0).changes)
      cells[change.cell] = change.value;
    CHECK(cells.at({4, ""}).is_null());
    CHECK(cells.at({5, ""}) == Value(std::numeric_limits<std::int64_t>::min()));
    CHECK(cells.at({6, ""}) == Value(std::numeric_limits<std::int64_t>::max()));
    CHECK(cells.at({7, ""}) == Value(0.1));
    CHECK(cells.at({8, ""}) == Value(-0.0));
    CHECK(cells.at({9, ""}) == Value(Bytes{0, 255}));
    CHECK(cells.at({10, ""}) == Value(""));
    CHECK(cells.at({13, ""}) == Value("\xFF\xFE"));
    CHECK(cells.at({20, "CB-01-008\x1FOFFICIAL"}).is_null());
    CHECK(cells.at({21, "\x80"}) == Value("x"));
    return;
  }
  FAIL("the vector is not there");
}

TEST_CASE("golden/protocol: signed requests", "[golden]") {
  for (const json& vector : of_kind("request_signature")) {
    CAPTURE(get(vector, "name"));
    const auto author = Author::parse(get(vector, "author"));
    REQUIRE(author);
    const auto counter = vector["counter"].get<std::uint64_t>();
    const std::string body = get(vector, "body");
    const Bytes text =
        request_text(get(vector, "method"), get(vector, "path"), get(vector, "centre_id"), *author,
                     counter, crypto::as_bytes(body));
    CHECK(crypto::hex(text) == get(vector, "signed_hex"));
    const auto key =
        crypto::KeyPair::from_seed(array_of<std::array<std::uint8_t, 32>>(vector, "seed_hex"));
    CHECK(key.public_key() == array_of<crypto::PublicKey>(vector, "public_key_hex"));
    const crypto::Signature signature = key.sign(text);
    const std::string header = get(vector, "header");
    CHECK(authorization_header({*author, counter, Bytes(signature.begin(), signature.end())}) ==
          header);
    const auto proof = parse_authorization(header);
    REQUIRE(proof);
    CHECK(proof->replica == *author);
    CHECK(proof->counter == counter);
    CHECK(crypto::verify(key.public_key(), text, proof->signature));
  }
}

TEST_CASE("golden/protocol: signed answers", "[golden]") {
  for (const json& vector : of_kind("answer_signature")) {
    CAPTURE(get(vector, "name"));
    const auto author = Author::parse(get(vector, "author"));
    REQUIRE(author);
    const std::string body = get(vector, "body");
    const Bytes text = answer_text(vector["status"].get<int>(), *author,
                                   vector["counter"].get<std::uint64_t>(), crypto::as_bytes(body));
    CHECK(crypto::hex(text) == get(vector, "signed_hex"));
    const auto key =
        crypto::KeyPair::from_seed(array_of<std::array<std::uint8_t, 32>>(vector, "seed_hex"));
    CHECK(crypto::base64(key.sign(text)) == get(vector, "header"));
  }
}

TEST_CASE("golden/protocol: proofs of greeting and enrolment", "[golden]") {
  for (const char* kind : {"hello_proof", "enrol_proof"}) {
    for (const json& vector : of_kind(kind)) {
      const auto proof = crypto::from_base64(get(vector, "proof"));
      REQUIRE(proof);
      const Bytes text = hex_of(vector, "signed_hex");
      CHECK(crypto::verify(array_of<crypto::PublicKey>(vector, "public_key_hex"), text, *proof));
    }
  }
  const json enrol = of_kind("enrol_proof").front();
  CHECK(text_of(hex_of(enrol, "signed_hex")) == "nhip enrol v1" + get(enrol, "code"));
}

TEST_CASE("golden/protocol: enrolment codes", "[golden]") {
  for (const json& vector : of_kind("enrolment_code")) {
    const auto server = array_of<crypto::PublicKey>(vector, "public_key_hex");
    const auto secret = array_of<std::array<std::uint8_t, 7>>(vector, "secret_hex");
    CHECK(crypto::make_enrolment_code(secret, server) == get(vector, "printed"));
    for (const json& typed : vector["typed"]) {
      CAPTURE(typed);
      CHECK(crypto::normalise_enrolment_code(typed.get<std::string>()) ==
            get(vector, "normalised"));
    }
    for (const json& typed : vector["refused"]) {
      CAPTURE(typed);
      CHECK_FALSE(crypto::normalise_enrolment_code(typed.get<std::string>()));
    }
    CHECK(crypto::code_names_server(get(vector, "normalised"), server));
  }
}

TEST_CASE("golden/protocol: digests", "[golden]") {
  for (const json& vector : of_kind("digest_element")) {
    CAPTURE(get(vector, "name"));
    const auto id = Id::parse(get(vector, "id"));
    REQUIRE(id);
    CHECK(crypto::element(array_of<crypto::DigestKey>(vector, "key_hex"),
                          vector["type"].get<std::uint16_t>(), *id,
                          vector["seq"].get<std::uint64_t>(), vector["deleted"].get<bool>())
              .hex() == get(vector, "digest"));
  }
  for (const json& vector : of_kind("digest_sum")) {
    CAPTURE(get(vector, "name"));
    crypto::Digest sum;
    for (const json& item : vector["elements"]) {
      crypto::Digest element;
      REQUIRE(crypto::Digest::from_hex(item.get<std::string>(), element));
      sum += element;
    }
    CHECK(sum.hex() == get(vector, "digest"));
  }
}

TEST_CASE("golden/protocol: names and instants become the ids everybody else gets", "[golden]") {
  for (const json& vector : of_kind("sha1")) {
    const std::string text = get(vector, "text");
    CHECK(crypto::hex(core::sha1(crypto::as_bytes(text))) == get(vector, "digest"));
  }
  for (const json& vector : of_kind("uuid_v5")) {
    const auto space = Id::parse(get(vector, "namespace"));
    REQUIRE(space);
    CHECK(make_uuid_v5(*space, get(vector, "text")).text() == get(vector, "id"));
  }
  for (const json& vector : of_kind("uuid_v7")) {
    const auto random = array_of<std::array<std::uint8_t, 10>>(vector, "random_hex");
    CHECK(make_uuid_v7(vector["unix_ms"].get<std::int64_t>(), random).text() == get(vector, "id"));
  }
}
