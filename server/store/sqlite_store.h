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

// The same for a file that nobody writes, such as a copy: only for reading, leaves nothing beside
// it.
Result<std::unique_ptr<ServerStore>> open_sqlite_copy(const std::string& path);

// Makes a closed store one file: what stands in its log goes into the file, the log goes away. For
// whoever has the file alone.
Status settle_sqlite_file(const std::string& path);

}  // namespace nhip::server
