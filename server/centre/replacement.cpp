#include "centre/replacement.h"

#include <cstdio>
#include <filesystem>

#include "centre/private_file.h"

namespace nhip::server {
namespace {

constexpr const char* kDatabase = "centre.db";
// The keys last: without them nobody takes the folder for a centre.
constexpr const char* kReplaced[] = {kDatabase, "epoch", "recovery.pub", "keys"};
constexpr const char* kBesideDatabase[] = {"centre.db-wal", "centre.db-shm", "centre.db-journal"};

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

Status move(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (!error) return {};
  return Status(Code::kCorrupt, "io_error", "cannot move " + from + ": " + error.message(),
                "see that this user may write to the folder, then open the centre again");
}

std::string ready_file(const FolderPaths& paths) { return paths.restoring + "/ready"; }

// One file of the folder and its successor.
class Exchange {
 public:
  Exchange(const FolderPaths& paths, std::string aside, const Interruption& goes_on)
      : paths_(paths), aside_(std::move(aside)), goes_on_(goes_on) {}

  Status run() {
    NHIP_TRY(make_folder(aside_));
    for (const char* name : kReplaced) {
      // Not there: it was moved already, or this restore brings none.
      if (!exists(paths_.restoring + "/" + name)) continue;
      if (name == kDatabase) {
        for (const char* beside : kBesideDatabase) NHIP_TRY(set_aside(beside));
      }
      NHIP_TRY(set_aside(name));
      NHIP_TRY(step(std::string("before ") + name));
      NHIP_TRY(move(paths_.restoring + "/" + name, paths_.folder + "/" + name));
      NHIP_TRY(flush_folder(paths_.folder));
      NHIP_TRY(step(std::string("after ") + name));
    }
    return {};
  }

 private:
  Status step(const std::string& name) const {
    if (!goes_on_ || goes_on_(name)) return {};
    return Status(Code::kUnavailable, "stopped", "stopped " + name);
  }

  Status set_aside(const std::string& name) {
    const std::string present = paths_.folder + "/" + name;
    if (!exists(present)) return {};
    NHIP_TRY(move(present, aside_ + "/" + name));
    NHIP_TRY(flush_folder(aside_));
    NHIP_TRY(flush_folder(paths_.folder));
    return step("aside " + name);
  }

  const FolderPaths& paths_;
  std::string aside_;
  const Interruption& goes_on_;
};

}  // namespace

bool replacement_decided(const FolderPaths& paths) { return exists(ready_file(paths)); }

Status begin_replacement(const FolderPaths& paths) {
  drop_replacement(paths);
  return make_folder(paths.restoring);
}

Status decide_replacement(const FolderPaths& paths, const std::string& aside) {
  NHIP_TRY(flush_folder(paths.restoring));
  NHIP_TRY(flush_folder(paths.folder));
  return write_whole(ready_file(paths), aside + "\n", 0600);
}

Status finish_replacement(const FolderPaths& paths, const Interruption& goes_on) {
  if (!replacement_decided(paths)) return {};
  NHIP_TRY_ASSIGN(const std::string text, read_small_file(ready_file(paths)));
  const std::string aside = text.substr(0, text.find('\n'));
  if (aside.empty() || aside.front() == '.' || aside.find('/') != std::string::npos) {
    return Status(Code::kCorrupt, "restore_unfinished", "restoring/ready is damaged",
                  "remove restoring/ready and run nhipd restore again");
  }
  NHIP_TRY(Exchange(paths, paths.folder + "/" + aside, goes_on).run());
  std::error_code error;
  std::filesystem::remove(paths.folder + "/" + aside, error);  // nothing was there to set aside
  if (goes_on && !goes_on("before the end")) {
    return Status(Code::kUnavailable, "stopped", "stopped before the end");
  }
  std::filesystem::remove(ready_file(paths), error);
  NHIP_TRY(flush_folder(paths.restoring));
  drop_replacement(paths);
  return {};
}

void drop_replacement(const FolderPaths& paths) {
  std::error_code error;
  std::filesystem::remove_all(paths.restoring, error);
}

}  // namespace nhip::server
