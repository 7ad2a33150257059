// Live rows, feeds and history.
#include <utility>

#include "store/sqlite_columns.h"
#include "store/sqlite_store_impl.h"
#include "store/store_rules.h"

namespace nhip::server {

namespace {

// All three with the columns `read_row` expects.
constexpr char kRowById[] =
    "SELECT type, id, scope, seq, rev, commit_number, about, state FROM record"
    " WHERE type = ?1 AND id = ?2";
constexpr char kRowsOfType[] =
    "SELECT type, id, scope, seq, rev, commit_number, about, state FROM record"
    " WHERE type = ?1 ORDER BY id";
constexpr char kRowsOfScope[] =
    "SELECT type, id, scope, seq, rev, commit_number, about, state FROM record"
    " WHERE scope = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq";

Status damaged_row(const char* what) {
  return {Code::kCorrupt, "damaged_row", what,
          "keep the folder as it is and restore the last backup beside it"};
}

constexpr char kBadNumber[] = "a stored record has a number outside its range";

}  // namespace

Result<std::optional<CommitFacts>> SqliteStore::find_facts(std::uint64_t commit) {
  if (last_facts_ && last_facts_->first == commit) return std::optional(last_facts_->second);

  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("SELECT received_at, author, device FROM commit_facts"
                              " WHERE number = ?1"));
  stmt.bind(1, as_column(commit));
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  if (!found) return std::optional<CommitFacts>{};
  CommitFacts facts;
  facts.received_at = stmt.integer(0);
  NHIP_TRY_ASSIGN(facts.author, ordinals_.author(stmt.unsigned_integer(1)));
  NHIP_TRY_ASSIGN(facts.device_id, ordinals_.device(stmt.unsigned_integer(2)));
  last_facts_.emplace(commit, facts);
  return std::optional(std::move(facts));
}

Result<CommitFacts> SqliteStore::facts(std::uint64_t commit) {
  NHIP_TRY_ASSIGN(std::optional<CommitFacts> found, find_facts(commit));
  if (found) return *std::move(found);
  return damaged_row("a stored record belongs to an unknown commit");
}

Result<CommitFacts> SqliteStore::facts_or_add(std::uint64_t commit, const VersionInfo& info) {
  NHIP_TRY_ASSIGN(std::optional<CommitFacts> found, find_facts(commit));
  if (found) return *std::move(found);

  CommitFacts facts{info.received_at, info.author, info.device_id};
  NHIP_TRY_ASSIGN(const std::uint64_t author, ordinals_.of_author(facts.author));
  NHIP_TRY_ASSIGN(const std::uint64_t device, ordinals_.of_device(facts.device_id));
  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("INSERT INTO commit_facts (number, received_at, author, device)"
                              " VALUES (?1, ?2, ?3, ?4)"));
  stmt.bind(1, as_column(commit)).bind(2, facts.received_at);
  NHIP_TRY(stmt.bind(3, as_column(author)).bind(4, as_column(device)).run());
  last_facts_.emplace(commit, facts);
  return facts;
}

Result<StoredRow> SqliteStore::read_row(const store::Stmt& stmt) {
  StoredRow row;
  const std::int64_t type = stmt.integer(0);
  const std::int64_t rev = stmt.integer(4);
  if (type < 0 || type > UINT16_MAX || rev < 0 || rev > UINT32_MAX) return damaged_row(kBadNumber);
  row.type = static_cast<std::uint16_t>(type);
  row.id = stmt.id(1);
  row.seq = stmt.unsigned_integer(3);
  row.info.rev = static_cast<std::uint32_t>(rev);
  row.info.commit = stmt.unsigned_integer(5);
  NHIP_TRY_ASSIGN(row.scope, ordinals_.scope(stmt.unsigned_integer(2)));
  NHIP_TRY_ASSIGN(const CommitFacts commit, facts(row.info.commit));
  NHIP_TRY(decode_about(stmt.blob(6), commit, ordinals_, row));
  NHIP_TRY_ASSIGN(row.row.cells, decode_state(stmt.blob(7)));
  return row;
}

Status SqliteStore::each_of(store::Stmt& stmt, const std::function<bool(const StoredRow&)>& each) {
  for (;;) {
    NHIP_TRY_ASSIGN(const bool found, stmt.step());
    if (!found) return {};
    NHIP_TRY_ASSIGN(const StoredRow row, read_row(stmt));
    if (!each(row)) return {};
  }
}

Result<std::optional<StoredRow>> SqliteStore::row(std::uint16_t type, const Id& id) {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kRowById));
  stmt.bind(1, std::int64_t{type}).bind(2, id);
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  if (!found) return std::optional<StoredRow>{};
  NHIP_TRY_ASSIGN(StoredRow row, read_row(stmt));
  return std::optional(std::move(row));
}

