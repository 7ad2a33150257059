#include "exports/tables.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "centre/records.h"
#include "exports/public_figures.h"
#include "figures/completeness.h"
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

// A number, or what stands for a hidden one.
SheetCell covered_cell(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_integer() ? SheetCell(value.get<std::int64_t>()) : SheetCell();
}

// `covered`: the unit's row of public figures.
void add_tail(const UnitRow& row, const json& covered, std::vector<SheetCell>& cells) {
  cells.push_back(row.activities);
  cells.push_back(row.children);
  cells.push_back(money(row));
  cells.push_back(row.rooms);
  cells.push_back(covered_cell(covered["IND10"]["cases"]));
  cells.push_back(covered_cell(covered["IND10"]["amount_vnd"]));
}

void add_units(FigureBook& book, const Figures& figures, const json& covered, Sheet& sheet) {
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
    add_tail(row, covered[book.names().text(row.unit)], cells);
    sheet.rows.push_back(std::move(cells));
  }
  const auto add_other = [&](const char* name, const UnitRow& row, const json& how) {
    auto cells = head(name, "");
    cells.resize(12);
    add_tail(row, how, cells);
    sheet.rows.push_back(std::move(cells));
  };
  add_other("__SECTOR__", figures.sector, covered["__SECTOR__"]);
  add_other("__ENDED__", figures.ended, covered["__ENDED__"]);
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
  constexpr std::string_view kTenths = "_tenths";
  const bool is_percent = name.ends_with(kTenths);
  row.push_back(is_percent ? name.substr(0, name.size() - kTenths.size()) : name);
  if (is_percent && value.is_number_integer()) {
    row.push_back(SheetPercent{value.get<std::int64_t>()});
  } else if (value.is_number_integer()) {
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
    flatten(figure, "", indicator, {code, std::string(view)}, version, sheet);
  }
}

SheetCell record_cell(const json& value, FieldType type) {
  if (value.is_null()) return {};
  if (value.is_boolean()) return std::int64_t{value.get<bool>()};
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_string() && type == FieldType::kDate) return SheetDate{value.get<std::string>()};
  if (value.is_string()) return value.get<std::string>();
  const auto is_plain = [](const json& each) { return each.is_string(); };
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_plain)) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  std::string list;
  for (const json& each : value) list += (list.empty() ? "" : "; ") + each.get<std::string>();
  return list;
}

// What the codebook says of a field: the kind of value.
std::string field_meaning(const Field& field) {
  if (!field.is_scalar()) return "danh sách, cách nhau bằng \"; \" / list";
  switch (field.column.type) {
    case FieldType::kDate: return "ngày / day";
    case FieldType::kInteger: return "số nguyên / whole number";
    case FieldType::kBoolean: return "1 có, 0 không / 1 yes, 0 no";
    case FieldType::kInstant: return "thời điểm UTC / instant, UTC";
    case FieldType::kReference: return "mã bản ghi khác / id of another record";
    default: return "văn bản / text";
  }
}

}  // namespace

Result<std::vector<Sheet>> figure_sheets(FigureBook& book, const std::vector<std::string>& codes) {
  Sheet sector = empty_sector_sheet(), units = empty_units_sheet();
  const std::string& version = book.ledger().definitions().version;
  for (const std::string& code : codes) {
    NHIP_TRY_ASSIGN(json official, public_figures(book, code, ViewKind::kOfficial));
    if (!official["figures"].is_null()) {
      add_sector(code, "official", std::move(official["figures"]), version, sector);
    }
    NHIP_TRY_ASSIGN(json current, public_figures(book, code, ViewKind::kCurrent));
    add_units(book, *book.ledger().figures(code, ViewKind::kCurrent), current["units"], units);
    add_sector(code, "current", std::move(current["figures"]), version, sector);
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
  if (is_about_people(type_name)) {
    return Status(Code::kForbidden, "not_exported",
                  "a list of " + type_name + " would be about single people",
                  "export indicators, which has their sums");
  }
  NHIP_TRY_ASSIGN(const json list, records(centre, {type_name, "", std::nullopt}));
  const Type& type = *centre.schema().type(type_name);
  Sheet sheet;
  sheet.name = type_name.substr(0, 31);
  sheet.columns = {{"id", "mã bản ghi / id of the record"}};
  std::vector<const Field*> fields;
  for (const Field& field : type.fields) {
    // Participants are people's keys.
    if (field.sealed || field.path == "participants") continue;
    fields.push_back(&field);
    sheet.columns.push_back({field.path, field_meaning(field)});
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
