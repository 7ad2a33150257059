// Db: opening a connection with every default stated, its statement cache, checkpoints and the
// authorizer.
#include "store/db.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "store/sqlite_status.h"

namespace nhip::store {
namespace {

// A name that SQLite can only read as a file's: neither ":memory:" nor "file:…".
std::string plain_file_name(const std::string& path) {
  return path.front() == '/' ? path : "./" + path;
}

// Makes the file with mode 0600 before SQLite would make it with the process's default; SQLite
// gives the files beside it the same mode.
Status make_private_file(const std::string& path) {
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    ::close(made);
    return {};
  }
  if (errno == EEXIST) return {};
  const std::string message = "create " + path + ": " + std::strerror(errno);
  if (errno == ENOSPC || errno == EDQUOT) return Status(Code::kDiskFull, "disk_full", message);
  return Status(Code::kCorrupt, "cannot_open", message,
                "does the folder exist, and may this user write to it?");
}

// What must hold of the file before SQLite sees it. Never changes a file that is not ours.
Status check_file(const std::string& path, const DbOptions& options) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return Status(Code::kUsage, "bad_path", "this is no name of a file");
  }
  const Status not_a_database(Code::kCorrupt, "not_a_database", path + " is not a database",
                              "is this the right file?");
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) {
      return Status(Code::kCorrupt, "cannot_open", path + ": " + std::strerror(errno));
    }
    if (options.create && !options.read_only) return make_private_file(path);
    return Status(Code::kNotFound, "no_file", "there is no file " + path);
  }
  if (!S_ISREG(found.st_mode)) return not_a_database;
  // SQLite takes an empty file for an empty database and would write into it.
  if (found.st_size == 0 && !options.create) return not_a_database;
  return {};
}

// The pragmas that only read; every other one may change the connection or the file.
constexpr std::array<std::string_view, 9> kReadingPragmas = {
    "table_info",  "table_xinfo",      "table_list",   "index_list",     "index_info",
    "index_xinfo", "foreign_key_list", "data_version", "compile_options"};

// Statements of an application that are kept.
constexpr std::size_t kRestrictedStatementsMax = 64;

bool blank(std::string_view sql) {
  return sql.find_first_not_of(" \t\r\n\f;") == std::string_view::npos;
}

}  // namespace

Result<std::unique_ptr<Db>> Db::open(const std::string& path, const DbOptions& options) {
  NHIP_TRY(check_file(path, options));
  const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(plain_file_name(path).c_str(), &handle, flags, nullptr);
  std::unique_ptr<Db> db(new Db(handle));
  if (result != SQLITE_OK) return sqlite_status(handle, result, "open").at(path);
  if (Status status = db->configure(options); !status.ok()) return status.at(path);
  return db;
}

Result<std::unique_ptr<Db>> Db::open_memory() {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(":memory:", &handle, flags, nullptr);
  std::unique_ptr<Db> db(new Db(handle));
  if (result != SQLITE_OK) return sqlite_status(handle, result, "open");
  DbOptions options;
  options.read_only = true;  // no write-ahead log to set up
  NHIP_TRY(db->configure(options));
  return db;
}

