// Days and moments as rules compare them. Pure: what time it is, is an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nhip::rules {

// When a record is checked.
struct Moment {
  std::string today;  // YYYY-MM-DD in the schema's time zone
  std::string now;    // YYYY-MM-DDTHH:MM:SSZ
  int utc_offset_minutes = 0;

  static Moment at(std::int64_t unix_ms, int utc_offset_minutes);
};

// Days since 1970; nothing when the text is no real day.
std::optional<std::int64_t> day_number(std::string_view day);
std::string day_text(std::int64_t number);
// The day of an instant in a time zone; nothing when the text is no instant.
std::optional<std::string> day_of_instant(std::string_view instant, int utc_offset_minutes);

}  // namespace nhip::rules
