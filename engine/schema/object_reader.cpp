// See object_reader.h.

#include "schema/object_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace nhip::schema {

namespace {
constexpr std::size_t kIdentifierBytesMax = 64;
}

void Fault::report(std::string_view place, std::string name, std::string_view message,
                   std::string hint) {
  if (found()) return;
  status_ = Status(Code::kInvalid, std::move(name),
                   std::string(place) + ": " + std::string(message), std::move(hint));
}

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > kIdentifierBytesMax) return false;
  if (text.front() < 'a' || text.front() > 'z') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

ObjectReader::ObjectReader(const nlohmann::json& json, std::string place, Fault& fault)
    : json_(json), place_(std::move(place)), fault_(fault) {
  if (!json_.is_object()) fault_.report(place_, "schema_wrong_type", "must be an object");
}

std::string ObjectReader::place_of(std::string_view key) const {
  return place_.empty() ? std::string(key) : place_ + "." + std::string(key);
}

bool ObjectReader::has(std::string_view key) const {
  return json_.is_object() && json_.contains(std::string(key));
}

const nlohmann::json* ObjectReader::find(std::string_view key) {
  asked_.emplace(key);
  if (fault_.found() || !json_.is_object()) return nullptr;
  const auto found = json_.find(std::string(key));
  return found == json_.end() ? nullptr : &*found;
}

void ObjectReader::report(std::string_view key, std::string name, std::string_view message,
                          std::string hint) {
  fault_.report(place_of(key), std::move(name), message, std::move(hint));
}

std::string ObjectReader::text(std::string_view key) {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    report(key, "schema_wrong_type", "must be a text");
    return {};
  }
  return value->get<std::string>();
}

std::string ObjectReader::needed_text(std::string_view key) {
  std::string value = text(key);
  if (value.empty()) report(key, "schema_missing_key", "must be there and not empty");
  return value;
}

std::string ObjectReader::needed_identifier(std::string_view key) {
  std::string value = needed_text(key);
  if (!is_identifier(value)) {
    report(key, "schema_bad_name", "is no identifier",
           "a small letter, then small letters, digits and _; at most 64 characters");
  }
  return value;
}

bool ObjectReader::boolean(std::string_view key) {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return false;
  if (!value->is_boolean()) {
    report(key, "schema_wrong_type", "must be true or false");
    return false;
  }
  return value->get<bool>();
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view key) {
  const nlohmann::json* value = find(key);
  if (value == nullptr) return std::nullopt;
  const bool too_large = value->is_number_unsigned() &&
                         value->get<std::uint64_t>() >
                             static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value->is_number_integer() || too_large) {
    report(key, "schema_wrong_type", "must be an integer of 64 bits");
    return std::nullopt;
  }
  return value->get<std::int64_t>();
}

std::uint32_t ObjectReader::needed_integer(std::string_view key, std::uint32_t min,
                                           std::uint32_t max) {
  const std::optional<std::int64_t> value = integer(key);
  if (!value) {
    report(key, "schema_missing_key", "must be there");
    return 0;
  }
  if (*value < min || *value > max) {
    report(key, "schema_bad_number",
           "must lie in " + std::to_string(min) + "…" + std::to_string(max));
    return 0;
  }
  return static_cast<std::uint32_t>(*value);
}

std::vector<std::string> ObjectReader::texts(std::string_view key) {
  std::vector<std::string> out;
  const nlohmann::json* list = array(key);
  if (list == nullptr) return out;
  for (const nlohmann::json& each : *list) {
    if (!each.is_string() || each.get_ref<const std::string&>().empty()) {
      report(key, "schema_wrong_type", "must be a list of texts, none of them empty");
      return {};
    }
    out.push_back(each.get<std::string>());
  }
  return out;
}

const nlohmann::json* ObjectReader::array(std::string_view key) {
  const nlohmann::json* value = find(key);
  if (value == nullptr || value->is_array()) return value;
  report(key, "schema_wrong_type", "must be a list");
  return nullptr;
}

const nlohmann::json* ObjectReader::object(std::string_view key) {
  const nlohmann::json* value = find(key);
  if (value == nullptr || value->is_object()) return value;
  report(key, "schema_wrong_type", "must be an object");
  return nullptr;
}

void ObjectReader::refuse_others() {
  if (!json_.is_object()) return;
  for (const auto& [key, value] : json_.items()) {
    if (key == "comment" || asked_.count(key) > 0) continue;
    report(key, "schema_unknown_key", "is no attribute that this program knows",
           "check the spelling, or update the program");
  }
}

}  // namespace nhip::schema
