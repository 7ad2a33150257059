// Export writes what import reads: ISO dates, plain integers, a comma in decimals, so a file may go
// through a spreadsheet and come back.
#include "record_csv.h"

#include <algorithm>
#include <set>

#include "csv_reader.h"
#include "field_path.h"
#include "nhip/text.h"
#include "screen_format.h"

namespace nhip::cli {
namespace {

Status bad_cell(Language language, std::string_view name, Message message, Message hint,
                std::string_view path, std::string_view text) {
  return make_status(language, Code::kInvalid, name, message, hint, {path, text});
}

Result<Json> boolean_of(Language language, const Field& field, std::string_view text) {
  std::string word(trim_blanks(text));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string composed = text::to_nfc(word).value_or(word);
  for (const std::string_view yes : {"true", "1", "có", "yes"}) {
    if (composed == yes) return Json(true);
  }
  for (const std::string_view no : {"false", "0", "không", "no"}) {
    if (composed == no) return Json(false);
  }
  return bad_cell(language, "wrong_type", Message::kBadBoolean, Message::kUsageHint, field.path,
                  text);
}

Result<Json> scalar_of(Language language, const Field& field, FieldType type,
                       std::string_view text) {
  switch (type) {
    case FieldType::kInteger: {
      if (const auto number = integer_from_person(text)) return Json(*number);
      return bad_cell(language, "wrong_type", Message::kBadNumber, Message::kBadNumberHint,
                      field.path, text);
    }
    case FieldType::kReal: {
      if (const auto number = real_from_person(text)) return Json(*number);
      return bad_cell(language, "wrong_type", Message::kBadReal, Message::kBadNumberHint,
                      field.path, text);
    }
    case FieldType::kBoolean: return boolean_of(language, field, text);
    case FieldType::kDate: {
      if (auto date = iso_date_from_person(text)) return Json(std::move(*date));
      return bad_cell(language, "bad_date", Message::kBadDate, Message::kBadDateHint, field.path,
                      text);
    }
    case FieldType::kInstant: {
      if (auto instant = iso_instant_from_person(text)) return Json(std::move(*instant));
      return bad_cell(language, "bad_date", Message::kBadDate, Message::kBadDateHint, field.path,
                      text);
    }
    case FieldType::kJson: return value_from_text(unguard_formula(text));
    case FieldType::kReference:
    case FieldType::kBlob: return Json(std::string(trim_blanks(text)));
    case FieldType::kText: return Json(std::string(unguard_formula(text)));
  }
  return Json(std::string(text));
}

Result<Json> list_of(Language language, const Field& field, std::string_view text) {
  const FieldType type = field.keys.empty() ? FieldType::kText : field.keys.front().type;
  Json list = Json::array();
  while (true) {
    const std::size_t end = text.find(';');
    const std::string_view element = trim_blanks(text.substr(0, end));
    if (!element.empty()) {
      NHIP_TRY_ASSIGN(Json value, scalar_of(language, field, type, element));
      list.push_back(std::move(value));
    }
    if (end == std::string_view::npos) return list;
    text.remove_prefix(end + 1);
  }
}

Result<Json> structure_of(Language language, std::string_view text) {
  Json value = Json::parse(text, nullptr, false);
  if (!value.is_discarded()) return value;
  return make_status(language, Code::kMalformed, "broken_json", Message::kBrokenJson,
                     Message::kBrokenJsonHint);
}

// What stands at a dotted path of at most two levels, or null.
const Json* value_at(const Json& record, std::string_view path) {
  const Json* value = &record;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string part(path.substr(0, dot));
    if (!value->is_object() || !value->contains(part)) return nullptr;
    value = &value->at(part);
    if (dot == std::string_view::npos) return value;
    path.remove_prefix(dot + 1);
  }
}

// A list fits between semicolons when none of its elements would be read differently.
bool fits_between_semicolons(const Json& list) {
  for (const Json& element : list) {
    if (!element.is_string()) {
      if (element.is_structured() || element.is_null()) return false;
      continue;
    }
    const auto& text = element.get_ref<const std::string&>();
    if (text.empty() || text.find(';') != std::string::npos || text.starts_with('[')) return false;
    if (trim_blanks(text).size() != text.size() || guard_formula(text) != text) return false;
  }
  return true;
}

std::string cell_text(const Field& field, const Json& value) {
  if (value.is_null()) return {};
  if (field.shape == Shape::kSet && value.is_array() && fits_between_semicolons(value)) {
    std::string out;
    for (const Json& element : value) {
      if (!out.empty()) out += ';';
      out += element.is_string() ? element.get_ref<const std::string&>() : dump(element);
    }
    return out;
  }
  if (field.is_scalar() && value.is_string() && field.column.type != FieldType::kJson) {
    return guard_formula(value.get_ref<const std::string&>());
  }
  if (field.is_scalar() && field.column.type == FieldType::kReal && value.is_number()) {
    return real_for_person(value.get<double>());
  }
  return dump(value);
}

}  // namespace

