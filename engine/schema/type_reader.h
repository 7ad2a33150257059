// Reading the types of a registry from JSON, each by itself. What only shows when types and fields
// are seen together (numbers that repeat, references to nothing) is in consistency.h.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "nhip/schema.h"
#include "schema/object_reader.h"

namespace nhip::schema {

// Type numbers up to this one belong to the engine.
inline constexpr std::uint16_t kEngineTypeMax = 15;
inline constexpr std::uint16_t kTypeMax = 65535;
inline constexpr std::uint16_t kFieldMax =
    65533;  // 65534 and 65535 have meanings of the engine's own
// Names of the engine's own tables and types begin like this.
inline constexpr std::string_view kEnginePrefix = "nhip_";

enum class Owner { kEngine, kSchema };

struct Registry {
  std::string name;
  std::uint32_t version = 0;
  std::vector<Type> types;
  RuleSet rules;
};

Registry read_registry(const nlohmann::json& json, Owner owner, Fault& fault);

// Field or column as read by field_reader.cpp.
Field read_field(const nlohmann::json& json, const std::string& place, Fault& fault);

}  // namespace nhip::schema
