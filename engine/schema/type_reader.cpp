// The outer half of a registry: the registry itself, its types and their scopes. Fields:
// field_reader.cpp.

#include "schema/type_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

#include "schema/rule_reader.h"

namespace nhip::schema {

namespace {

Writers read_writers(ObjectReader& reader) {
  const std::string word = reader.has("writers") ? reader.needed_text("writers") : "unit";
  if (word == "unit") return Writers::kUnit;
  if (word == "office") return Writers::kOffice;
  if (word == "any") return Writers::kAny;
  if (word == "centre") return Writers::kCentre;
  reader.report("writers", "schema_unknown_word", "is none of unit, office, any, centre");
  return Writers::kUnit;
}

// `column` gets the path the rule names; it becomes a number when the fields are known.
ScopeRule read_scope(ObjectReader& type, std::string& column, Fault& fault) {
  ScopeRule rule;
  const nlohmann::json* json = type.object("scope");
  if (json == nullptr) {
    type.report("scope", "schema_missing_key", "must be there");
    return rule;
  }
  ObjectReader reader(*json, type.place_of("scope"), fault);
  rule.fixed = reader.text("fixed");
  column = reader.text("column");
  rule.prefix = reader.text("prefix");
  rule.suffix = reader.text("suffix");
  if (const nlohmann::json* named = reader.object("named")) {
    for (const auto& [value, scope] : named->items()) {
      if (!scope.is_string() || scope.get_ref<const std::string&>().empty() || value.empty()) {
        reader.report("named", "schema_bad_scope", "must give a scope for each value, as a text");
        return rule;
      }
      rule.named.emplace(value, scope.get<std::string>());
    }
  }
  reader.refuse_others();
  const bool has_parts =
      !column.empty() || !rule.prefix.empty() || !rule.suffix.empty() || !rule.named.empty();
  if (rule.fixed.empty() == column.empty() || (!rule.fixed.empty() && has_parts)) {
    reader.report("fixed", "schema_bad_scope", "a scope is either fixed or given by a column");
  }
  return rule;
}

void resolve_scope_column(Type& type, const std::string& column, const std::string& place,
                          Fault& fault) {
  if (column.empty() || fault.found()) return;
  const auto found = std::find_if(type.fields.begin(), type.fields.end(),
                                  [&](const Field& field) { return field.path == column; });
  if (found == type.fields.end()) {
    fault.report(place, "schema_bad_reference", "names no field of this type");
    return;
  }
  if (!found->is_scalar() || found->column.type != FieldType::kText || found->sealed) {
    fault.report(place, "schema_bad_scope", "must be an open text field");
    return;
  }
  type.scope.column = found->number;
}

void read_number(ObjectReader& reader, Owner owner, Type& type) {
  const bool engine = owner == Owner::kEngine;
  const std::uint32_t min = engine ? 1 : kEngineTypeMax + 1U;
  const std::uint32_t max = engine ? kEngineTypeMax : kTypeMax;
  type.number = static_cast<std::uint16_t>(reader.needed_integer("number", min, max));
}

void read_name(ObjectReader& reader, Owner owner, Type& type) {
  type.name = reader.needed_identifier("name");
  const bool own = type.name.compare(0, kEnginePrefix.size(), kEnginePrefix) == 0;
  const bool sqlite = type.name.compare(0, 7, "sqlite_") == 0;
  if (sqlite || (own && owner == Owner::kSchema)) {
    reader.report("name", "schema_reserved_name",
                  "begins like the names of the engine or of SQLite");
  }
}

Type read_type(const nlohmann::json& json, const std::string& place, Owner owner, Fault& fault) {
  ObjectReader reader(json, place, fault);
  Type type;
  read_number(reader, owner, type);
  read_name(reader, owner, type);
  std::string scope_column;
  type.scope = read_scope(reader, scope_column, fault);
  type.writers = read_writers(reader);
  type.natural_key = reader.texts("natural_key");
  type.companion_of = reader.text("companion_of");
  type.spread_as = reader.text("spread_as");
  type.spread_from = reader.text("spread_from");
  const nlohmann::json* review = reader.object("review");
  const nlohmann::json* fields = reader.array("fields");
  if (fields == nullptr || fields->empty()) {
    reader.report("fields", "schema_missing_key", "a type has at least one field");
    return type;
  }
  for (std::size_t i = 0; i < fields->size() && !fault.found(); ++i) {
    type.fields.push_back(
        read_field((*fields)[i], reader.place_of("fields") + "[" + std::to_string(i) + "]", fault));
  }
  reader.refuse_others();
  resolve_scope_column(type, scope_column, place + ".scope.column", fault);
  if (review != nullptr) type.review = read_review(*review, type, place + ".review", fault);
  return type;
}

}  // namespace

Registry read_registry(const nlohmann::json& json, Owner owner, Fault& fault) {
  Registry registry;
  ObjectReader reader(json, "", fault);
  registry.name = reader.needed_identifier("schema");
  registry.version = reader.needed_integer("version", 1, std::numeric_limits<std::uint32_t>::max());
  const nlohmann::json* types = reader.array("types");
  if (types == nullptr) {
    reader.report("types", "schema_missing_key", "must be there");
    return registry;
  }
  for (std::size_t i = 0; i < types->size() && !fault.found(); ++i) {
    registry.types.push_back(
        read_type((*types)[i], "types[" + std::to_string(i) + "]", owner, fault));
  }
  const nlohmann::json* rules = reader.object("rules");
  reader.refuse_others();
  if (rules != nullptr && !fault.found()) {
    registry.rules = read_rules(*rules, registry.types, "rules", fault);
  }
  return registry;
}

}  // namespace nhip::schema