Status Db::configure(const DbOptions& options) {
  busy_timeout_ms_ = options.busy_timeout_ms;
  sqlite3_busy_timeout(db_, busy_timeout_ms_);
  const std::pair<int, int> switches[] = {
      {SQLITE_DBCONFIG_DEFENSIVE, 1},
      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_DQS_DDL, 0},
      {SQLITE_DBCONFIG_DQS_DML, 0},
      {SQLITE_DBCONFIG_ENABLE_FKEY, 0},
      {SQLITE_DBCONFIG_ENABLE_TRIGGER, options.triggers ? 1 : 0},
      {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
      {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
  };
  for (const auto& [option, wanted] : switches) {
    int is = -1;
    const int result = sqlite3_db_config(db_, option, wanted, &is);
    if (result != SQLITE_OK) return sqlite_status(db_, result, "configure");
    if (is != wanted)
      return Status(Code::kInternal, "sqlite_fault", "a switch of SQLite has no effect");
  }
  // Reads the first page: a file that is no database is found out here, before anything is written.
  NHIP_TRY(execute("PRAGMA mmap_size=0; PRAGMA schema_version"));
  if (!options.read_only) NHIP_TRY(use_wal());
  NHIP_TRY(execute("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0"));
  // After the pragma, which would take the hook's place.
  sqlite3_wal_hook(db_, &Db::after_commit, this);
  // Always there: setting an authorizer later would expire every prepared statement.
  const int result = sqlite3_set_authorizer(db_, &Db::authorize, this);
  return sqlite_status(db_, result, "configure");
}

Status Db::use_wal() {
  for (const char* sql : {"PRAGMA journal_mode", "PRAGMA journal_mode=WAL"}) {
    NHIP_TRY_ASSIGN(Stmt pragma, prepare(sql));
    NHIP_TRY_ASSIGN(const bool row, pragma.step());
    if (row && pragma.text(0) == "wal") return {};
  }
  return Status(Code::kUnavailable, "no_wal", "this disk does not allow a write-ahead log",
                "put the file on a local disk");
}

Db::~Db() {
  empty(cache_);
  empty(restricted_cache_);
  sqlite3_close_v2(db_);
}

void Db::empty(Cache& cache) {
  for (auto& [sql, cached] : cache) sqlite3_finalize(cached.stmt);
  cache.clear();
}

Status Db::execute(std::string_view sql) {
  while (!blank(sql)) {
    const std::size_t size = std::min<std::size_t>(sql.size(), std::numeric_limits<int>::max());
    sqlite3_stmt* stmt = nullptr;
    const char* tail = nullptr;
    const int result = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(size), 0, &stmt, &tail);
    if (result != SQLITE_OK) return sqlite_status(db_, result, "prepare");
    const auto used = static_cast<std::size_t>(tail - sql.data());
    if (stmt == nullptr && used == 0)
      return Status(Code::kUsage, "bad_sql", "execute: a NUL in SQL");
    sql.remove_prefix(used);
    if (stmt == nullptr) continue;  // a comment
    NHIP_TRY(Stmt(stmt, nullptr).run());
  }
  return {};
}

Result<Stmt> Db::prepare(std::string_view sql) { return prepare_with(sql, 0); }

// One statement: a second one behind it would silently not run.
Result<Stmt> Db::prepare_with(std::string_view sql, unsigned flags) {
  if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return Status(Code::kLimit, "too_big", "prepare: SQL too long");
  }
  sqlite3_stmt* handle = nullptr;
  const char* tail = nullptr;
  const int size = static_cast<int>(sql.size());
  const int result = sqlite3_prepare_v3(db_, sql.data(), size, flags, &handle, &tail);
  if (result != SQLITE_OK) return sqlite_status(db_, result, "prepare");
  Stmt stmt(handle, nullptr);
  if (handle == nullptr) return Status(Code::kUsage, "empty_sql", "prepare: no statement");
  const std::string_view rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
  if (!blank(rest)) {
    // What is left may still be a comment.
    sqlite3_stmt* second = nullptr;
    const int more =
        sqlite3_prepare_v2(db_, rest.data(), static_cast<int>(rest.size()), &second, &tail);
    const Stmt owned(second, nullptr);
    if (more != SQLITE_OK || second != nullptr || tail != rest.data() + rest.size()) {
      return Status(Code::kUsage, "many_statements", "prepare: more than one statement");
    }
  }
  return stmt;
}

Result<Stmt> Db::lease(Cache& cache, std::string_view sql) {
  auto entry = cache.find(sql);
  if (entry == cache.end()) entry = cache.emplace(std::string(sql), KeptStatement{}).first;
  KeptStatement& kept = entry->second;
  if (kept.leased) return prepare(sql);
  if (kept.stmt == nullptr) {
    kept.db = this;
    kept.sets = {++set_columns_made_, {}};
    preparing_ = &kept;
    auto stmt = prepare_with(sql, SQLITE_PREPARE_PERSISTENT);
    preparing_ = nullptr;
    if (!stmt.ok()) return stmt.status();
    kept.stmt = stmt->release();
  }
  kept.leased = true;
  return Stmt(kept.stmt, &kept);
}

