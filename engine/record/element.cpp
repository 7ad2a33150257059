// An element of a list or map as a cell: its key columns are joined into the element key, its value
// columns are packed into one value.

#include <nlohmann/json.hpp>

#include "core/limits.h"
#include "record/column_json.h"

namespace nhip::record {

namespace {

std::optional<std::string> key_text(const Column& column, const Value& value) {
  if (const std::int64_t* integer = value.integer()) return std::to_string(*integer);
  if (const std::string* text = value.text()) return *text;
  if (const Bytes* blob = value.blob(); blob != nullptr && column.type == FieldType::kReference) {
    const std::optional<Id> id = Id::from_bytes(*blob);
    if (id) return id->text();
  }
  return std::nullopt;
}

std::optional<Value> key_value(const Column& column, const std::string& text) {
  if (column.type == FieldType::kInteger) {
    // A number has one text only, or one element would have two keys.
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    const bool fits = json.is_number_integer() && json.dump() == text &&
                      (json.is_number_unsigned() ? json.get<std::uint64_t>() <= INT64_MAX : true);
    return fits ? std::optional<Value>(Value(json.get<std::int64_t>())) : std::nullopt;
  }
  if (column.type == FieldType::kReference) {
    const std::optional<Id> id = Id::parse(text);
    if (!id || id->text() != text) return std::nullopt;
    return Value(Bytes(id->bytes.begin(), id->bytes.end()));
  }
  return Value(text);
}

}  // namespace

std::optional<std::string> element_of(const Field& field, const std::vector<Value>& keys) {
  if (keys.size() != field.keys.size() || keys.empty()) return std::nullopt;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::optional<std::string> text = key_text(field.keys[i], keys[i]);
    if (!text || text->empty() || text->find('\x1f') != std::string::npos) return std::nullopt;
    if (!check_column(field.keys[i], keys[i], {}).ok()) return std::nullopt;
    texts.push_back(std::move(*text));
  }
  std::string element = core::make_element(texts);
  if (element.size() > core::kElementBytesMax) return std::nullopt;
  return element;
}

std::optional<std::vector<Value>> element_keys(const Field& field, std::string_view element) {
  if (element.size() > core::kElementBytesMax) return std::nullopt;
  const std::vector<std::string> texts = core::split_element(element);
  if (texts.size() != field.keys.size()) return std::nullopt;
  std::vector<Value> keys;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].empty()) return std::nullopt;
    std::optional<Value> value = key_value(field.keys[i], texts[i]);
    if (!value || !check_column(field.keys[i], *value, {}).ok()) return std::nullopt;
    keys.push_back(std::move(*value));
  }
  return keys;
}

Value pack_element(const Field& field, const std::vector<Value>& columns) {
  if (field.shape == Shape::kSet) return Value(std::int64_t{1});
  if (field.shape == Shape::kMap) return columns.empty() ? Value() : columns.front();
  nlohmann::json array = nlohmann::json::array();
  for (std::size_t i = 0; i < field.values.size(); ++i) {
    array.push_back(i < columns.size() ? print_column(field.values[i].type, columns[i])
                                       : nlohmann::json());
  }
  return Value(canonical(array));
}

std::optional<std::vector<Value>> unpack_element(const Field& field, const Value& value) {
  if (field.shape == Shape::kSet) {
    if (value.integer() == nullptr || *value.integer() != 1) return std::nullopt;
    return std::vector<Value>{};
  }
  if (field.shape == Shape::kMap) {
    if (field.values.size() != 1 || value.is_null()) return std::nullopt;
    if (!check_column(field.values.front(), value, {}).ok()) return std::nullopt;
    return std::vector<Value>{value};
  }
  if (value.text() == nullptr) return std::nullopt;
  const nlohmann::json array = nlohmann::json::parse(*value.text(), nullptr, false);
  if (!array.is_array() || !is_shallow(array)) return std::nullopt;
  // Columns that were added later are missing in an old element, and unknown ones follow in a newer
  // one.
  std::vector<Value> columns;
  Reading stored;
  stored.source = Source::kLoad;
  for (std::size_t i = 0; i < field.values.size(); ++i) {
    const nlohmann::json missing;
    const nlohmann::json& json = i < array.size() ? array[i] : missing;
    const FieldType type = field.values[i].type;
    if (type == FieldType::kReference && json.is_string() &&
        !Id::parse(json.get_ref<const std::string&>())) {
      return std::nullopt;
    }
    Result<Value> column = read_column(field.values[i], json, stored, {});
    if (!column.ok()) return std::nullopt;
    columns.push_back(std::move(*column));
  }
  return columns;
}

}  // namespace nhip::record
