// Restoring: a backup takes the place of the present centre, or makes one in an empty folder.
//
// Everything is examined and made ready beside the present files first; they are touched only when
// nothing can be refused any more, and then in steps that a crash may cut (centre/replacement.h).
// The present database is set aside, never deleted.
#pragma once

#include <cstdint>
#include <string>

#include "backup/backup.h"
#include "centre/replacement.h"

namespace nhip::server {

struct RestoreRequest {
  std::string folder, file;
  std::string recovery_key;  // as `init` printed it; empty: the folder's own keys have to do
  std::int64_t now = 0;
  std::int64_t wait_ms = 0;  // for the folder's lock
  Progress progress;
  Interruption goes_on;
};

struct RestoreReport {
  Id centre_id;
  std::string epoch;     // the new one
  std::string replaced;  // folder with what was there before; empty: nothing was
  std::int64_t taken_at = 0;
  std::uint64_t records = 0, last_commit = 0;  // as the backup has them
  bool same_folder = false;  // over the centre it came from: revocations and codes are kept
};

// kBusy "in_use" while somebody has the folder open. kConflict "other_centre", kUsage
// "recovery_key_needed", kInvalid "bad_recovery_key", kUnauthenticated "wrong_recovery_key", and
// whatever BackupFile and the store say of the file.
Result<RestoreReport> restore_backup(const RestoreRequest& request);

// Reads all of a backup, opens its database in `scratch` (a new folder, which is removed again) and
// verifies it. `key`: the centre that must have made it.
Status test_backup(const std::string& file, const CentreKeys& keys, const std::string& scratch,
                   const Progress& progress);

}  // namespace nhip::server
