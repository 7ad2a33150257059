// What SQLite's result codes mean to a caller.
#pragma once

#include <string_view>

#include "nhip/status.h"

struct sqlite3;

namespace nhip::store {

// The status of an extended result code. `db` (may be null) gives its message for the last call, so
// this comes before anything else is done with the connection. `doing` names the operation:
// "commit".
Status sqlite_status(sqlite3* db, int result, std::string_view doing);

}  // namespace nhip::store
