// Heads of scopes, and what each commit did in them.
#include <algorithm>
#include <utility>

#include "store/sqlite_columns.h"
#include "store/sqlite_store_impl.h"
#include "store/store_rules.h"

namespace nhip::server {

namespace {

// All three with the columns `read_commit` expects.
constexpr char kCommitHolding[] =
    "SELECT commit_number, scope, last, span, salt, received_at, author FROM scope_commit"
    " WHERE scope = ?1 AND last >= ?2 AND last - span <= ?2 ORDER BY last LIMIT 1";
constexpr char kCommitBefore[] =
    "SELECT commit_number, scope, last, span, salt, received_at, author FROM scope_commit"
    " WHERE scope = ?1 AND commit_number <= ?2 ORDER BY commit_number DESC LIMIT 1";
// The left join keeps the table's own order by commit; only the few scopes of one commit are
// sorted.
constexpr char kCommitsAfter[] =
    "SELECT c.commit_number, c.scope, c.last, c.span, c.salt, c.received_at, c.author"
    " FROM scope_commit AS c LEFT JOIN scope AS s ON s.ordinal = c.scope"
    " WHERE c.commit_number > ?1 ORDER BY c.commit_number, s.name";

Bytes as_blob(const crypto::Digest& digest) {
  core::Writer out;
  out.fixed64(digest.high);
  out.fixed64(digest.low);
  return out.take();
}

crypto::Digest digest_from(const Bytes& bytes) {
  core::Reader in(bytes);
  crypto::Digest digest;
  digest.high = in.fixed64();
  digest.low = in.fixed64();
  return digest;
}

}  // namespace

Result<ScopeHead> SqliteStore::head(const std::string& scope) {
  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("SELECT seq, salt, commit_number, row_count, digest FROM scope"
                              " WHERE name = ?1 AND seq IS NOT NULL"));
  stmt.bind(1, scope);
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  ScopeHead head;
  if (!found) return head;
  head.seq = stmt.unsigned_integer(0);
  head.salt = stmt.unsigned_integer(1);
  head.commit = stmt.unsigned_integer(2);
  head.rows = stmt.unsigned_integer(3);
  head.digest = digest_from(stmt.blob(4));
  return head;
}

Status SqliteStore::put_head(const std::string& scope, const ScopeHead& head) {
  if (!writable()) return no_transaction();
  NHIP_TRY(check_number(head.seq));
  NHIP_TRY(check_number(head.commit));
  NHIP_TRY_ASSIGN(
      store::Stmt stmt,
      db_->cached("INSERT INTO scope (name, seq, salt, commit_number, row_count, digest)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
                  " ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, salt = excluded.salt,"
                  " commit_number = excluded.commit_number, row_count = excluded.row_count,"
                  " digest = excluded.digest"));
  stmt.bind(1, scope).bind(2, as_column(head.seq)).bind(3, as_column(head.salt));
  stmt.bind(4, as_column(head.commit)).bind(5, as_column(head.rows));
  return stmt.bind(6, as_blob(head.digest)).run();
}

Result<std::vector<std::string>> SqliteStore::scopes() {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached("SELECT name FROM scope WHERE seq IS NOT NULL"
                                                " ORDER BY name"));
  std::vector<std::string> names;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool found, stmt.step());
    if (!found) return names;
    names.push_back(stmt.text(0));
  }
}

Result<std::uint64_t> SqliteStore::last_commit() {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached("SELECT MAX(commit_number) FROM scope_commit"));
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  return found ? stmt.unsigned_integer(0) : std::uint64_t{0};
}

