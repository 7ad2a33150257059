// Identities: text forms, UUIDv7, UUIDv5 and the SHA-1 beneath it.
#include "nhip/id.h"

#include <catch2/catch.hpp>

#include "core/sha1.h"

using nhip::Author;
using nhip::Id;

namespace {

std::string sha1_hex(std::string_view text) {
  const auto digest =
      nhip::core::sha1({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  std::string out;
  for (const auto byte : digest) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

const char kDnsNamespace[] = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

}  // namespace

TEST_CASE("core/sha1: the four vectors of RFC 3174 §7.3", "[core]") {
  CHECK(sha1_hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(sha1_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  CHECK(sha1_hex(std::string(1'000'000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  std::string last;
  for (int i = 0; i < 80; ++i) last += "01234567";
  CHECK(sha1_hex(last) == "dea356a2cddd90c7a7ecedc5ebb563934f460452");
}

TEST_CASE("core/sha1: padding holds at every length around a block", "[core]") {
  // Values of Python's hashlib.
  CHECK(sha1_hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(sha1_hex(std::string(55, 'a')) == "c1c8bbdc22796e28c0e15163d20899b65621d65a");
  CHECK(sha1_hex(std::string(56, 'a')) == "c2db330f6083854c99d4b5bfb6e8f29f201be699");
  CHECK(sha1_hex(std::string(63, 'a')) == "03f09f5b158a7a8cdad920bddc29b81c18a551f5");
  CHECK(sha1_hex(std::string(64, 'a')) == "0098ba824b5c16427bd7a1122a5a442a25ec644d");
  CHECK(sha1_hex(std::string(65, 'a')) == "11655326c708d70319be2610e8a57d9a5b959d3b");
}

TEST_CASE("core/id: UUIDv5 gives the vector of RFC 9562 A.4", "[core]") {
  const auto space = Id::parse(kDnsNamespace);
  REQUIRE(space);
  CHECK(nhip::make_uuid_v5(*space, "www.example.com").text() ==
        "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST_CASE("core/id: UUIDv7 gives the vector of RFC 9562 A.6", "[core]") {
  const std::array<std::uint8_t, 10> random = {0x0C, 0xC3, 0x18, 0xC4, 0xDC,
                                               0x0C, 0x0C, 0x07, 0x39, 0x8F};
  CHECK(nhip::make_uuid_v7(0x017F22E279B0, random).text() ==
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST_CASE("core/id: ids minted later sort later", "[core]") {
  const std::array<std::uint8_t, 10> high = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  CHECK(nhip::make_uuid_v7(1000, high) < nhip::make_uuid_v7(1001, {}));
}

TEST_CASE("core/id: a clock before 1970 gives the first instant", "[core]") {
  CHECK(nhip::make_uuid_v7(-5, {}) == nhip::make_uuid_v7(0, {}));
}

TEST_CASE("core/id: text of either case is read, and printed in lower case", "[core]") {
  const auto id = Id::parse("6BA7B810-9dad-11D1-80b4-00C04FD430C8");
  REQUIRE(id);
  CHECK(id->text() == kDnsNamespace);
  CHECK(Id::parse(id->text()) == id);
}

TEST_CASE("core/id: what is no canonical UUID text is refused", "[core]") {
  const auto* text =
      GENERATE("", "6ba7b810", "6ba7b8109dad11d180b400c04fd430c8",
               "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
               "6ba7b810-9dad-11d1-80b400-c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8 ",
               " 6ba7b810-9dad-11d1-80b4-00c04fd430c", "6ba7b810_9dad-11d1-80b4-00c04fd430c8");
  CAPTURE(text);
  CHECK_FALSE(Id::parse(text));
}

TEST_CASE("core/id: exactly 16 bytes make an id", "[core]") {
  const std::array<std::uint8_t, 17> bytes{1, 2, 3};
  CHECK(Id::from_bytes(std::span(bytes).first(16)));
  CHECK_FALSE(Id::from_bytes(std::span(bytes).first(15)));
  CHECK_FALSE(Id::from_bytes(bytes));
}

TEST_CASE("core/id: an author's text is read back", "[core]") {
  const Author author{0x0123456789ABCDEFULL, 1};
  CHECK(author.text() == "0123456789abcdef.1");
  CHECK(Author::parse("0123456789abcdef.1") == author);
  const Author last{~std::uint64_t{0}, ~std::uint32_t{0}};
  CHECK(Author::parse(last.text()) == last);
  CHECK(Author::parse(Author{}.text()) == Author{});
}

TEST_CASE("core/id: an author has one text, others are refused", "[core]") {
  const auto* text = GENERATE("", "0123456789abcdef", "0123456789abcdef.", "0123456789ABCDEF.1",
                              "0123456789abcdef.01", "0123456789abcdef.4294967296",
                              "0123456789abcdef.-1", "0123456789abcdef.+1", "0123456789abcdef.1 ",
                              "123456789abcdef.1", "0123456789abcdeg.1");
  CAPTURE(text);
  CHECK_FALSE(Author::parse(text));
}
