#include "backup/verify.h"

#include <algorithm>
#include <limits>

#include "backup/daily.h"
#include "backup/restore.h"
#include "centre/admissions.h"
#include "centre/epoch.h"
#include "centre/epoch_file.h"
#include "centre/key_file.h"
#include "core/limits.h"
#include "crypto/digest.h"

namespace nhip::server {
namespace {

constexpr const char* kRestoreHint =
    "keep the folder as it is, and restore the newest backup: nhipd restore FILE";

Status problem(const char* name, const std::string& what, const char* hint = kRestoreHint) {
  return {Code::kCorrupt, name, what, hint};
}

class Verification {
 public:
  Verification(const FolderPaths& paths, const CentreKeys& keys, ServerStore& store,
               const Progress& progress)
      : paths_(paths), keys_(keys), store_(store), progress_(progress) {}

  Result<VerifyReport> run() {
    check_keys();
    NHIP_TRY(check_epoch());
    note(Admissions::check(paths_.admissions, keys_.centre_id, store_));
    NHIP_TRY(tell("store", 0, 1));
    const Status sound = store_.verify();
    note(sound);
    // What cannot be read cannot be counted either.
    if (sound.ok()) {
      NHIP_TRY(check_digests());
      NHIP_TRY(check_commits());
    }
    NHIP_TRY(check_backups());
    return report_;
  }

 private:
  void note(const Status& status) {
    if (!status.ok()) report_.problems.push_back(status);
  }

  Status tell(const std::string& what, std::uint64_t done, std::uint64_t total) const {
    if (!progress_ || progress_(what, done, total)) return {};
    return {Code::kUnavailable, "stopped", "the check was stopped", "begin it again"};
  }

  void check_keys() {
    const Result<CentreKeys> in_file = read_keys(paths_.keys);
    if (!in_file.ok()) {
      note(in_file.status());
    } else if (in_file->centre_id != keys_.centre_id ||
               in_file->signing.public_key() != keys_.signing.public_key() ||
               in_file->digest_key != keys_.digest_key) {
      note(problem("damaged_keys", "the file keys is not the one this centre works with"));
    }
    const crypto::Signature signature = keys_.signing.sign(keys_.centre_id.bytes);
    if (!crypto::verify(keys_.signing.public_key(), keys_.centre_id.bytes, signature)) {
      note(problem("damaged_keys", "the two halves of the centre's key do not fit"));
    }
    note(read_recovery_public(paths_.recovery).status());
    note(check_identity(store_, keys_.centre_id));
  }

  Status check_epoch() {
    NHIP_TRY_ASSIGN(const std::optional<std::string> inside, epoch_in(store_));
    NHIP_TRY_ASSIGN(report_.last_commit, store_.last_commit());
    const std::optional<Witness> outside = read_witness(paths_.epoch);
    const char* const hint = "stop nhipd and start it again; it opens a new epoch by itself";
    if (!outside) {
      note(problem("damaged_epoch", "the file epoch is missing or damaged", hint));
    } else if (outside->epoch != inside) {
      note(problem("damaged_epoch", "the file epoch and the database name different epochs", hint));
    }
    return {};
  }

  Status check_digests() {
    NHIP_TRY_ASSIGN(const std::vector<std::string> scopes, store_.scopes());
    for (const std::string& scope : scopes) {
      NHIP_TRY(tell("digests", report_.scopes, scopes.size()));
      NHIP_TRY_ASSIGN(const ScopeHead head, store_.head(scope));
      crypto::Digest sum;
      NHIP_TRY(store_.each_in_scope(
          scope, 0, std::numeric_limits<std::uint64_t>::max(), [&](const StoredRow& row) {
            sum += crypto::element(keys_.digest_key, row.type, row.id, row.seq,
                                   core::is_deleted(row.row.cells));
            ++report_.records;
            return true;
          }));
      ++report_.scopes;
      if (sum != head.digest) {
        note(problem("digest_disagrees",
                     "scope " + scope + ": its records do not add up to its digest"));
      }
    }
    return {};
  }

  // Numbers are given out one after the other; only an epoch jumps.
  Status check_commits() {
    NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(store_));
    const auto begins = [&](std::uint64_t number) {
      return number == 0 ||
             std::any_of(epochs.marks().begin(), epochs.marks().end(),
                         [&](const EpochMark& mark) { return mark.begins == number; });
    };
    std::map<std::string, std::uint64_t> last_in;
    std::uint64_t last = 0;
    std::string hole;
    NHIP_TRY(store_.each_commit(0, [&](const ScopeCommit& share) {
      std::uint64_t& last_of_scope = last_in[share.scope];
      const bool follows = share.commit == last || share.commit == last + 1 ||
                           begins(share.commit) || begins(share.commit - 1);
      const bool in_scope =
          share.first == last_of_scope + 1 || begins(share.first) || begins(share.first - 1);
      if (!follows) hole = "commits before " + std::to_string(share.commit) + " are missing";
      if (!in_scope && hole.empty()) {
        hole = "scope " + share.scope + ": numbers before " + std::to_string(share.first) +
               " belong to no commit";
      }
      if (share.commit != last) ++report_.commits;
      last = share.commit;
      last_of_scope = share.last;
      return hole.empty();
    }));
    if (!hole.empty()) note(problem("commits_missing", hole));
    return {};
  }

  Status check_backups() {
    const std::vector<KeptBackup> kept = kept_backups(paths_);
    report_.backups = kept.size();
    if (kept.empty()) return {};
    report_.newest_backup = kept.back().path;
    report_.newest_taken_at = kept.back().taken_at;
    // One after the other: they open it in the same place.
    NHIP_TRY_ASSIGN(const store::FileLock lock,
                    store::FileLock::take(paths_.backups + "/lock", core::kLockWaitMs));
    const Status tested =
        test_backup(report_.newest_backup, keys_, paths_.backups + "/tested", progress_);
    if (tested.ok()) return {};
    if (tested.name() == "stopped" || tested.code() == Code::kDiskFull) return tested;
    note(Status(Code::kCorrupt, tested.name(), tested.message(),
                "remove " + report_.newest_backup + " and make another: nhipd backup FILE"));
    return {};
  }

  const FolderPaths& paths_;
  const CentreKeys& keys_;
  ServerStore& store_;
  const Progress& progress_;
  VerifyReport report_;
};

}  // namespace

Result<VerifyReport> verify_centre(CentreFolder& folder, const Unlocked& unlocked,
                                   const Progress& progress) {
  const CentreKeys keys = folder.centre().keys();
  NHIP_TRY_ASSIGN(const std::unique_ptr<StoreSnapshot> snapshot,
                  folder.centre().store().snapshot());
  Result<VerifyReport> report(Status(Code::kInternal, "not_run", "nothing ran"));
  run_unlocked(unlocked, [&] {
    report = Verification(folder.paths(), keys, snapshot->store(), progress).run();
  });
  return report;
}

}  // namespace nhip::server
