// SQLite's result codes as Status: chosen by what the caller does next, not by what SQLite calls
// them.
#include "store/sqlite_status.h"

#include <sqlite3.h>

#include <cerrno>
#include <string>

namespace nhip::store {
namespace {

struct Meaning {
  Code code;
  const char* name;
  const char* hint;
};

Meaning meaning_of(int primary) {
  switch (primary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {Code::kBusy, "in_use", "another program is writing to this database; try again"};
    case SQLITE_FULL:
      return {Code::kDiskFull, "disk_full",
              "free some space, then try again; nothing stored is lost"};
    case SQLITE_CORRUPT:
      return {Code::kCorrupt, "damaged", "keep a copy of the file and the files beside it"};
    case SQLITE_NOTADB: return {Code::kCorrupt, "not_a_database", "is this the right file?"};
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH: return {Code::kInvalid, "constraint", ""};
    case SQLITE_IOERR:
    case SQLITE_NOLFS:
      return {Code::kCorrupt, "io_error", "is the disk or memory card still there and sound?"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {Code::kForbidden, "read_only", "the file or its folder may not be written"};
    case SQLITE_CANTOPEN:
      return {Code::kCorrupt, "cannot_open",
              "may this user read and write the file and its folder?"};
    case SQLITE_AUTH:
      return {Code::kForbidden, "write_not_allowed",
              "SQL of an application writes record tables only"};
    case SQLITE_NOMEM: return {Code::kUnavailable, "out_of_memory", ""};
    case SQLITE_INTERRUPT: return {Code::kUnavailable, "interrupted", ""};
    case SQLITE_TOOBIG: return {Code::kLimit, "too_big", ""};
    case SQLITE_ERROR:
    case SQLITE_RANGE: return {Code::kUsage, "bad_sql", ""};
    default: return {Code::kInternal, "sqlite_fault", ""};
  }
}

// A disk that is full shows as an I/O error where SQLite did not expect to grow a file.
bool out_of_space(sqlite3* db, int primary) {
  if (db == nullptr || (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN)) return false;
  const int error = sqlite3_system_errno(db);
  return error == ENOSPC || error == EDQUOT;
}

}  // namespace

Status sqlite_status(sqlite3* db, int result, std::string_view doing) {
  const int primary = result & 0xFF;
  if (primary == SQLITE_OK || primary == SQLITE_ROW || primary == SQLITE_DONE) return {};
  const Meaning meaning = meaning_of(out_of_space(db, primary) ? SQLITE_FULL : primary);
  std::string message(doing);
  message += ": ";
  message += db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(result);
  message += " (SQLite " + std::to_string(result) + ")";
  return Status(meaning.code, meaning.name, std::move(message), meaning.hint);
}

}  // namespace nhip::store
