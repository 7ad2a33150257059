// Digests: elements and sums.
#include "crypto/digest.h"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace nhip;
using namespace nhip::crypto;

namespace {

const Id kId = *Id::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

DigestKey counting_key() {
  DigestKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

}  // namespace

TEST_CASE("crypto/digest: an element is keyed BLAKE2b-128 over the fixed layout", "[crypto]") {
  // hashlib.blake2b(struct.pack(">H16sQB", 16, id, 258, 0), digest_size=16, key=bytes(range(32)))
  CHECK(element(counting_key(), 16, kId, 258, false).hex() == "5880d9f1d89a89d2327663bf04f5afcb");
  CHECK(element(counting_key(), 16, kId, 258, true).hex() == "f4dda51acb54013dbb9cee7c4796a123");
}

TEST_CASE("crypto/digest: everything in an element matters", "[crypto]") {
  const DigestKey key = counting_key();
  const Digest one = element(key, 16, kId, 1, false);
  CHECK_FALSE(element(key, 17, kId, 1, false) == one);
  CHECK_FALSE(element(key, 16, Id{}, 1, false) == one);
  CHECK_FALSE(element(key, 16, kId, 2, false) == one);
  CHECK_FALSE(element(key, 16, kId, 1, true) == one);
  CHECK_FALSE(element(DigestKey{}, 16, kId, 1, false) == one);
}

TEST_CASE("crypto/digest: sums carry between their halves, both ways", "[crypto]") {
  Digest sum{1, ~std::uint64_t{0}};
  sum += Digest{0, 1};
  CHECK(sum == Digest{2, 0});
  sum -= Digest{0, 1};
  CHECK(sum == Digest{1, ~std::uint64_t{0}});
  Digest largest{~std::uint64_t{0}, ~std::uint64_t{0}};
  largest += Digest{0, 1};
  CHECK(largest == Digest{});
}

TEST_CASE("crypto/digest: order does not matter and removing undoes adding", "[crypto]") {
  const unsigned seed = 11;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  std::vector<Digest> elements;
  for (std::uint64_t i = 0; i < 100; ++i) elements.push_back({random(), random()});
  Digest forward, backward;
  for (const auto& element : elements) forward += element;
  for (auto it = elements.rbegin(); it != elements.rend(); ++it) backward += *it;
  CHECK(forward == backward);
  for (const auto& element : elements) forward -= element;
  CHECK(forward == Digest{});
}

TEST_CASE("crypto/digest: its text is read back, and nothing else", "[crypto]") {
  const Digest digest{0x0123456789ABCDEFULL, 0xFEDCBA9876543210ULL};
  CHECK(digest.hex() == "0123456789abcdeffedcba9876543210");
  Digest read;
  REQUIRE(Digest::from_hex(digest.hex(), read));
  CHECK(read == digest);
  for (const char* bad :
       {"", "01", "0123456789abcdeffedcba987654321", "0123456789abcdeffedcba98765432100",
        "0123456789abcdeffedcba987654321g"}) {
    CHECK_FALSE(Digest::from_hex(bad, read));
  }
}
