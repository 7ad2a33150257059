// Schema::parse and the look-ups. The engine's own types come from a registry of their own that is
// embedded in the library, read by the same code.

#include "nhip/schema.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "nhip_embedded/engine_registry.h"
#include "schema/consistency.h"
#include "schema/type_reader.h"

namespace nhip {

namespace {

nlohmann::json parse_text(std::string_view text, schema::Fault& fault) {
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    fault.report("schema", "schema_bad_json", "is no JSON in UTF-8");
  }
  return json;
}

std::vector<Type> engine_types(schema::Fault& fault) {
  const nlohmann::json json = parse_text(embedded::engine_registry(), fault);
  if (fault.found()) return {};
  schema::Registry registry = schema::read_registry(json, schema::Owner::kEngine, fault);
  schema::check_consistency(registry.types, fault);
  return std::move(registry.types);
}

void put_in_order(std::vector<Type>& types) {
  const auto by_number = [](const auto& a, const auto& b) { return a.number < b.number; };
  for (Type& type : types) std::sort(type.fields.begin(), type.fields.end(), by_number);
  std::sort(types.begin(), types.end(), by_number);
}

void name_sealed(std::vector<Type>& types) {
  std::set<std::string> names;
  for (const Type& type : types) {
    for (const Field& field : type.fields) {
      if (field.sealed && field.is_scalar()) {
        names.insert(field.path.substr(0, field.path.find('.')));
      }
    }
  }
  for (Type& type : types) type.sealed_names = names;
}

}  // namespace

Result<Schema> Schema::parse(std::string_view json) {
  schema::Fault fault;
  const nlohmann::json parsed = parse_text(json, fault);
  if (fault.found()) return fault.status();
  schema::Registry registry = schema::read_registry(parsed, schema::Owner::kSchema, fault);
  if (!fault.found()) schema::check_consistency(registry.types, fault);
  if (fault.found()) return fault.status();

  schema::Fault own_fault;
  std::vector<Type> types = engine_types(own_fault);
  if (own_fault.found()) {
    return Status(Code::kInternal, own_fault.status().name(), own_fault.status().message());
  }
  std::move(registry.types.begin(), registry.types.end(), std::back_inserter(types));
  put_in_order(types);
  name_sealed(types);

  Schema schema;
  schema.name_ = std::move(registry.name);
  schema.version_ = registry.version;
  schema.types_ = std::move(types);
  schema.rules_ = std::move(registry.rules);
  schema.source_ = std::string(json);
  return schema;
}

const Type* Schema::type(std::string_view name) const noexcept {
  const auto found = std::find_if(types_.begin(), types_.end(),
                                  [&](const Type& each) { return each.name == name; });
  return found == types_.end() ? nullptr : &*found;
}

const Type* Schema::type(std::uint16_t number) const noexcept {
  const auto found =
      std::lower_bound(types_.begin(), types_.end(), number,
                       [](const Type& each, std::uint16_t wanted) { return each.number < wanted; });
  return found == types_.end() || found->number != number ? nullptr : &*found;
}

const Field* Type::field(std::uint16_t wanted) const noexcept {
  const auto found =
      std::lower_bound(fields.begin(), fields.end(), wanted,
                       [](const Field& each, std::uint16_t value) { return each.number < value; });
  return found == fields.end() || found->number != wanted ? nullptr : &*found;
}

const Field* Type::field(std::string_view path) const noexcept {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& each) { return each.path == path; });
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace nhip
