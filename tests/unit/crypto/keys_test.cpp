// Keys, signatures, boxes, hashes and text forms of bytes.
#include "crypto/keys.h"

#include <catch2/catch.hpp>

#include <cstring>

using namespace nhip;
using namespace nhip::crypto;

namespace {

KeyPair key_of(std::uint8_t filler) {
  std::array<std::uint8_t, 32> seed{};
  seed.fill(filler);
  return KeyPair::from_seed(seed);
}

template <typename Array>
Array array_of(std::string_view text) {
  Array out{};
  const auto bytes = from_hex(text);
  REQUIRE(bytes);
  REQUIRE(bytes->size() == out.size());
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

}  // namespace

TEST_CASE("crypto/keys: the first two vectors of RFC 8032 §7.1", "[crypto]") {
  const auto first = KeyPair::from_seed(array_of<std::array<std::uint8_t, 32>>(
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  CHECK(hex(first.public_key()) ==
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  CHECK(hex(first.sign({})) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        "f9b46b"
        "d25bf5f0595bbe24655141438e7a100b");
  const auto second = KeyPair::from_seed(array_of<std::array<std::uint8_t, 32>>(
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const std::uint8_t message[] = {0x72};
  CHECK(hex(second.sign(message)) ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
        "f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00");
}

TEST_CASE("crypto/keys: a signature holds for its key, message and length alone", "[crypto]") {
  const KeyPair key = key_of(1);
  const auto message = as_bytes("nhip");
  const Signature signature = key.sign(message);
  CHECK(verify(key.public_key(), message, signature));
  CHECK_FALSE(verify(key_of(2).public_key(), message, signature));
  CHECK_FALSE(verify(key.public_key(), as_bytes("nhiP"), signature));
  CHECK_FALSE(verify(key.public_key(), message, std::span(signature).first(63)));
  CHECK_FALSE(verify(key.public_key(), message, {}));
  Signature damaged = signature;
  damaged[10] ^= 1;
  CHECK_FALSE(verify(key.public_key(), message, damaged));
}

TEST_CASE("crypto/keys: a key pair lives on in its seed", "[crypto]") {
  const KeyPair key = KeyPair::generate();
  const auto seed = key.seed();
  CHECK(KeyPair::from_seed(seed).public_key() == key.public_key());
  CHECK(KeyPair::generate().public_key() != key.public_key());
}

TEST_CASE("crypto/keys: a sealed box opens for its owner alone", "[crypto]") {
  const KeyPair owner = key_of(3);
  Bytes box = seal_to(owner.public_key(), as_bytes("code"));
  REQUIRE(box.size() == 4 + 48);
  const auto opened = owner.open_sealed(box);
  REQUIRE(opened);
  CHECK(std::string(opened->begin(), opened->end()) == "code");
  CHECK_FALSE(key_of(4).open_sealed(box));
  CHECK_FALSE(owner.open_sealed(std::span(box).first(20)));
  CHECK_FALSE(owner.open_sealed({}));
  box.back() ^= 1;
  CHECK_FALSE(owner.open_sealed(box));
}

TEST_CASE("crypto/keys: an empty message can be sealed", "[crypto]") {
  const KeyPair owner = key_of(3);
  const auto opened = owner.open_sealed(seal_to(owner.public_key(), {}));
  REQUIRE(opened);
  CHECK(opened->empty());
}

TEST_CASE("crypto/keys: nothing is sealed to what is no key", "[crypto]") {
  CHECK(seal_to(PublicKey{}, as_bytes("x")).empty());
}

TEST_CASE("crypto/hash: BLAKE2b-256 as Python's hashlib gives it", "[crypto]") {
  CHECK(hex(hash({})) == "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  CHECK(hex(hash(as_bytes("abc"))) ==
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("crypto/hash: the key matters, of any length", "[crypto]") {
  const auto message = as_bytes("abc");
  CHECK(keyed_hash(as_bytes("k"), message) != hash(message));
  CHECK(keyed_hash(as_bytes("k"), message) != keyed_hash(as_bytes("l"), message));
  const std::string longer(65, 'k');
  CHECK(keyed_hash(as_bytes(longer), message) == keyed_hash(hash(as_bytes(longer)), message));
}

TEST_CASE("crypto/text: hex and base64 come back", "[crypto]") {
  Bytes bytes;
  for (int i = 0; i < 256; ++i) {
    CHECK(from_hex(hex(bytes)) == bytes);
    CHECK(from_base64(base64(bytes)) == bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 7));
  }
  CHECK(hex(Bytes{0xAB, 0x01}) == "ab01");
  CHECK(from_hex("AB01") == Bytes{0xAB, 0x01});
  CHECK(base64(as_bytes("Man")) == "TWFu");
  CHECK(base64(as_bytes("M")) == "TQ==");
}

TEST_CASE("crypto/text: what is not exactly hex is refused", "[crypto]") {
  for (const char* bad : {"a", "abc", "zz", "ab ", "ab:cd", " ab", "0x12"})
    CHECK_FALSE(from_hex(bad));
}

TEST_CASE("crypto/text: base64 has one text per byte string", "[crypto]") {
  for (const char* bad :
       {"TQ", "TQ=", "TR==", "TQ==\n", "T Q==", "TQ==TQ==", "====", "TWF_", "TWFuT"}) {
    CAPTURE(bad);
    CHECK_FALSE(from_base64(bad));
  }
}
