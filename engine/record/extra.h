// `extra`: what a record carries that its schema does not know. One JSON object, shaped like the
// record:
//
//   {"nickname": "x",                            an unknown field
//    "funding": {"foreign": 5},                  an unknown name beside known ones
//    "participants": {"OFFICIAL\u001fCB-1": {"phone": "…"},   unknown names inside an element
//                     "": [{…}]}}                elements of an older system that have no usable
//                     key
//
// A known list has its elements' keys there; a name the schema knows never has a value of its own.
// So the parts go back to where they came from when the record is printed.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "nhip/schema.h"

namespace nhip::record {

// Some field's path begins with `name` and a dot.
bool is_branch(const Type& type, std::string_view name);
bool has_sealed_field(const Type& type, std::string_view branch);

// `before` with `patch` put in; null in the patch takes away. Branches and maps are patched member
// by member, everything else is replaced. Null when nothing is left.
nlohmann::json patch_extra(const Type& type, nlohmann::json before, const nlohmann::json& patch);

// Puts the parts of `extra` into a printed record.
void print_extra(const Type& type, const nlohmann::json& extra, nlohmann::json& record);

}  // namespace nhip::record
