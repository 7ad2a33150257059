#include "replica/outbox.h"

#include <set>

#include "core/limits.h"
#include "core/planted.h"

namespace nhip::replica {

namespace {

constexpr const char* kColumns =
    "SELECT seq,grp,type,id,scope,stamp,seen,held,changes FROM _nhip_op ";

Bytes encode(const std::vector<core::Change>& changes) {
  core::Writer out;
  core::write_changes(out, changes);
  return out.take();
}

Result<QueuedOperation> read_one(Store& store, store::Stmt& stmt) {
  QueuedOperation queued;
  queued.group = stmt.unsigned_integer(1);
  core::Operation& op = queued.operation;
  op.seq = stmt.unsigned_integer(0);
  op.type = static_cast<std::uint16_t>(stmt.integer(2));
  op.id = stmt.id(3);
  NHIP_TRY_ASSIGN(op.scope, store.scope_name(stmt.integer(4)));
  op.stamp = stmt.unsigned_integer(5);
  op.seen = stmt.unsigned_integer(6);
  op.held = stmt.unsigned_integer(7);
  const Bytes changes = stmt.blob(8);
  core::Reader in(changes);
  op.changes = core::read_changes(in);
  if (!in.done()) {
    return Status(Code::kCorrupt, "damaged_replica", "An operation in the outbox is damaged.",
                  "Keep a copy of the replica's files and run 'nhip doctor'.");
  }
  return queued;
}

Result<std::vector<QueuedOperation>> read_all(Store& store, store::Stmt& stmt) {
  std::vector<QueuedOperation> all;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return all;
    NHIP_TRY_ASSIGN(QueuedOperation queued, read_one(store, stmt));
    all.push_back(std::move(queued));
  }
}

Result<std::vector<core::Operation>> operations_only(Result<std::vector<QueuedOperation>> queued) {
  if (!queued.ok()) return queued.status();
  std::vector<core::Operation> operations;
  for (QueuedOperation& each : *queued) operations.push_back(std::move(each.operation));
  return operations;
}

// Are the cells that `op` is judged by the same versions, seen by its writer, under new numbers?
bool is_renumbered(const core::Operation& op, const core::Row& old, const core::Row& now) {
  const core::CellKey deleted{kDeletedField, {}};
  std::set<core::CellKey> cells{deleted};
  bool whole = false;  // a delete is judged by the whole record
  for (const core::Change& change : op.changes) {
    cells.insert(change.cell);
    whole = whole || change.cell == deleted;
  }
  for (const core::Row* row : {&old, &now}) {
    if (!whole) break;
    for (const auto& [cell, value] : row->cells) cells.insert(cell);
    for (const auto& [cell, version] : row->versions.exceptions) cells.insert(cell);
  }
  bool moved = false;
  for (const core::CellKey& cell : cells) {
    const core::Version& a = old.versions.of(cell);
    const core::Version& b = now.versions.of(cell);
    if (a.stamp != b.stamp || a.author != b.author || a.seq > op.held) return false;
    moved = moved || a.seq != b.seq;
  }
  return moved;
}

}  // namespace

Status append_group(Store& store, std::vector<core::Operation> operations) {
  NHIP_TRY_ASSIGN(const Value next, store.setting("next_seq"));
  auto seq = static_cast<std::uint64_t>(next.integer() ? *next.integer() : 1);
  const std::uint64_t group = seq;
  for (core::Operation& op : operations) {
    op.seq = seq++;
    const Bytes changes = encode(op.changes);
    if (changes.size() > core::kOperationBytesMax) {
      return {Code::kLimit, "record_too_large", "A record is larger than 1 MB.",
              "Shorten its longest text."};
    }
    NHIP_TRY_ASSIGN(const std::int64_t scope, store.scope_ord(op.scope));
    NHIP_TRY_ASSIGN(
        auto stmt,
        store.db().cached("INSERT INTO _nhip_op(seq,grp,type,id,scope,stamp,seen,held,changes) "
                          "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)"));
    stmt.bind(1, static_cast<std::int64_t>(op.seq)).bind(2, static_cast<std::int64_t>(group));
    stmt.bind(3, std::int64_t{op.type}).bind(4, op.id).bind(5, scope);
    stmt.bind(6, static_cast<std::int64_t>(op.stamp)).bind(7, static_cast<std::int64_t>(op.seen));
    stmt.bind(8, static_cast<std::int64_t>(op.held)).bind(9, changes);
    NHIP_TRY(stmt.run());
  }
  if (NHIP_PLANTED(seq_reused)) seq = group;
  return store.set_setting("next_seq", Value(static_cast<std::int64_t>(seq)));
}

