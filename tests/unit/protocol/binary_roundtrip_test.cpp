// The binary encoding says the same as the JSON one, and no damaged message does harm.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>

#include "protocol/binary_encoding.h"
#include "protocol/json_encoding.h"
#include "protocol/token.h"
#include "random_messages.h"

using namespace nhip;
using namespace nhip::protocol;

namespace {

// NHIP_SEED replays a run.
unsigned seed_or(unsigned otherwise) {
  const char* given = std::getenv("NHIP_SEED");
  return given == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
}

const Packing kPackings[] = {{0, false}, {0, true}, {kDictionaryNewest, true}};

Result<SyncRequest> decode(const SyncRequest&, std::span<const std::uint8_t> bytes) {
  return decode_binary_request(bytes);
}
Result<SyncResponse> decode(const SyncResponse&, std::span<const std::uint8_t> bytes) {
  return decode_binary_response(bytes);
}
Result<SyncRequest> decode_text(const SyncRequest&, const Bytes& bytes) {
  return decode_sync_request(bytes);
}
Result<SyncResponse> decode_text(const SyncResponse&, const Bytes& bytes) {
  return decode_sync_response(bytes);
}

template <typename Message>
void check_both_encodings(const Message& message) {
  const auto from_json = decode_text(message, encode_json(message));
  REQUIRE(from_json.ok());
  REQUIRE(*from_json == message);
  for (const Packing& packing : kPackings) {
    CAPTURE(packing.dictionary, packing.compress);
    const Bytes bytes = encode_binary(message, packing);
    const auto back = decode(message, bytes);
    INFO(back.status().message());
    REQUIRE(back.ok());
    REQUIRE(*back == message);
    REQUIRE(encode_binary(*back, packing) == bytes);
    REQUIRE(encode_json(*back) == encode_json(message));
  }
}

// Flips, cuts, repeats and swaps bytes; whatever is still accepted must be a message like any
// other, in either encoding.
template <typename Message>
void check_mutations(RandomMessages& random, const Message& message, const Packing& packing) {
  const Bytes good = encode_binary(message, packing);
  for (int round = 0; round < 60; ++round) {
    Bytes bytes = good;
    for (std::uint64_t i = 1 + random.below(3); i > 0 && !bytes.empty(); --i) {
      const auto at = static_cast<std::ptrdiff_t>(random.below(bytes.size()));
      const std::uint64_t kind = random.below(5);
      if (kind == 0)
        bytes[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1u << random.below(8));
      if (kind == 1) bytes.resize(static_cast<std::size_t>(at));
      if (kind == 2) bytes.insert(bytes.begin() + at, 0xFF);
      if (kind == 3) bytes.erase(bytes.begin() + at);
      if (kind == 4) bytes[static_cast<std::size_t>(at)] = 0xFF;
    }
    const auto read = decode(message, bytes);
    if (read.ok()) {
      const auto again = decode(message, encode_binary(*read, packing));
      REQUIRE(again.ok());
      REQUIRE(*again == *read);
    } else {
      const Code code = read.status().code();
      REQUIRE((code == Code::kMalformed || code == Code::kVersion || code == Code::kLimit));
      REQUIRE_FALSE(read.status().name().empty());
    }
  }
}

}  // namespace

TEST_CASE("protocol/binary: a message means the same in both encodings", "[protocol]") {
  const unsigned seed = seed_or(1);
  CAPTURE(seed);
  RandomMessages random(seed);
  for (int i = 0; i < 150; ++i) {
    CAPTURE(i);
    check_both_encodings(random.sync_request());
    check_both_encodings(random.sync_response());
  }
}

TEST_CASE("protocol/binary: a damaged message is refused by name or means what it says",
          "[protocol]") {
  const unsigned seed = seed_or(2);
  CAPTURE(seed);
  RandomMessages random(seed);
  for (int i = 0; i < 60; ++i) {
    CAPTURE(i);
    const Packing& packing = kPackings[random.below(3)];
    check_mutations(random, random.sync_request(), packing);
    check_mutations(random, random.sync_response(), packing);
  }
}

