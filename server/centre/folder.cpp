#include "centre/folder.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "centre/epoch.h"
#include "centre/key_file.h"
#include "centre/private_file.h"
#include "centre/replacement.h"
#include "centre/transaction.h"
#include "store/sqlite_store.h"

namespace nhip::server {
namespace {

constexpr const char* kEpochSetting = "epoch";
constexpr const char* kCentreSetting = "centre_id";

template <std::size_t N>
std::array<std::uint8_t, N> random_array() {
  std::array<std::uint8_t, N> bytes{};
  crypto::random_bytes(bytes.data(), bytes.size());
  return bytes;
}

Id new_centre_id() {
  std::array<std::uint8_t, 16> bytes = random_array<16>();
  // RFC 9562 §5.4: version 4, variant 10.
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return *Id::from_bytes(bytes);
}

// How far the store has come.
Result<Witness> witness_of(ServerStore& store, const std::string& epoch) {
  Witness witness;
  witness.epoch = epoch;
  NHIP_TRY_ASSIGN(witness.commit, store.last_commit());
  NHIP_TRY_ASSIGN(const std::vector<std::string> scopes, store.scopes());
  for (const std::string& scope : scopes) {
    NHIP_TRY_ASSIGN(const ScopeHead head, store.head(scope));
    witness.number = std::max(witness.number, head.seq);
  }
  return witness;
}

Status no_centre(const FolderPaths& paths) {
  std::error_code error;
  if (std::filesystem::exists(paths.restoring, error)) {
    return Status(Code::kCorrupt, "restore_unfinished",
                  "a restore into " + paths.folder + " ended before it was complete",
                  "run nhipd restore again");
  }
  return Status(Code::kUsage, "no_centre", "there is no centre in " + paths.folder,
                "make one with: nhipd init --data " + paths.folder);
}

}  // namespace

FolderPaths::FolderPaths(const std::string& root)
    : folder(root),
      keys(root + "/keys"),
      recovery(root + "/recovery.pub"),
      epoch(root + "/epoch"),
      database(root + "/centre.db"),
      admissions(root + "/admissions"),
      lock(root + "/lock"),
      backups(root + "/backups"),
      run(root + "/run"),
      control(root + "/run/control.json"),
      restoring(root + "/restoring") {}

bool is_centre(const std::string& folder) {
  std::error_code error;
  return std::filesystem::exists(FolderPaths(folder).keys, error);
}

std::string draw_epoch() { return crypto::hex(random_array<8>()); }

Status put_identity(ServerStore& store, const Id& centre_id, const std::string& epoch) {
  NHIP_TRY(store.put_setting(kCentreSetting, centre_id.text()));
  return store.put_setting(kEpochSetting, epoch);
}

Result<std::optional<std::string>> epoch_in(ServerStore& store) {
  return store.setting(kEpochSetting);
}

Status check_identity(ServerStore& store, const Id& centre_id) {
  NHIP_TRY_ASSIGN(const std::optional<std::string> stored, store.setting(kCentreSetting));
  if (stored == centre_id.text()) return {};
  return Status(Code::kCorrupt, "foreign_database", "centre.db and keys are of different centres",
                "put back the files that belong together");
}

Result<std::string> CentreFolder::create(const std::string& folder, std::int64_t wait_ms) {
  const FolderPaths paths(folder);
  const Status exists(Code::kConflict, "centre_exists", "there is a centre in this folder already",
                      "choose another folder, or load records into it with: nhipd load");
  if (is_centre(folder) || replacement_decided(paths)) return exists;
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(folder).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  NHIP_TRY(make_folder(folder));
  NHIP_TRY_ASSIGN(const store::FileLock lock, store::FileLock::take(paths.lock, wait_ms));
  if (is_centre(folder) || replacement_decided(paths)) return exists;
  if (std::filesystem::exists(paths.database, error)) {
    return Status(Code::kCorrupt, "half_made", "files of a centre are here, but not its keys",
                  "if it never held records, remove the folder and begin again");
  }

  CentreKeys keys;
  keys.centre_id = new_centre_id();
  keys.digest_key = random_array<32>();
  keys.epoch = draw_epoch();
  const RecoverySeed recovery = random_array<32>();
  const crypto::KeyPair recovery_pair = crypto::KeyPair::from_seed(recovery);
  NHIP_TRY(write_whole(paths.recovery, recovery_public_text(recovery_pair.public_key()), 0600));
  NHIP_TRY(write_whole(paths.epoch, witness_text({keys.epoch, 0, 0}), 0600));
  NHIP_TRY_ASSIGN(const std::unique_ptr<ServerStore> store,
                  open_sqlite_store(paths.database, true));
  Transaction transaction(*store);
  NHIP_TRY(transaction.begin());
  NHIP_TRY(put_identity(*store, keys.centre_id, keys.epoch));
  NHIP_TRY(transaction.commit());
  NHIP_TRY(write_whole(paths.keys, keys_text(keys), 0600));
  return recovery_text(recovery);
}

Result<std::unique_ptr<CentreFolder>> CentreFolder::open(const std::string& folder,
                                                         const Schema& schema, std::int64_t wait_ms,
                                                         std::int64_t now) {
  FolderPaths paths(folder);
  if (!is_centre(folder) && !replacement_decided(paths)) return no_centre(paths);
  NHIP_TRY_ASSIGN(store::FileLock lock, store::FileLock::take(paths.lock, wait_ms));
  NHIP_TRY(finish_replacement(paths));
  if (!is_centre(folder)) return no_centre(paths);
  drop_replacement(paths);
  std::unique_ptr<CentreFolder> opened(new CentreFolder(std::move(paths), std::move(lock)));
  NHIP_TRY_ASSIGN(opened->keys_, read_keys(opened->paths_.keys));
  NHIP_TRY(opened->open_store());
  opened->centre_ = std::make_unique<Centre>(
      *opened->store_, schema, opened->keys_,
      [](std::uint8_t* out, std::size_t size) { crypto::random_bytes(out, size); });
  NHIP_TRY(opened->settle_epoch(now));
  NHIP_TRY(opened->admissions_.open(opened->paths_.admissions, opened->keys_.centre_id,
                                    *opened->store_, opened->remarks_));
  opened->watch_commits();
  return opened;
}

CentreFolder::~CentreFolder() {
  store_.reset();
  static_cast<void>(epoch_file_.flush());
}

Status CentreFolder::open_store() {
  auto store = open_sqlite_store(paths_.database, false);
  if (!store.ok()) {
    // A centre without its database is damaged, not absent.
    const Status& why = store.status();
    if (why.code() != Code::kNotFound) return why;
    return Status(Code::kCorrupt, "no_database", "centre.db is missing in " + paths_.folder,
                  "restore the folder from a backup");
  }
  store_ = std::move(store).value();
  return check_identity(*store_, keys_.centre_id);
}

// Whether the database is the one that this folder had last; otherwise a new epoch begins.
Status CentreFolder::settle_epoch(std::int64_t now) {
  NHIP_TRY_ASSIGN(const std::optional<std::string> inside, epoch_in(*store_));
  NHIP_TRY_ASSIGN(Witness found, witness_of(*store_, inside.value_or("")));
  const std::optional<Witness> outside = read_witness(paths_.epoch);
  NHIP_TRY(epoch_file_.open(paths_.epoch));
  std::string why;
  if (!outside) {
    why = "the file epoch is missing or damaged";
  } else if (outside->epoch != found.epoch) {
    why = "the database is of another epoch than the file epoch";
  } else if (found.commit < outside->commit) {
    why = "the database ends at commit " + std::to_string(found.commit) + ", but commit " +
          std::to_string(outside->commit) + " was given out: it was put back from a copy";
  }
  keys_.epoch = found.epoch;
  if (why.empty()) return epoch_file_.put(found);
  // What is given out next must lie above what the lost history gave out.
  if (outside) found.number = std::max({found.number, outside->number, outside->commit});
  NHIP_TRY(begin_epoch(found, now));
  remarks_.push_back(why + "; a new epoch begins, and devices bring what is missing");
  return {};
}

Status CentreFolder::begin_epoch(const Witness& before, std::int64_t now) {
  const std::string epoch = draw_epoch();
  // The file first: stopped in between, file and database differ, and the next start begins again.
  NHIP_TRY(epoch_file_.put({epoch, before.commit, before.number}));
  Transaction transaction(*store_);
  NHIP_TRY(transaction.begin());
  NHIP_TRY(open_epoch(*store_, epoch, centre_->random(), now, before.number));
  NHIP_TRY(put_identity(*store_, keys_.centre_id, epoch));
  NHIP_TRY(transaction.commit());
  keys_.epoch = epoch;
  NHIP_TRY_ASSIGN(const Witness after, witness_of(*store_, epoch));
  return epoch_file_.put({epoch, after.commit, std::max(after.number, before.number)});
}

Status CentreFolder::new_epoch(std::int64_t now, std::uint64_t above) {
  const Witness before = epoch_file_.witness();
  const Status begun =
      begin_epoch({before.epoch, before.commit, std::max(before.number, above)}, now);
  // Nothing happened to this database, so its epoch goes on.
  if (!begun.ok() && keys_.epoch == before.epoch) static_cast<void>(epoch_file_.put(before));
  return begun;
}

void CentreFolder::watch_commits() {
  store_->set_commit_hook([this](const Committed& committed) {
    epoch_file_.advance(committed.commit, committed.number);
    const Status noted = admissions_.note(committed);
    if (noted.ok()) return;
    std::fprintf(stderr, "nhipd: %s: %s\n", noted.name().c_str(), noted.message().c_str());
  });
  centre_->set_epoch_opener([this](std::int64_t now, std::uint64_t above) {
    NHIP_TRY(new_epoch(now, above));
    std::fprintf(stderr,
                 "nhipd: this folder is older than what a device has seen of it; a new "
                 "epoch begins, and devices bring what is missing\n");
    return Status();
  });
}

}  // namespace nhip::server
