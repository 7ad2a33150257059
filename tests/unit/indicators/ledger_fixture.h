// A ledger that is fed with records as JSON, one line a revision, as in a folder of records.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "indicators/fact_reader.h"
#include "indicators/figures_json.h"
#include "indicators/ledger.h"
#include "nhip_embedded/union_indicators.h"
#include "record/record_json.h"
#include "support/load_schema.h"

namespace nhip::indicators {

using nlohmann::json;

inline const Definitions& definitions() {
  static const Result<Definitions> parsed = Definitions::parse(embedded::union_indicators());
  REQUIRE(parsed.ok());
  return *parsed;
}

// A unit of the base, open unless said otherwise.
inline UnitVersion unit(const std::string& id, const std::string& from = "2021-01-01",
                        const std::string& to = "", const std::string& end_event = "",
                        const std::string& successor = "") {
  UnitVersion version;
  version.unit_id = id;
  version.version = 1;
  version.org_type = "CDCS";
  version.host_type = "BVDK_HUYEN";
  version.from = parse_day(from);
  version.to = to.empty() ? kLastDay : parse_day(to);
  version.end_event = end_event;
  version.successor_id = successor;
  return version;
}

inline UnitVersion sector() {
  UnitVersion version = unit("U-CDN");
  version.org_type = "CDN";
  version.host_type = "";
  return version;
}

inline PeriodDates period(int year, const std::string& kind, const std::string& lock_at = "") {
  PeriodDates dates;
  dates.code = std::to_string(year) + "-" + kind;
  dates.kind = kind;
  dates.year = year;
  dates.start = parse_day(std::to_string(year) + "-01-01");
  dates.end = parse_day(std::to_string(year) + (kind == "FY" ? "-12-31" : "-06-30"));
  dates.due_unit = dates.end + 10;
  dates.due_sector = dates.end + 20;
  if (!lock_at.empty()) dates.lock_at = parse_instant(lock_at);
  return dates;
}

struct World {
  World(std::vector<UnitVersion> units, std::vector<PeriodDates> periods, FormKeys published = {})
      : forms(std::move(published)) {
    units.push_back(sector());
    ledger.set_units(std::move(units));
    ledger.set_periods(std::move(periods));
  }

  Names names;
  FormKeys forms;
  FactReader reader{test::union_schema(), definitions(), names, forms};
  Ledger ledger{definitions(), names};
  std::map<std::pair<std::string, std::string>, std::vector<Facts>> known;

  // One revision. Missing envelope fields are a first revision that was approved when it came.
  Id add(const std::string& type_name, json line) {
    const Type& type = *test::union_schema().type(type_name);
    const std::string text = line.value("id", type_name + std::to_string(known.size()));
    const Id id = make_uuid_v5(Id{}, text);
    if (!line.contains("review_status")) line["review_status"] = "APPROVED";
    const auto rev = line.value("rev", 1u);
    const std::string received = line.value("received_at", "2021-01-01T00:00:00Z");
    const std::string updated = line.value("updated_at", received);
    const bool deleted = line.value("deleted", false);
    line["id"] = id.text();
    for (const char* key : {"rev", "received_at", "updated_at", "deleted"}) line.erase(key);
    record::ParseOptions options;
    options.source = record::Source::kLoad;
    const auto parsed = record::parse_record(type, line, options);
    INFO(parsed.status().message());
    REQUIRE(parsed.ok());
    core::Cells cells = parsed->cells;
    if (deleted) core::set_cell(cells, {kDeletedField, {}}, Value(std::int64_t{1}));
    auto facts = reader.read(type, id, cells);
    REQUIRE(facts.has_value());
    facts->rev = rev;
    facts->received_at = *parse_instant(received);
    facts->updated_at = *parse_instant(updated);
    auto& versions = known[{type_name, text}];
    versions.push_back(*facts);
    ledger.put({type.number, id, versions});
    return id;
  }

  // An activity that counts, changed as `patch` says.
  Id activity(json patch) {
    json line{{"unit_id", "A"},
              {"category", "TT01"},
              {"topics", {"T1"}},
              {"start_date", "2026-03-10"},
              {"status", "DONE"},
              {"organiser_level", "CDCS"},
              {"attendance_mode", "HEADCOUNT"}};
    line.merge_patch(patch);
    return add("activity", line);
  }
  Id headcount(const std::string& unit_id, json patch, const std::string& as_of = "2026-03-31") {
    json line{{"unit_id", unit_id}, {"as_of", as_of}};
    line.merge_patch(patch);
    return add("headcount", line);
  }

  json now(const std::string& code) { return view(code, ViewKind::kCurrent); }
  json official(const std::string& code) { return view(code, ViewKind::kOfficial); }
  json view(const std::string& code, ViewKind kind) {
    const Figures* figures = ledger.figures(code, kind);
    return figures == nullptr ? json() : figures_json(*figures, {definitions(), names});
  }
};

}  // namespace nhip::indicators
