// Reading the rules of a registry: conditions become terms whose fields are known and whose kinds
// of value go together, so that a misspelt field is refused when the schema is read and not
// overlooked for years.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

#include "nhip/schema.h"
#include "schema/object_reader.h"

namespace nhip::schema {

// The attribute `rules` of a registry.
RuleSet read_rules(const nlohmann::json& json, const std::vector<Type>& types,
                   const std::string& place, Fault& fault);

// The attribute `review` of a type.
Review read_review(const nlohmann::json& json, const Type& type, const std::string& place,
                   Fault& fault);

}  // namespace nhip::schema
