// See consistency.h. Every check names the second of two that clash: the first was there before.

#include "schema/consistency.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace nhip::schema {

namespace {

std::string type_place(std::size_t index) { return "types[" + std::to_string(index) + "]"; }

std::string field_place(const std::string& type, std::size_t index) {
  return type + ".fields[" + std::to_string(index) + "]";
}

const Type* find_type(const std::vector<Type>& types, const std::string& name) {
  const auto found =
      std::find_if(types.begin(), types.end(), [&](const Type& type) { return type.name == name; });
  return found == types.end() ? nullptr : &*found;
}

const Field* find_field(const Type& type, const std::string& path) {
  const auto found = std::find_if(type.fields.begin(), type.fields.end(),
                                  [&](const Field& field) { return field.path == path; });
  return found == type.fields.end() ? nullptr : &*found;
}

void check_fields(const Type& type, const std::string& place, Fault& fault) {
  std::set<std::uint16_t> numbers;
  std::set<std::string> columns;
  std::set<std::string> plain;     // paths of one level, and the
  std::set<std::string> branches;  // first halves of those of two
  std::map<std::string, Policy> groups;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    const std::string at = field_place(place, i);
    if (!numbers.insert(field.number).second) {
      fault.report(at + ".number", "schema_duplicate", "stands twice in this type");
    }
    if (!columns.insert(field.column.name).second) {
      fault.report(at + ".path", "schema_duplicate", "gives a column that is there already");
    }
    const std::size_t dot = field.path.find('.');
    (dot == std::string::npos ? plain : branches).insert(field.path.substr(0, dot));
    if (dot != std::string::npos && !field.is_scalar()) {
      fault.report(at + ".path", "schema_bad_name", "a list stands at the first level");
    }
    if (plain.count(field.path.substr(0, dot)) > 0 &&
        branches.count(field.path.substr(0, dot)) > 0) {
      fault.report(at + ".path", "schema_duplicate", "is a field and a group of fields at once");
    }
    if (field.group.empty()) continue;
    const auto [group, is_new] = groups.try_emplace(field.group, field.policy);
    if (!is_new && group->second != field.policy) {
      fault.report(at + ".group", "schema_bad_policy",
                   "is judged as one, so its fields must have one policy");
    }
  }
}

void check_natural_key(const Type& type, const std::string& place, Fault& fault) {
  for (const std::string& path : type.natural_key) {
    const Field* field = find_field(type, path);
    if (field == nullptr) {
      fault.report(place + ".natural_key", "schema_bad_reference", "names no field of this type");
      return;
    }
    const FieldType kind = field->column.type;
    const bool nameable =
        kind == FieldType::kText || kind == FieldType::kInteger || kind == FieldType::kDate;
    if (!field->is_scalar() || field->sealed || !nameable) {
      fault.report(place + ".natural_key", "schema_bad_column",
                   "is made of open text, integer and date fields");
    }
  }
}

// A sealed field of a type needs its place in the companion, under the same path.
void check_sealed(const std::vector<Type>& types, const Type& type, const std::string& place,
                  Fault& fault) {
  if (!type.companion_of.empty()) return;
  const auto companion = std::find_if(types.begin(), types.end(), [&](const Type& other) {
    return other.companion_of == type.name;
  });
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    if (!field.sealed && field.sealed_elements.empty()) continue;
    const Field* there = companion == types.end() ? nullptr : find_field(*companion, field.path);
    if (there == nullptr || !there->sealed || there->shape != field.shape) {
      fault.report(field_place(place, i), "schema_sealed",
                   "has no sealed place in a companion type");
    }
  }
}

void check_companion(const std::vector<Type>& types, const Type& type, const std::string& place,
                     std::set<std::string>& accompanied, Fault& fault) {
  if (type.companion_of.empty()) return;
  const Type* main = find_type(types, type.companion_of);
  if (main == nullptr || main == &type || !main->companion_of.empty()) {
    fault.report(place + ".companion_of", "schema_bad_reference",
                 "names no type that can have one");
    return;
  }
  if (!accompanied.insert(main->name).second) {
    fault.report(place + ".companion_of", "schema_duplicate", "that type has a companion already");
  }
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    if (!field.sealed) continue;
    const Column& column = field.is_scalar() ? field.column : field.values.front();
    const bool box =
        (field.is_scalar() || field.shape == Shape::kMap) && column.type == FieldType::kBlob;
    if (!box)
      fault.report(field_place(place, i), "schema_sealed", "a sealed field is a boxed blob");
    if (find_field(*main, field.path) == nullptr) {
      fault.report(field_place(place, i), "schema_bad_reference",
                   "is sealed, but the main type has no such field");
    }
  }
}

void check_spread(const std::vector<Type>& types, const Type& type, const std::string& place,
                  Fault& fault) {
  if (!type.spread_as.empty()) {
    const Type* copy = find_type(types, type.spread_as);
    if (copy == nullptr || copy->spread_from != type.name) {
      fault.report(place + ".spread_as", "schema_bad_reference",
                   "names no type that says it is spread from here");
    }
    const bool names = std::any_of(type.fields.begin(), type.fields.end(),
                                   [](const Field& field) { return !field.names_unit.empty(); });
    if (!names) {
      fault.report(place + ".spread_as", "schema_bad_reference", "no field here names_unit");
    }
  }
  if (type.spread_from.empty()) return;
  const Type* source = find_type(types, type.spread_from);
  if (source == nullptr || source->spread_as != type.name) {
    fault.report(place + ".spread_from", "schema_bad_reference",
                 "names no type that says it is spread as this one");
  }
  const Field* origin = find_field(type, type.spread_from + "_id");
  if (origin == nullptr || !origin->is_scalar() || origin->column.type != FieldType::kReference) {
    fault.report(place + ".spread_from", "schema_bad_reference",
                 "needs a reference field named like the source with _id");
  }
  if (type.writers != Writers::kCentre) {
    fault.report(place + ".writers", "schema_bad_scope", "spread rows are written by the centre");
  }
}

}  // namespace

void check_consistency(const std::vector<Type>& types, Fault& fault) {
  std::set<std::uint16_t> numbers;
  std::set<std::string> tables;
  std::set<std::string> accompanied;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Type& type = types[i];
    const std::string place = type_place(i);
    if (!numbers.insert(type.number).second) {
      fault.report(place + ".number", "schema_duplicate", "stands twice");
    }
    if (!tables.insert(type.name).second) {
      fault.report(place + ".name", "schema_duplicate", "is a table already");
    }
    for (std::size_t j = 0; j < type.fields.size(); ++j) {
      const Field& field = type.fields[j];
      if (field.is_scalar()) continue;
      if (!tables.insert(type.name + "_" + field.column.name).second) {
        fault.report(field_place(place, j) + ".path", "schema_duplicate",
                     "gives a table that is there already");
      }
    }
    check_fields(type, place, fault);
    check_natural_key(type, place, fault);
    check_sealed(types, type, place, fault);
    check_companion(types, type, place, accompanied, fault);
    check_spread(types, type, place, fault);
  }
}

}  // namespace nhip::schema
