// Patterns of text: what they match, what is no pattern, and that no text makes them slow.
#include "text/pattern.h"

#include <catch2/catch.hpp>

#include <string>

using nhip::text::Pattern;

namespace {

bool whole(const char* pattern, const std::string& text) {
  const auto parsed = Pattern::parse(pattern);
  INFO(pattern << " on " << text);
  REQUIRE(parsed.has_value());
  return parsed->matches(text);
}

bool part(const char* pattern, const std::string& text) {
  const auto parsed = Pattern::parse(pattern);
  INFO(pattern << " in " << text);
  REQUIRE(parsed.has_value());
  return parsed->found_in(text);
}

}  // namespace

TEST_CASE("text/pattern: literals, classes and escapes", "[text]") {
  CHECK(whole("abc", "abc"));
  CHECK_FALSE(whole("abc", "abcd"));
  CHECK(whole("[A-ZĐ]x", "Đx"));
  CHECK_FALSE(whole("[A-ZĐ]x", "đx"));
  CHECK(whole("[^a-c]", "d"));
  CHECK_FALSE(whole("[^a-c]", "b"));
  CHECK(whole("\\d\\w.\\.", "7ếx."));
  CHECK(whole("\\u\\l", "Ấm"));
  CHECK_FALSE(whole("\\u\\l", "ấM"));
  CHECK(whole("[a\\-z]", "-"));
}

TEST_CASE("text/pattern: repeats and alternatives", "[text]") {
  CHECK(whole("a?b*c+", "bbc"));
  CHECK_FALSE(whole("a?b*c+", "aab"));
  CHECK(whole("\\d{2}", "12"));
  CHECK_FALSE(whole("\\d{2}", "123"));
  CHECK(whole("\\d{2,3}x", "123x"));
  CHECK(whole("\\d{2,}x", "12345x"));
  CHECK(whole("a?(b|c|de)+f", "abcdef"));
  CHECK(whole("a?(b|c)", "c"));
  CHECK(whole("(a|b)(c|d)?", "bd"));
  CHECK(whole("(|a)b", "b"));
  CHECK(whole("((a|b){2}|c){2}", "abc"));
  CHECK_FALSE(whole("((a|b){2}|c){2}", "abab c"));
}

TEST_CASE("text/pattern: a part is found wherever it stands", "[text]") {
  CHECK(part("\\d{3}", "ab1234"));
  CHECK_FALSE(part("\\d{3}", "12a34"));
  CHECK(part("b", "abc"));
}

TEST_CASE("text/pattern: composed and decomposed letters are the same", "[text]") {
  CHECK(whole("Bệnh", "Be\xCC\xA3\xCC\x82nh"));
}

TEST_CASE("text/pattern: bytes that are no UTF-8 match nothing and harm nothing", "[text]") {
  CHECK_FALSE(whole(".", "\xff"));
  CHECK(part("b",
             "\xff\xfe"
             "b"));
}

TEST_CASE("text/pattern: what is no pattern is none", "[text]") {
  for (const char* bad : {"", "(", ")", "a)", "[", "[]", "[z-a]", "*", "a{2", "a{3,2}", "a{999}",
                          "\\", "\\q", "a**", "((((a{99}){99}){99}){99})", "\xff"}) {
    INFO(bad);
    CHECK_FALSE(Pattern::parse(bad).has_value());
  }
}

TEST_CASE("text/pattern: a text made to be slow is not", "[text]") {
  CHECK_FALSE(whole("(a*)*b", std::string(20'000, 'a')));
}
