// Opening and transactions.
//
// A file is looked at before SQLite opens it: the connection switches a file to write-ahead
// logging, and a file that is not ours must not be changed by our mistake. The header tells enough,
// except while the file's first transaction still stands in the log; such a file is in write-ahead
// mode already, so opening it changes nothing, and the same question is asked again through SQLite.
#include "store/sqlite_store.h"

#include <array>
#include <cstring>
#include <fstream>
#include <utility>

#include "nhip_embedded/server_sql.h"
#include "store/sqlite_store_impl.h"
#include "store/store_rules.h"

namespace nhip::server {

namespace {

constexpr std::int64_t kApplicationId = 0x6E687044;  // "nhpD", as in schema/server/001.sql
constexpr std::int64_t kVersion = 1;
// 2 MB. What does not fit is in the system's own cache, where reading it costs a copy and no disk,
// and the machine can use that memory for something else.
constexpr char kPageCache[] = "PRAGMA cache_size = -2000";
// About 4 MB: long enough that a burst of commits is one checkpoint, short enough to open quickly.
constexpr std::int64_t kWalPagesMax = 1000;

Status not_a_centre(const std::string& path) {
  return {Code::kCorrupt, "not_a_centre", path + " is not the store of a centre",
          "check the folder given with --data"};
}

Status newer_database(const std::string& path) {
  return {Code::kVersion, "newer_database", path + " was written by a newer version of nhipd",
          "update nhipd"};
}

// Big-endian, as in SQLite's file header.
std::int64_t integer_at(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return std::int64_t{value};
}

// Refuses a foreign file by its header alone (sqlite.org/fileformat2.html §1.3). What cannot be
// read at all passes: opening it says why.
Status check_header(const std::string& path, bool create) {
  constexpr char kMagic[] = "SQLite format 3";
  std::array<char, 100> header{};
  std::ifstream file(path, std::ios::binary);
  file.read(header.data(), header.size());
  if (!file.is_open()) return {};
  if (file.gcount() == 0 && create) return {};
  if (file.gcount() < static_cast<std::streamsize>(header.size()) ||
      std::memcmp(header.data(), kMagic, sizeof kMagic) != 0) {
    return not_a_centre(path);
  }
  if (integer_at(&header[68]) == kApplicationId) return {};
  const bool write_ahead = header[18] == 2 && header[19] == 2;
  const bool unmarked = integer_at(&header[68]) == 0;
  return write_ahead && unmarked ? Status() : not_a_centre(path);
}

Result<std::int64_t> single(store::Db& db, const char* sql) {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db.prepare(sql));
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  return found ? stmt.integer(0) : std::int64_t{0};
}

Status create_tables(store::Db& db) {
  NHIP_TRY_ASSIGN(store::Txn txn, store::Txn::begin(db));
  NHIP_TRY(db.execute(embedded::server_sql()));
  NHIP_TRY(txn.commit());
  // Into the file itself, so that its header names it from now on.
  return db.checkpoint();
}

Status check_or_create(store::Db& db, const std::string& path, bool create) {
  NHIP_TRY_ASSIGN(const std::int64_t application, single(db, "PRAGMA application_id"));
  NHIP_TRY_ASSIGN(const std::int64_t version, single(db, "PRAGMA user_version"));
  if (application == kApplicationId) {
    if (version > kVersion) return newer_database(path);
    return version == kVersion ? Status() : not_a_centre(path);
  }
  NHIP_TRY_ASSIGN(const std::int64_t objects, single(db, "SELECT COUNT(*) FROM sqlite_schema"));
  const bool empty = application == 0 && version == 0 && objects == 0;
  return create && empty ? create_tables(db) : not_a_centre(path);
}

}  // namespace

Result<std::unique_ptr<ServerStore>> open_sqlite_store(const std::string& path, bool create) {
  NHIP_TRY(check_header(path, create));
  store::DbOptions options;
  options.create = create;
  NHIP_TRY_ASSIGN(std::unique_ptr<store::Db> db, store::Db::open(path, options));
  NHIP_TRY(check_or_create(*db, path, create));
  NHIP_TRY(db->execute(kPageCache));
  return std::unique_ptr<ServerStore>(std::make_unique<SqliteStore>(std::move(db), path));
}

Result<std::unique_ptr<ServerStore>> open_sqlite_copy(const std::string& path) {
  NHIP_TRY(check_header(path, false));
  store::DbOptions options;
  options.read_only = true;
  NHIP_TRY_ASSIGN(std::unique_ptr<store::Db> db, store::Db::open(path, options));
  NHIP_TRY(check_or_create(*db, path, false));
  return std::unique_ptr<ServerStore>(std::make_unique<SqliteStore>(std::move(db), path));
}

Status settle_sqlite_file(const std::string& path) {
  NHIP_TRY_ASSIGN(const std::unique_ptr<store::Db> db, store::Db::open(path, {}));
  NHIP_TRY(db->checkpoint());
  NHIP_TRY_ASSIGN(store::Stmt plain, db->prepare("PRAGMA journal_mode=DELETE"));
  NHIP_TRY_ASSIGN(const bool answered, plain.step());
  if (answered && plain.text(0) == "delete") return {};
  return {Code::kBusy, "in_use", path + " is open elsewhere", "try again"};
}

Status SqliteStore::begin() {
  if (txn_) return transaction_open();
  NHIP_TRY_ASSIGN(store::Txn txn, store::Txn::begin(*db_));
  txn_.emplace(std::move(txn));
  return {};
}

Status SqliteStore::commit() {
  if (!txn_) return no_transaction();
  const Status committed = txn_->commit();
  if (!committed.ok()) {
    rollback();
    return committed;
  }
  txn_.reset();
  savepoint_ = false;
  const Committed brought = std::exchange(committed_, {});
  if (hook_) hook_(brought);
  // The commit is durable in the log already. A checkpoint that fails loses nothing and is tried
  // again after the next commit, so its status is not the commit's.
  if (db_->wal_pages() > kWalPagesMax) static_cast<void>(db_->checkpoint());
  return {};
}

void SqliteStore::rollback() {
  if (!txn_) return;
  txn_->rollback();
  txn_.reset();
  savepoint_ = false;
  committed_ = {};
  forget_uncommitted();
}

Status SqliteStore::savepoint() {
  if (!writable()) return no_transaction();
  if (savepoint_) return savepoint_open();
  NHIP_TRY(db_->execute("SAVEPOINT part"));
  savepoint_ = true;
  at_savepoint_ = committed_;
  return {};
}

Status SqliteStore::release() {
  if (!savepoint_) return no_savepoint();
  NHIP_TRY(db_->execute("RELEASE part"));
  savepoint_ = false;
  return {};
}

Status SqliteStore::rollback_to_savepoint() {
  if (!savepoint_) return no_savepoint();
  forget_uncommitted();
  NHIP_TRY(db_->execute("ROLLBACK TO part; RELEASE part"));
  savepoint_ = false;
  committed_ = at_savepoint_;
  return {};
}

// Ordinals and facts that were given in what is undone no longer exist.
void SqliteStore::forget_uncommitted() {
  ordinals_.forget();
  last_facts_.reset();
}

}  // namespace nhip::server
