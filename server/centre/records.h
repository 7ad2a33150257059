// Records as JSON, as they are now or as they were known at an instant.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "centre/centre.h"

namespace nhip::server {

struct RecordQuery {
  std::string type;
  std::string unit_id;  // empty: of all units
  // With what its second brought. Nothing: now, versions received in the future included.
  std::optional<std::int64_t> as_of;
};

// An array, ascending id, without deleted records. Each has what record::to_json gives and
// `_meta` {rev, received_at, updated_at, time_uncertain, device_id, source_id, scope, seq}. The
// time is uncertain when `updated_at` lies ahead of `received_at`, or the clock of the replica that
// wrote it was off at its last contact. kUsage "unknown_type".
Result<nlohmann::json> records(Centre& centre, const RecordQuery& query);

}  // namespace nhip::server