// A statement that SQLite prepares anew, in the middle of its first step after the tables changed,
// sets the columns of both times as far as anybody is told.
void Db::note_set(const char* table, const char* column) {
  KeptStatement* const kept = preparing_ != nullptr ? preparing_ : running_;
  if (kept == nullptr || table == nullptr || column == nullptr) return;
  kept->sets.columns.emplace_back(table, column);
  kept->sets.number = ++set_columns_made_;
}

Result<Stmt> Db::cached(std::string_view sql) { return lease(cache_, sql); }

Result<Stmt> Db::cached_restricted(std::string_view sql) {
  if (!restricted_) return Status(Code::kInternal, "not_restricted", "prepare: no restriction");
  // An application that writes its values into the text brings another one each time.
  const bool full = restricted_cache_.size() >= kRestrictedStatementsMax;
  if (full || cached_for_ != writable_) {
    const bool leased = std::any_of(restricted_cache_.begin(), restricted_cache_.end(),
                                    [](const auto& each) { return each.second.leased; });
    if (leased) return prepare(sql);
    empty(restricted_cache_);
    cached_for_ = writable_;
  }
  return lease(restricted_cache_, sql);
}

std::int64_t Db::changes() const { return sqlite3_changes64(db_); }

std::int64_t Db::last_insert_rowid() const { return sqlite3_last_insert_rowid(db_); }

bool Db::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

Status Db::control(const char* sql) {
  const bool restricted = std::exchange(restricted_, false);
  auto stmt = cached(sql);
  Status status = stmt.ok() ? stmt->run() : stmt.status();
  restricted_ = restricted;
  return status;
}

// TRUNCATE without waiting: what readers still need stays in the log, and nobody is held up for
// them.
Status Db::checkpoint() {
  sqlite3_busy_timeout(db_, 0);
  int in_log = -1;  // stays so when nothing could be tried, or there is no log
  int moved = -1;
  const int result =
      sqlite3_wal_checkpoint_v2(db_, "main", SQLITE_CHECKPOINT_TRUNCATE, &in_log, &moved);
  sqlite3_busy_timeout(db_, busy_timeout_ms_);
  if (result == SQLITE_OK || (result & 0xFF) == SQLITE_BUSY) {
    if (in_log >= 0) wal_pages_ = in_log;
    return {};
  }
  return sqlite_status(db_, result, "checkpoint");
}

int Db::after_commit(void* self, sqlite3*, const char*, int pages) {
  static_cast<Db*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

void Db::restrict_writes(std::vector<std::string> tables_allowed) {
  restrict_writes_to(std::make_shared<const std::vector<std::string>>(std::move(tables_allowed)));
}

void Db::restrict_writes_to(std::shared_ptr<const std::vector<std::string>> tables_allowed) {
  writable_ = std::move(tables_allowed);
  restricted_ = true;
}

void Db::allow_all_writes() { restricted_ = false; }

// Everything that is not named here is refused, so an action of a newer SQLite is refused as well.
int Db::authorize(void* self, int action, const char* first, const char* second,
                  const char* database, const char* trigger) {
  Db& db = *static_cast<Db*>(self);
  if (action == SQLITE_UPDATE) db.note_set(first, second);
  if (!db.restricted_) return SQLITE_OK;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE: {
      if (trigger != nullptr) return SQLITE_OK;
      const bool named =
          first != nullptr && database != nullptr && std::string_view(database) == "main" &&
          std::find(db.writable_->begin(), db.writable_->end(), first) != db.writable_->end();
      return named ? SQLITE_OK : SQLITE_DENY;
    }
    case SQLITE_PRAGMA: {
      const bool reads =
          first != nullptr &&
          std::find(kReadingPragmas.begin(), kReadingPragmas.end(), first) != kReadingPragmas.end();
      return reads ? SQLITE_OK : SQLITE_DENY;
    }
    default: return SQLITE_DENY;
  }
}

std::string quoted(std::string_view identifier) {
  std::string out = "\"";
  for (const char c : identifier) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
  return out;
}

}  // namespace nhip::store
