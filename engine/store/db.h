// Db, Stmt, Txn: SQLite's C API with owners. The only folder (with the store of the server) that
// includes sqlite3.h; nothing here knows what is stored.
//
// One connection per process and database writes and checkpoints: SQLite before 3.51.3 can corrupt
// a WAL file with two checkpointing writers (sqlite.org, "WAL-reset bug"), so automatic checkpoints
// are off and `checkpoint` is called by whoever holds the file lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "nhip/id.h"
#include "nhip/status.h"
#include "nhip/value.h"

struct sqlite3;
struct sqlite3_stmt;

namespace nhip::store {

class Db;

// The columns that a kept statement sets by UPDATE, as SQLite's authorizer named them when it was
// prepared. No row changes in any other column: our connections have no triggers, foreign keys or
// generated columns.
struct SetColumns {
  std::uint64_t number = 0;  // another one for each statement and each time it is prepared anew
  std::vector<std::pair<std::string, std::string>> columns;  // table and column
};

// A statement in a connection's cache.
struct KeptStatement {
  Db* db = nullptr;
  sqlite3_stmt* stmt = nullptr;
  bool leased = false;
  SetColumns sets;
};

// A prepared statement. Confined. Bound values are copied. `step` gives true on a row, false at the
// end. Obtained from Db::prepare (owned) or Db::cached (leased: reset and unbound when it goes out
// of scope).
class Stmt {
 public:
  Stmt() = default;
  // `kept` null: owned, finalised by the destructor; otherwise cleared by it.
  Stmt(sqlite3_stmt* stmt, KeptStatement* kept) : stmt_(stmt), kept_(kept) {}
  ~Stmt();
  Stmt(Stmt&& other) noexcept;
  Stmt& operator=(Stmt&& other) noexcept;

  // Indices from 1, as SQLite counts. SQLite stores a NaN as null.
  Stmt& bind(int index, const Value& value);
  Stmt& bind(int index, std::int64_t value);
  Stmt& bind(int index, std::string_view text);
  Stmt& bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  Stmt& bind(int index, const std::string& text) { return bind(index, std::string_view(text)); }
  Stmt& bind(int index, const Bytes& blob);
  Stmt& bind(int index, const Id& id);
  Stmt& bind_null(int index);
  // Without a copy: `value` stays as it is until the statement is bound anew, cleared or gone.
  Stmt& lend(int index, const Value& value);
  Stmt& lend(int index, const Bytes& blob);

  Result<bool> step();
  // Runs to the end, ignoring rows, and resets: for statements that write.
  Status run();
  void reset();

  // Columns from 0.
  int columns() const;
  bool read_only() const;  // cannot change the database by itself
  std::string column_name(int index) const;
  Value value(int index) const;
  std::int64_t integer(int index) const;  // 0 for null
  std::uint64_t unsigned_integer(int index) const {
    return static_cast<std::uint64_t>(integer(index));
  }
  std::string text(int index) const;  // "" for null
  Bytes blob(int index) const;        // empty for null
  Id id(int index) const;             // zero when it is no 16-byte blob
  bool is_null(int index) const;
  // Of the columns from `first` to before `end`: how many are not null, and their bytes, 8 of what
  // is neither text nor blob.
  std::pair<std::size_t, std::size_t> weight(int first, int end) const;

 private:
  friend class Db;
  void note_bind(int result);
  // Gives the handle away: the caller finalises it.
  sqlite3_stmt* release();

  sqlite3_stmt* stmt_ = nullptr;
  KeptStatement* kept_ = nullptr;
  int bind_fault_ = 0;  // the first bind that failed; reported by the next step
};

struct DbOptions {
  bool create = false;
  bool read_only = false;
  int busy_timeout_ms = 10'000;
  // Off: the triggers in the file do not run for what this connection writes.
  bool triggers = true;
};

// A row of a table as a statement of this connection is about to change it. Lives for one call.
class RowChange {
 public:
  enum class Kind { kInsert, kUpdate, kDelete };

  RowChange(sqlite3* db, Kind what, const char* where, std::int64_t before, std::int64_t after,
            const SetColumns* sets)
      : kind(what), table(where), old_rowid(before), new_rowid(after), set_columns(sets), db_(db) {}

  const Kind kind;
  const std::string_view table;
  const std::int64_t old_rowid, new_rowid;  // meaningless in a table WITHOUT ROWID
  // Of the statement that runs; null when it is none of the cache, and may set any column.
  const SetColumns* const set_columns;

  // Columns from 0 in the order of the table; nothing when SQLite cannot tell (no memory).
  std::optional<Value> old_value(int column) const;  // not of an insert
  std::optional<Value> new_value(int column) const;  // not of a delete
  bool differs(int column) const;                    // of an update
  int columns() const;

