// Where a record belongs, and the id of records that are known by a key.

#include <algorithm>

#include "core/limits.h"
#include "record/column_json.h"

namespace nhip::record {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Result<std::string> scope_of(const Type& type, const core::Cells& cells) {
  const ScopeRule& rule = type.scope;
  if (!rule.fixed.empty()) return rule.fixed;
  const Field* field = type.field(rule.column);
  const std::string path = field == nullptr ? "scope" : field->path;
  const std::string* value = core::cell_value(cells, {rule.column, {}}).text();
  if (value == nullptr || value->empty()) {
    return refusal(path, "missing_field", "says where the record belongs and must be there");
  }
  if (const auto named = rule.named.find(*value); named != rule.named.end()) return named->second;
  // A slash in the value would name somebody else's scope: "U-01/sealed" under the prefix "unit/".
  const bool bad = std::any_of(value->begin(), value->end(), is_control) ||
                   (!rule.prefix.empty() && value->find('/') != std::string::npos);
  if (bad) return refusal(path, "bad_text", "has a character that no scope may have");
  std::string scope = rule.prefix + *value + rule.suffix;
  if (scope.size() > core::kScopeBytesMax)
    return refusal(path, "too_long", "makes the scope's name too long");
  return scope;
}

Result<Id> natural_id(const Type& type, const Id& centre, const core::Cells& cells) {
  std::string name = type.name;
  for (const std::string& path : type.natural_key) {
    const Field* field = type.field(path);
    const Value& value =
        field == nullptr ? core::cell_value({}, {}) : core::cell_value(cells, {field->number, {}});
    if (const std::int64_t* integer = value.integer()) {
      name += "/" + std::to_string(*integer);
    } else if (value.text() != nullptr) {
      name += "/" + *value.text();
    } else {
      return refusal(path, "missing_field", "is part of the record's key and must be there");
    }
  }
  return make_uuid_v5(centre, name);
}

}  // namespace nhip::record
