#include "exports/tables.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "centre/records.h"
#include "exports/suppression.h"
#include "figures/completeness.h"
#include "figures/locks.h"
#include "indicators/figures_json.h"

namespace nhip::server {
namespace {

using indicators::Figures;
using indicators::UnitRow;
using indicators::ViewKind;
using nlohmann::json;

SheetCell percent_cell(const indicators::Ratio& ratio) {
  const auto tenths = ratio.pct_tenths();
  return tenths ? SheetCell(SheetPercent{*tenths}) : SheetCell();
}

SheetCell number_cell(const std::optional<std::int64_t>& number) {
  return number ? SheetCell(*number) : SheetCell();
}

Sheet empty_units_sheet() {
  Sheet sheet;
  sheet.name = "Don vi";
  sheet.columns = {{"period", "Kỳ"},
                   {"unit_id", "Mã đơn vị; __SECTOR__: ngành, __ENDED__: đơn vị đã kết thúc"},
                   {"name", "Tên đơn vị vào ngày cuối kỳ"},
                   {"IND01_num", "Cán bộ công đoàn được truyền thông"},
                   {"IND01_den", "Tổng số cán bộ công đoàn; trống: thiếu số liệu nền"},
                   {"IND01_pct", "Tỷ lệ"},
                   {"IND02_num", "Gia đình được truyền thông, giáo dục"},
                   {"IND02_den", "Tổng số gia đình; trống: thiếu số liệu nền"},
                   {"IND02_pct", "Tỷ lệ"},
                   {"IND03", "Có hoạt động vì trẻ em: 1 có, 0 không"},
                   {"IND04", "Báo cáo: ON_TIME, LATE, MISSING"},
                   {"IND05", "Kế hoạch có lồng ghép: 1 có, 0 không"},
                   {"IND06_activities", "Số hoạt động"},
                   {"IND06_children", "Lượt trẻ em"},
                   {"IND07_total", "Kinh phí, đồng"},
                   {"IND09_rooms", "Số phòng vắt, trữ sữa"},
                   {"IND10_cases", "Số trường hợp hỗ trợ; <5 và … là ô được che"},
                   {"IND10_amount", "Số tiền hỗ trợ, đồng; che cùng số trường hợp"}};
  return sheet;
}

std::int64_t money(const UnitRow& row) {
  std::int64_t total = 0;
  for (const std::int64_t each : row.funding) total += each;
  return total;
}

void add_tail(const UnitRow& row, Shown shown, std::vector<SheetCell>& cells) {
  cells.push_back(row.activities);
  cells.push_back(row.children);
  cells.push_back(money(row));
  cells.push_back(row.rooms);
  cells.push_back(shown_cell(row.cases, shown));
  // An amount would tell how many cases there were.
  cells.push_back(shown == Shown::kAsIs ? SheetCell(row.amount) : SheetCell(std::string("…")));
}

void add_units(FigureBook& book, const Figures& figures, Sheet& sheet) {
  std::vector<std::int64_t> cases;
  for (const UnitRow& row : figures.units) cases.push_back(row.cases);
  cases.push_back(figures.sector.cases);
  cases.push_back(figures.ended.cases);
  const std::vector<Shown> shown = suppress(cases);
  const auto head = [&](const std::string& unit, const std::string& name) {
    return std::vector<SheetCell>{figures.period.code, unit, name};
  };
  for (std::size_t i = 0; i < figures.units.size(); ++i) {
    const UnitRow& row = figures.units[i];
    const auto* version = book.ledger().lineage().on(row.unit, figures.period.end);
    auto cells = head(book.names().text(row.unit), version->name);
    for (std::size_t k = 0; k < indicators::kAudiences; ++k) {
      const indicators::ReachOfUnit& reach = figures.reach[k].by_unit[i];
      cells.push_back(reach.den ? SheetCell(reach.num) : SheetCell());
      cells.push_back(number_cell(reach.den));
      cells.push_back(percent_cell({reach.num, reach.den.value_or(0), std::nullopt}));
    }
    cells.push_back(std::int64_t{row.has_child_activity});
    cells.push_back(std::string(indicators::handing_text(row.report)));
    cells.push_back(std::int64_t{row.has_plan});
    add_tail(row, shown[i], cells);
    sheet.rows.push_back(std::move(cells));
  }
  const auto add_other = [&](const char* name, const UnitRow& row, Shown how) {
    auto cells = head(name, "");
    cells.resize(12);
    add_tail(row, how, cells);
    sheet.rows.push_back(std::move(cells));
  };
  add_other("__SECTOR__", figures.sector, shown[figures.units.size()]);
  add_other("__ENDED__", figures.ended, shown[figures.units.size() + 1]);
}

Sheet empty_sector_sheet() {
  Sheet sheet;
  sheet.name = "Chi tieu";
  sheet.columns = {{"period", "Kỳ"},
                   {"view", "official: số liệu đã chốt; current: số liệu hiện tại"},
                   {"indicator", "Mã chỉ tiêu"},
                   {"measure", "Đại lượng"},
                   {"value", "Giá trị; <5 và … là ô được che"},
                   {"definitions_version", "Phiên bản định nghĩa"}};
  return sheet;
}

// Hardship and cases: the counts of one table are suppressed together.
void suppress_cases(json& figure) {
  json& types = figure["by_type"];
  std::vector<std::int64_t> counts;
  for (const auto& [type, each] : types.items()) counts.push_back(each["cases"]);
  const std::vector<Shown> shown = suppress(counts);
  const auto hide = [](json& value, Shown how) {
    if (how != Shown::kAsIs) value = how == Shown::kFewer ? "<5" : "…";
  };
  std::size_t i = 0;
  bool any = false;
  for (auto& [type, each] : types.items()) {
    any = any || shown[i] != Shown::kAsIs;
    if (shown[i] != Shown::kAsIs) each["amount_vnd"] = "…";
    hide(each["cases"], shown[i++]);
  }
  // Alone, a small type is the total; then the total and the amounts are all there is to hide.
  const std::int64_t total = figure["cases"];
  if (suppress({total}).front() != Shown::kAsIs) hide(figure["cases"], Shown::kFewer);
  if (total > 0 && total < 5) figure["amount_vnd"] = "…";
  json& hardship = figure["hardship_supported"];
  const std::vector<Shown> children = suppress(
      {hardship["num"], hardship["den"].get<std::int64_t>() - hardship["num"].get<std::int64_t>()});
  if (children[0] != Shown::kAsIs || children[1] != Shown::kAsIs) {
    hide(hardship["num"], children[0] == Shown::kAsIs ? Shown::kHidden : children[0]);
    hide(hardship["den"], Shown::kHidden);
    hardship["pct_tenths"] = "…";
  }
}

// Every number of a figure under its dotted name.
void flatten(const json& value, const std::string& name, const std::string& indicator,
             const std::vector<SheetCell>& head, const std::string& version, Sheet& sheet) {
  if (value.is_object()) {
    for (const auto& [key, each] : value.items()) {
      if (key == "by_unit") continue;
      flatten(each, name.empty() ? key : name + "." + key, indicator, head, version, sheet);
    }
    return;
  }
  std::vector<SheetCell> row = head;
  row.push_back(indicator);
  row.push_back(name);
  if (value.is_number_integer()) {
    row.push_back(value.get<std::int64_t>());
  } else if (value.is_boolean()) {
    row.push_back(std::int64_t{value.get<bool>()});
  } else if (value.is_string()) {
    row.push_back(value.get<std::string>());
  } else if (value.is_array()) {
    std::string list;
    for (const json& each : value) list += (list.empty() ? "" : " ") + each.get<std::string>();
    row.push_back(list);
  } else {
    row.push_back(SheetCell());
  }
  row.push_back(version);
  sheet.rows.push_back(std::move(row));
}

void add_sector(const std::string& code, const char* view, json figures, const std::string& version,
                Sheet& sheet) {
  for (auto& [indicator, figure] : figures.items()) {
    if (indicator == "IND10") suppress_cases(figure);
    flatten(figure, "", indicator, {code, std::string(view)}, version, sheet);
  }
}

// Types whose every row is about one person or child.
constexpr std::array<std::string_view, 3> kAboutPeople = {"support_case", "survey_response",
                                                          "person"};

SheetCell record_cell(const json& value, FieldType type) {
  if (value.is_null()) return {};
  if (value.is_boolean()) return std::int64_t{value.get<bool>()};
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_string() && type == FieldType::kDate) return SheetDate{value.get<std::string>()};
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

Result<std::vector<Sheet>> figure_sheets(FigureBook& book, const std::vector<std::string>& codes) {
  Sheet sector = empty_sector_sheet(), units = empty_units_sheet();
  const std::string& version = book.ledger().definitions().version;
  for (const std::string& code : codes) {
    NHIP_TRY_ASSIGN(json official, official_figures(book, code));
    if (!official.is_null()) add_sector(code, "official", std::move(official), version, sector);
    NHIP_TRY_ASSIGN(json current, current_figures(book, code));
    add_sector(code, "current", std::move(current), version, sector);
    add_units(book, *book.ledger().figures(code, ViewKind::kCurrent), units);
  }
  return std::vector<Sheet>{std::move(sector), std::move(units)};
}

Sheet completeness_sheet(FigureBook& book, const std::vector<std::string>& codes) {
  Sheet sheet;
  sheet.name = "Bao cao";
  sheet.columns = {{"period", "Kỳ"},
                   {"unit_id", "Mã đơn vị"},
                   {"name", "Tên đơn vị vào ngày cuối kỳ"},
                   {"status", "ON_TIME: đúng hạn, LATE: trễ, MISSING: chưa nộp"},
                   {"handed_in", "Ngày nộp (giờ Việt Nam)"},
                   {"due_unit", "Hạn nộp"},
                   {"non_empty", "Có số liệu: 1 có, 0 không"}};
  for (const std::string& code : codes) {
    const json all = completeness(book, code);
    const auto day = [](const json& value) {
      return value.is_null() ? SheetCell() : SheetCell(SheetDate{value.get<std::string>()});
    };
    for (const json& unit : all["units"]) {
      sheet.rows.push_back({code, unit["unit_id"].get<std::string>(),
                            unit["name"].get<std::string>(), unit["status"].get<std::string>(),
                            day(unit["handed_in"]), day(all["due_unit"]),
                            std::int64_t{unit["non_empty"].get<bool>()}});
    }
  }
  return sheet;
}

Result<Sheet> record_sheet(Centre& centre, const std::string& type_name) {
  for (const std::string_view about : kAboutPeople) {
    if (about != type_name) continue;
    return Status(Code::kForbidden, "not_exported",
                  "a list of " + type_name + " would be about single people",
                  "export indicators, which has their sums");
  }
  NHIP_TRY_ASSIGN(const json list, records(centre, {type_name, "", std::nullopt}));
  const Type& type = *centre.schema().type(type_name);
  Sheet sheet;
  sheet.name = type_name.substr(0, 31);
  sheet.columns = {{"id", "id"}};
  std::vector<const Field*> fields;
  for (const Field& field : type.fields) {
    // Participants are people's keys.
    if (field.sealed || field.path == "participants") continue;
    fields.push_back(&field);
    sheet.columns.push_back({field.path, field.path});
  }
  for (const json& record : list) {
    std::vector<SheetCell> row{record["id"].get<std::string>()};
    for (const Field* field : fields) {
      std::string pointer = "/" + field->path;
      std::replace(pointer.begin(), pointer.end(), '.', '/');
      row.push_back(
          record_cell(record.value(json::json_pointer(pointer), json()), field->column.type));
    }
    sheet.rows.push_back(std::move(row));
  }
  return sheet;
}

}  // namespace nhip::server
