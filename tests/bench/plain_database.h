// Plain SQLite, as an application without this engine would use it: the yardstick. Same tables,
// same unique id, prepared statements kept, WAL and synchronous=FULL like the engine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nhip/value.h"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_session;

namespace nhip::bench {

class PlainDatabase {
 public:
  // Opens or makes the file. Every failure ends the program. With `records_changes` each
  // transaction stores a changeset of the session extension, as the least engine over it would.
  explicit PlainDatabase(const std::string& path, bool records_changes = false);
  ~PlainDatabase();
  PlainDatabase(const PlainDatabase&) = delete;
  PlainDatabase& operator=(const PlainDatabase&) = delete;

  // Values are bound to ?1, ?2 …
  void run(const std::string& sql, const std::vector<Value>& values = {});
  // BEGIN IMMEDIATE … COMMIT around `body`.
  template <typename Body>
  void transaction(const Body& body) {
    begin();
    body();
    commit();
  }
  std::int64_t integer(const std::string& sql);
  std::vector<std::string> texts(const std::string& sql);  // first column of every row

 private:
  sqlite3_stmt* prepared(const std::string& sql);
  void begin();
  void commit();

  sqlite3* db_ = nullptr;
  const bool records_changes_;
  sqlite3_session* session_ = nullptr;
  std::map<std::string, sqlite3_stmt*> statements_;
};

// CREATE statements of the record tables of a replica, without triggers and without bookkeeping.
std::vector<std::string> record_tables_of(const std::string& replica_path);

// Bytes of a database as it would be after VACUUM, in a copy: free pages of the moment do not
// count. With `only_records` the copy first loses everything that is not a record table.
std::int64_t compact_size(const std::string& path, const std::string& scratch, bool only_records);

}  // namespace nhip::bench
