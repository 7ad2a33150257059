// Upgrade: a replica goes on under a newer version of its schema, in one transaction and without
// asking its centre for anything again.
//
// What the older version did not know was kept: cells in _nhip_unknown, whole records on the shelf.
// It moves into columns and tables here. Versions, digests, cursors and pending operations stay as
// they are, because what the centre said and what waits to be sent are the same as before.
#pragma once

#include <string>

#include "replica/store.h"

namespace nhip::replica {

// Takes `schema_json` when it is a later version of the replica's own schema; an older one, the
// same, or one of another name changes nothing. kVersion "incompatible_schema" when it removes or
// alters what records were stored under.
Status upgrade_schema(Store& store, const std::string& schema_json);

}  // namespace nhip::replica
