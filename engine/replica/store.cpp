// Opening, creating, local transactions. What belongs to a centre is in enrolment_store.cpp, the
// clock in clock_store.cpp.

#include "replica/store.h"

#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <utility>

#include "core/limits.h"
#include "core/planted.h"
#include "nhip_embedded/device_sql.h"
#include "nhip_embedded/device_sql_2.h"
#include "nhip_embedded/device_sql_3.h"
#include "replica/table_sql.h"
#include "replica/upgrade.h"

namespace nhip::replica {

namespace {

constexpr std::int64_t kApplicationId = 0x6e686970;  // "nhip"
constexpr std::int64_t kLayoutVersion = 3;           // schema/device/NNN.sql
constexpr std::int64_t kCheckpointPages = 1000;

Result<std::int64_t> pragma(store::Db& db, const std::string& name) {
  NHIP_TRY_ASSIGN(auto stmt, db.cached("PRAGMA " + name));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row ? stmt.integer(0) : std::int64_t{0};
}

bool file_exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

Status not_a_replica(const std::string& path) {
  return {Code::kCorrupt, "not_a_replica", path + " is a database, but not a Nhịp replica.",
          "Name another file with --replica."};
}

// Somebody else's database, seen from its header alone, so that it stays untouched: opening it
// would already change it. While a log lies beside the file its header may be old, and SQLite has
// to look.
bool is_foreign(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char header[72] = {};
  file.read(header, sizeof header);
  if (file.gcount() != sizeof header || std::string_view(header, 15) != "SQLite format 3")
    return false;
  std::int64_t application = 0;
  for (int i = 68; i < 72; ++i)
    application = application << 8 | static_cast<unsigned char>(header[i]);
  if (application == kApplicationId) return false;
  return application != 0 || !file_exists(path + "-wal");
}

// A database in which nothing was made yet: new, or its making was cut short.
Result<bool> is_empty(store::Db& db) {
  NHIP_TRY_ASSIGN(auto stmt, db.prepare("SELECT count(*) FROM sqlite_master"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row && stmt.integer(0) == 0;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(OpenOptions options) {
  const bool is_new = !file_exists(options.path);
  if (is_new && !options.create) {
    return Status(Code::kNotFound, "no_replica", "There is no replica at " + options.path + ".",
                  "Enrol this device first: nhip enrol --server URL --code CODE");
  }
  std::unique_ptr<Store> store(new Store());
  store->path_ = options.path;
  store->environment_ = *options.environment;
  store->language_ = options.language;
  if (!is_new && is_foreign(options.path)) return not_a_replica(options.path);
  NHIP_TRY_ASSIGN(store->db_,
                  store::Db::open(options.path, {.create = options.create, .triggers = false}));
  store->db_->on_row_change(
      [watch = &store->watch_](const store::RowChange& change) { watch->see(change); });
  NHIP_TRY_ASSIGN(const bool empty, is_empty(*store->db_));
  if (empty && options.create) NHIP_TRY(store->create(options));
  NHIP_TRY(store->load());
  Status upgraded = upgrade_schema(*store, options.schema_json);
  if (upgraded.name() == "replica_upgraded") {  // between our reading and our turn
    NHIP_TRY(store->load());
    upgraded = upgrade_schema(*store, options.schema_json);
  }
  NHIP_TRY(upgraded);
  return store;
}

Store::~Store() {
  if (!db_ || db_->wal_pages() == 0 || db_->in_transaction()) return;
  const auto lock = store::FileLock::take(path_ + "-lock", 0);
  // Whatever hinders it, the log stays valid and the next one moves it.
  if (lock.ok()) (void)db_->checkpoint();
}

Status Store::create(const OpenOptions& options) {
  NHIP_TRY_ASSIGN(schema_, Schema::parse(options.schema_json));
  author_ = draw_author();
  NHIP_TRY_ASSIGN(auto lock, store::FileLock::take(path_ + "-lock", core::kLockWaitMs));
  NHIP_TRY_ASSIGN(auto txn, store::Txn::begin(*db_));
  NHIP_TRY(db_->execute(nhip::embedded::device_sql()));
  NHIP_TRY(db_->execute(nhip::embedded::device_sql_2()));
  NHIP_TRY(db_->execute(nhip::embedded::device_sql_3()));
  NHIP_TRY(db_->execute("PRAGMA application_id=" + std::to_string(kApplicationId) +
                        "; PRAGMA user_version=" + std::to_string(kLayoutVersion)));
  NHIP_TRY(make_tables());
  NHIP_TRY(set_setting("schema", Value(schema_.source())));
  NHIP_TRY(set_setting("replica", Value(author_.text())));
  NHIP_TRY(set_setting("first_name", Value(author_.text())));
  NHIP_TRY(set_setting("next_seq", Value(std::int64_t{1})));
  if (!options.default_unit.empty()) NHIP_TRY(set_setting("unit_id", Value(options.default_unit)));
  NHIP_TRY_ASSIGN(const std::int64_t self, author_ord(author_));
  if (self != 1) return {Code::kInternal, "author_order", "The replica's own ordinal is not 1."};
  return txn.commit();
}

Status Store::make_tables() {
  for (const Type& type : schema_.types()) {
    for (const std::string& sql : create_statements(type)) {
      if (Status made = db_->execute(sql); !made.ok()) return made.at(type.name);
    }
  }
  return {};
}

Status Store::load() {
  NHIP_TRY_ASSIGN(const std::int64_t application, pragma(*db_, "application_id"));
  if (application != kApplicationId) {
    return not_a_replica(path_);
  }
  NHIP_TRY_ASSIGN(const std::int64_t layout, pragma(*db_, "user_version"));
  if (layout > kLayoutVersion) {
    return {Code::kVersion, "newer_replica",
            "This replica was made by a newer version of the program.",
            "Update the program; the replica was not touched."};
  }
  if (layout < kLayoutVersion) NHIP_TRY(renew_layout());
  NHIP_TRY_ASSIGN(const Value source, setting("schema"));
  NHIP_TRY_ASSIGN(schema_, Schema::parse(source.text() ? *source.text() : ""));
  make_record_tables();
  NHIP_TRY(load_name());
  NHIP_TRY_ASSIGN(const Value device, setting("device_id"));
  if (device.is_null()) return {};
  Enrolment enrolment;
  const auto read = [&](const char* name, std::string& out) -> Status {
    NHIP_TRY_ASSIGN(const Value value, setting(name));
    out = value.text() ? *value.text() : "";
    return {};
  };
  NHIP_TRY(read("device_id", enrolment.device_id));
  NHIP_TRY(read("unit_id", enrolment.unit_id));
  NHIP_TRY(read("role", enrolment.role));
  NHIP_TRY(read("server", enrolment.server));
  NHIP_TRY(read("centre_id", enrolment.centre_id));
  NHIP_TRY_ASSIGN(const Value server_key, setting("server_key"));
  NHIP_TRY_ASSIGN(const Value digest_key, setting("digest_key"));
  if (server_key.blob() == nullptr || server_key.blob()->size() != 32 ||
      digest_key.blob() == nullptr || digest_key.blob()->size() != 32) {
    return {Code::kCorrupt, "damaged_replica", "The replica has lost the keys of its centre."};
  }
  std::copy(server_key.blob()->begin(), server_key.blob()->end(), enrolment.server_key.begin());
  std::copy(digest_key.blob()->begin(), digest_key.blob()->end(), enrolment.digest_key.begin());
  enrolment_ = enrolment;
  return {};
}

// The tables of later layouts, once; a program of before refuses the file from then on.
Status Store::renew_layout() {
  NHIP_TRY_ASSIGN(auto lock, store::FileLock::take(path_ + "-lock", core::kLockWaitMs));
  NHIP_TRY_ASSIGN(auto txn, store::Txn::begin(*db_));
  NHIP_TRY_ASSIGN(const std::int64_t layout, pragma(*db_, "user_version"));
  if (layout < 2) NHIP_TRY(db_->execute(nhip::embedded::device_sql_2()));
  if (layout < 3) NHIP_TRY(db_->execute(nhip::embedded::device_sql_3()));
  if (layout < kLayoutVersion)
    NHIP_TRY(db_->execute("PRAGMA user_version=" + std::to_string(kLayoutVersion)));
  return txn.commit();
}

void Store::make_record_tables() {
  tables_.clear();
  std::vector<std::string> writable;
  for (const Type& type : schema_.types()) {
    tables_[type.number] = std::make_unique<RecordTable>(*db_, type);
    if (type.number < 16 || type.writers == Writers::kCentre) continue;
    writable.push_back(type.name);
    for (const Field* field : child_fields(type)) writable.push_back(child_table(type, *field));
  }
  writable_tables_ = std::make_shared<const std::vector<std::string>>(std::move(writable));
  watch_is_stale_ = true;
}

Status Store::use_schema(const Schema& schema) {
  NHIP_TRY(set_setting("schema", Value(schema.source())));
  schema_ = schema;
  make_record_tables();
  NHIP_TRY(watch_.learn(*db_, tables()));
  watch_is_stale_ = false;
  return {};
}

// Another program may have taken a later version meanwhile. Its records have columns that we do not
// know, and to go on without them would be to empty them. The same with a later layout: its outbox
// has parts that we would not see.
Status Store::check_schema_is_ours() {
  NHIP_TRY_ASSIGN(const std::int64_t ddl, pragma(*db_, "schema_version"));
  if (ddl == ddl_version_) return {};
  NHIP_TRY_ASSIGN(const Value source, setting("schema"));
  NHIP_TRY_ASSIGN(const std::int64_t layout, pragma(*db_, "user_version"));
  const bool ours = source.text() != nullptr && *source.text() == schema_.source();
  if (!ours || layout > kLayoutVersion) {
    return {Code::kVersion, "replica_upgraded",
            "Another program has given this replica a later version of its schema.",
            "Start this program again, the newest version of it; nothing is lost."};
  }
  ddl_version_ = ddl;
  return {};
}

Status Store::load_name() {
  NHIP_TRY_ASSIGN(const Value replica, setting("replica"));
  auto author = Author::parse(replica.text() ? *replica.text() : "");
  if (!author) {
    // The centre's word on it is kept as well.
    const auto kept = certificate();
    if (kept.ok()) author = kept->replica;
  }
  if (!author) return {Code::kCorrupt, "damaged_replica", "The replica has lost its identity."};
  author_ = *author;
  return {};
}

RecordTable* Store::table(std::uint16_t type) {
  const auto found = tables_.find(type);
  return found == tables_.end() ? nullptr : found->second.get();
}

RecordTable* Store::table(std::string_view type) {
  const Type* found = schema_.type(type);
  return found == nullptr ? nullptr : table(found->number);
}

std::vector<RecordTable*> Store::tables() {
  std::vector<RecordTable*> all;
  for (const auto& [number, each] : tables_) all.push_back(each.get());
  return all;
}

Id Store::mint_id() {
  std::array<std::uint8_t, 10> random_part{};
  environment_.random(random_part.data(), random_part.size());
  return make_uuid_v7(now(), random_part);
}

Status Store::transact(const std::function<Status()>& body) {
  NHIP_TRY_ASSIGN(auto lock, store::FileLock::take(path_ + "-lock", core::kLockWaitMs));
  NHIP_TRY_ASSIGN(auto txn, store::Txn::begin(*db_));
  Status done = begin_transaction();
  if (done.ok()) done = body();
  if (done.ok()) done = store_digests();
  if (done.ok() && (watch_.failed() || watch_.is_dirty()))
    done = {Code::kInternal, "unsealed_work", "A change could not be noted; nothing was stored."};
  if (done.ok()) done = txn.commit();
  if (!done.ok()) {
    txn.rollback();
    forget_caches();
    watch_.forget();
    watch_.resume();
    watch_is_stale_ = unsealed_others_ = true;
    return done;
  }
  if (db_->wal_pages() > kCheckpointPages) {
    // The work is committed; a reader that blocks the checkpoint only postpones it.
    if (Status moved = db_->checkpoint(); !moved.ok() && moved.code() != Code::kBusy) return moved;
  }
  return {};
}

// While nobody else has committed, what is held in memory is what the file says.
Status Store::begin_transaction() {
  NHIP_TRY_ASSIGN(const std::int64_t version, pragma(*db_, "data_version"));
  if (version == known_version_ && !watch_is_stale_) return {};
  forget_caches();
  unsealed_others_ = true;
  NHIP_TRY(check_schema_is_ours());
  NHIP_TRY(load_name());  // another process may have taken a new one
  NHIP_TRY(load_feeds());
  if (watch_is_stale_) NHIP_TRY(watch_.learn(*db_, tables()));
  watch_is_stale_ = false;
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("SELECT type,mark FROM _nhip_guard"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) break;
    watch_.set_guard(static_cast<std::uint16_t>(stmt.integer(0)), stmt.integer(1));
  }
  known_version_ = version;
  return {};
}

void Store::forget_caches() {
  scope_ords_.clear();
  scope_names_.clear();
  author_ords_.clear();
  authors_.clear();
  feeds_.clear();
  edit_index_.forget();
  settings_.clear();
  digests_changed_ = false;
  unplaced_.clear();
  unplaced_low_.clear();
  known_version_ = -1;
}

// Outside a transaction another program may have written since. Long texts are asked for once.
Result<Value> Store::setting(std::string_view name) {
  const bool remembers = known_version_ >= 0 && in_transaction();
  if (const auto kept = settings_.find(name); remembers && kept != settings_.end())
    return kept->second;
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("SELECT value FROM _nhip_setting WHERE name=?1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, name).step());
  Value value = row ? stmt.value(0) : Value();
  constexpr std::size_t kLongText = 1000;
  const bool is_long = value.text() != nullptr && value.text()->size() > kLongText;
  if (remembers && !is_long) settings_.insert_or_assign(std::string(name), value);
  return value;
}

Status Store::set_setting(std::string_view name, const Value& value) {
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("INSERT INTO _nhip_setting(name,value) VALUES(?1,?2) "
                                         "ON CONFLICT(name) DO UPDATE SET value=excluded.value"));
  if (const auto kept = settings_.find(name); kept != settings_.end()) settings_.erase(kept);
  NHIP_TRY(stmt.bind(1, name).bind(2, value).run());
  const bool remembers = known_version_ >= 0 && in_transaction();
  if (remembers && value.text() == nullptr) settings_.insert_or_assign(std::string(name), value);
  return {};
}

Result<std::int64_t> Store::scope_ord(const std::string& name) {
  if (const auto found = scope_ords_.find(name); found != scope_ords_.end()) return found->second;
  {
    NHIP_TRY_ASSIGN(auto insert, db_->cached("INSERT INTO _nhip_scope(name) VALUES(?1) "
                                             "ON CONFLICT(name) DO NOTHING"));
    NHIP_TRY(insert.bind(1, name).run());
  }
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("SELECT ord FROM _nhip_scope WHERE name=?1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, name).step());
  if (!row) return Status(Code::kInternal, "no_scope", "A scope could not be stored.");
  return scope_ords_[name] = stmt.integer(0);
}

Result<std::string> Store::scope_name(std::int64_t ord) {
  if (const auto found = scope_names_.find(ord); found != scope_names_.end()) return found->second;
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("SELECT name FROM _nhip_scope WHERE ord=?1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, ord).step());
  if (!row)
    return Status(Code::kCorrupt, "damaged_replica", "The bookkeeping names an unknown scope.");
  return scope_names_[ord] = stmt.text(0);
}

Result<std::int64_t> Store::author_ord(const Author& author) {
  if (const auto found = author_ords_.find(author); found != author_ords_.end())
    return found->second;
  {
    NHIP_TRY_ASSIGN(auto insert, db_->cached("INSERT INTO _nhip_author(author) VALUES(?1) "
                                             "ON CONFLICT(author) DO NOTHING"));
    NHIP_TRY(insert.bind(1, author.text()).run());
  }
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("SELECT ord FROM _nhip_author WHERE author=?1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, author.text()).step());
  if (!row) return Status(Code::kInternal, "no_author", "An author could not be stored.");
  return author_ords_[author] = stmt.integer(0);
}

Result<Author> Store::author_of(std::int64_t ord) {
  if (const auto found = authors_.find(ord); found != authors_.end()) return found->second;
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("SELECT author FROM _nhip_author WHERE ord=?1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, ord).step());
  const auto author = row ? Author::parse(stmt.text(0)) : std::nullopt;
  if (!author)
    return Status(Code::kCorrupt, "damaged_replica", "The bookkeeping names an unknown author.");
  return authors_[ord] = *author;
}

Result<std::string> Store::device_of(const Author& author) {
  if (author == Author{}) return std::string("centre");
  if (author == author_ && enrolment_) return enrolment_->device_id;
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("SELECT device_id FROM _nhip_author WHERE author=?1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, author.text()).step());
  return row ? stmt.text(0) : std::string();
}

Status Store::name_device(const Author& author, const std::string& device_id) {
  NHIP_TRY_ASSIGN(auto stmt,
                  db_->cached("INSERT INTO _nhip_author(author,device_id) VALUES(?1,?2) "
                              "ON CONFLICT(author) DO UPDATE SET device_id=excluded.device_id"));
  return stmt.bind(1, author.text()).bind(2, device_id).run();
}

Status Store::arm_watch() {
  if (NHIP_PLANTED(flag_left_on)) return {};
  for (RecordTable* each : tables()) NHIP_TRY(move_mark(*each));
  watch_.resume();
  return {};
}

Status Store::move_mark(RecordTable& table) {
  const std::uint16_t type = table.type().number;
  NHIP_TRY_ASSIGN(const std::int64_t rid, table.highest_rid());
  if (watch_.guard(type) == rid) return {};
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("UPDATE _nhip_guard SET mark=?2 WHERE type=?1"));
  NHIP_TRY(stmt.bind(1, std::int64_t{type}).bind(2, rid).run());
  watch_.set_guard(type, rid);
  return {};
}

Status Store::load_feeds() {
  NHIP_TRY_ASSIGN(auto stmt, db_->cached("SELECT name,digest FROM _nhip_feed"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return {};
    crypto::Digest digest;
    // One that cannot be read fits nothing, and is added up anew at the next sync.
    if (!crypto::Digest::from_hex(stmt.text(1), digest)) digest = {};
    feeds_.emplace(stmt.text(0), digest);  // what this transaction changed already stays
  }
}

Status Store::store_digests() {
  if (!std::exchange(digests_changed_, false)) return {};
  for (const auto& [name, digest] : feeds_) {
    NHIP_TRY_ASSIGN(auto stmt, db_->cached("UPDATE _nhip_feed SET digest=?2 WHERE name=?1"));
    NHIP_TRY(stmt.bind(1, name).bind(2, digest.hex()).run());
  }
  return {};
}

void Store::set_digest(const std::string& feed, const crypto::Digest& digest) {
  feeds_[feed] = digest;
  digests_changed_ = true;
}

// PRAGMA data_version changes when another connection commits, never by our own commits.
Result<bool> Store::others_wrote() {
  NHIP_TRY_ASSIGN(const std::int64_t now, pragma(*db_, "data_version"));
  const bool others = now != data_version_;
  data_version_ = now;
  return others;
}

void Store::digest_add(const std::string& scope, std::uint16_t type, const Id& id,
                       std::uint64_t seq, bool deleted) {
  auto feed = feeds_.find("*");
  if (feed == feeds_.end()) feed = feeds_.find(scope);
  if (feed == feeds_.end() || !enrolment_) return;
  feed->second += crypto::element(enrolment_->digest_key, type, id, seq, deleted);
  digests_changed_ = true;
}

void Store::digest_remove(const std::string& scope, std::uint16_t type, const Id& id,
                          std::uint64_t seq, bool deleted) {
  auto feed = feeds_.find("*");
  if (feed == feeds_.end()) feed = feeds_.find(scope);
  if (feed == feeds_.end() || !enrolment_) return;
  feed->second -= crypto::element(enrolment_->digest_key, type, id, seq, deleted);
  digests_changed_ = true;
}

}  // namespace nhip::replica
