// The calendar comes from <chrono>; text is read digit by digit, because the C library's parsers
// accept blanks, signs and short fields that a record must not have.
#include "centre/time_text.h"

#include <chrono>
#include <cstdio>

#include "record/record_json.h"

namespace nhip::server {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kVietnamMs = 7 * 3'600'000;

struct Parts {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

Parts parts_of(std::int64_t unix_ms) {
  using namespace std::chrono;
  const auto instant = sys_time<milliseconds>(milliseconds(unix_ms));
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(instant - day)};
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<unsigned>(time.hours().count()),
          static_cast<unsigned>(time.minutes().count()),
          static_cast<unsigned>(time.seconds().count())};
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool all_digits(std::string_view text) {
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return !text.empty();
}

}  // namespace

std::string iso_text(std::int64_t unix_ms) {
  const Parts p = parts_of(unix_ms);
  char out[48];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02u:%02u:%02uZ", p.year, p.month, p.day, p.hour,
                p.minute, p.second);
  return out;
}

std::string screen_text(std::int64_t unix_ms) {
  const Parts p = parts_of(unix_ms + kVietnamMs);
  char out[48];
  std::snprintf(out, sizeof out, "%02u/%02u/%04d %02u:%02u", p.day, p.month, p.year, p.hour,
                p.minute);
  return out;
}

std::optional<std::int64_t> parse_instant(std::string_view text) {
  if (!record::is_instant(text)) return std::nullopt;
  using namespace std::chrono;
  const sys_days day =
      year(number(text.substr(0, 4))) / number(text.substr(5, 2)) / number(text.substr(8, 2));
  const std::int64_t seconds_of_day = number(text.substr(11, 2)) * 3600 +
                                      number(text.substr(14, 2)) * 60 + number(text.substr(17, 2));
  return std::int64_t{day.time_since_epoch().count()} * kDayMs + seconds_of_day * 1000;
}

std::optional<std::int64_t> parse_moment(std::string_view text) {
  if (const auto exact = parse_instant(text)) return exact;
  // "…+07:00" is the instant with Z, moved by the offset.
  if (text.size() != 25 || (text[19] != '+' && text[19] != '-') || text[22] != ':' ||
      !all_digits(text.substr(20, 2)) || !all_digits(text.substr(23, 2))) {
    return std::nullopt;
  }
  const auto local = parse_instant(std::string(text.substr(0, 19)) + "Z");
  const int hours = number(text.substr(20, 2)), minutes = number(text.substr(23, 2));
  if (!local || hours > 14 || minutes > 59) return std::nullopt;
  const std::int64_t offset = (hours * 60 + minutes) * std::int64_t{60'000};
  return text[19] == '+' ? *local - offset : *local + offset;
}

std::optional<std::int64_t> parse_span(std::string_view text) {
  if (text.size() < 2 || text.size() > 7 || !all_digits(text.substr(0, text.size() - 1))) {
    return std::nullopt;
  }
  const std::int64_t count = number(text.substr(0, text.size() - 1));
  if (count == 0) return std::nullopt;
  switch (text.back()) {
    case 's': return count * 1000;
    case 'm': return count * 60'000;
    case 'h': return count * 3'600'000;
    case 'd': return count * kDayMs;
    default: return std::nullopt;
  }
}

}  // namespace nhip::server