Status SqliteStore::add_commit(const ScopeCommit& commit) {
  if (!writable()) return no_transaction();
  NHIP_TRY(check_commit(commit));
  NHIP_TRY_ASSIGN(const std::uint64_t scope, ordinals_.of_scope(commit.scope));
  {
    NHIP_TRY_ASSIGN(
        store::Stmt taken,
        db_->cached("SELECT 1 FROM scope_commit WHERE scope = ?1 AND commit_number = ?2"
                    " UNION ALL SELECT 1 FROM scope_commit WHERE scope = ?1 AND last = ?3"));
    taken.bind(1, as_column(scope))
        .bind(2, as_column(commit.commit))
        .bind(3, as_column(commit.last));
    NHIP_TRY_ASSIGN(const bool found, taken.step());
    if (found) return commit_exists();
  }
  VersionInfo info;
  info.received_at = commit.received_at;
  info.author = commit.author;
  NHIP_TRY_ASSIGN(const CommitFacts facts, facts_or_add(commit.commit, info));
  NHIP_TRY_ASSIGN(const std::uint64_t author, ordinals_.of_author(commit.author));

  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("INSERT INTO scope_commit (commit_number, scope, last,"
                              " span, salt, received_at, author)"
                              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  stmt.bind(1, as_column(commit.commit)).bind(2, as_column(scope)).bind(3, as_column(commit.last));
  stmt.bind(4, as_column(commit.last - commit.first)).bind(5, as_column(commit.salt));
  stmt.bind_null(6).bind_null(7);
  if (commit.received_at != facts.received_at) stmt.bind(6, commit.received_at);
  if (commit.author != facts.author) stmt.bind(7, as_column(author));
  NHIP_TRY(stmt.run());
  committed_.commit = std::max(committed_.commit, commit.commit);
  committed_.number = std::max(committed_.number, commit.last);
  return {};
}

Result<ScopeCommit> SqliteStore::read_commit(const store::Stmt& stmt) {
  ScopeCommit commit;
  commit.commit = stmt.unsigned_integer(0);
  NHIP_TRY_ASSIGN(commit.scope, ordinals_.scope(stmt.unsigned_integer(1)));
  commit.last = stmt.unsigned_integer(2);
  commit.first = commit.last - stmt.unsigned_integer(3);
  commit.salt = stmt.unsigned_integer(4);
  NHIP_TRY_ASSIGN(const CommitFacts shared, facts(commit.commit));
  commit.received_at = stmt.is_null(5) ? shared.received_at : stmt.integer(5);
  commit.author = shared.author;
  if (!stmt.is_null(6)) {
    NHIP_TRY_ASSIGN(commit.author, ordinals_.author(stmt.unsigned_integer(6)));
  }
  return commit;
}

Result<std::optional<ScopeCommit>> SqliteStore::first_commit(store::Stmt& stmt) {
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  if (!found) return std::optional<ScopeCommit>{};
  NHIP_TRY_ASSIGN(ScopeCommit commit, read_commit(stmt));
  return std::optional(std::move(commit));
}

Result<std::optional<ScopeCommit>> SqliteStore::commit_at(const std::string& scope,
                                                          std::uint64_t seq) {
  NHIP_TRY_ASSIGN(const std::optional<std::uint64_t> ordinal, ordinals_.find_scope(scope));
  if (!ordinal || seq > kNumberMax) return std::optional<ScopeCommit>{};
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kCommitHolding));
  stmt.bind(1, as_column(*ordinal)).bind(2, as_column(seq));
  return first_commit(stmt);
}

Result<std::optional<ScopeCommit>> SqliteStore::commit_before(const std::string& scope,
                                                              std::uint64_t commit) {
  NHIP_TRY_ASSIGN(const std::optional<std::uint64_t> ordinal, ordinals_.find_scope(scope));
  if (!ordinal) return std::optional<ScopeCommit>{};
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kCommitBefore));
  stmt.bind(1, as_column(*ordinal)).bind(2, as_bound(commit));
  return first_commit(stmt);
}

Status SqliteStore::each_commit(std::uint64_t after,
                                const std::function<bool(const ScopeCommit&)>& each) {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kCommitsAfter));
  stmt.bind(1, as_bound(after));
  for (;;) {
    NHIP_TRY_ASSIGN(const std::optional<ScopeCommit> commit, first_commit(stmt));
    if (!commit || !each(*commit)) return {};
  }
}

}  // namespace nhip::server
