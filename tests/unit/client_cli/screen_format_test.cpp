// Numbers and dates as people write them.
#include "screen_format.h"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>

namespace nhip::cli {

TEST_CASE("client_cli/format: whole numbers are grouped by dots", "[client_cli]") {
  CHECK(grouped(std::int64_t{0}) == "0");
  CHECK(grouped(std::int64_t{999}) == "999");
  CHECK(grouped(std::int64_t{1000}) == "1.000");
  CHECK(grouped(std::int64_t{1234567}) == "1.234.567");
  CHECK(grouped(std::int64_t{-1500000}) == "-1.500.000");
  CHECK(grouped(std::numeric_limits<std::int64_t>::min()) == "-9.223.372.036.854.775.808");
}

TEST_CASE("client_cli/format: whole numbers are read with and without dots", "[client_cli]") {
  CHECK(integer_from_person("1500000") == 1500000);
  CHECK(integer_from_person("1.500.000") == 1500000);
  CHECK(integer_from_person(" 12.345 ") == 12345);
  CHECK(integer_from_person("-5") == -5);
  CHECK(integer_from_person("0") == 0);
}

TEST_CASE("client_cli/format: what may be a decimal is no whole number", "[client_cli]") {
  for (const char* text :
       {"12.34", "1.5", "1,5", "1.50.000", "1500.000", "1.500.00", ".500", "500.", "", "-", "12a",
        "1 500", "1e3", "0x10", "99999999999999999999", "1..000"}) {
    INFO(text);
    CHECK_FALSE(integer_from_person(text));
  }
}

TEST_CASE("client_cli/format: decimals have a comma", "[client_cli]") {
  CHECK(real_from_person("92,4") == 92.4);
  CHECK(real_from_person("1.234,5") == 1234.5);
  CHECK(real_from_person("-0,125") == -0.125);
  CHECK(real_from_person("92.4") == 92.4);
  CHECK(real_from_person("1.500") == 1500.0);
  for (const char* text : {"", "x", "1,", ",5", "1,5,5", "nan", "inf", "1.23,4"}) {
    INFO(text);
    CHECK_FALSE(real_from_person(text));
  }
}

TEST_CASE("client_cli/format: decimals written are read back", "[client_cli]") {
  for (const double number : {0.0, 1.5, -1.5, 1500.0, 1500.125, 0.1, 1e300, 5e-324, 123456789.25}) {
    INFO(real_for_person(number));
    CHECK(real_from_person(real_for_person(number)) == number);
  }
}

TEST_CASE("client_cli/format: instants are shown in Vietnam's time", "[client_cli]") {
  CHECK(screen_time(0) == "01/01/1970 07:00");
  CHECK(screen_time(1'795'447'800'000) == "23/11/2026 22:30");
  CHECK(screen_time(1'798'736'400'000) == "01/01/2027 00:00");
  CHECK(iso_time(1'795'447'800'000) == "2026-11-23T15:30:00Z");
  CHECK(iso_time(-1000) == "1969-12-31T23:59:59Z");
}

TEST_CASE("client_cli/format: dates on the screen are day, month, year", "[client_cli]") {
  CHECK(screen_date("2026-06-01") == "01/06/2026");
  CHECK(screen_date("2026-11-23T15:30:00Z") == "23/11/2026 22:30");
  CHECK(screen_date("2026-06") == "2026-06");
  CHECK(screen_date("1/6") == "1/6");
}

TEST_CASE("client_cli/format: dates are read as people write them and as ISO", "[client_cli]") {
  CHECK(iso_date_from_person("01/06/2026") == "2026-06-01");
  CHECK(iso_date_from_person("1/6/2026") == "2026-06-01");
  CHECK(iso_date_from_person(" 2026-06-01 ") == "2026-06-01");
  CHECK(iso_date_from_person("29/02/2024") == "2024-02-29");
  for (const char* text : {"29/02/2025", "31/04/2026", "06/13/2026", "1/6/26", "2026-6-1",
                           "2026-13-01", "01-06-2026", "1/6", "", "01/06/2026x", "00/01/2026"}) {
    INFO(text);
    CHECK_FALSE(iso_date_from_person(text));
  }
}

TEST_CASE("client_cli/format: a time of day is Vietnam's unless it says UTC", "[client_cli]") {
  CHECK(iso_instant_from_person("23/11/2026 22:30") == "2026-11-23T15:30:00Z");
  CHECK(iso_instant_from_person("01/01/2027 06:00:05") == "2026-12-31T23:00:05Z");
  CHECK(iso_instant_from_person("2026-11-23T15:30:00Z") == "2026-11-23T15:30:00Z");
  CHECK_FALSE(iso_instant_from_person("2026-11-23"));
  CHECK_FALSE(iso_instant_from_person("23/11/2026 25:00"));
  CHECK_FALSE(iso_instant_from_person("2026-11-23T15:30:00"));
}

TEST_CASE("client_cli/format: width counts letters, composed or not", "[client_cli]") {
  CHECK(screen_width("Bệnh viện") == 9);
  CHECK(screen_width("Be\xCC\xA3\xCC\x82nh") == 4);
  CHECK(screen_width("") == 0);
}

}  // namespace nhip::cli
