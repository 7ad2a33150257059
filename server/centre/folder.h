// CentreFolder: where a centre lives on disk.
//
//   keys              JSON, mode 0600: centre id, signing seed, digest key. Its presence makes the
//                     folder a centre: it is the last file `create` writes.
//   recovery.pub      the public key (hex) that backups are sealed to; its secret half was printed,
//                     not kept
//   epoch             the epoch and a witness of the last commit (epoch_file.h)
//   centre.db         the store; the epoch is also a setting of it
//   admissions        devices, revocations and used codes, for a database of an older time
//                     (admissions.h)
//   lock              held by whoever has the store open
//   backups/          what `serve` makes daily
//   run/control.json  mode 0600, while `serve` runs: {"port", "secret"}
//   restoring/        a restore in the making (replacement.h)
//   replaced-TIME/    what a restore took the place of
//
// A database that is older than its epoch file says was put back from a copy. Numbers it gave out
// meanwhile would be given out again for other records, so opening such a folder begins a new epoch
// (epoch.h), and devices bring what the copy lacks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "centre/admissions.h"
#include "centre/centre.h"
#include "centre/epoch_file.h"
#include "store/file_lock.h"

namespace nhip::server {

struct FolderPaths {
  explicit FolderPaths(const std::string& folder);
  std::string folder, keys, recovery, epoch, database, admissions, lock, backups, run, control,
      restoring;
};

// An open centre: lock, keys, store. Everything is released with it, the lock last.
class CentreFolder {
 public:
  // Makes folder, keys and an empty store. Returns the recovery key as a person writes it down; it
  // is kept nowhere. kConflict "centre_exists", kCorrupt "half_made" when files of a centre are
  // there without its keys.
  static Result<std::string> create(const std::string& folder, std::int64_t wait_ms);

  // Finishes a restore that was interrupted. kUsage "no_centre", kBusy "in_use", kCorrupt when keys
  // or store are damaged. `schema` outlives it. `now`: of an epoch that has to be opened.
  static Result<std::unique_ptr<CentreFolder>> open(const std::string& folder, const Schema& schema,
                                                    std::int64_t wait_ms, std::int64_t now);
  ~CentreFolder();

  Centre& centre() { return *centre_; }
  const FolderPaths& paths() const { return paths_; }
  // What opening found and put right, as sentences for whoever runs the centre.
  const std::vector<std::string>& remarks() const { return remarks_; }

  // Begins a new epoch, as Centre::new_epoch says.
  Status new_epoch(std::int64_t now, std::uint64_t above = 0);

 private:
  CentreFolder(FolderPaths paths, store::FileLock lock)
      : paths_(std::move(paths)), lock_(std::move(lock)) {}

  Status open_store();
  Status settle_epoch(std::int64_t now);
  Status begin_epoch(const Witness& before, std::int64_t now);
  void watch_commits();

  FolderPaths paths_;
  store::FileLock lock_;
  CentreKeys keys_;
  EpochFile epoch_file_;
  Admissions admissions_;
  std::vector<std::string> remarks_;
  std::unique_ptr<ServerStore> store_;
  std::unique_ptr<Centre> centre_;
};

// A centre is in `folder`: it has keys.
bool is_centre(const std::string& folder);

// What ties a store to its folder: settings of the store.
Status put_identity(ServerStore& store, const Id& centre_id, const std::string& epoch);
Result<std::optional<std::string>> epoch_in(ServerStore& store);
// kCorrupt "foreign_database".
Status check_identity(ServerStore& store, const Id& centre_id);
std::string draw_epoch();

}  // namespace nhip::server
