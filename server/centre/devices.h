// The devices of a centre as JSON, for the office's list.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "centre/centre.h"

namespace nhip::server {

// An array: {device_id, unit_id, role, label, enrolled_at, revoked_at, pending, rejected,
// replicas}. `pending` and `rejected` count the groups of the device that wait in the inbox; a
// replica is {replica, client, last_contact, clock_skew_ms, schema_version, received_seq}.
Result<nlohmann::json> devices(Centre& centre);

}  // namespace nhip::server
