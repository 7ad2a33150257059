// What is a date is the schema's word, not a guess from the text.
#include "screen_record.h"

#include "messages.h"
#include "screen_format.h"

namespace nhip::cli {
namespace {

std::string scalar(FieldType type, const Json& value, Language language) {
  if (value.is_boolean()) return say(language, value.get<bool>() ? Message::kYes : Message::kNo);
  if (value.is_number_unsigned()) return grouped(value.get<std::uint64_t>());
  if (value.is_number_integer()) return grouped(value.get<std::int64_t>());
  if (value.is_number_float()) return real_for_person(value.get<double>());
  if (!value.is_string()) return dump(value);
  const auto& text = value.get_ref<const std::string&>();
  const bool date = type == FieldType::kDate || type == FieldType::kInstant;
  return date ? screen_date(text) : text;
}

}  // namespace

std::string screen_value(const Field* field, const Json& value, Language language) {
  const FieldType type = field == nullptr ? FieldType::kText : field->column.type;
  // A year or a version is a number, but nobody groups its digits.
  if (field != nullptr && field->path.ends_with("year") && value.is_number_integer())
    return dump(value);
  if (!value.is_array()) return scalar(type, value, language);
  std::string out;
  for (const Json& element : value) {
    if (!out.empty()) out += ", ";
    out += element.is_structured() ? dump(element) : scalar(FieldType::kText, element, language);
  }
  return out;
}

std::string screen_value_at(const Type* type, std::string_view path, const std::string& json,
                            Language language) {
  const Field* field = type == nullptr ? nullptr : type->field(path);
  const Json value = json_of(json);
  return value.is_null() ? "—" : screen_value(field, value, language);
}

std::vector<std::pair<std::string, std::string>> screen_fields(const Type& type, const Json& record,
                                                               Language language) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (record.contains("id") && record["id"].is_string()) {
    fields.emplace_back("id", record["id"].get<std::string>());
  }
  const auto add = [&](const std::string& path, const Json& value) {
    if (value.is_null() || (value.is_array() && value.empty())) return;
    fields.emplace_back(path, screen_value(type.field(std::string_view(path)), value, language));
  };
  for (const auto& [key, value] : record.items()) {
    if (key == "id" || key == "type" || key == "_meta") continue;
    if (!value.is_object()) {
      add(key, value);
      continue;
    }
    for (const auto& [inner, inner_value] : value.items()) add(key + "." + inner, inner_value);
  }
  return fields;
}

}  // namespace nhip::cli