Result<std::vector<QueuedOperation>> read_outbox(Store& store, std::uint64_t after,
                                                 std::size_t count) {
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached(std::string(kColumns) + "WHERE seq>?1 ORDER BY seq LIMIT ?2"));
  const std::int64_t limit = count > INT64_MAX ? -1 : static_cast<std::int64_t>(count);
  stmt.bind(1, static_cast<std::int64_t>(after)).bind(2, limit);
  return read_all(store, stmt);
}

Result<std::vector<core::Group>> peek_groups(Store& store, std::uint64_t after, std::size_t bytes) {
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached(std::string(kColumns) + "WHERE seq>?1 ORDER BY seq"));
  stmt.bind(1, static_cast<std::int64_t>(after));
  std::vector<core::Group> groups;
  std::size_t used = 0;
  std::uint64_t current = 0;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return groups;
    if (groups.empty() || stmt.unsigned_integer(1) != current) {
      if (used >= bytes) return groups;
      groups.emplace_back();
      current = stmt.unsigned_integer(1);
    }
    used += stmt.blob(8).size() + 64;
    NHIP_TRY_ASSIGN(QueuedOperation queued, read_one(store, stmt));
    groups.back().operations.push_back(std::move(queued.operation));
  }
}

Result<std::vector<core::Operation>> pending_of(Store& store, std::uint16_t type, const Id& id) {
  NHIP_TRY_ASSIGN(
      auto stmt, store.db().cached(std::string(kColumns) + "WHERE type=?1 AND id=?2 ORDER BY seq"));
  stmt.bind(1, std::int64_t{type}).bind(2, id);
  return operations_only(read_all(store, stmt));
}

Result<std::vector<core::Operation>> queued_range(Store& store, std::uint64_t first,
                                                  std::uint64_t last) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached(std::string(kColumns) +
                                               "WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq"));
  stmt.bind(1, static_cast<std::int64_t>(first)).bind(2, static_cast<std::int64_t>(last));
  return operations_only(read_all(store, stmt));
}

Status raise_held(Store& store, std::uint16_t type, const Id& id, std::uint64_t seq) {
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("UPDATE _nhip_op SET held=?3 WHERE type=?1 AND id=?2"));
  stmt.bind(1, std::int64_t{type}).bind(2, id);
  return stmt.bind(3, static_cast<std::int64_t>(seq)).run();
}

Status follow_renumbering(Store& store, std::uint16_t type, const Id& id, const core::Row& old,
                          const core::Row& now, std::uint64_t seq) {
  NHIP_TRY_ASSIGN(const auto pending, pending_of(store, type, id));
  for (const core::Operation& op : pending) {
    if (!is_renumbered(op, old, now)) continue;
    NHIP_TRY_ASSIGN(auto stmt, store.db().cached("UPDATE _nhip_op SET held=?2 WHERE seq=?1"));
    stmt.bind(1, static_cast<std::int64_t>(op.seq)).bind(2, static_cast<std::int64_t>(seq));
    NHIP_TRY(stmt.run());
  }
  return {};
}

Status update_queued(Store& store, const core::Operation& operation) {
  NHIP_TRY_ASSIGN(const std::int64_t scope, store.scope_ord(operation.scope));
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("UPDATE _nhip_op SET scope=?2, changes=?3 WHERE seq=?1"));
  stmt.bind(1, static_cast<std::int64_t>(operation.seq))
      .bind(2, scope)
      .bind(3, encode(operation.changes));
  return stmt.run();
}

Status remove_queued(Store& store, std::uint64_t first, std::uint64_t last) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("DELETE FROM _nhip_op WHERE seq BETWEEN ?1 AND ?2"));
  stmt.bind(1, static_cast<std::int64_t>(first)).bind(2, static_cast<std::int64_t>(last));
  return stmt.run();
}

Result<std::uint64_t> count_queued(Store& store) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT count(*) FROM _nhip_op"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row ? stmt.unsigned_integer(0) : std::uint64_t{0};
}

}  // namespace nhip::replica
