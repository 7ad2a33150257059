// Calendar arithmetic follows Howard Hinnant's days_from_civil, in std::chrono's form, so no time
// zone data of the machine is needed: Vietnam has been UTC+7 all along the years this program
// handles.
#include "screen_format.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace nhip::cli {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kVietnamOffsetMs = 7 * 3'600'000;

struct Moment {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

Moment moment_of(std::int64_t unix_ms) {
  std::int64_t days = unix_ms / kDayMs;
  std::int64_t rest = unix_ms % kDayMs;
  if (rest < 0) {
    rest += kDayMs;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  const auto seconds = static_cast<unsigned>(rest / 1000);
  return {int{date.year()}, unsigned{date.month()}, unsigned{date.day()},
          seconds / 3600,   seconds / 60 % 60,      seconds % 60};
}

std::optional<std::int64_t> unix_ms_of(const Moment& m) {
  const std::chrono::year_month_day date{std::chrono::year{m.year}, std::chrono::month{m.month},
                                         std::chrono::day{m.day}};
  if (!date.ok() || m.hour > 23 || m.minute > 59 || m.second > 59) return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  return static_cast<std::int64_t>(days) * kDayMs +
         ((m.hour * 60 + m.minute) * 60 + m.second) * std::int64_t{1000};
}

template <std::size_t kSize, typename... Values>
std::string print(const char (&format)[kSize], Values... values) {
  char buffer[64];
  const int length = std::snprintf(buffer, sizeof buffer, format, values...);
  return std::string(buffer, static_cast<std::size_t>(length));
}

// Takes 1…`digits_max` digits from the front.
std::optional<unsigned> take_number(std::string_view& text, std::size_t digits_max) {
  std::size_t size = 0;
  unsigned number = 0;
  while (size < text.size() && size < digits_max && text[size] >= '0' && text[size] <= '9') {
    number = number * 10 + static_cast<unsigned>(text[size++] - '0');
  }
  if (size == 0) return std::nullopt;
  text.remove_prefix(size);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// d/m/yyyy at the front of `text`.
std::optional<Moment> take_day_month_year(std::string_view& text) {
  const auto day = take_number(text, 2);
  if (!day || !take(text, '/')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '/')) return std::nullopt;
  const std::size_t before = text.size();
  const auto year = take_number(text, 4);
  if (!year || before - text.size() != 4) return std::nullopt;
  return Moment{static_cast<int>(*year), *month, *day, 0, 0, 0};
}

// YYYY-MM-DD at the front of `text`.
std::optional<Moment> take_iso_date(std::string_view& text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  std::string_view rest = text;
  const auto year = take_number(rest, 4);
  if (!year || !take(rest, '-')) return std::nullopt;
  const auto month = take_number(rest, 2);
  if (!month || !take(rest, '-')) return std::nullopt;
  const auto day = take_number(rest, 2);
  if (!day || text.size() - rest.size() != 10) return std::nullopt;
  text = rest;
  return Moment{static_cast<int>(*year), *month, *day, 0, 0, 0};
}

// HH:MM or HH:MM:SS at the front of `text`.
bool take_clock(std::string_view& text, Moment& into) {
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return false;
  const auto minute = take_number(text, 2);
  if (!minute) return false;
  into.hour = *hour;
  into.minute = *minute;
  if (!take(text, ':')) return true;
  const auto second = take_number(text, 2);
  if (!second) return false;
  into.second = *second;
  return true;
}

// Digits in groups of three behind dots, or digits alone; the dots removed.
std::optional<std::string> ungrouped(std::string_view digits) {
  const std::size_t first = digits.find('.');
  std::string out;
  if (first == std::string_view::npos) {
    out = digits;
  } else {
    if (first == 0 || first > 3) return std::nullopt;
    out = digits.substr(0, first);
    for (std::size_t at = first; at < digits.size(); at += 4) {
      if (digits[at] != '.' || digits.size() - at < 4) return std::nullopt;
      out += digits.substr(at + 1, 3);
    }
  }
  if (out.empty() || out.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return out;
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ".");
  }
  return digits;
}

std::string grouped(std::int64_t number) {
  if (number >= 0) return grouped(static_cast<std::uint64_t>(number));
  return "-" + grouped(~static_cast<std::uint64_t>(number) + 1);
}

std::string screen_time(std::int64_t unix_ms) {
  const Moment m = moment_of(unix_ms + kVietnamOffsetMs);
  return print("%02u/%02u/%04d %02u:%02u", m.day, m.month, m.year, m.hour, m.minute);
}

std::string iso_time(std::int64_t unix_ms) {
  const Moment m = moment_of(unix_ms);
  return print("%04d-%02u-%02uT%02u:%02u:%02uZ", m.year, m.month, m.day, m.hour, m.minute,
               m.second);
}

std::string screen_date(std::string_view iso) {
  std::string_view rest = iso;
  auto date = take_iso_date(rest);
  if (!date) return std::string(iso);
  if (rest.empty()) return print("%02u/%02u/%04d", date->day, date->month, date->year);
  if (!take(rest, 'T') || !take_clock(rest, *date) || rest != "Z") return std::string(iso);
  const auto unix_ms = unix_ms_of(*date);
  return unix_ms ? screen_time(*unix_ms) : std::string(iso);
}

std::optional<std::string> iso_date_from_person(std::string_view text) {
  text = trim_blanks(text);
  auto date = take_iso_date(text);
  if (!date) date = take_day_month_year(text);
  if (!date || !text.empty() || !unix_ms_of(*date)) return std::nullopt;
  return print("%04d-%02u-%02u", date->year, date->month, date->day);
}

std::optional<std::string> iso_instant_from_person(std::string_view text) {
  text = trim_blanks(text);
  auto moment = take_iso_date(text);
  if (moment) {
    if (!take(text, 'T') || !take_clock(text, *moment) || text != "Z") return std::nullopt;
    const auto unix_ms = unix_ms_of(*moment);
    return unix_ms ? std::optional(iso_time(*unix_ms)) : std::nullopt;
  }
  moment = take_day_month_year(text);
  if (!moment || !take(text, ' ') || !take_clock(text, *moment) || !text.empty())
    return std::nullopt;
  const auto unix_ms = unix_ms_of(*moment);
  return unix_ms ? std::optional(iso_time(*unix_ms - kVietnamOffsetMs)) : std::nullopt;
}

std::optional<std::int64_t> integer_from_person(std::string_view text) {
  text = trim_blanks(text);
  const bool negative = take(text, '-');
  const auto digits = ungrouped(text);
  if (!digits) return std::nullopt;
  const std::string whole = (negative ? "-" : "") + *digits;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (error != std::errc{} || end != whole.data() + whole.size()) return std::nullopt;
  return number;
}

std::optional<double> real_from_person(std::string_view text) {
  text = trim_blanks(text);
  const std::string_view original = text;
  const bool negative = take(text, '-');
  const std::size_t comma = text.find(',');
  std::string number;
  if (comma != std::string_view::npos) {
    const auto whole = ungrouped(text.substr(0, comma));
    if (!whole) return std::nullopt;
    number = (negative ? "-" : "") + *whole + "." + std::string(text.substr(comma + 1));
    if (number.ends_with('.')) return std::nullopt;
  } else if (const auto whole = ungrouped(text)) {
    number = (negative ? "-" : "") + *whole;
  } else {
    number = original;
  }
  if (number.find_first_not_of("0123456789.eE+-") != std::string::npos) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::string real_for_person(double number) {
  char buffer[40];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  if (error != std::errc{}) return {};
  std::string text(buffer, end);
  if (const std::size_t dot = text.find('.'); dot != std::string::npos) text[dot] = ',';
  return text;
}

std::string_view trim_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t screen_width(std::string_view utf8) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if ((byte & 0xC0u) == 0x80u) continue;
    // U+0300–U+036F are CC 80 … CD AF.
    const auto next = i + 1 < utf8.size() ? static_cast<unsigned char>(utf8[i + 1]) : 0u;
    if (byte == 0xCCu || (byte == 0xCDu && next <= 0xAFu)) continue;
    ++width;
  }
  return width;
}

}  // namespace nhip::cli
