// What must hold among the types and fields of a schema together.
#pragma once

#include <vector>

#include "nhip/schema.h"
#include "schema/object_reader.h"

namespace nhip::schema {

// `types` are in the order of the text, so that places name what a reader finds there.
void check_consistency(const std::vector<Type>& types, Fault& fault);

}  // namespace nhip::schema
