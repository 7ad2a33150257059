#include "backup/restore.h"

#include <unistd.h>

#include <filesystem>
#include <optional>

#include "backup/backup_file.h"
#include "centre/epoch.h"
#include "centre/key_file.h"
#include "centre/private_file.h"
#include "centre/time_text.h"
#include "centre/transaction.h"
#include "store/sqlite_store.h"

namespace nhip::server {
namespace {

// The keys a restored centre will have, and whether they are the ones that stand there.
struct Identity {
  CentreKeys keys;
  bool present = false;
};

Result<CentreKeys> unseal(const BackupHead& head, const std::string& written_down) {
  const auto seed = parse_recovery_text(written_down);
  if (!seed) {
    return Status(Code::kInvalid, "bad_recovery_key",
                  "this is no recovery key: it has 52 letters and digits in groups of four",
                  "write it as nhipd init printed it");
  }
  const auto text = crypto::KeyPair::from_seed(*seed).open_sealed(head.sealed_keys);
  if (!text) {
    return Status(Code::kUnauthenticated, "wrong_recovery_key",
                  "this recovery key does not open the keys in the backup",
                  "give the key that nhipd init printed when this centre was made");
  }
  return parse_keys({reinterpret_cast<const char*>(text->data()), text->size()});
}

// Keys that stand in the folder decide; the recovery key is asked for where there are none that can
// be read. One that is given must fit in any case.
Result<Identity> identify(const FolderPaths& paths, const BackupHead& head,
                          const std::string& recovery_key) {
  std::optional<CentreKeys> sealed;
  if (!recovery_key.empty()) {
    NHIP_TRY_ASSIGN(sealed, unseal(head, recovery_key));
  }
  if (is_centre(paths.folder)) {
    const Result<CentreKeys> present = read_keys(paths.keys);
    if (present.ok() && present->centre_id == head.centre_id) return Identity{*present, true};
    if (present.ok()) {
      return Status(Code::kConflict, "other_centre",
                    "this backup is of centre " + head.centre_id.text() + ", the folder holds " +
                        present->centre_id.text(),
                    "restore it into an empty folder, with --recovery-key-file");
    }
  }
  if (!sealed) {
    return Status(Code::kUsage, "recovery_key_needed",
                  "the keys of this centre are not in the folder",
                  "give the recovery key that nhipd init printed: --recovery-key-file FILE");
  }
  return Identity{*sealed, false};
}

Status check_contents(ServerStore& store, const BackupHead& head) {
  NHIP_TRY(store.verify());
  NHIP_TRY(check_identity(store, head.centre_id));
  NHIP_TRY_ASSIGN(const StoreCount counted, count_of(store));
  if (counted == StoreCount{head.records, head.last_commit}) return {};
  return Status(Code::kMalformed, "backup_damaged",
                "this backup's database does not hold what its head says",
                "use another backup; the centre was not touched");
}

Status check_signature(const BackupFile& backup, const CentreKeys& keys) {
  if (keys.centre_id == backup.head().centre_id && backup.is_signed_by(keys.signing.public_key())) {
    return {};
  }
  return Status(Code::kMalformed, "backup_damaged",
                "this backup is damaged: it is not signed with the centre's key",
                "use another backup; the centre was not touched");
}

// Sets the restored database going again, under a new epoch.
Status renew(ServerStore& store, const CentreKeys& keys, std::int64_t now, std::uint64_t above) {
  const auto random = [](std::uint8_t* out, std::size_t size) { crypto::random_bytes(out, size); };
  NHIP_TRY_ASSIGN(const std::vector<ReplicaRecord> replicas, store.replicas());
  Transaction transaction(store);
  NHIP_TRY(transaction.begin());
  for (ReplicaRecord replica : replicas) {
    // All of it stands in the backup it came from.
    replica.durable_seq = replica.received_seq;
    NHIP_TRY(store.put_replica(replica));
  }
  NHIP_TRY(open_epoch(store, keys.epoch, random, now, above));
  NHIP_TRY(put_identity(store, keys.centre_id, keys.epoch));
  return transaction.commit();
}

Status goes_on(const RestoreRequest& request, const std::string& step) {
  if (!request.goes_on || request.goes_on(step)) return {};
  return {Code::kUnavailable, "stopped", "stopped at " + step};
}

Status check_space(const std::string& folder, std::uint64_t bytes) {
  NHIP_TRY_ASSIGN(const std::uint64_t free, free_space(folder));
  if (free >= bytes + kReservedBytes) return {};
  return Status(
      Code::kDiskFull, "disk_full",
      "restoring needs " + std::to_string((bytes + kReservedBytes) >> 20) + " MB free in " + folder,
      "free some space; the present centre was not touched");
}

// All new files, in `restoring/`.
Status make_ready(const RestoreRequest& request, const FolderPaths& paths, BackupFile& backup,
                  Identity& identity) {
  const FolderPaths made(paths.restoring);
  NHIP_TRY(check_space(paths.folder, backup.head().database_bytes));
  NHIP_TRY(begin_replacement(paths));
  NHIP_TRY(goes_on(request, "begun"));
  NHIP_TRY(backup.read(made.database, steps_of(request.progress, "read")));
  NHIP_TRY(check_signature(backup, identity.keys));
  NHIP_TRY(goes_on(request, "read"));
  {
    NHIP_TRY_ASSIGN(const std::unique_ptr<ServerStore> store, open_sqlite_copy(made.database));
    NHIP_TRY(check_contents(*store, backup.head()));
  }
  const std::optional<Witness> present = read_witness(paths.epoch);
  const std::uint64_t above = present ? std::max(present->number, present->commit) : 0;
  identity.keys.epoch = draw_epoch();
  Witness witness{identity.keys.epoch, 0, above};
  {
    NHIP_TRY_ASSIGN(const std::unique_ptr<ServerStore> store,
                    open_sqlite_store(made.database, false));
    NHIP_TRY(renew(*store, identity.keys, request.now, above));
    NHIP_TRY_ASSIGN(witness.commit, store->last_commit());
  }
  NHIP_TRY(settle_sqlite_file(made.database));
  NHIP_TRY(flush_file(made.database));
  NHIP_TRY(write_whole(made.epoch, witness_text(witness), 0600));
  if (!identity.present) {
    const auto seed = parse_recovery_text(request.recovery_key);
    const crypto::KeyPair recovery = crypto::KeyPair::from_seed(*seed);
    NHIP_TRY(write_whole(made.recovery, recovery_public_text(recovery.public_key()), 0600));
    NHIP_TRY(write_whole(made.keys, keys_text(identity.keys), 0600));
  }
  return goes_on(request, "made ready");
}

// "replaced-20261123T191500Z", and -2, -3 … when that is taken.
std::string name_for_replaced(const FolderPaths& paths, std::int64_t now) {
  std::string time = iso_text(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  std::error_code error;
  for (int i = 1;; ++i) {
    const std::string name = "replaced-" + time + (i == 1 ? "" : "-" + std::to_string(i));
    if (!std::filesystem::exists(paths.folder + "/" + name, error)) return name;
  }
}

Result<RestoreReport> replace(const RestoreRequest& request, const FolderPaths& paths,
                              BackupFile& backup, Identity identity) {
  const Status ready = make_ready(request, paths, backup, identity);
  if (!ready.ok()) {
    if (ready.name() != "stopped") drop_replacement(paths);
    return ready;
  }
  RestoreReport report;
  report.centre_id = identity.keys.centre_id;
  report.epoch = identity.keys.epoch;
  report.taken_at = backup.head().taken_at;
  report.records = backup.head().records;
  report.last_commit = backup.head().last_commit;
  report.same_folder = identity.present;
  const std::string aside = name_for_replaced(paths, request.now);
  NHIP_TRY(decide_replacement(paths, aside));
  NHIP_TRY(goes_on(request, "decided"));
  NHIP_TRY(finish_replacement(paths, request.goes_on));
  std::error_code error;
  if (std::filesystem::exists(paths.folder + "/" + aside, error)) {
    report.replaced = paths.folder + "/" + aside;
  }
  return report;
}

}  // namespace

Result<RestoreReport> restore_backup(const RestoreRequest& request) {
  const FolderPaths paths(request.folder);
  std::error_code error;
  // Somebody who serves is told so before a large file is read.
  std::optional<store::FileLock> lock;
  const auto take_lock = [&]() -> Status {
    NHIP_TRY_ASSIGN(lock, store::FileLock::take(paths.lock, request.wait_ms));
    return finish_replacement(paths);
  };
  const bool there = std::filesystem::exists(paths.folder, error);
  if (there) NHIP_TRY(take_lock());
  NHIP_TRY_ASSIGN(BackupFile backup, BackupFile::open(request.file));
  NHIP_TRY(backup.read("", steps_of(request.progress, "check")));
  NHIP_TRY_ASSIGN(const Identity identity, identify(paths, backup.head(), request.recovery_key));
  NHIP_TRY(check_signature(backup, identity.keys));
  if (!there) {
    const std::string parent = std::filesystem::path(paths.folder).parent_path().string();
    if (!parent.empty()) std::filesystem::create_directories(parent, error);
    NHIP_TRY(make_folder(paths.folder));
    NHIP_TRY(take_lock());
  }
  // A second reading: what is put in place is hashed once more on its way there.
  NHIP_TRY_ASSIGN(BackupFile again, BackupFile::open(request.file));
  return replace(request, paths, again, identity);
}

Status test_backup(const std::string& file, const CentreKeys& keys, const std::string& scratch,
                   const Progress& progress) {
  NHIP_TRY_ASSIGN(BackupFile backup, BackupFile::open(file));
  if (backup.head().centre_id != keys.centre_id) {
    return Status(Code::kConflict, "other_centre", file + " is a backup of another centre",
                  "move it elsewhere");
  }
  std::error_code error;
  std::filesystem::remove_all(scratch, error);
  NHIP_TRY(make_folder(scratch));
  const auto examine = [&]() -> Status {
    const std::string database = scratch + "/centre.db";
    NHIP_TRY(backup.read(database, steps_of(progress, "backup")));
    NHIP_TRY(check_signature(backup, keys));
    NHIP_TRY_ASSIGN(const std::unique_ptr<ServerStore> store, open_sqlite_copy(database));
    return check_contents(*store, backup.head());
  };
  const Status examined = examine();
  std::filesystem::remove_all(scratch, error);
  return examined;
}

}  // namespace nhip::server
