#include "rules/moment.h"

#include <chrono>

#include "record/record_json.h"

namespace nhip::rules {

namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::string digits(std::int64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

// The number in text[at, at + count), which are digits.
int number_at(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (const char c : text.substr(at, count)) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

std::optional<std::int64_t> day_number(std::string_view day) {
  if (!record::is_date(day)) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(number_at(day, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number_at(day, 5, 2))),
      std::chrono::day(static_cast<unsigned>(number_at(day, 8, 2)))};
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::string day_text(std::int64_t number) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(number)))};
  return digits(static_cast<int>(date.year()), 4) + "-" +
         digits(static_cast<unsigned>(date.month()), 2) + "-" +
         digits(static_cast<unsigned>(date.day()), 2);
}

std::optional<std::string> day_of_instant(std::string_view instant, int utc_offset_minutes) {
  if (!record::is_instant(instant)) return std::nullopt;
  const auto day = day_number(instant.substr(0, 10));
  const std::int64_t seconds = *day * kSecondsPerDay + number_at(instant, 11, 2) * 3600 +
                               number_at(instant, 14, 2) * 60 + number_at(instant, 17, 2) +
                               utc_offset_minutes * 60;
  return day_text(floor_div(seconds, kSecondsPerDay));
}

Moment Moment::at(std::int64_t unix_ms, int utc_offset_minutes) {
  const std::int64_t seconds = floor_div(unix_ms, 1000);
  const std::int64_t day = floor_div(seconds, kSecondsPerDay);
  const std::int64_t clock = seconds - day * kSecondsPerDay;
  Moment moment;
  moment.utc_offset_minutes = utc_offset_minutes;
  moment.now = day_text(day) + "T" + digits(clock / 3600, 2) + ":" + digits(clock / 60 % 60, 2) +
               ":" + digits(clock % 60, 2) + "Z";
  moment.today = day_text(floor_div(seconds + utc_offset_minutes * 60, kSecondsPerDay));
  return moment;
}

}  // namespace nhip::rules
