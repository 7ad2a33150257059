// Making a backup: a consistent copy of the running store, tested before it counts.
//
//   the store's state as it is now ─► FILE.part-db ─► opened, verified, counted
//     ─► FILE.part (with the sealed keys and hashes), flushed, read back ─► FILE
//
// Only when FILE bears its name has anything happened; then every replica is told that what the
// backup holds of its work is durable.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "centre/folder.h"

namespace nhip::server {

// Runs long work without the lock that whoever calls a command holds, and takes it again.
using Unlocked = std::function<void(const std::function<void()>& work)>;
// What is being done, how far it has come; false stops it.
using Progress =
    std::function<bool(const std::string& what, std::uint64_t done, std::uint64_t total)>;

struct BackupRequest {
  std::string file;
  std::int64_t now = 0;
  Unlocked unlocked;
  Progress progress;
};

struct BackupReport {
  std::string file;
  std::uint64_t bytes = 0, records = 0, last_commit = 0;
};

// The caller holds the centre's lock, if there is one. kConflict "file_exists", kNotFound
// "no_folder", kBusy "in_use" when another backup is writing there, kDiskFull before anything is
// written when the disk could run full.
Result<BackupReport> make_backup(CentreFolder& folder, const BackupRequest& request);

// Parts of the above that other work shares.
StepsDone steps_of(const Progress& progress, const std::string& what);
void run_unlocked(const Unlocked& unlocked, const std::function<void()>& work);
struct StoreCount {
  std::uint64_t records = 0, last_commit = 0;
  friend bool operator==(const StoreCount&, const StoreCount&) = default;
};
Result<StoreCount> count_of(ServerStore& store);

}  // namespace nhip::server
