// Nobody who has every table that leaves the office finds out a count that they hide.
#include "exports/public_figures.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <bitset>
#include <random>

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr std::size_t kMost = 200;
using Sums = std::bitset<kMost>;

// What a printed cell may be.
Sums possible(const json& printed) {
  Sums values;
  if (printed.is_number_integer()) {
    values.set(printed.get<std::size_t>());
  } else if (printed == "<5") {
    for (std::size_t i = 1; i < 5; ++i) values.set(i);
  } else {
    // Whoever knows our rules knows that a hidden count is no small one.
    for (std::size_t i = 5; i < kMost; ++i) values.set(i);
  }
  return values;
}

Sums plus(const Sums& a, const Sums& b) {
  Sums sum;
  for (std::size_t i = 0; i < kMost; ++i) {
    if (a[i]) sum |= b << i;
  }
  return sum;
}

Sums all_but(const std::vector<Sums>& cells, std::size_t left_out) {
  Sums sum;
  sum.set(0);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i != left_out) sum = plus(sum, cells[i]);
  }
  return sum;
}

// The values of one cell that fit some sum.
Sums fitting(const std::vector<Sums>& cells, std::size_t at, const Sums& sums) {
  const Sums others = all_but(cells, at);
  Sums fits;
  for (std::size_t value = 0; value < kMost; ++value) {
    if (cells[at][value] && ((others << value) & sums).any()) fits.set(value);
  }
  return fits;
}

json random_counts(std::mt19937& random, const char* name, std::size_t most, std::int64_t total,
                   const std::function<json(std::int64_t)>& cell) {
  std::vector<std::int64_t> counts(1 + random() % most);
  for (std::int64_t i = 0; i < total; ++i) ++counts[random() % counts.size()];
  json object = json::object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    object[name + std::to_string(i)] = cell(counts[i]);
  }
  return object;
}

}  // namespace

TEST_CASE("exports: no hidden count follows from the tables by unit and by type together") {
  std::mt19937 random(63);
  for (int round = 0; round < 300; ++round) {
    const std::int64_t total = random() % 30;
    json figures{{"IND10",
                  {{"cases", total},
                   {"amount_vnd", total * 1'000'000},
                   {"hardship_supported", {{"num", 0}, {"den", 0}, {"pct_tenths", nullptr}}}}}};
    figures["IND10"]["by_type"] = random_counts(random, "T", 5, total, [](std::int64_t n) {
      return json{{"cases", n}, {"amount_vnd", n * 1'000'000}};
    });
    const json units = random_counts(random, "U", 8, total, [](std::int64_t n) {
      return json{{"IND10", {{"cases", n}, {"amount_vnd", n * 1'000'000}}}};
    });
    const json shown = make_public(figures, units);
    const json& figure = shown["figures"]["IND10"];
    std::vector<Sums> by_type, by_unit;
    for (const json& each : figure["by_type"]) by_type.push_back(possible(each["cases"]));
    for (const json& each : shown["units"]) by_unit.push_back(possible(each["IND10"]["cases"]));
    const Sums sums = possible(figure["cases"]) & all_but(by_type, by_type.size()) &
                      all_but(by_unit, by_unit.size());
    INFO(total << " " << units.dump() << " " << figure.dump());
    if (total > 0 && total < 5) CHECK(sums.count() > 1);
    const auto judge = [&](const std::vector<Sums>& cells, const json& truth, const char* where) {
      std::size_t at = 0;
      for (const json& each : truth) {
        const std::int64_t count = each.at(json::json_pointer(where));
        if (count > 0 && count < 5) CHECK(fitting(cells, at, sums).count() > 1);
        ++at;
      }
    };
    judge(by_type, figures["IND10"]["by_type"], "/cases");
    judge(by_unit, units, "/IND10/cases");
  }
}

TEST_CASE("exports: an amount is hidden with its count, and the sum's with the sum") {
  const json figures{{"IND10",
                      {{"cases", 3},
                       {"amount_vnd", 9},
                       {"by_type", {{"LOAN", {{"cases", 3}, {"amount_vnd", 9}}}}},
                       {"hardship_supported", {{"num", 2}, {"den", 40}, {"pct_tenths", 50}}}}}};
  const json units{{"U-01", {{"IND10", {{"cases", 3}, {"amount_vnd", 9}, {"by_type", 1}}}}}};
  const json shown = make_public(figures, units);
  CHECK(shown["figures"]["IND10"]["cases"] == "<5");
  CHECK(shown["figures"]["IND10"]["amount_vnd"] == "…");
  CHECK(shown["figures"]["IND10"]["by_type"]["LOAN"]["amount_vnd"] == "…");
  CHECK(shown["units"]["U-01"]["IND10"] == json{{"cases", "<5"}, {"amount_vnd", "…"}});
  CHECK(shown["figures"]["IND10"]["hardship_supported"]["num"] == "<5");
  CHECK(shown["figures"]["IND10"]["hardship_supported"]["den"] == "…");
  CHECK(shown["figures"]["IND10"]["hardship_supported"]["pct_tenths"] == "…");
}

TEST_CASE("exports: children who were not helped are as few as those who were") {
  json supported{{"num", 38}, {"den", 40}, {"pct_tenths", 950}};
  const json figures{{"IND10",
                      {{"cases", 0},
                       {"amount_vnd", 0},
                       {"by_type", json::object()},
                       {"hardship_supported", supported}}}};
  const json shown = make_public(figures, json::object());
  CHECK(shown["figures"]["IND10"]["hardship_supported"]["num"] == "…");
  CHECK(shown["figures"]["IND10"]["hardship_supported"]["den"] == "…");
}

}  // namespace nhip::server
