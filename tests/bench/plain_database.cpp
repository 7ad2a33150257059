// The yardstick's few calls of SQLite.
#include "bench/plain_database.h"

// Debian's library has the session extension; without these words its header does not tell.
#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

#include <filesystem>

#include "bench/measure.h"

namespace nhip::bench {
namespace {

void bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (const std::int64_t* integer = value.integer()) {
    sqlite3_bind_int64(statement, index, *integer);
  } else if (const double* real = value.real()) {
    sqlite3_bind_double(statement, index, *real);
  } else if (const std::string* text = value.text()) {
    sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()),
                      SQLITE_STATIC);
  } else if (const Bytes* blob = value.blob()) {
    sqlite3_bind_blob(statement, index, blob->data(), static_cast<int>(blob->size()),
                      SQLITE_STATIC);
  } else {
    sqlite3_bind_null(statement, index);
  }
}

}  // namespace

PlainDatabase::PlainDatabase(const std::string& path, bool records_changes)
    : records_changes_(records_changes) {
  require(sqlite3_open(path.c_str(), &db_) == SQLITE_OK, "cannot open " + path);
  sqlite3_exec(db_, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", nullptr, nullptr, nullptr);
}

PlainDatabase::~PlainDatabase() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

void PlainDatabase::begin() {
  if (records_changes_) {
    run("CREATE TABLE IF NOT EXISTS outbox(seq INTEGER PRIMARY KEY, changes BLOB)");
    require(sqlite3session_create(db_, "main", &session_) == SQLITE_OK, "no session");
    require(sqlite3session_attach(session_, nullptr) == SQLITE_OK, "no session");
  }
  run("BEGIN IMMEDIATE");
}

void PlainDatabase::commit() {
  if (records_changes_) {
    int size = 0;
    void* changes = nullptr;
    require(sqlite3session_changeset(session_, &size, &changes) == SQLITE_OK, "no changeset");
    sqlite3session_delete(session_);
    const auto* bytes = static_cast<const std::uint8_t*>(changes);
    run("INSERT INTO outbox(changes) VALUES(?1)", {Value(Bytes(bytes, bytes + size))});
    sqlite3_free(changes);
  }
  run("COMMIT");
}

sqlite3_stmt* PlainDatabase::prepared(const std::string& sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) {
    const int code = sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr);
    require(code == SQLITE_OK, sql + ": " + sqlite3_errmsg(db_));
  }
  return statement;
}

void PlainDatabase::run(const std::string& sql, const std::vector<Value>& values) {
  sqlite3_stmt* statement = prepared(sql);
  for (std::size_t i = 0; i < values.size(); ++i) {
    bind(statement, static_cast<int>(i + 1), values[i]);
  }
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement);
  require(code == SQLITE_DONE, sql + ": " + sqlite3_errmsg(db_));
  sqlite3_reset(statement);
}

std::int64_t PlainDatabase::integer(const std::string& sql) {
  sqlite3_stmt* statement = prepared(sql);
  require(sqlite3_step(statement) == SQLITE_ROW, sql + ": no row");
  const std::int64_t value = sqlite3_column_int64(statement, 0);
  sqlite3_reset(statement);
  return value;
}

std::vector<std::string> PlainDatabase::texts(const std::string& sql) {
  sqlite3_stmt* statement = prepared(sql);
  std::vector<std::string> found;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
  }
  sqlite3_reset(statement);
  return found;
}

std::vector<std::string> record_tables_of(const std::string& replica_path) {
  return PlainDatabase(replica_path)
      .texts(
          "SELECT sql FROM sqlite_master WHERE type IN ('table','index') AND sql IS NOT NULL"
          " AND tbl_name NOT LIKE '\\_nhip\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE "
          "'\\'");
}

std::int64_t compact_size(const std::string& path, const std::string& scratch, bool only_records) {
  std::filesystem::remove(scratch);
  PlainDatabase(path).run("VACUUM INTO ?1", {Value(scratch)});
  PlainDatabase copy(scratch);
  if (only_records) {
    for (const char* kind : {"trigger", "table"}) {
      const std::string which =
          std::string(
              "SELECT 'DROP ' || type || ' \"' || name || '\"' FROM sqlite_master WHERE type='") +
          kind + "'";
      const std::string bookkeeping = " AND tbl_name LIKE '\\_nhip\\_%' ESCAPE '\\'";
      const bool triggers = std::string(kind) == "trigger";
      for (const std::string& drop : copy.texts(triggers ? which : which + bookkeeping)) {
        copy.run(drop);
      }
    }
    copy.run("VACUUM");
  }
  return copy.integer("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
}

}  // namespace nhip::bench
