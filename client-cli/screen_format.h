// Numbers and dates as people in Vietnam write them, and instants as JSON has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nhip::cli {

// 1.234.567
std::string grouped(std::int64_t number);
std::string grouped(std::uint64_t number);

// ms since 1970 → "23/11/2026 22:30", Vietnam time (UTC+7, no daylight saving).
std::string screen_time(std::int64_t unix_ms);
// ms since 1970 → "2026-11-23T15:30:00Z".
std::string iso_time(std::int64_t unix_ms);

// "2026-06-01" → "01/06/2026"; "2026-11-23T15:30:00Z" → "23/11/2026 22:30"; other text as it is.
std::string screen_date(std::string_view iso);

// What a person writes as a date → "YYYY-MM-DD": d/m/yyyy or already ISO. Only real calendar days.
std::optional<std::string> iso_date_from_person(std::string_view text);
// As above with a time, "d/m/yyyy HH:MM" in Vietnam time or an ISO instant →
// "YYYY-MM-DDTHH:MM:SSZ".
std::optional<std::string> iso_instant_from_person(std::string_view text);

// A whole number, with or without dots between groups of three: "1500000", "1.500.000", "-5".
// "12.34" is refused: it would be read as a decimal elsewhere.
std::optional<std::int64_t> integer_from_person(std::string_view text);
// A decimal: "92,4", "1.234,5", and "92.4" where the dot cannot be a group mark.
std::optional<double> real_from_person(std::string_view text);
// The reverse of real_from_person, with a comma and no groups: "92,4".
std::string real_for_person(double number);

std::string_view trim_blanks(std::string_view text);

// Columns a text takes on a terminal: code points without combining marks.
std::size_t screen_width(std::string_view utf8);

}  // namespace nhip::cli
