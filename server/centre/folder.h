// CentreFolder: where a centre lives on disk.
//
//   keys           JSON, mode 0600: centre id, signing seed, digest key. Its presence makes the
//   folder a
//                  centre: it is the last file `create` writes.
//   recovery.pub   the public key (hex) that backups are sealed to; its secret half was printed,
//   not kept epoch          random text; also a setting of the database, so that a database put
//   back from a copy
//                  of another time is noticed
//   centre.db      the store
//   lock           held by whoever has the store open
//   run/control.json  mode 0600, while `serve` runs: {"port", "secret"}
#pragma once

#include <memory>
#include <string>

#include "centre/centre.h"
#include "store/file_lock.h"

namespace nhip::server {

struct FolderPaths {
  explicit FolderPaths(const std::string& folder);
  std::string folder, keys, recovery, epoch, database, lock, run, control;
};

// An open centre: lock, keys, store. Everything is released with it, the lock last.
class CentreFolder {
 public:
  // Makes folder, keys and an empty store. Returns the recovery key as a person writes it down; it
  // is kept nowhere. kConflict "centre_exists", kCorrupt "half_made" when files of a centre are
  // there without its keys.
  static Result<std::string> create(const std::string& folder, std::int64_t wait_ms);

  // kUsage "no_centre", kBusy "in_use", kCorrupt when keys or store are damaged. `schema` outlives
  // it.
  static Result<std::unique_ptr<CentreFolder>> open(const std::string& folder, const Schema& schema,
                                                    std::int64_t wait_ms);

  Centre& centre() { return *centre_; }
  const FolderPaths& paths() const { return paths_; }

 private:
  CentreFolder(FolderPaths paths, store::FileLock lock)
      : paths_(std::move(paths)), lock_(std::move(lock)) {}

  FolderPaths paths_;
  store::FileLock lock_;
  CentreKeys keys_;
  std::unique_ptr<ServerStore> store_;
  std::unique_ptr<Centre> centre_;
};

// A centre is in `folder`: it has keys.
bool is_centre(const std::string& folder);

}  // namespace nhip::server
