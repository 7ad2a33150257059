// Real days and instants, and what only looks like one.

#include <catch2/catch.hpp>

#include "record/base64.h"
#include "record/record_json.h"

using nhip::record::is_date;
using nhip::record::is_instant;

TEST_CASE("record/dates: real calendar days are days", "[record]") {
  for (const char* day :
       {"2021-01-01", "2024-02-29", "2000-02-29", "2021-12-31", "0001-01-01", "2025-04-30"}) {
    INFO(day);
    CHECK(is_date(day));
  }
}

TEST_CASE("record/dates: days that do not exist are none", "[record]") {
  for (const char* day : {"2023-02-29", "1900-02-29", "2021-02-30", "2021-04-31", "2021-13-01",
                          "2021-00-10", "2021-01-00", "2021-01-32", "0000-01-01"}) {
    INFO(day);
    CHECK_FALSE(is_date(day));
  }
}

TEST_CASE("record/dates: other ways to write a day are refused", "[record]") {
  for (const char* day : {"", "2021-1-1", "01/02/2021", "2021-01-01T00:00:00Z", "2021-01-0a",
                          " 2021-01-01", "2021/01/01", "+021-01-01", "20210101", "2021-01--1"}) {
    INFO(day);
    CHECK_FALSE(is_date(day));
  }
}

TEST_CASE("record/dates: an instant is a real day and time in UTC", "[record]") {
  CHECK(is_instant("2021-05-17T13:15:51Z"));
  CHECK(is_instant("2024-02-29T23:59:59Z"));
  for (const char* text :
       {"2021-02-29T00:00:00Z", "2021-05-17T24:00:00Z", "2021-05-17T13:60:00Z",
        "2021-05-17T13:15:60Z", "2021-05-17 13:15:51Z", "2021-05-17T13:15:51",
        "2021-05-17T13:15:51+07:00", "2021-05-17T13:15:51.5Z", "2021-05-17T-1:15:51Z", ""}) {
    INFO(text);
    CHECK_FALSE(is_instant(text));
  }
}

TEST_CASE("record/base64: the vectors of RFC 4648 come out, both ways", "[record]") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    const std::string text = plain;
    const nhip::Bytes bytes(text.begin(), text.end());
    CHECK(nhip::record::to_base64(bytes) == encoded);
    CHECK(nhip::record::from_base64(encoded) == bytes);
  }
}

TEST_CASE("record/base64: a value has one text, every other is refused", "[record]") {
  for (const char* text :
       {"Zg", "Zg=", "Zg===", "Zh==", "Z===", "====", "Zm9v\n", "Zm 9", "Zg==Zg==", "Zm-_"}) {
    INFO(text);
    CHECK_FALSE(nhip::record::from_base64(text).has_value());
  }
}
