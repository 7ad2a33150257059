// One element of a list as it stands in a record's JSON.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "nhip/schema.h"
#include "nhip/value.h"

namespace nhip::record {

// "T1" of a set, {"kind": "OFFICIAL", "key": "CB-1", "unit_id": null} of objects.
nlohmann::json print_element(const Field& field, const std::string& element, const Value& value);
// Only the value columns: {"unit_id": null}; what fits no column as it is.
nlohmann::json print_element_values(const Field& field, const Value& value);

}  // namespace nhip::record
