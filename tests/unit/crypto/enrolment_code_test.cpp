// Enrolment codes: what is printed, what people type, which server they name.
#include "crypto/enrolment_code.h"

#include <catch2/catch.hpp>

using namespace nhip::crypto;

namespace {

PublicKey counting_server() {
  PublicKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

const std::array<std::uint8_t, 7> kSecret = {0x00, 0x44, 0x32, 0x14, 0xC7, 0x42, 0x54};

}  // namespace

TEST_CASE("crypto/code: five groups of five, the secret first, then the server's hash",
          "[crypto]") {
  const std::string code = make_enrolment_code(kSecret, counting_server());
  REQUIRE(code.size() == 29);
  // 0x004432 14C742 54: 00000 00001 00010 00011 00100 … count upwards.
  CHECK(code.substr(0, 11) == "01234-56789");
  CHECK(code == "01234-56789-SCQN2-R7W3X-Z0B9A");
}

TEST_CASE("crypto/code: all zeros and all ones are codes", "[crypto]") {
  std::array<std::uint8_t, 7> ones{};
  ones.fill(0xFF);
  CHECK(make_enrolment_code({}, counting_server()).substr(0, 11) == "00000-00000");
  CHECK(make_enrolment_code(ones, counting_server()).substr(0, 11) == "ZZZZZ-ZZZZZ");
}

TEST_CASE("crypto/code: the last six bits of the secret do not stand in the code", "[crypto]") {
  auto other = kSecret;
  other[6] ^= 0x3F;
  CHECK(make_enrolment_code(other, counting_server()) ==
        make_enrolment_code(kSecret, counting_server()));
  other[6] ^= 0x40;
  CHECK(make_enrolment_code(other, counting_server()) !=
        make_enrolment_code(kSecret, counting_server()));
}

TEST_CASE("crypto/code: case, blanks, hyphens and look-alikes do not matter", "[crypto]") {
  const std::string canonical = "0123456789ABCDEFGHJKMNPQR";
  for (const char* typed :
       {"01234-56789-ABCDE-FGHJK-MNPQR", "01234 56789 abcde fghjk mnpqr",
        "oi234-56789-abcde-fghjk-mnpqr", "OL234 - 56789 - ABCDE - FGHJK - MNPQR\r\n",
        "\t01234\xE2\x80\x93"
        "56789\xC2\xA0"
        "ABCDE FGHJK MNPQR"}) {
    CAPTURE(typed);
    CHECK(normalise_enrolment_code(typed) == canonical);
  }
}

TEST_CASE("crypto/code: what is no code is refused", "[crypto]") {
  for (const char* typed :
       {"", "01234", "01234-56789-ABCDE-FGHJK-MNPQ", "01234-56789-ABCDE-FGHJK-MNPQRS",
        "01234-56789-ABCDE-FGHJK-MNPQU", "01234-56789-ABCDE-FGHJK-MNPQ!",
        "01234-56789-ABCDE-FGHJK-MNPQ\xC4\x90"}) {
    CAPTURE(typed);
    CHECK_FALSE(normalise_enrolment_code(typed));
  }
}

TEST_CASE("crypto/code: a code names its own server and no other", "[crypto]") {
  const auto code = normalise_enrolment_code(make_enrolment_code(kSecret, counting_server()));
  REQUIRE(code);
  CHECK(code_names_server(*code, counting_server()));
  PublicKey other = counting_server();
  other[31] ^= 1;
  CHECK_FALSE(code_names_server(*code, other));
  CHECK_FALSE(code_names_server("", counting_server()));
  std::string changed = *code;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  CHECK_FALSE(code_names_server(changed, counting_server()));
}

TEST_CASE("crypto/code: four characters find it", "[crypto]") {
  CHECK(code_handle("0123456789ABCDEFGHJKMNPQR") == "0123");
  CHECK(code_handle("").empty());
}
