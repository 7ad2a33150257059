// Instants, CSV and the JSON gate.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "centre/csv.h"
#include "centre/json_gate.h"
#include "centre/time_text.h"

namespace nhip::server {

TEST_CASE("centre/time_text: instants go both ways", "[centre][time]") {
  for (const char* text : {"1970-01-01T00:00:00Z", "2026-03-10T05:00:00Z", "1969-12-31T23:59:59Z",
                           "2024-02-29T12:34:56Z"}) {
    CHECK(iso_text(*parse_instant(text)) == text);
  }
  CHECK(parse_instant("2026-03-10T05:00:00Z") == 1'773'118'800'000);
}

TEST_CASE("centre/time_text: what is no instant is refused", "[centre][time]") {
  for (const char* text :
       {"", "2026-03-10", "2026-02-30T00:00:00Z", "2026-03-10T24:00:00Z", "2026-03-10T05:00:00",
        "2026-03-10 05:00:00Z", "2026-03-10T05:00:00+07:00"}) {
    CHECK_FALSE(parse_instant(text));
  }
}

TEST_CASE("centre/time_text: a person may name an offset", "[centre][time]") {
  CHECK(parse_moment("2026-03-10T12:00:00+07:00") == parse_instant("2026-03-10T05:00:00Z"));
  CHECK(parse_moment("2026-03-09T22:00:00-07:00") == parse_instant("2026-03-10T05:00:00Z"));
  CHECK_FALSE(parse_moment("2026-03-10T12:00:00+7:00"));
  CHECK_FALSE(parse_moment("2026-03-10T12:00:00+25:00"));
}

TEST_CASE("centre/time_text: screens show Vietnam's day", "[centre][time]") {
  CHECK(screen_text(*parse_instant("2026-03-10T17:00:00Z")) == "11/03/2026 00:00");
}

TEST_CASE("centre/time_text: spans have a unit and are not nought", "[centre][time]") {
  CHECK(parse_span("72h") == 72LL * 3'600'000);
  CHECK(parse_span("7d") == 7LL * 86'400'000);
  CHECK(parse_span("90s") == 90'000);
  for (const char* text : {"", "h", "0h", "-1h", "1.5h", "72", "1w", "99999999d"}) {
    CHECK_FALSE(parse_span(text));
  }
}

TEST_CASE("centre/csv: quotes, doubled quotes, line breaks and both line ends are read",
          "[centre][csv]") {
  const auto rows = read_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\"x, \"\"y\"\"\nz\",\n\n1,2");
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].fields == std::vector<std::string>{"a", "b"});
  CHECK(rows[1].fields == std::vector<std::string>{"x, \"y\"\nz", ""});
  CHECK(rows[1].line == 2);
  CHECK(rows[2].fields == std::vector<std::string>{"1", "2"});
  CHECK(rows[2].line == 5);
}

TEST_CASE("centre/csv: an open quote or text behind a closed one makes a bad row",
          "[centre][csv]") {
  CHECK_FALSE(read_csv("\"a").at(0).ok);
  const auto rows = read_csv("\"a\"b,c\nd,e\n");
  CHECK_FALSE(rows.at(0).ok);
  CHECK(rows.at(1).ok);
}

TEST_CASE("centre/json_gate: deep, repeated, cut and foreign text is refused", "[centre][json]") {
  const auto name = [](const std::string& text) { return parse_json_text(text).status().name(); };
  CHECK(name("{\"a\":[1,{\"b\":\"[[[[\"}]}").empty());
  CHECK(name(std::string(32, '[') + std::string(32, ']')).empty());
  CHECK(name(std::string(33, '[') + std::string(33, ']')) == "bad_json");
  CHECK(name(std::string(200'000, '[')) == "bad_json");
  CHECK(name("{\"a\":1,\"\\u0061\":2}") == "bad_json");
  CHECK(name("{\"x\":{\"a\":1},\"y\":{\"a\":2}}").empty());
  CHECK(name("{\"a\":1") == "bad_json");
  CHECK(name("{} {}") == "bad_json");
  CHECK(name("\"\xC3\x28\"") == "bad_utf8");
}

}  // namespace nhip::server
