// Work that awaits the office: groups that were rejected or are held, as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "centre/centre.h"

namespace nhip::server {

// An array: {number, state, code, field, text, at_fault, received_at, device_id, unit_id, replica,
// operations}; an operation is {seq, type, id, changes: [{field, value}]}. Values of sealed fields
// are not printed: the change says "sealed": true instead.
Result<nlohmann::json> inbox(Centre& centre);

}  // namespace nhip::server
