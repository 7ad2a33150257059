// A centre in memory and its figures, as `nhipd indicators` prints them.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "../centre/centre_fixture.h"
#include "figures/figure_book.h"
#include "figures/locks.h"
#include "indicators/figures_json.h"

namespace nhip::server {

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.is_open());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline const std::string kWorkedExample = std::string(NHIP_TEST_DATA) + "/worked_example";

struct FiguresFixture : CentreFixture {
  FigureBook book{centre};

  json figures() {
    const Status refreshed = book.refresh();
    INFO(refreshed.message());
    REQUIRE(refreshed.ok());
    json out{{"definitions_version", book.ledger().definitions().version},
             {"official", json::object()},
             {"current", json::object()}};
    for (const auto& period : book.ledger().periods()) {
      const auto official = official_figures(book, period.code);
      REQUIRE(official.ok());
      if (!official->is_null()) out["official"][period.code] = *official;
      out["current"][period.code] = *current_figures(book, period.code);
    }
    return out;
  }

  // What a book that reads everything anew says.
  json rebuilt() {
    FiguresFixture* self = this;
    FigureBook fresh(self->centre);
    REQUIRE(fresh.refresh().ok());
    json out = json::object();
    for (const auto& period : fresh.ledger().periods()) {
      out["official"][period.code] = *official_figures(fresh, period.code);
      out["current"][period.code] = *current_figures(fresh, period.code);
    }
    return out;
  }
  json kept() {
    REQUIRE(book.refresh().ok());
    json out = json::object();
    for (const auto& period : book.ledger().periods()) {
      out["official"][period.code] = *official_figures(book, period.code);
      out["current"][period.code] = *current_figures(book, period.code);
    }
    return out;
  }
};

}  // namespace nhip::server