Status SqliteStore::put_row(const StoredRow& row) {
  if (!writable()) return no_transaction();
  NHIP_TRY(check_row(row));
  NHIP_TRY_ASSIGN(const std::uint64_t scope, ordinals_.of_scope(row.scope));
  {
    NHIP_TRY_ASSIGN(store::Stmt taken,
                    db_->cached("SELECT 1 FROM record WHERE scope = ?1 AND seq = ?2"));
    taken.bind(1, as_column(scope)).bind(2, as_column(row.seq));
    NHIP_TRY_ASSIGN(const bool found, taken.step());
    if (found) return seq_taken();
  }
  NHIP_TRY_ASSIGN(const CommitFacts commit, facts_or_add(row.info.commit, row.info));
  NHIP_TRY_ASSIGN(const Bytes about, encode_about(row, commit, ordinals_));

  NHIP_TRY_ASSIGN(
      store::Stmt stmt,
      db_->cached(
          "INSERT INTO record (type, id, scope, seq, rev, commit_number, about, state)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
          " ON CONFLICT (type, id) DO UPDATE SET scope = excluded.scope, seq = excluded.seq,"
          " rev = excluded.rev, commit_number = excluded.commit_number,"
          " about = excluded.about, state = excluded.state"));
  stmt.bind(1, std::int64_t{row.type}).bind(2, row.id).bind(3, as_column(scope));
  stmt.bind(4, as_column(row.seq)).bind(5, std::int64_t{row.info.rev});
  stmt.bind(6, as_column(row.info.commit)).bind(7, about);
  return stmt.bind(8, core::encode_cells(row.row.cells)).run();
}

Status SqliteStore::each_row(std::uint16_t type,
                             const std::function<bool(const StoredRow&)>& each) {
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kRowsOfType));
  stmt.bind(1, std::int64_t{type});
  return each_of(stmt, each);
}

Status SqliteStore::each_in_scope(const std::string& scope, std::uint64_t after, std::uint64_t upto,
                                  const std::function<bool(const StoredRow&)>& each) {
  NHIP_TRY_ASSIGN(const std::optional<std::uint64_t> ordinal, ordinals_.find_scope(scope));
  if (!ordinal) return {};
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached(kRowsOfScope));
  stmt.bind(1, as_column(*ordinal)).bind(2, as_bound(after)).bind(3, as_bound(upto));
  return each_of(stmt, each);
}

Result<std::uint64_t> SqliteStore::count_in_scope(const std::string& scope, std::uint64_t after) {
  NHIP_TRY_ASSIGN(const std::optional<std::uint64_t> ordinal, ordinals_.find_scope(scope));
  if (!ordinal) return std::uint64_t{0};
  NHIP_TRY_ASSIGN(store::Stmt stmt, db_->cached("SELECT COUNT(*) FROM record"
                                                " WHERE scope = ?1 AND seq > ?2"));
  stmt.bind(1, as_column(*ordinal)).bind(2, as_bound(after));
  NHIP_TRY_ASSIGN(const bool found, stmt.step());
  return found ? stmt.unsigned_integer(0) : std::uint64_t{0};
}

Status SqliteStore::add_past(std::uint16_t type, const Id& id, const PastVersion& version) {
  if (!writable()) return no_transaction();
  NHIP_TRY(check_past(version));
  const VersionInfo& info = version.info;
  NHIP_TRY_ASSIGN(const std::uint64_t scope, ordinals_.of_scope(version.scope));
  NHIP_TRY_ASSIGN(const CommitFacts commit, facts_or_add(info.commit, info));
  NHIP_TRY_ASSIGN(const Bytes about, encode_past(info, commit, ordinals_));

  NHIP_TRY_ASSIGN(store::Stmt stmt,
                  db_->cached("INSERT INTO past (type, id, rev, received_at, scope, commit_number,"
                              " about, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
  stmt.bind(1, std::int64_t{type}).bind(2, id).bind(3, std::int64_t{info.rev});
  stmt.bind(4, info.received_at).bind(5, as_column(scope)).bind(6, as_column(info.commit));
  return stmt.bind(7, about).bind(8, core::encode_cells(version.cells)).run();
}

Result<PastVersion> SqliteStore::read_past(const store::Stmt& stmt) {
  PastVersion version;
  const std::int64_t rev = stmt.integer(0);
  if (rev < 0 || rev > UINT32_MAX) return damaged_row(kBadNumber);
  version.info.rev = static_cast<std::uint32_t>(rev);
  version.info.received_at = stmt.integer(1);
  version.info.commit = stmt.unsigned_integer(3);
  NHIP_TRY_ASSIGN(version.scope, ordinals_.scope(stmt.unsigned_integer(2)));
  NHIP_TRY_ASSIGN(const CommitFacts commit, facts(version.info.commit));
  NHIP_TRY(decode_past(stmt.blob(4), commit, ordinals_, version.info));
  NHIP_TRY_ASSIGN(version.cells, decode_state(stmt.blob(5)));
  return version;
}

Result<std::vector<PastVersion>> SqliteStore::past(std::uint16_t type, const Id& id) {
  NHIP_TRY_ASSIGN(
      store::Stmt stmt,
      db_->cached("SELECT rev, received_at, scope, commit_number, about, state FROM past"
                  " WHERE type = ?1 AND id = ?2 ORDER BY rev, received_at, ordinal"));
  stmt.bind(1, std::int64_t{type}).bind(2, id);
  std::vector<PastVersion> versions;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool found, stmt.step());
    if (!found) return versions;
    NHIP_TRY_ASSIGN(PastVersion version, read_past(stmt));
    versions.push_back(std::move(version));
  }
}

Status SqliteStore::each_past(std::uint16_t type,
                              const std::function<bool(const Id&, const PastVersion&)>& each) {
  NHIP_TRY_ASSIGN(
      store::Stmt stmt,
      db_->cached("SELECT rev, received_at, scope, commit_number, about, state, id FROM past"
                  " WHERE type = ?1 ORDER BY id, rev, received_at, ordinal"));
  stmt.bind(1, std::int64_t{type});
  for (;;) {
    NHIP_TRY_ASSIGN(const bool found, stmt.step());
    if (!found) return {};
    NHIP_TRY_ASSIGN(const PastVersion version, read_past(stmt));
    if (!each(stmt.id(6), version)) return {};
  }
}

}  // namespace nhip::server
