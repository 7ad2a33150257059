// The difference between a record as it stands and what was given, and the checks of such
// differences when they come from somebody else.

#include <nlohmann/json.hpp>

#include <algorithm>

#include "core/limits.h"
#include "record/column_json.h"
#include "record/extra.h"

namespace nhip::record {

namespace {

using core::CellKey;
using core::Cells;
using core::Change;

// All cells of one field.
Cells::const_iterator first_of(const Cells& cells, std::uint16_t field) {
  return cells.lower_bound(CellKey{field, {}});
}

void add_if_different(const Cells& before, const CellKey& cell, const Value& value,
                      std::vector<Change>& out) {
  if (core::cell_value(before, cell) != value) out.push_back({cell, value});
}

void add_field(const Cells& before, const ParsedRecord& given, std::uint16_t field,
               std::vector<Change>& out) {
  for (auto it = first_of(given.cells, field); it != given.cells.end() && it->first.field == field;
       ++it) {
    add_if_different(before, it->first, it->second, out);
  }
  const bool patched = given.patched.count(field) > 0;
  for (auto it = first_of(before, field); it != before.end() && it->first.field == field; ++it) {
    if (given.cells.count(it->first) > 0) continue;
    if (patched && given.emptied.count(it->first) == 0) continue;
    out.push_back({it->first, Value()});
  }
}

void add_extra(const Type& type, const Cells& before, const ParsedRecord& given,
               std::vector<Change>& out) {
  if (given.extra_patch.empty()) return;
  const CellKey cell{kExtraField, {}};
  const Value& current = core::cell_value(before, cell);
  nlohmann::json stored;
  if (current.text() != nullptr) stored = nlohmann::json::parse(*current.text(), nullptr, false);
  if (stored.is_discarded()) stored = nullptr;
  const nlohmann::json patch = nlohmann::json::parse(given.extra_patch, nullptr, false);
  if (!patch.is_object()) return;
  const nlohmann::json after = patch_extra(type, stored, patch);
  if (after == stored) return;
  add_if_different(before, cell, after.is_null() ? Value() : Value(canonical(after)), out);
}

Status check_extra(const Type& type, const Value& value) {
  if (value.is_null()) return {};
  const std::string* text = value.text();
  if (text == nullptr || text->size() > core::kValueBytesMax) {
    return refusal("extra", "wrong_type", "must be a JSON object of limited size");
  }
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !is_shallow(json)) {
    return refusal("extra", "wrong_type", "must be a JSON object");
  }
  for (const auto& [name, inner] : json.items()) {
    if (type.sealed_names.count(name.substr(0, name.find('.'))) == 0) continue;
    return refusal(name, "sealed_field", "is protected and cannot stand in an open record");
  }
  return {};
}

Status check_element(const Type& type, const Field& field, const Change& change) {
  const std::string path = field.path + (field.shape == Shape::kMap ? "" : "[]");
  if (!element_keys(field, change.cell.element)) {
    return refusal(path, "missing_key", "has an element key that does not fit");
  }
  const auto& sealed = field.sealed_elements;
  const bool is_main = type.companion_of.empty();
  if (is_main && std::find(sealed.begin(), sealed.end(), change.cell.element) != sealed.end()) {
    return refusal(path, "sealed_field", "is protected and cannot stand in an open record");
  }
  if (change.value.is_null()) return {};
  if (change.value.text() != nullptr && change.value.text()->size() > core::kValueBytesMax) {
    return refusal(path, "too_long", "has an element that is too large");
  }
  if (field.shape == Shape::kMap) return check_column(field.values.front(), change.value, path);
  if (!unpack_element(field, change.value)) {
    return refusal(path, "wrong_type", "has an element whose contents do not fit");
  }
  return {};
}

Status check_unknown(const Change& change) {
  const std::size_t size = change.value.text()   ? change.value.text()->size()
                           : change.value.blob() ? change.value.blob()->size()
                                                 : 0;
  if (size <= core::kValueBytesMax && change.cell.element.size() <= core::kElementBytesMax)
    return {};
  return refusal("field " + std::to_string(change.cell.field), "too_long", "is too large");
}

Status check_change(const Type& type, const Change& change) {
  if (change.cell.field == kDeletedField) {
    const std::int64_t* value = change.value.integer();
    const bool good = change.value.is_null() || (value != nullptr && (*value == 0 || *value == 1));
    if (good && change.cell.element.empty()) return {};
    return refusal("deleted", "wrong_type", "must be 0 or 1");
  }
  if (change.cell.field == kExtraField) {
    if (!change.cell.element.empty()) return refusal("extra", "wrong_type", "has no elements");
    return check_extra(type, change.value);
  }
  const Field* field = type.field(change.cell.field);
  if (field == nullptr) return check_unknown(change);
  if (field->sealed && type.companion_of.empty()) {
    return refusal(field->path, "sealed_field", "is protected and cannot stand in an open record");
  }
  if (!field->is_scalar()) return check_element(type, *field, change);
  if (!change.cell.element.empty()) return refusal(field->path, "wrong_type", "is no list");
  return check_column(field->column, change.value, field->path);
}

}  // namespace

std::vector<core::Change> changes_from(const Type& type, const core::Cells& before,
                                       const ParsedRecord& given) {
  std::vector<Change> changes;
  for (const std::uint16_t field : given.given) {
    if (field != kExtraField) add_field(before, given, field, changes);
  }
  add_extra(type, before, given, changes);
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.cell < b.cell; });
  return changes;
}

Status check_changes(const Type& type, const std::vector<core::Change>& changes) {
  for (const Change& change : changes) NHIP_TRY(check_change(type, change));
  return {};
}

}  // namespace nhip::record