Result<Json> cell_to_json(Language language, const Field& field, std::string_view text) {
  switch (field.shape) {
    case Shape::kScalar: return scalar_of(language, field, field.column.type, text);
    case Shape::kSet:
      return text.starts_with('[') ? structure_of(language, text) : list_of(language, field, text);
    case Shape::kObjects:
    case Shape::kMap: return structure_of(language, text);
  }
  return structure_of(language, text);
}

Result<CsvColumns> CsvColumns::parse(Language language, const Type& type,
                                     const std::vector<std::string>& header) {
  CsvColumns columns;
  std::set<std::string> seen;
  for (const std::string& name : header) {
    const std::string path(trim_blanks(name));
    if (!text::is_utf8(path)) {
      return make_status(language, Code::kMalformed, "not_utf8", Message::kNotUtf8,
                         Message::kNotUtf8Hint);
    }
    if (!parse_assignment(path + "=") || !seen.insert(path).second) {
      return make_status(language, Code::kInvalid, "bad_header", Message::kCsvHeader,
                         Message::kCsvHeaderHint, {path});
    }
    Column column{path, type.field(std::string_view(path)), false, false};
    column.ignored = path == "_meta" || path.starts_with("_meta.");
    if (column.field == nullptr && path.find('.') != std::string::npos) {
      const Field* whole = type.field(std::string_view(path).substr(0, path.rfind('.')));
      if (whole != nullptr && whole->shape == Shape::kMap) {
        column.field = whole;
        column.map_value = true;
      }
    }
    columns.columns_.push_back(std::move(column));
  }
  return columns;
}

Result<Json> CsvColumns::record(Language language, const std::vector<std::string>& cells) const {
  if (cells.size() != columns_.size()) {
    return make_status(language, Code::kInvalid, "wrong_columns", Message::kCsvColumns,
                       Message::kCsvHeaderHint,
                       {std::to_string(cells.size()), std::to_string(columns_.size())});
  }
  Json record = Json::object();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Column& column = columns_[i];
    if (column.ignored || trim_blanks(cells[i]).empty()) continue;
    if (!text::is_utf8(cells[i])) {
      return make_status(language, Code::kMalformed, "not_utf8", Message::kNotUtf8,
                         Message::kNotUtf8Hint);
    }
    Json value(std::string(unguard_formula(cells[i])));
    if (column.map_value) {
      value = value_from_text(unguard_formula(cells[i]));
    } else if (column.field != nullptr) {
      NHIP_TRY_ASSIGN(value, cell_to_json(language, *column.field, cells[i]));
    }
    Json* place = &record;
    std::string_view path = column.path;
    for (std::size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      place = &(*place)[std::string(path.substr(0, dot))];
      path.remove_prefix(dot + 1);
      if (!place->is_null() && !place->is_object()) {
        return make_status(language, Code::kInvalid, "bad_header", Message::kCsvHeader,
                           Message::kCsvHeaderHint, {column.path});
      }
    }
    if (place->is_object() && place->contains(std::string(path))) {
      return make_status(language, Code::kInvalid, "bad_header", Message::kCsvHeader,
                         Message::kCsvHeaderHint, {column.path});
    }
    (*place)[std::string(path)] = std::move(value);
  }
  return record;
}

std::string plain_cell_text(const Field& field, const Json& value) {
  return std::string(unguard_formula(cell_text(field, value)));
}

const Json* record_value(const Json& record, std::string_view path) {
  return value_at(record, path);
}

std::string csv_header(const Type& type) {
  std::string line = "id";
  for (const Field& field : type.fields) {
    if (!field.sealed) line += "," + csv_cell(field.path);
  }
  return line + "\r\n";
}

std::string csv_line(const Type& type, const Json& record) {
  std::string line;
  if (const Json* id = value_at(record, "id"); id != nullptr && id->is_string()) {
    line = id->get_ref<const std::string&>();
  }
  for (const Field& field : type.fields) {
    if (field.sealed) continue;
    const Json* value = value_at(record, field.path);
    line += "," + (value == nullptr ? std::string() : csv_cell(cell_text(field, *value)));
  }
  return line + "\r\n";
}

}  // namespace nhip::cli
