// Whether the store still is what was written: SQLite's own check of its pages, every head against
// its scope, and every blob decoded once.
#include <map>

#include "store/head_check.h"
#include "store/sqlite_columns.h"
#include "store/sqlite_store_impl.h"

namespace nhip::server {

Status SqliteStore::verify() {
  NHIP_TRY(verify_pages());
  // What is cached was read before the check; the check is about the file.
  if (!txn_) forget_uncommitted();
  NHIP_TRY(verify_heads());
  return verify_rows();
}

Status SqliteStore::verify_pages() {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->prepare("PRAGMA integrity_check(1)"));
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  const std::string answer = found ? stmt.text(0) : "no answer";
  if (answer == "ok") return {};
  return {Code::kCorrupt, "damaged_database", "SQLite finds the file damaged: " + answer,
          "keep the folder as it is and restore the last backup beside it"};
}

Status SqliteStore::verify_heads() {
  std::map<std::string, ScopeFound> found;
  NHIP_TRY_ASSIGN(const std::vector<std::string> names, scopes());
  for (const std::string& name : names) {
    NHIP_TRY_ASSIGN(found[name].head, head(name));
  }
  {
    NHIP_TRY_ASSIGN(store::Stmt rows,
                    db_->prepare("SELECT scope, COUNT(*), MAX(seq) FROM record GROUP BY scope"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool more, rows.step());
      if (!more) break;
      NHIP_TRY_ASSIGN(const std::string name, ordinals_.scope(rows.unsigned_integer(0)));
      found[name].rows = rows.unsigned_integer(1);
      found[name].seq_max = rows.unsigned_integer(2);
    }
  }
  // Ascending by commit, so the last share seen of a scope is its newest. Reads every share on its
  // way.
  NHIP_TRY(each_commit(0, [&found](const ScopeCommit& commit) {
    found[commit.scope].newest = commit;
    return true;
  }));
  for (const auto& [name, scope] : found) NHIP_TRY(check_head(name, scope));
  return {};
}

Status SqliteStore::verify_rows() {
  {
    NHIP_TRY_ASSIGN(store::Stmt rows,
                    db_->prepare("SELECT type, id, scope, seq, rev, commit_number,"
                                 " about, state FROM record"));
    NHIP_TRY(each_of(rows, [](const StoredRow&) { return true; }));
  }
  NHIP_TRY_ASSIGN(store::Stmt versions,
                  db_->prepare("SELECT rev, received_at, scope, commit_number,"
                               " about, state FROM past"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool more, versions.step());
    if (!more) break;
    NHIP_TRY(read_past(versions).status());
  }
  return inbox().status();
}

}  // namespace nhip::server
