// A record's cells as the JSON a person reads. Every field of the type is printed, absent ones as
// null, so that a reader of another program finds the same keys each time. Sealed fields are left
// out.

#include <nlohmann/json.hpp>

#include <algorithm>

#include "record/column_json.h"
#include "record/element_json.h"
#include "record/extra.h"

namespace nhip::record {

namespace {

using nlohmann::json;

json& place_of(json& record, const std::string& path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string::npos) return record[path];
  return record[path.substr(0, dot)][path.substr(dot + 1)];
}

// What `extra` has for a list; null when nothing.
const json& extra_of(const json& extra, const std::string& name) {
  static const json kNone;
  if (!extra.is_object()) return kNone;
  const auto found = extra.find(name);
  return found == extra.end() || !found->is_object() ? kNone : *found;
}

void add_unknown_members(const json& extra, const std::string& element, json& printed) {
  if (!extra.is_object() || !printed.is_object()) return;
  const auto found = extra.find(element);
  if (found == extra.end() || !found->is_object()) return;
  for (const auto& [name, value] : found->items()) {
    if (!printed.contains(name)) printed[name] = value;
  }
}

json print_list(const Field& field, core::Cells::const_iterator at, core::Cells::const_iterator end,
                const json& extra) {
  json list = json::array();
  for (; at != end && at->first.field == field.number; ++at) {
    json element = print_element(field, at->first.element, at->second);
    add_unknown_members(extra, at->first.element, element);
    list.push_back(std::move(element));
  }
  if (!extra.is_object()) return list;
  const auto keyless = extra.find("");
  if (keyless == extra.end() || !keyless->is_array()) return list;
  for (const json& element : *keyless) list.push_back(element);
  return list;
}

json print_map(const Field& field, core::Cells::const_iterator at,
               core::Cells::const_iterator end) {
  json map = json::object();
  const auto& sealed = field.sealed_elements;
  for (; at != end && at->first.field == field.number; ++at) {
    if (std::find(sealed.begin(), sealed.end(), at->first.element) != sealed.end()) continue;
    map[at->first.element] = print_column(field.values.front().type, at->second);
  }
  return map;
}

}  // namespace

nlohmann::json to_json(const Type& type, const Id& id, const core::Cells& cells) {
  json record = json::object();
  record["id"] = id.text();
  record["type"] = type.name;
  json extra;
  if (const std::string* text = core::cell_value(cells, {kExtraField, {}}).text()) {
    extra = json::parse(*text, nullptr, false);
  }
  for (const Field& field : type.fields) {
    if (field.sealed) continue;
    const auto at = cells.lower_bound(core::CellKey{field.number, {}});
    json& place = place_of(record, field.path);
    if (field.is_scalar()) {
      place = print_column(field.column.type, core::cell_value(cells, {field.number, {}}));
    } else if (field.shape == Shape::kMap) {
      place = print_map(field, at, cells.end());
    } else {
      place = print_list(field, at, cells.end(), extra_of(extra, field.path));
    }
  }
  print_extra(type, extra, record);
  return record;
}

}  // namespace nhip::record
