// Every message that can be made comes back as it was; no damaged one does harm.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>

#include "protocol/json_encoding.h"
#include "random_messages.h"

using namespace nhip;
using namespace nhip::protocol;

namespace {

// NHIP_SEED replays a run.
unsigned seed_or(unsigned otherwise) {
  const char* given = std::getenv("NHIP_SEED");
  return given == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(given, nullptr, 10));
}

template <typename Message, typename Decode>
void check_round_trip(const Message& message, Decode decode) {
  const Bytes bytes = encode_json(message);
  INFO(std::string(bytes.begin(), bytes.end()));
  const auto back = decode(bytes);
  INFO(back.status().message());
  REQUIRE(back.ok());
  REQUIRE(*back == message);
  REQUIRE(encode_json(*back) == bytes);
}

// Flips, cuts, doubles and swaps bytes; whatever is still accepted must be a message like any
// other.
template <typename Message, typename Decode>
void check_mutations(RandomMessages& random, const Message& message, Decode decode) {
  const Bytes good = encode_json(message);
  for (int round = 0; round < 60; ++round) {
    Bytes bytes = good;
    for (std::uint64_t i = 1 + random.below(3); i > 0; --i) {
      const auto at = static_cast<std::ptrdiff_t>(random.below(bytes.size()));
      const std::uint64_t kind = random.below(4);
      if (kind == 0)
        bytes[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1u << random.below(8));
      if (kind == 1) bytes.resize(static_cast<std::size_t>(at) + 1);
      if (kind == 2) bytes.insert(bytes.begin() + at, "{}[]\",:0-e"[random.below(10)]);
      if (kind == 3) bytes.erase(bytes.begin() + at);
      if (bytes.empty()) bytes.push_back('{');
    }
    const auto read = decode(bytes);
    if (read.ok()) {
      const auto again = decode(encode_json(*read));
      REQUIRE(again.ok());
      REQUIRE(*again == *read);
    } else {
      const Code code = read.status().code();
      REQUIRE((code == Code::kMalformed || code == Code::kVersion || code == Code::kLimit));
    }
  }
}

}  // namespace

TEST_CASE("protocol/json: random messages come back exactly, in one form", "[protocol]") {
  const unsigned seed = seed_or(20240601);
  CAPTURE(seed);
  RandomMessages random(seed);
  for (int round = 0; round < 300; ++round) {
    check_round_trip(random.sync_request(), decode_sync_request);
    check_round_trip(random.sync_response(), decode_sync_response);
    check_round_trip(random.error(), decode_error);
    check_round_trip(random.hello(), decode_hello);
    check_round_trip(random.enrol_request(), decode_enrol_request);
    check_round_trip(random.enrol_answer(), decode_enrol_answer);
    check_round_trip(random.identity_request(), decode_identity_request);
    check_round_trip(random.identity_answer(), decode_identity_answer);
    check_round_trip(random.certificate(), decode_certificate);
  }
}

TEST_CASE("protocol/json: messages with no content come back", "[protocol]") {
  check_round_trip(SyncRequest{}, decode_sync_request);
  check_round_trip(SyncResponse{}, decode_sync_response);
  check_round_trip(ErrorAnswer{}, decode_error);
}

TEST_CASE("protocol/json: damaged messages are refused or are other messages, never a crash",
          "[protocol]") {
  const unsigned seed = seed_or(19450902);
  CAPTURE(seed);
  RandomMessages random(seed);
  for (int round = 0; round < 40; ++round) {
    check_mutations(random, random.sync_request(), decode_sync_request);
    check_mutations(random, random.sync_response(), decode_sync_response);
    check_mutations(random, random.error(), decode_error);
    check_mutations(random, random.hello(), decode_hello);
    check_mutations(random, random.enrol_request(), decode_enrol_request);
    check_mutations(random, random.enrol_answer(), decode_enrol_answer);
    check_mutations(random, random.identity_request(), decode_identity_request);
    check_mutations(random, random.identity_answer(), decode_identity_answer);
  }
}

TEST_CASE("protocol/json: random bytes are refused", "[protocol]") {
  const unsigned seed = seed_or(3);
  CAPTURE(seed);
  RandomMessages random(seed);
  for (int round = 0; round < 500; ++round) {
    const Bytes bytes = random.bytes(random.below(200));
    REQUIRE_FALSE(decode_sync_request(bytes).ok());
    REQUIRE_FALSE(decode_sync_response(bytes).ok());
    REQUIRE_FALSE(decode_identity_request(bytes).ok());
    REQUIRE_FALSE(decode_certificate(bytes).ok());
  }
}
