// Open conflicts as JSON: values that lost a merge and wait to be settled.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "centre/centre.h"

namespace nhip::server {

// An array: {id, type, record_id, field, winner {value, by, at}, loser {value, by, at}, base,
// group_id, needs_person, unit_id}; one entry per field whose values differ. `at` is ISO text in
// UTC.
Result<nlohmann::json> open_conflicts(Centre& centre);

}  // namespace nhip::server