TEST_CASE("protocol/binary: a message that was cut anywhere is refused", "[protocol]") {
  RandomMessages random(3);
  SyncRequest message = random.sync_request();
  while (message.push.empty() || message.offers.empty()) message = random.sync_request();
  for (const Packing& packing : kPackings) {
    const Bytes whole = encode_binary(message, packing);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto cut = decode_binary_request(std::span(whole).first(size));
      REQUIRE_FALSE(cut.ok());
      REQUIRE(cut.status().name() == "bad_message");
    }
  }
}

TEST_CASE("protocol/binary: the token behind the groups is added up and not sent", "[protocol]") {
  RandomMessages random(4);
  SyncRequest message = random.sync_request();
  while (message.push.empty()) message = random.sync_request();
  message.token = "000102030405060708090a0b";
  const Bytes other = encode_binary(message, {0, false});
  message.token_next = message.token;
  for (const core::Group& group : message.push)
    message.token_next = next_token(message.token_next, group);
  const Bytes following = encode_binary(message, {0, false});
  CHECK(decode_binary_request(following)->token_next == message.token_next);
  CHECK(following.size() < other.size());
}

TEST_CASE("protocol/binary: a dictionary that is not known is refused by name", "[protocol]") {
  const SyncRequest message = RandomMessages(5).sync_request();
  Bytes bytes = encode_binary(message, {kDictionaryNewest, true});
  REQUIRE(bytes[3] == 2);
  REQUIRE(bytes[4] == kDictionaryNewest);
  bytes[4] = 99;
  const auto read = decode_binary_request(bytes);
  CHECK(read.status().name() == "unknown_dictionary");
  CHECK(read.status().code() == Code::kVersion);
}

TEST_CASE("protocol/binary: a frame that is not known is passed over unless it is critical",
          "[protocol]") {
  SyncRequest message;
  message.client = "x";
  const Bytes plain = encode_binary(message, {0, false});
  for (const bool critical : {false, true}) {
    Bytes longer = plain;
    const Bytes frame = {static_cast<std::uint8_t>(60 * 2 + (critical ? 1 : 0)), 2, 0, 7, 7};
    longer.insert(longer.end(), frame.begin(), frame.end());
    const auto read = decode_binary_request(longer);
    CHECK(read.ok() == !critical);
    if (critical) CHECK(read.status().name() == "critical_unknown");
    if (!critical) CHECK(*read == message);
  }
}

TEST_CASE("protocol/binary: another version of the encoding is refused before it is read",
          "[protocol]") {
  Bytes bytes = encode_binary(SyncRequest(), {0, false});
  bytes[1] = 2;
  CHECK(decode_binary_request(bytes).status().name() == "unknown_protocol");
}

TEST_CASE("protocol/binary: a few bytes cannot claim many things", "[protocol]") {
  // Head, then a push frame of so many groups, operations or cells as a number can say.
  for (const std::uint64_t claimed : {std::uint64_t{70'000}, std::uint64_t{1} << 40}) {
    core::Writer push;
    push.varint(claimed);
    push.varint(1'000);
    core::Writer frames;
    frames.raw(std::vector<std::uint8_t>{5 * 2 + 1});
    frames.varint(push.bytes().size());
    frames.varint(0);
    frames.raw(push.bytes());
    core::Writer out;
    out.raw(std::vector<std::uint8_t>{'N', 1, 1, 0, 0, 0});
    out.raw(frames.bytes());
    CHECK(decode_binary_request(out.bytes()).status().name() == "bad_message");
  }
  // 16 MB of zeros are a few hundred bytes.
  const Bytes zeros(16u << 20);
  const Bytes packed = compress(zeros, 0);
  REQUIRE_FALSE(packed.empty());
  CHECK(decompress(packed, 0).status().name() == "message_too_large");
}
