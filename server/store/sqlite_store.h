// The store of a centre in one SQLite file: the embedded default. Tables and reasons:
// schema/server/001.sql.
#pragma once

#include <memory>
#include <string>

#include "nhip/status.h"
#include "store/server_store.h"

namespace nhip::server {

// Opens the store at `path`; with `create`, an absent or still empty file becomes a new one.
// Refused without a byte of it being changed: kNotFound "no_file", kCorrupt "not_a_centre" for any
// other file, kVersion "newer_database" when a later program wrote it. One connection per process:
// the caller sees to it that no second process writes (engine/store/file_lock.h).
Result<std::unique_ptr<ServerStore>> open_sqlite_store(const std::string& path, bool create);

}  // namespace nhip::server
