// What awaits the office's review, as `nhipd review list` prints it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "centre/centre.h"

namespace nhip::server {

// Records in a submitted state that the office has not approved, by type and id:
//   {type, id, unit_id, state, received_at, device_id,
//    findings: [{rule, severity, field, message, checked}],
//    changes: [{field, old, new, by, at}]}
// `findings` is what the record breaks of the schema's rules, warnings above all, as of its
// receipt. `changes` is what was done to it since the office last approved it, oldest first, and
// empty when it never was.
Result<nlohmann::json> review_list(Centre& centre, const std::string& language);

}  // namespace nhip::server
