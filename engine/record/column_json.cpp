// See column_json.h. Two sets of rules meet here. What a value IS (its kind, hard range, real date,
// size) holds everywhere and for ever: a centre must be able to take back what it once accepted.
// What a person should not type (lengths, narrower ranges, untrimmed text) holds at entry and is
// only remarked on load.

#include "record/column_json.h"

#include <limits>

#include "core/limits.h"
#include "record/base64.h"
#include "text/normalise.h"

namespace nhip::record {

namespace {

Status wrong_type(std::string_view path, std::string_view wanted) {
  return refusal(path, "wrong_type", "must be " + std::string(wanted));
}

bool is_outside(std::int64_t value, const std::optional<std::int64_t>& min,
                const std::optional<std::int64_t>& max) {
  return (min && value < *min) || (max && value > *max);
}

Status out_of_range(std::string_view path, const std::optional<std::int64_t>& min,
                    const std::optional<std::int64_t>& max) {
  std::string range = "must lie in ";
  range += min ? std::to_string(*min) : "…";
  range += min && max ? "…" : "";
  range += max ? std::to_string(*max) : "…";
  return refusal(path, "out_of_range", range);
}

void remark(const Reading& reading, std::string code, std::string_view path) {
  if (reading.remarks != nullptr) reading.remarks->push_back({std::move(code), std::string(path)});
}

Status too_long(std::string_view path, std::size_t limit) {
  return refusal(path, "too_long", "may have at most " + std::to_string(limit) + " bytes");
}

// A limit of entry: refused there, remarked on load.
Status check_length(const Column& column, std::size_t size, const Reading& reading,
                    std::string_view path) {
  if (size > core::kValueBytesMax) return too_long(path, core::kValueBytesMax);
  if (column.length_max == 0 || size <= column.length_max) return {};
  if (reading.source == Source::kEntry) return too_long(path, column.length_max);
  remark(reading, "too_long", path);
  return {};
}

Result<Value> read_text(const Column& column, const nlohmann::json& json, const Reading& reading,
                        std::string_view path) {
  if (!json.is_string()) return wrong_type(path, "a text");
  std::string text = json.get<std::string>();
  if (reading.source == Source::kEntry) {
    NHIP_TRY_ASSIGN(text, clean_text(text, path));
  } else if (!text::is_utf8(text)) {
    return refusal(path, "bad_text", "is not UTF-8", "convert the file to UTF-8 first");
  } else if (text::has_control_characters(text) || text::trim(text) != text) {
    remark(reading, "bad_text", path);
  }
  NHIP_TRY(check_length(column, text.size(), reading, path));
  return Value(std::move(text));
}

Result<Value> read_integer(const Column& column, const nlohmann::json& json, const Reading& reading,
                           std::string_view path) {
  if (!json.is_number_integer()) return wrong_type(path, "an integer, without a decimal point");
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() >
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return out_of_range(path, column.min,
                        column.max ? column.max : std::numeric_limits<std::int64_t>::max());
  }
  const auto value = json.get<std::int64_t>();
  if (is_outside(value, column.min, column.max)) return out_of_range(path, column.min, column.max);
  if (is_outside(value, column.entry_min, column.entry_max)) {
    if (reading.source == Source::kEntry) {
      return out_of_range(path, column.entry_min ? column.entry_min : column.min,
                          column.entry_max ? column.entry_max : column.max);
    }
    remark(reading, "out_of_range", path);
  }
  return Value(value);
}

Result<Value> read_day(const nlohmann::json& json, std::string_view path) {
  if (!json.is_string()) return wrong_type(path, "a day as a text, YYYY-MM-DD");
  const auto& text = json.get_ref<const std::string&>();
  if (!is_date(text)) return refusal(path, "bad_date", "is no real day of the form YYYY-MM-DD");
  return Value(text);
}

Result<Value> read_instant(const nlohmann::json& json, std::string_view path) {
  if (!json.is_string()) return wrong_type(path, "an instant as a text, YYYY-MM-DDTHH:MM:SSZ");
  const auto& text = json.get_ref<const std::string&>();
  if (!is_instant(text)) {
    return refusal(path, "bad_date", "is no real instant of the form YYYY-MM-DDTHH:MM:SSZ");
  }
  return Value(text);
}

Result<Value> read_reference(const nlohmann::json& json, const Reading& reading,
                             std::string_view path) {
  if (!json.is_string()) return wrong_type(path, "the id of a record, as a text");
  const auto& text = json.get_ref<const std::string&>();
  if (const std::optional<Id> id = Id::parse(text))
    return Value(Bytes(id->bytes.begin(), id->bytes.end()));
  if (reading.source == Source::kEntry || text.empty()) {
    return refusal(path, "bad_id", "is no UUID");
  }
  const Id id = make_uuid_v5(reading.centre, text);
  return Value(Bytes(id.bytes.begin(), id.bytes.end()));
}

Result<Value> read_json(const Column& column, const nlohmann::json& json, const Reading& reading,
                        std::string_view path) {
  if (!is_shallow(json)) return refusal(path, "too_deep", "is nested too deeply");
  nlohmann::json value = json;
  if (reading.source == Source::kEntry) NHIP_TRY(clean_json(value, path));
  std::string text = canonical(value);
  NHIP_TRY(check_length(column, text.size(), reading, path));
  return Value(std::move(text));
}

Result<Value> read_blob(const Column& column, const nlohmann::json& json, const Reading& reading,
                        std::string_view path) {
  if (!json.is_string()) return wrong_type(path, "bytes as a base64 text");
  std::optional<Bytes> bytes = from_base64(json.get_ref<const std::string&>());
  if (!bytes) return refusal(path, "wrong_type", "is no base64 text");
  NHIP_TRY(check_length(column, bytes->size(), reading, path));
  return Value(std::move(*bytes));
}

// JSON must be UTF-8 to be printed at all; what is stored may not be.
nlohmann::json printable(const std::string& text) {
  if (text::is_utf8(text)) return text;
  const std::string dumped =
      nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return nlohmann::json::parse(dumped, nullptr, false);
}

bool is_shallower(const nlohmann::json& json, std::size_t levels) {
  if (!json.is_structured()) return true;
  if (levels == 0) return false;
  for (const nlohmann::json& each : json) {
    if (!is_shallower(each, levels - 1)) return false;
  }
  return true;
}

Status check_stored_text(const Column& column, const Value& value, std::string_view path) {
  const std::string* text = value.text();
  if (text == nullptr) return wrong_type(path, "a text");
  if (!text::is_utf8(*text)) return refusal(path, "bad_text", "is not UTF-8");
  if (column.type == FieldType::kDate && !is_date(*text)) {
    return refusal(path, "bad_date", "is no real day of the form YYYY-MM-DD");
  }
  if (column.type == FieldType::kInstant && !is_instant(*text)) {
    return refusal(path, "bad_date", "is no real instant of the form YYYY-MM-DDTHH:MM:SSZ");
  }
  if (column.type == FieldType::kJson && !canonical_json(*text)) {
    return refusal(path, "wrong_type", "is no JSON, or is nested too deeply");
  }
  return {};
}

std::size_t size_of(const Value& value) {
  if (value.text() != nullptr) return value.text()->size();
  if (value.blob() != nullptr) return value.blob()->size();
  return 0;
}

}  // namespace

