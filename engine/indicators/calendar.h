// Days and instants as integers: days since 1970, milliseconds since 1970 UTC. Nothing here asks
// what time it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nhip::indicators {

using Day = std::int32_t;
inline constexpr Day kNoDay = INT32_MIN;    // nobody said
inline constexpr Day kLastDay = INT32_MAX;  // open end

using Instant = std::int64_t;
inline constexpr Instant kForEver = INT64_MAX;

// kNoDay for what is no real day.
Day parse_day(std::string_view text);
std::string day_text(Day day);
// "2026-03-10T05:00:00Z"; nothing for anything else.
std::optional<Instant> parse_instant(std::string_view text);
// The same day one year earlier; of 29 February, 28 February.
Day year_before(Day day);
// The day of an instant in a time zone.
Day day_of(Instant instant, int utc_offset_minutes);

}  // namespace nhip::indicators
