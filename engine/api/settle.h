// Conflicts and history as a person sees them. A conflict is a row of the engine's type
// nhip_conflict, minted by the centre; settling it is an ordinary change of that row and of the
// record.
#pragma once

#include <vector>

#include "nhip/replica.h"
#include "replica/store.h"

namespace nhip::api {

Result<std::vector<Conflict>> read_conflicts(replica::Store& store, bool include_settled);

// Inside a transaction. kNotFound; kConflict when it is settled already; kForbidden when this role
// may not settle it.
Status settle_keep(replica::Store& store, const Id& conflict, bool keep_winner);
Status settle_value(replica::Store& store, const Id& conflict, std::string_view value_json);

Result<std::vector<KnownVersion>> read_history(replica::Store& store, std::string_view type,
                                               const Id& id);

}  // namespace nhip::api