Status refusal(std::string_view path, std::string name, std::string_view message,
               std::string hint) {
  return Status(Code::kInvalid, std::move(name), std::string(path) + ": " + std::string(message),
                std::move(hint));
}

Result<std::string> clean_text(std::string_view text, std::string_view path) {
  std::optional<std::string> composed = text::to_nfc(text);
  if (!composed) return refusal(path, "bad_text", "is not UTF-8");
  std::string clean = text::trim(*composed);
  for (std::size_t at = clean.find("\r\n"); at != std::string::npos; at = clean.find("\r\n", at)) {
    clean.erase(at, 1);
  }
  if (text::has_control_characters(clean)) {
    return refusal(path, "bad_text", "has control characters",
                   "remove them; tabs and line ends may stay");
  }
  return clean;
}

Status clean_json(nlohmann::json& json, std::string_view path) {
  if (json.is_string()) {
    NHIP_TRY_ASSIGN(std::string clean, clean_text(json.get_ref<const std::string&>(), path));
    json = std::move(clean);
    return {};
  }
  if (json.is_array()) {
    for (nlohmann::json& each : json) NHIP_TRY(clean_json(each, path));
    return {};
  }
  if (!json.is_object()) return {};
  nlohmann::json cleaned = nlohmann::json::object();
  for (auto& [key, value] : json.items()) {
    NHIP_TRY(clean_json(value, path));
    NHIP_TRY_ASSIGN(std::string name, clean_text(key, path));
    cleaned[name] = std::move(value);
  }
  json = std::move(cleaned);
  return {};
}

