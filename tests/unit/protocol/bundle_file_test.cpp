// Bundle files come by stick, chat and mail: whatever happens to one on its way is told by its name
// and nothing of it is used.
#include "protocol/bundle_file.h"

#include <catch2/catch.hpp>

#include <limits>

#include "crypto/keys.h"

using namespace nhip;
using namespace nhip::protocol;

namespace {

constexpr std::size_t kVersionAt = 7, kLengthAt = 8, kPayloadAt = 16, kHashBytes = 32;

Bundle sample() {
  Bundle bundle;
  bundle.answer = true;
  bundle.centre_id = "018f0000-0000-7000-8000-000000000001";
  bundle.replica = "0123456789abcdef.1";
  bundle.parts.push_back({"/v1/identity", 200, 41, "c2ln", Bytes{'{', '}'}});
  bundle.parts.push_back(
      {"/v1/sync", 409, std::numeric_limits<std::uint64_t>::max(), "c2lnMg==", Bytes(300, 0xFF)});
  bundle.parts.push_back({"/v1/sync", 200, 43, "", {}});
  return bundle;
}

std::string name_of(std::span<const std::uint8_t> bytes) {
  return decode_bundle(bytes).status().name();
}

void put_length(Bytes& bytes, std::uint64_t length) {
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[kLengthAt + i] = static_cast<std::uint8_t>(length >> (56 - 8 * i));
  }
}

// The hash fits again, as if somebody had written the file so.
void seal(Bytes& bytes) {
  const auto hash =
      crypto::hash(std::span<const std::uint8_t>(bytes).first(bytes.size() - kHashBytes));
  std::copy(hash.begin(), hash.end(), bytes.end() - kHashBytes);
}

}  // namespace

TEST_CASE("protocol/bundle: a bundle comes back as it was", "[protocol]") {
  Bundle bundle = sample();
  auto back = decode_bundle(encode_bundle(bundle));
  REQUIRE(back.ok());
  CHECK(*back == bundle);
  bundle.answer = false;
  bundle.parts.clear();
  back = decode_bundle(encode_bundle(bundle));
  REQUIRE(back.ok());
  CHECK(*back == bundle);
}

TEST_CASE("protocol/bundle: cut at any length it is told to be cut", "[protocol]") {
  const Bytes whole = encode_bundle(sample());
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    REQUIRE(name_of(std::span(whole).first(size)) == "bundle_cut");
  }
  CHECK(name_of({}) == "not_a_bundle");
}

TEST_CASE("protocol/bundle: one flipped bit anywhere is noticed", "[protocol]") {
  const Bytes whole = encode_bundle(sample());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      CAPTURE(at, bit);
      Bytes bytes = whole;
      bytes[at] ^= static_cast<std::uint8_t>(1u << bit);
      const std::string name = name_of(bytes);
      if (at < kVersionAt) {
        REQUIRE(name == "not_a_bundle");
      } else if (at == kVersionAt) {
        // 1 with its lowest bit flipped is 0, which nobody ever wrote.
        REQUIRE(name == (bit == 0 ? "bundle_damaged" : "newer_bundle"));
      } else if (at < kPayloadAt) {
        // A larger length looks like a missing end; either way nothing is used.
        REQUIRE((name == "bundle_cut" || name == "bundle_damaged"));
      } else {
        REQUIRE(name == "bundle_damaged");
      }
    }
  }
}

TEST_CASE("protocol/bundle: bytes behind its end are damage", "[protocol]") {
  Bytes bytes = encode_bundle(sample());
  bytes.push_back(0);
  CHECK(name_of(bytes) == "bundle_damaged");
}

TEST_CASE("protocol/bundle: a newer program's bundle is told apart, whatever follows",
          "[protocol]") {
  Bytes bytes = encode_bundle(sample());
  bytes[kVersionAt] = 2;
  const Status status = decode_bundle(bytes).status();
  CHECK(status.code() == Code::kVersion);
  CHECK(status.name() == "newer_bundle");
  CHECK(name_of(std::span(bytes).first(kPayloadAt)) == "newer_bundle");
}

TEST_CASE("protocol/bundle: a foreign file is no bundle", "[protocol]") {
  for (const char* text :
       {"SQLite format 3", "{}", "nhipbuN", "NHIPBUN", "x", "\xEF\xBB\xBFnhipbun"}) {
    CAPTURE(text);
    CHECK(name_of(crypto::as_bytes(text)) == "not_a_bundle");
  }
}

TEST_CASE("protocol/bundle: a length near 2^64 does not wrap round", "[protocol]") {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  const Bytes whole = encode_bundle(sample());
  const std::uint64_t true_length = whole.size() - kPayloadAt - kHashBytes;
  // Added to the hash's 32 bytes the first ones wrap to less than what is there.
  for (const std::uint64_t length : {kMax, kMax - 1, kMax - 31, kMax - 32, kMax - 33, kMax / 2}) {
    CAPTURE(length);
    Bytes bytes = whole;
    put_length(bytes, length);
    seal(bytes);
    CHECK(name_of(bytes) == "bundle_cut");
  }
  Bytes bytes = whole;
  put_length(bytes, true_length - 1);
  seal(bytes);
  CHECK(name_of(bytes) == "bundle_damaged");
}

TEST_CASE("protocol/bundle: a payload that contradicts itself is damage even with a good hash",
          "[protocol]") {
  const Bytes whole = encode_bundle(sample());
  const auto spoilt = [&](std::size_t at, std::uint8_t byte) {
    Bytes bytes = whole;
    bytes[at] = byte;
    seal(bytes);
    return name_of(bytes);
  };
  CHECK(spoilt(kPayloadAt + 1, 'A') == "bundle_damaged");  // "Answer" is no kind
  CHECK(spoilt(kPayloadAt, 0x7F) == "bundle_damaged");     // a text of 127 bytes shifts all else
  const std::size_t count_at = kPayloadAt + 1 + 6 + 1 + 36 + 1 + 18;
  REQUIRE(whole[count_at] == 3);
  CHECK(spoilt(count_at, 2) == "bundle_damaged");
  CHECK(spoilt(count_at, 4) == "bundle_damaged");
}
