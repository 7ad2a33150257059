#include "figures/report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "centre/records.h"
#include "figures/adjustments.h"
#include "figures/locks.h"
#include "indicators/figures_json.h"

namespace nhip::server {
namespace {

using nlohmann::json;

// Where a line of the report's annex (domain §9) takes its value from: a unit's row, and the
// sector's figures.
struct ReportLine {
  const char* code;
  const char* name;
  const char* of_unit;
  const char* of_sector;  // empty: not in the sector's report
};

constexpr std::array<ReportLine, 26> kLines = {{
    {"PL-03", "Cán bộ công đoàn", "/IND01/den", "/IND01/den"},
    {"PL-04", "Gia đình CNVCLĐ", "/IND02/den", "/IND02/den"},
    {"PL-05", "Ban Nữ công quần chúng đã thành lập", "/IND08/established", "/IND08/num"},
    {"PL-07", "Kế hoạch có lồng ghép mục tiêu trẻ em", "/IND05/has_plan", "/IND05/num"},
    {"PL-10", "Cán bộ được truyền thông", "/IND01/num", "/IND01/num"},
    {"PL-11", "Tỷ lệ (phần nghìn)", "/IND01/pct_tenths", "/IND01/pct_tenths"},
    {"PL-12", "Gia đình được truyền thông", "/IND02/num", "/IND02/num"},
    {"PL-13", "Tỷ lệ (phần nghìn)", "/IND02/pct_tenths", "/IND02/pct_tenths"},
    {"PL-14", "Có hoạt động vì trẻ em", "/IND03/has_activity", "/IND03/num"},
    {"PL-20", "Số hoạt động", "/IND06/activities", "/IND06/activities"},
    {"PL-21", "Số hoạt động vì trẻ em", "/IND06/child_activities", "/IND06/child_activities"},
    {"PL-22", "Lượt trẻ em", "/IND06/children_turns", "/IND06/children_turns"},
    {"PL-23", "Kinh phí công đoàn", "/IND07/union", "/IND07/union"},
    {"PL-24", "Kinh phí chuyên môn", "/IND07/employer", "/IND07/employer"},
    {"PL-25", "Kinh phí tài trợ", "/IND07/sponsor", "/IND07/sponsor"},
    {"PL-26", "Kinh phí khác", "/IND07/other", "/IND07/other"},
    {"PL-30", "Phòng vắt, trữ sữa", "/IND09/rooms", "/IND09/rooms"},
    {"PL-31", "Phòng đạt đủ tiêu chuẩn", "/IND09/rooms_standard", "/IND09/rooms_standard"},
    {"PL-32", "Đơn vị bắt buộc đã có phòng", "", "/IND09/obligated_with_room/num"},
    {"PL-33", "Đơn vị bắt buộc có phòng", "", "/IND09/obligated_with_room/den"},
    {"PL-34", "Số trường hợp hỗ trợ", "/IND10/cases", "/IND10/cases"},
    {"PL-35", "Số tiền hỗ trợ", "/IND10/amount_vnd", "/IND10/amount_vnd"},
    {"PL-36", "Trẻ khó khăn được hỗ trợ", "", "/IND10/hardship_supported/num"},
    {"PL-37", "Trẻ trong danh sách khó khăn", "", "/IND10/hardship_supported/den"},
    {"PL-40", "Ý kiến tham gia chính sách", "/IND13/total", "/IND13/total"},
    {"PL-41", "Chương trình phối hợp năm", "/IND11/annual", "/IND11/annual"},
}};

json lines_of(const json& figures, const char* ReportLine::*where) {
  json lines = json::array();
  for (const ReportLine& line : kLines) {
    if (*(line.*where) == '\0') continue;
    lines.push_back({{"code", line.code},
                     {"name", line.name},
                     {"value", figures.value(json::json_pointer(line.*where), json())}});
  }
  return lines;
}

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

Result<json> unit_report(FigureBook& book, const std::string& code, const std::string& unit_id) {
  NHIP_TRY(check_period(book, code));
  const indicators::Figures& figures = current(book, code);
  const json units = indicators::units_json(figures, {book.ledger().definitions(), book.names()});
  const auto row = units.find(unit_id);
  if (row == units.end() || unit_id.starts_with("__")) {
    return Status(Code::kInvalid, "unknown_unit",
                  unit_id + " is no unit on the last day of " + code);
  }
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
              {"lines", lines_of(*row, &ReportLine::of_unit)}};
}

Result<json> sector_report(FigureBook& book, const std::string& code) {
  NHIP_TRY(check_period(book, code));
  NHIP_TRY_ASSIGN(json figures, official_figures(book, code));
  const bool official = !figures.is_null();
  if (!official) {
    NHIP_TRY_ASSIGN(figures, current_figures(book, code));
  }
  json changes = json::array();
  if (official) {
    NHIP_TRY_ASSIGN(changes, adjustments(book, code));
  }
  const json& by_unit = figures["IND04"]["by_unit"];
  return json{{"period", code},
              {"view", official ? "official" : "current"},
              {"lines", lines_of(figures, &ReportLine::of_sector)},
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
