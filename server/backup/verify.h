// Verifying a whole centre: keys, epoch, admissions, the store down to every record, the newest
// backup. Reads a snapshot, so a running server goes on meanwhile; changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backup/backup.h"

namespace nhip::server {

struct VerifyReport {
  std::vector<Status> problems;
  std::uint64_t scopes = 0, records = 0, commits = 0, last_commit = 0, backups = 0;
  std::string newest_backup;  // path; empty: none
  std::int64_t newest_taken_at = 0;
};

// The caller holds the centre's lock, if there is one. An error: the checks themselves could not
// run.
Result<VerifyReport> verify_centre(CentreFolder& folder, const Unlocked& unlocked,
                                   const Progress& progress);

}  // namespace nhip::server