bool is_shallow(const nlohmann::json& json) { return is_shallower(json, core::kJsonDepthMax); }

std::string canonical(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<std::string> canonical_json(std::string_view text) {
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !is_shallow(json)) return std::nullopt;
  return canonical(json);
}

Result<Value> read_column(const Column& column, const nlohmann::json& json, const Reading& reading,
                          std::string_view path) {
  if (json.is_null()) return Value();
  switch (column.type) {
    case FieldType::kText: return read_text(column, json, reading, path);
    case FieldType::kInteger: return read_integer(column, json, reading, path);
    case FieldType::kReal:
      if (!json.is_number()) return wrong_type(path, "a number");
      return Value(json.get<double>());
    case FieldType::kBoolean:
      if (!json.is_boolean()) return wrong_type(path, "true or false");
      return Value(std::int64_t{json.get<bool>() ? 1 : 0});
    case FieldType::kDate: return read_day(json, path);
    case FieldType::kInstant: return read_instant(json, path);
    case FieldType::kReference: return read_reference(json, reading, path);
    case FieldType::kJson: return read_json(column, json, reading, path);
    case FieldType::kBlob: return read_blob(column, json, reading, path);
  }
  return Status(Code::kInternal, "unknown_field_type", "a field type without a reader");
}

nlohmann::json print_column(FieldType type, const Value& value) {
  if (const std::int64_t* integer = value.integer()) {
    if (type == FieldType::kBoolean) return *integer != 0;
    return *integer;
  }
  if (const double* real = value.real()) return *real;
  if (const Bytes* blob = value.blob()) {
    const std::optional<Id> id =
        type == FieldType::kReference ? Id::from_bytes(*blob) : std::nullopt;
    return id ? id->text() : to_base64(*blob);
  }
  if (const std::string* text = value.text()) {
    if (type != FieldType::kJson) return printable(*text);
    nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
    return json.is_discarded() ? printable(*text) : json;
  }
  return nullptr;
}

Status check_column(const Column& column, const Value& value, std::string_view path) {
  if (value.is_null()) return {};
  if (size_of(value) > core::kValueBytesMax) return too_long(path, core::kValueBytesMax);
  switch (column.type) {
    case FieldType::kText:
    case FieldType::kDate:
    case FieldType::kInstant:
    case FieldType::kJson: return check_stored_text(column, value, path);
    case FieldType::kInteger:
      if (value.integer() == nullptr) return wrong_type(path, "an integer");
      if (is_outside(*value.integer(), column.min, column.max)) {
        return out_of_range(path, column.min, column.max);
      }
      return {};
    case FieldType::kBoolean:
      if (value.integer() == nullptr || (*value.integer() != 0 && *value.integer() != 1)) {
        return wrong_type(path, "true or false");
      }
      return {};
    case FieldType::kReal: return value.real() ? Status() : wrong_type(path, "a number");
    case FieldType::kReference:
      if (value.blob() == nullptr || value.blob()->size() != 16) {
        return wrong_type(path, "the id of a record");
      }
      return {};
    case FieldType::kBlob: return value.blob() ? Status() : wrong_type(path, "bytes");
  }
  return {};
}

}  // namespace nhip::record
