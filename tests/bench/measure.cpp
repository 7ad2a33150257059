// Medians, JSON lines and the table.
#include "bench/measure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace nhip::bench {
namespace {

// Three figures that count, whatever the size.
double rounded(double value) {
  if (value == 0.0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10.0, 2.0 - std::floor(std::log10(std::fabs(value))));
  return scale < 1.0 ? std::round(value) : std::round(value * scale) / scale;
}

std::string text(double value) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.10g", rounded(value));
  return buffer;
}

// A whole number is written as one.
nlohmann::ordered_json json_of(double value) {
  const double shown = rounded(value);
  if (shown == std::floor(shown)) return static_cast<std::int64_t>(shown);
  return shown;
}

}  // namespace

double median(std::vector<double> values) {
  require(!values.empty(), "a median of nothing");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

void Report::add(const std::string& name, double value, const std::string& unit,
                 const std::vector<std::pair<std::string, double>>& details,
                 const std::string& meaning) {
  nlohmann::ordered_json line{{"figure", name}, {"value", json_of(value)}, {"unit", unit}};
  for (const auto& [key, detail] : details) line[key] = json_of(detail);
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
  rows_.push_back({name, text(value) + " " + unit, meaning});
}

void Report::print_table() const {
  std::fprintf(stderr, "\n");
  for (const Row& row : rows_) {
    std::fprintf(stderr, "%-28s %18s   %s\n", row.name.c_str(), row.value.c_str(),
                 row.meaning.c_str());
  }
}

void require(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "bench: %s\n", what.c_str());
  std::exit(1);
}

}  // namespace nhip::bench
