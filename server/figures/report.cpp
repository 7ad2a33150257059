#include "figures/report.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "centre/records.h"
#include "figures/adjustments.h"
#include "figures/locks.h"
#include "figures/report_lines.h"
#include "indicators/figures_json.h"

namespace nhip::server {
namespace {

using nlohmann::json;

Result<json> written_report(Centre& centre, const std::string& code, const std::string& unit_id) {
  NHIP_TRY_ASSIGN(const json reports, records(centre, {"report", unit_id, std::nullopt}));
  for (const json& each : reports) {
    if (each["period"] == code) return each;
  }
  return json();
}

const indicators::Figures& current(FigureBook& book, const std::string& code) {
  return *book.ledger().figures(code, indicators::ViewKind::kCurrent);
}

std::string name_of(FigureBook& book, const std::string& unit_id, indicators::Day day) {
  const auto* version = book.ledger().lineage().on(book.ledger().names().find(unit_id), day);
  return version == nullptr ? "" : version->name;
}

Status check_period(FigureBook& book, const std::string& code) {
  if (book.ledger().period(code) != nullptr) return {};
  return Status(Code::kInvalid, "unknown_period", "there is no period " + code,
                "nhipd period list");
}

// What the unit last said of its women's committee: form KS-NC-03, answered in the year up to the
// period's last day.
Result<json> committee(FigureBook& book, const indicators::PeriodDates& period,
                       const std::string& unit_id) {
  NHIP_TRY_ASSIGN(const json responses,
                  records(book.centre(), {"survey_response", unit_id, std::nullopt}));
  json latest;
  for (const json& each : responses) {
    const json& day = each["answered_on"];
    const json& state = each["review_status"];
    if (each["form_id"] != book.ledger().definitions().committee_form || !day.is_string() ||
        (state != "SUBMITTED" && state != "APPROVED")) {
      continue;
    }
    const indicators::Day answered = indicators::parse_day(day.get<std::string>());
    if (answered <= indicators::year_before(period.end) || answered > period.end) continue;
    if (latest.is_null() || latest["answered_on"] < day) latest = each;
  }
  if (latest.is_null()) return json();
  const json answers = latest.value("answers", json::object());
  return json{{"consolidated_on", answers.value("nc_consolidated_on", json())},
              {"models", answers.value("nc_models", json())}};
}

// A unit's row with what only its own report tells; null when it was no unit then.
Result<json> unit_row(FigureBook& book, const std::string& code, const std::string& unit_id) {
  if (code.empty()) return json();
  NHIP_TRY_ASSIGN(const json units, current_units(book, code));
  const auto row = units.find(unit_id);
  if (row == units.end()) return json();
  json out = *row;
  NHIP_TRY_ASSIGN(out["committee"], committee(book, *book.ledger().period(code), unit_id));
  return out;
}

// What the units know of their people, added up; what nobody knows stays unknown.
json headcount_sums(const json& units) {
  json sums = json::object();
  if (!units.is_object()) return sums;
  for (const auto& [unit, row] : units.items()) {
    if (unit.starts_with("__") || !row.contains("headcount")) continue;
    for (const auto& [field, value] : row["headcount"].items()) {
      if (!value.is_number_integer()) continue;
      sums[field] = sums.value(field, std::int64_t{0}) + value.get<std::int64_t>();
    }
  }
  return sums;
}

struct SectorFigures {
  json figures;  // with "headcount"
  bool official = false;
};

// Official where the period is locked; null figures for no period.
Result<SectorFigures> sector_figures(FigureBook& book, const std::string& code) {
  SectorFigures out;
  if (code.empty()) return out;
  NHIP_TRY_ASSIGN(out.figures, official_figures(book, code));
  out.official = !out.figures.is_null();
  json units;
  if (out.official) {
    NHIP_TRY_ASSIGN(units, official_units(book, code));
  } else {
    NHIP_TRY_ASSIGN(out.figures, current_figures(book, code));
    NHIP_TRY_ASSIGN(units, current_units(book, code));
  }
  out.figures["headcount"] = headcount_sums(units);
  return out;
}

bool holds(const json& list, const std::string& unit) {
  return std::find(list.begin(), list.end(), unit) != list.end();
}

// One row per unit of the base, from the very figures that the report prints.
json unit_table(FigureBook& book, const json& figures, indicators::Day day) {
  json rows = json::array();
  for (const auto& [unit, status] : figures["IND04"]["by_unit"].items()) {
    rows.push_back({{"unit_id", unit},
                    {"name", name_of(book, unit, day)},
                    {"IND01", figures["IND01"]["by_unit"].value(unit, json())},
                    {"IND02", figures["IND02"]["by_unit"].value(unit, json())},
                    {"IND03", !holds(figures["IND03"]["units_without"], unit)},
                    {"IND04", status},
                    {"IND05", !holds(figures["IND05"]["units_without"], unit)}});
  }
  return rows;
}

json units_with(const json& by_unit, const char* status) {
  json units = json::array();
  for (const auto& [unit, each] : by_unit.items()) {
    if (each == status) units.push_back(unit);
  }
  return units;
}

}  // namespace

std::string year_earlier(FigureBook& book, const std::string& code) {
  const indicators::PeriodDates& period = *book.ledger().period(code);
  for (const indicators::PeriodDates& each : book.ledger().periods()) {
    if (each.kind == period.kind && each.year == period.year - 1) return each.code;
  }
  return {};
}

Result<json> unit_report(FigureBook& book, const std::string& code, const std::string& unit_id) {
  NHIP_TRY(check_period(book, code));
  const indicators::Figures& figures = current(book, code);
  NHIP_TRY_ASSIGN(const json row, unit_row(book, code, unit_id));
  if (row.is_null() || unit_id.starts_with("__")) {
    return Status(Code::kInvalid, "unknown_unit",
                  unit_id + " is no unit on the last day of " + code);
  }
  NHIP_TRY_ASSIGN(const json before, unit_row(book, year_earlier(book, code), unit_id));
  NHIP_TRY_ASSIGN(const json written, written_report(book.centre(), code, unit_id));
  const bool there = written.is_object();
  const auto field = [&](const char* name, json otherwise) {
    return there ? written.value(name, otherwise) : otherwise;
  };
  return json{{"period", code},
              {"unit_id", unit_id},
              {"name", name_of(book, unit_id, figures.period.end)},
              {"status", field("status", "MISSING")},
              {"review_status", field("review_status", json())},
              {"doc_no", field("doc_no", json())},
              {"submitted_at", field("submitted_at", json())},
              {"sections", field("sections", json::object())},
              {"overrides", field("overrides", json::array())},
              {"lines", report_lines(ReportOf::kUnit, row, before)}};
}

Result<json> sector_report(FigureBook& book, const std::string& code) {
  NHIP_TRY(check_period(book, code));
  NHIP_TRY_ASSIGN(const SectorFigures of_period, sector_figures(book, code));
  NHIP_TRY_ASSIGN(const SectorFigures before, sector_figures(book, year_earlier(book, code)));
  const json& figures = of_period.figures;
  const bool official = of_period.official;
  json changes = json::array();
  if (official) {
    NHIP_TRY_ASSIGN(changes, adjustments(book, code));
  }
  const json& by_unit = figures["IND04"]["by_unit"];
  return json{{"period", code},
              {"view", official ? "official" : "current"},
              {"lines", report_lines(ReportOf::kSector, figures, before.figures)},
              {"units", unit_table(book, figures, book.ledger().period(code)->end)},
              {"units_without_activity", figures["IND03"]["units_without"]},
              {"units_late", units_with(by_unit, "LATE")},
              {"units_missing", units_with(by_unit, "MISSING")},
              {"units_without_base",
               {{"IND01", figures["IND01"]["units_missing"]},
                {"IND02", figures["IND02"]["units_missing"]}}},
              {"verdicts",
               {{"IND01", figures["IND01"]["met"]},
                {"IND02", figures["IND02"]["met"]},
                {"IND03", figures["IND03"]["all_met"]}}},
              {"adjustments", std::move(changes)}};
}

}  // namespace nhip::server
