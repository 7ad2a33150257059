#include "figures/completeness.h"

#include <nlohmann/json.hpp>

#include "indicators/figures_json.h"

namespace nhip::server {
namespace {

using indicators::Handing;
using indicators::UnitRow;
using nlohmann::json;

bool has_content(const UnitRow& row) {
  return row.activities > 0 || row.has_plan || row.cases > 0 || row.contributions > 0 ||
         row.annual + row.adhoc > 0 || row.committee_said;
}

}  // namespace

json completeness(FigureBook& book, const std::string& code) {
  indicators::Ledger& ledger = book.ledger();
  const indicators::Figures& figures = *ledger.figures(code, indicators::ViewKind::kCurrent);
  std::int64_t on_time = 0, late = 0, non_empty = 0;
  json units = json::array(), reminders = json::array();
  for (const UnitRow& row : figures.units) {
    const bool received = row.report != Handing::kMissing;
    const bool content = received && has_content(row);
    on_time += row.report == Handing::kOnTime ? 1 : 0;
    late += row.report == Handing::kLate ? 1 : 0;
    non_empty += content ? 1 : 0;
    const indicators::UnitVersion* version = ledger.lineage().on(row.unit, figures.period.end);
    const std::string& unit = book.names().text(row.unit);
    if (!received) reminders.push_back(unit);
    units.push_back(
        {{"unit_id", unit},
         {"name", version->name},
         {"status", indicators::handing_text(row.report)},
         {"handed_in",
          row.reported == indicators::kNoDay ? json() : json(indicators::day_text(row.reported))},
         {"non_empty", content}});
  }
  const auto expected = static_cast<std::int64_t>(figures.units.size());
  const indicators::Day due = figures.period.due_unit;
  return {{"period", code},
          {"due_unit", due == indicators::kNoDay ? json() : json(indicators::day_text(due))},
          {"expected", expected},
          {"received", on_time + late},
          {"non_empty", non_empty},
          {"on_time", on_time},
          {"late", late},
          {"missing", expected - on_time - late},
          {"units", std::move(units)},
          {"reminders", std::move(reminders)}};
}

}  // namespace nhip::server
