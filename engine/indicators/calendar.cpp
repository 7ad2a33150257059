#include "indicators/calendar.h"

#include "rules/moment.h"

namespace nhip::indicators {

namespace {
constexpr std::int64_t kDayMs = 86'400'000;

// Two digits at `at`, below `limit`; -1 for anything else.
int two_digits(std::string_view text, std::size_t at, int limit) {
  const char tens = text[at], ones = text[at + 1];
  if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return -1;
  const int value = (tens - '0') * 10 + (ones - '0');
  return value < limit ? value : -1;
}
}  // namespace

Day parse_day(std::string_view text) {
  const auto number = rules::day_number(text);
  return number ? static_cast<Day>(*number) : kNoDay;
}

std::string day_text(Day day) { return rules::day_text(day); }

std::optional<Instant> parse_instant(std::string_view text) {
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
      text[19] != 'Z') {
    return std::nullopt;
  }
  const Day day = parse_day(text.substr(0, 10));
  const int hour = two_digits(text, 11, 24), minute = two_digits(text, 14, 60),
            second = two_digits(text, 17, 60);
  if (day == kNoDay || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  return day * kDayMs + ((hour * 60 + minute) * 60 + second) * std::int64_t{1000};
}

Day year_before(Day day) {
  std::string text = day_text(day);
  const std::string year = std::to_string(std::stoi(text.substr(0, 4)) - 1);
  text.replace(0, 4, std::string(4 - year.size(), '0') + year);
  const Day before = parse_day(text);
  return before != kNoDay ? before : parse_day(text.substr(0, 8) + "28");
}

Day day_of(Instant instant, int utc_offset_minutes) {
  const std::int64_t local = instant + std::int64_t{utc_offset_minutes} * 60'000;
  const std::int64_t day = local >= 0 ? local / kDayMs : -((-local + kDayMs - 1) / kDayMs);
  return static_cast<Day>(day);
}

}  // namespace nhip::indicators