 private:
  sqlite3* db_;
};

class Db {
 public:
  // Opens with: WAL, synchronous=FULL, wal_autocheckpoint=0, no checkpoint on close, mmap off,
  // foreign keys off, trusted_schema off, defensive on, double-quoted strings off, extensions off.
  // A new file has mode 0600. Statements must not outlive their Db. kNotFound "no_file", kCorrupt
  // "not_a_database", kUnavailable/kDiskFull for I/O.
  static Result<std::unique_ptr<Db>> open(const std::string& path, const DbOptions& options);
  static Result<std::unique_ptr<Db>> open_memory();
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  Status execute(std::string_view sql);  // one or more statements without values
  Result<Stmt> prepare(std::string_view sql);
  // The statement from this connection's cache, prepared on first use. At most one lease of one
  // text at a time; a second lease gets an owned statement.
  Result<Stmt> cached(std::string_view sql);
  std::int64_t changes() const;
  std::int64_t last_insert_rowid() const;
  bool in_transaction() const;
  // Moves the WAL into the database and empties it as far as readers allow. Only under the file
  // lock.
  Status checkpoint();
  std::int64_t wal_pages() const { return wal_pages_; }  // after the last commit
  // For SQL that comes from an application: until `allow_all_writes`, statements prepared by this
  // connection fail with kForbidden "write_not_allowed" (SQLite's authorizer) unless they only read
  // or write these tables; what triggers do in turn is allowed. Nor may they begin or end
  // transactions, attach, change the schema or set pragmas. An empty list allows no write.
  // Statements prepared before keep working.
  void restrict_writes(std::vector<std::string> tables_allowed);
  void allow_all_writes();
  // The same with a list that is kept, and with it a cache of the statements prepared under it:
  // each was judged by it. SQLite judges again when it has to prepare one anew, so the restriction
  // must still stand when a statement is stepped. Another list empties the cache.
  void restrict_writes_to(std::shared_ptr<const std::vector<std::string>> tables_allowed);
  Result<Stmt> cached_restricted(std::string_view sql);

  // Calls `change` before each row of an ordinary table that this connection inserts, updates or
  // deletes, rows that REPLACE removes included. It must not use the connection.
  void on_row_change(std::function<void(const RowChange&)> change);
  // Statements that ended with an error. What `on_row_change` told of their rows was taken back by
  // SQLite.
  std::uint64_t failures() const { return failures_; }

 private:
  friend class Txn;
  friend class Stmt;
  explicit Db(sqlite3* db) : db_(db) {}
  Status configure(const DbOptions& options);
  Status use_wal();
  // Runs BEGIN, COMMIT or ROLLBACK, whatever restrict_writes says.
  Status control(const char* sql);
  Result<Stmt> prepare_with(std::string_view sql, unsigned flags);
  static int authorize(void* self, int action, const char* first, const char* second,
                       const char* database, const char* trigger);
  static int after_commit(void* self, sqlite3* db, const char* database, int pages);
  static void before_row(void* self, sqlite3* db, int operation, const char* database,
                         const char* table, long long old_rowid, long long new_rowid);

  // Found by a view of the text, so that looking up allocates nothing.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Cache = std::unordered_map<std::string, KeptStatement, TextHash, std::equal_to<>>;
  Result<Stmt> lease(Cache& cache, std::string_view sql);
  void note_set(const char* table, const char* column);
  static void empty(Cache& cache);

  sqlite3* db_ = nullptr;
  Cache cache_, restricted_cache_;
  std::function<void(const RowChange&)> row_change_;
  KeptStatement* running_ = nullptr;    // being stepped
  KeptStatement* preparing_ = nullptr;  // being prepared for the cache
  std::uint64_t set_columns_made_ = 0;
  std::uint64_t failures_ = 0;
  std::int64_t wal_pages_ = 0;
  std::shared_ptr<const std::vector<std::string>> writable_;
  std::shared_ptr<const std::vector<std::string>> cached_for_;  // the list of restricted_cache_
  bool restricted_ = false;
  int busy_timeout_ms_ = 0;
};

// BEGIN IMMEDIATE … COMMIT. Rolls back unless commit() succeeded; inert after either.
class Txn {
 public:
  static Result<Txn> begin(Db& db);
  ~Txn();
  Txn(Txn&& other) noexcept;
  Txn& operator=(Txn&&) = delete;
  Status commit();
  void rollback();

 private:
  explicit Txn(Db& db) : db_(&db) {}
  Db* db_ = nullptr;
};

// Double quotes around an identifier, doubled inside.
std::string quoted(std::string_view identifier);

}  // namespace nhip::store
