// The devices of a centre as JSON, for the office's list.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "centre/centre.h"

namespace nhip::server {

// A device's word that it removed the records of a feed it may not read any more.
struct Purge {
  std::string feed, replica;
  std::int64_t at = 0;
};
// Inside a transaction.
Status add_purge(ServerStore& store, const std::string& device_id, const Purge& purge);

// An array: {device_id, unit_id, role, label, enrolled_at, revoked_at, pending, rejected,
// purged, replicas}. `pending` and `rejected` count the groups of the device that wait in the
// inbox; a replica is {replica, client, last_contact, clock_skew_ms, schema_version, received_seq,
// copy_of}.
Result<nlohmann::json> devices(Centre& centre);

}  // namespace nhip::server
