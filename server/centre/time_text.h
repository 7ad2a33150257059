// Instants as text: ISO 8601 in JSON and on the command line, dd/mm/yyyy on screens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nhip::server {

// "2026-03-10T05:00:00Z"; milliseconds are cut off.
std::string iso_text(std::int64_t unix_ms);
// "10/03/2026 12:00", in the time of Vietnam (UTC+7, no daylight saving).
std::string screen_text(std::int64_t unix_ms);
// The form of records, "2026-03-10T05:00:00Z", and nothing else.
std::optional<std::int64_t> parse_instant(std::string_view text);
// What a person may type for a moment: an instant, with Z or an offset
// ("2026-03-10T12:00:00+07:00").
std::optional<std::int64_t> parse_moment(std::string_view text);
// "90s", "45m", "72h", "7d" as milliseconds; nothing for anything else and for nought.
std::optional<std::int64_t> parse_span(std::string_view text);

}  // namespace nhip::server
