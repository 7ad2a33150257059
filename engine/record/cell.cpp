// Single cells as a person meets them in a list of conflicts: a path, and the JSON of a value.

#include <nlohmann/json.hpp>

#include <algorithm>

#include "record/column_json.h"
#include "record/element_json.h"

namespace nhip::record {

namespace {

using core::CellKey;
using nlohmann::json;

constexpr std::string_view kDeletedPath = "deleted";
constexpr std::string_view kExtraPath = "extra";

// "a,b" of key columns, with \ before commas and backslashes inside one. A single key stands as it
// is.
std::string keys_path(const Field& field, const std::string& element) {
  if (field.keys.size() == 1) return element;
  std::string path;
  const std::vector<std::string> keys = core::split_element(element);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) path += ',';
    for (const char c : keys[i]) {
      if (c == ',' || c == '\\') path += '\\';
      path += c;
    }
  }
  return path;
}

std::string element_from_path(const Field& field, std::string_view path) {
  if (field.keys.size() == 1) return std::string(path);
  std::vector<std::string> keys(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == ',') {
      keys.emplace_back();
      continue;
    }
    if (path[i] == '\\' && i + 1 < path.size()) ++i;
    keys.back() += path[i];
  }
  return core::make_element(keys);
}

std::optional<CellKey> element_cell(const Field& field, std::string element) {
  if (!element_keys(field, element)) return std::nullopt;
  return CellKey{field.number, std::move(element)};
}

Result<Value> read_objects_value(const Field& field, const json& value, const std::string& path) {
  if (!value.is_object()) return refusal(path, "wrong_type", "must be an object");
  Reading reading;
  std::vector<Value> columns;
  for (const Column& column : field.values) {
    const auto found = value.find(column.name);
    const json missing;
    NHIP_TRY_ASSIGN(Value read, read_column(column, found == value.end() ? missing : *found,
                                            reading, path + "." + column.name));
    columns.push_back(std::move(read));
  }
  for (const auto& item : value.items()) {
    const std::string& name = item.key();
    const bool known = std::any_of(field.values.begin(), field.values.end(),
                                   [&](const Column& column) { return column.name == name; });
    if (!known) return refusal(path + "." + name, "wrong_type", "is no part of this value");
  }
  return pack_element(field, columns);
}

Result<Value> read_presence(const json& value, const std::string& path) {
  if (!value.is_boolean()) return refusal(path, "wrong_type", "must be true or false");
  return value.get<bool>() ? Value(std::int64_t{1}) : Value();
}

bool is_sealed(const Field& field, const std::string& element) {
  const auto& sealed = field.sealed_elements;
  return field.sealed || std::find(sealed.begin(), sealed.end(), element) != sealed.end();
}

}  // namespace

nlohmann::json print_element_values(const Field& field, const Value& value) {
  const std::optional<std::vector<Value>> columns = unpack_element(field, value);
  if (!columns) return print_column(FieldType::kJson, value);
  json object = json::object();
  for (std::size_t i = 0; i < columns->size(); ++i) {
    object[field.values[i].name] = print_column(field.values[i].type, (*columns)[i]);
  }
  return object;
}

nlohmann::json print_element(const Field& field, const std::string& element, const Value& value) {
  const std::optional<std::vector<Value>> keys = element_keys(field, element);
  if (field.shape == Shape::kSet) {
    return keys ? print_column(field.keys.front().type, keys->front()) : json(element);
  }
  json object = print_element_values(field, value);
  if (!object.is_object()) object = json::object();
  for (std::size_t i = 0; keys && i < keys->size(); ++i) {
    object[field.keys[i].name] = print_column(field.keys[i].type, (*keys)[i]);
  }
  return object;
}

nlohmann::json cell_to_json(const Type& type, const core::CellKey& cell, const Value& value) {
  if (cell.field == kDeletedField) return value.integer() != nullptr && *value.integer() != 0;
  if (value.is_null()) return nullptr;
  if (cell.field == kExtraField) return print_column(FieldType::kJson, value);
  const Field* field = type.field(cell.field);
  if (field == nullptr) return print_column(FieldType::kBlob, value);
  switch (field->shape) {
    case Shape::kScalar: return print_column(field->column.type, value);
    case Shape::kSet: return true;
    case Shape::kMap: return print_column(field->values.front().type, value);
    case Shape::kObjects: return print_element_values(*field, value);
  }
  return nullptr;
}

std::string cell_path(const Type& type, const core::CellKey& cell) {
  if (cell.field == kDeletedField) return std::string(kDeletedPath);
  if (cell.field == kExtraField) return std::string(kExtraPath);
  const Field* field = type.field(cell.field);
  if (field == nullptr) return "field " + std::to_string(cell.field);
  if (field->is_scalar()) return field->path;
  if (field->shape == Shape::kMap) return field->path + "." + cell.element;
  return field->path + "[" + keys_path(*field, cell.element) + "]";
}

Result<Value> cell_from_json(const Type& type, const core::CellKey& cell,
                             const nlohmann::json& value) {
  const std::string path = cell_path(type, cell);
  if (value.is_null()) return Value();
  if (!is_shallow(value)) return refusal(path, "too_deep", "is nested too deeply");
  if (cell.field == kDeletedField) return read_presence(value, path);
  if (cell.field == kExtraField) {
    if (!value.is_object()) return refusal(path, "wrong_type", "must be an object");
    return value.empty() ? Value() : Value(canonical(value));
  }
  const Field* field = type.field(cell.field);
  if (field == nullptr) return refusal(path, "wrong_type", "is no field that this program knows");
  if (is_sealed(*field, cell.element)) {
    return refusal(path, "sealed_field", "is protected and cannot be given here");
  }
  Reading reading;
  switch (field->shape) {
    case Shape::kScalar: return read_column(field->column, value, reading, path);
    case Shape::kSet: return read_presence(value, path);
    case Shape::kMap: return read_column(field->values.front(), value, reading, path);
    case Shape::kObjects: return read_objects_value(*field, value, path);
  }
  return Status(Code::kInternal, "unknown_shape", "a shape without a reader");
}

std::optional<core::CellKey> parse_cell_path(const Type& type, std::string_view path) {
  if (path == kDeletedPath) return CellKey{kDeletedField, {}};
  if (path == kExtraPath) return CellKey{kExtraField, {}};
  if (const Field* field = type.field(path)) {
    return field->is_scalar() ? std::optional<CellKey>({field->number, {}}) : std::nullopt;
  }
  const std::size_t end = path.find_first_of(".[");
  if (end == std::string_view::npos) return std::nullopt;
  const Field* field = type.field(path.substr(0, end));
  if (field == nullptr || field->is_scalar()) return std::nullopt;
  std::string_view rest = path.substr(end + 1);
  const bool is_map = field->shape == Shape::kMap;
  if (is_map != (path[end] == '.')) return std::nullopt;
  if (is_map) return element_cell(*field, std::string(rest));
  if (rest.empty() || rest.back() != ']') return std::nullopt;
  rest.remove_suffix(1);
  return element_cell(*field, element_from_path(*field, rest));
}

}  // namespace nhip::record
