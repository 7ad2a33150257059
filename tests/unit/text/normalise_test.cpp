// Vietnamese text, by the vectors of tests/data/text_vectors.json and at the edges of UTF-8.
#include "text/normalise.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

using namespace nhip::text;

namespace {

nlohmann::json vectors() {
  std::ifstream in(NHIP_TEST_DATA "/text_vectors.json");
  REQUIRE(in.good());
  return nlohmann::json::parse(in, nullptr, false);
}

// UTF-8 of ["0x65", "0x323"].
std::string text_of(const nlohmann::json& code_points) {
  std::string out;
  for (const auto& item : code_points) {
    const auto c = static_cast<unsigned>(std::stoul(item.get<std::string>(), nullptr, 16));
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0 | (c >> 6));
      out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | (c >> 12));
      out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("text/fold: the vectors", "[text]") {
  const auto list = vectors()["fold"];
  REQUIRE(list.size() >= 8);
  for (const auto& vector : list) {
    const auto in = vector["in"].get<std::string>();
    CAPTURE(in);
    CHECK(fold(in) == vector["out"].get<std::string>());
  }
}

TEST_CASE("text/nfc: the vectors, and what is composed stays", "[text]") {
  const auto list = vectors()["nfc"];
  REQUIRE(list.size() >= 3);
  for (const auto& vector : list) {
    const std::string composed = text_of(vector["out_nfc_codepoints"]);
    CHECK(to_nfc(text_of(vector["in_nfd_codepoints"])) == composed);
    CHECK(to_nfc(composed) == composed);
  }
}

TEST_CASE("text/fold: composed and decomposed text fold to the same", "[text]") {
  const auto list = vectors()["collation_sorted"];
  REQUIRE(list.size() >= 36);
  for (const auto& item : list) {
    const auto word = item.get<std::string>();
    const auto composed = to_nfc(word);
    REQUIRE(composed);
    CHECK(fold(word) == fold(*composed));
  }
  CHECK(fold("Quy\xCC\x80nh") == fold("Qu\xE1\xBB\xB3nh"));
}

TEST_CASE("text/fold: folding twice changes nothing more", "[text]") {
  for (const char* text : {"  Đông — Hưng!  ", "ĐƯỜNG PHỐ", "x", "", "…", "Ⅷ ½ 中文 Ёлка"}) {
    const std::string once = fold(text);
    CAPTURE(text, once);
    CHECK(fold(once) == once);
  }
}

TEST_CASE("text/fold: separators at the ends leave no blanks", "[text]") {
  CHECK(fold("  (Hoà)  ") == "hoa");
  CHECK(fold("-- ! --").empty());
  CHECK(fold("a\xFF\xFE"
             "b") == "a b");
}

TEST_CASE("text/utf8: only well-formed text is UTF-8", "[text]") {
  CHECK(is_utf8(""));
  CHECK(is_utf8(std::string("a\0b", 3)));
  CHECK(is_utf8("Thái Thụy"));
  CHECK(is_utf8("\xF0\x9F\x98\x80"));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "a\xFF",
                          "\xE1\xBB", "\xF8\x88\x80\x80\x80"}) {
    CHECK_FALSE(is_utf8(bad));
    CHECK_FALSE(to_nfc(bad));
  }
}

TEST_CASE("text/nfc: a NUL inside does not end the text", "[text]") {
  const std::string text("e\xCC\xA3\0\xC4\x91", 6);
  CHECK(to_nfc(text) == std::string("\xE1\xBA\xB9\0\xC4\x91", 6));
}

TEST_CASE("text/trim: blanks of every kind go, at the ends only", "[text]") {
  CHECK(trim("  a b\t\r\n") == "a b");
  CHECK(trim("\xEF\xBB\xBF\xC2\xA0Hoà\xE3\x80\x80\xE2\x80\x89") == "Hoà");
  CHECK(trim("\xC2\x85\xE2\x80\xA8x\xE2\x80\xA9\xE1\x9A\x80") == "x");
  CHECK(trim(" \t\n").empty());
  CHECK(trim("").empty());
  CHECK(trim("\xE2\x80\x8B"
             "a") ==
        "\xE2\x80\x8B"
        "a");  // a zero-width space is no White_Space
}

TEST_CASE("text/trim: bytes that are no text stay", "[text]") {
  CHECK(trim(" \xFF ") == "\xFF");
  CHECK(trim(" \xA0") == "\xA0");
  CHECK(trim("\xC2") == "\xC2");
}

TEST_CASE("text/control: tab and newline are no fault, other controls are", "[text]") {
  CHECK_FALSE(has_control_characters("a\tb\nc Đông \xC2\xA0"));
  for (const auto& text : {std::string("a\r"), std::string("\0", 1), std::string("\x1B[0m"),
                           std::string("\x7F"), std::string("\xC2\x80"), std::string("\xC2\x9F")}) {
    CHECK(has_control_characters(text));
  }
}

TEST_CASE("text: any bytes are handled", "[text]") {
  const unsigned seed = 7;
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes(random() % 24, '\0');
    for (auto& c : bytes) c = static_cast<char>(random());
    const auto nfc = to_nfc(bytes);
    REQUIRE(nfc.has_value() == is_utf8(bytes));
    if (nfc) REQUIRE(to_nfc(*nfc) == nfc);
    REQUIRE(is_utf8(fold(bytes)));
    const std::string trimmed = trim(bytes);
    REQUIRE(trim(trimmed) == trimmed);
  }
}

TEST_CASE("text: what is clean at first sight stays as it is under all the cleaning") {
  for (const char* each : {"", "a", "Trại hè cho con đoàn viên, đợt 12", "a\tb\nc", "12 345 678",
                           "xin “chào” – 5 ₫", "\xC2\xA9 2026"}) {
    CAPTURE(each);
    CHECK(is_clean(each));
    CHECK(to_nfc(each) == std::string(each));
    CHECK(trim(each) == each);
    CHECK_FALSE(has_control_characters(each));
  }
  for (const char* each :
       {" a", "a ", "\ta", "a\n", "a\rb", "abcdefg\x7Fhijklmno", "abcdefg\x1Fhijklmno", "\xC2\xA0x",
        "x\xC2\xA0", "x\xC2\x85y", "e\xCC\x81", "\xEF\xBB\xBFx", "\xE2\x80\xA8", "x\xFFy", "\xC3",
        "\xF0\x9F\x98\x80", "\xC1\x81"}) {
    CAPTURE(each);
    CHECK_FALSE(is_clean(each));
  }
}
