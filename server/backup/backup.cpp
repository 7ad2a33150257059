#include "backup/backup.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "backup/backup_file.h"
#include "centre/key_file.h"
#include "centre/private_file.h"
#include "centre/transaction.h"
#include "nhip/version.h"
#include "store/file_lock.h"
#include "store/sqlite_store.h"

namespace nhip::server {
namespace {

std::string folder_of(const std::string& file) {
  const std::string parent = std::filesystem::path(file).parent_path().string();
  return parent.empty() ? "." : parent;
}

Status file_exists(const std::string& file) {
  return {Code::kConflict, "file_exists", file + " is there already",
          "choose another name; a backup never replaces a file"};
}

// Before a byte is written, since a backup that fills the disk would stop the centre.
Status check_target(const FolderPaths& paths, const std::string& file) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(file, error))) {
    return file_exists(file);
  }
  const std::string folder = folder_of(file);
  if (!std::filesystem::is_directory(folder, error)) {
    return {Code::kNotFound, "no_folder", "no such folder: " + folder, "make it, then try again"};
  }
  std::uint64_t needed = kReservedBytes;
  for (const char* part : {"", "-wal"}) {
    const auto size = std::filesystem::file_size(paths.database + part, error);
    // The copy that is tested and the backup itself.
    if (!error) needed += 2 * static_cast<std::uint64_t>(size);
  }
  NHIP_TRY_ASSIGN(const std::uint64_t free, free_space(folder));
  if (free >= needed) return {};
  return {Code::kDiskFull, "disk_full",
          "a backup needs " + std::to_string(needed >> 20) + " MB free in " + folder +
              ", there are " + std::to_string(free >> 20),
          "free some space or give another disk; nothing stored is lost"};
}

// What the work leaves behind when it fails goes with this.
class Parts {
 public:
  explicit Parts(const std::string& file) : whole_(file + ".part"), copy_(whole_ + "-db") {
    remove_copy();  // of a backup that was killed
  }
  ~Parts() {
    remove_copy();
    if (!kept_) ::unlink(whole_.c_str());
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const std::string& whole() const { return whole_; }
  const std::string& copy() const { return copy_; }
  Status keep_as(const std::string& file) {
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, error))) {
      return file_exists(file);
    }
    std::filesystem::rename(whole_, file, error);
    if (error) {
      return {Code::kCorrupt, "io_error", "cannot name " + file + ": " + error.message(),
              "try again, or give another folder"};
    }
    kept_ = true;
    return flush_folder(folder_of(file));
  }

 private:
  void remove_copy() {
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) ::unlink((copy_ + ending).c_str());
  }

  std::string whole_, copy_;
  bool kept_ = false;
};

struct Work {
  const BackupRequest& request;
  const CentreKeys keys;
  crypto::PublicKey recovery;
  StoreCount expected;
};

// Opens the copy as a centre would, and reads all of it.
Result<std::vector<ReplicaRecord>> test_copy(const Work& work, const std::string& copy,
                                             BackupHead& head) {
  NHIP_TRY_ASSIGN(const std::unique_ptr<ServerStore> store, open_sqlite_copy(copy));
  NHIP_TRY(store->verify());
  NHIP_TRY(check_identity(*store, work.keys.centre_id));
  NHIP_TRY_ASSIGN(const StoreCount counted, count_of(*store));
  if (counted != work.expected) {
    return Status(Code::kCorrupt, "copy_differs", "the copy does not hold what the store holds",
                  "run nhipd verify");
  }
  NHIP_TRY_ASSIGN(const std::optional<std::string> epoch, epoch_in(*store));
  head.epoch = epoch.value_or("");
  head.records = counted.records;
  head.last_commit = counted.last_commit;
  return store->replicas();
}

// From the snapshot to the finished file, without any lock. The replicas as the backup has them.
Result<std::vector<ReplicaRecord>> write_tested(const Work& work,
                                                std::unique_ptr<StoreSnapshot> snapshot,
                                                BackupReport& report) {
  const BackupRequest& request = work.request;
  NHIP_TRY_ASSIGN(const store::FileLock lock, store::FileLock::take(request.file + ".part", 0));
  Parts parts(request.file);
  NHIP_TRY(snapshot->copy_to(parts.copy(), steps_of(request.progress, "copy")));
  snapshot.reset();
  BackupHead head;
  head.centre_id = work.keys.centre_id;
  head.taken_at = std::max<std::int64_t>(request.now, 0);
  head.client = "nhipd " NHIP_VERSION;
  head.sealed_keys = crypto::seal_to(work.recovery, crypto::as_bytes(keys_text(work.keys)));
  NHIP_TRY_ASSIGN(std::vector<ReplicaRecord> replicas, test_copy(work, parts.copy(), head));
  NHIP_TRY(write_backup(parts.whole(), head, parts.copy(), work.keys.signing,
                        steps_of(request.progress, "write")));
  NHIP_TRY_ASSIGN(BackupFile written, BackupFile::open(parts.whole()));
  NHIP_TRY(written.read("", steps_of(request.progress, "check")));
  report = {request.file, written.bytes(), head.records, head.last_commit};
  NHIP_TRY(parts.keep_as(request.file));
  return replicas;
}

// What the backup holds of each replica's work will survive the loss of this disk.
Status note_durable(ServerStore& store, const std::vector<ReplicaRecord>& in_backup) {
  Transaction transaction(store);
  NHIP_TRY(transaction.begin());
  for (const ReplicaRecord& then : in_backup) {
    NHIP_TRY_ASSIGN(std::optional<ReplicaRecord> now, store.replica(then.replica));
    if (!now || now->durable_seq >= then.received_seq) continue;
    now->durable_seq = then.received_seq;
    NHIP_TRY(store.put_replica(*now));
  }
  return transaction.commit();
}

}  // namespace

StepsDone steps_of(const Progress& progress, const std::string& what) {
  if (!progress) return {};
  return [&progress, what](std::uint64_t done, std::uint64_t total) {
    return progress(what, done, total);
  };
}

void run_unlocked(const Unlocked& unlocked, const std::function<void()>& work) {
  if (unlocked) {
    unlocked(work);
  } else {
    work();
  }
}

Result<StoreCount> count_of(ServerStore& store) {
  StoreCount count;
  NHIP_TRY_ASSIGN(count.last_commit, store.last_commit());
  NHIP_TRY_ASSIGN(const std::vector<std::string> scopes, store.scopes());
  for (const std::string& scope : scopes) {
    NHIP_TRY_ASSIGN(const ScopeHead head, store.head(scope));
    count.records += head.rows;
  }
  return count;
}

Result<BackupReport> make_backup(CentreFolder& folder, const BackupRequest& request) {
  NHIP_TRY(check_target(folder.paths(), request.file));
  ServerStore& store = folder.centre().store();
  Work work{request, folder.centre().keys(), {}, {}};
  NHIP_TRY_ASSIGN(work.recovery, read_recovery_public(folder.paths().recovery));
  NHIP_TRY_ASSIGN(work.expected, count_of(store));
  NHIP_TRY_ASSIGN(std::unique_ptr<StoreSnapshot> snapshot, store.snapshot());
  BackupReport report;
  Result<std::vector<ReplicaRecord>> replicas(Status(Code::kInternal, "not_run", "nothing ran"));
  run_unlocked(request.unlocked,
               [&] { replicas = write_tested(work, std::move(snapshot), report); });
  if (!replicas.ok()) return replicas.status();
  NHIP_TRY(note_durable(store, *replicas));
  return report;
}

}  // namespace nhip::server
