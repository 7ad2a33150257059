#include "replica/outbox.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/limits.h"
#include "core/planted.h"
#include "replica/capture.h"
#include "replica/fresh_rows.h"

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

// What `versions` knows of the word that `version` of `cell` is from. The word need not stand in
// the same cell: the version of an undelete, say, does not come back, since it changes nothing.
const core::Version* same_word(const core::Versions& versions, const core::CellKey& cell,
                               const core::Version& version) {
  const auto is_it = [&](const core::Version& each) {
    return each.stamp == version.stamp && each.author == version.author;
  };
  if (is_it(versions.of(cell))) return &versions.of(cell);
  if (is_it(versions.base)) return &versions.base;
  for (const auto& [other, each] : versions.exceptions) {
    if (is_it(each)) return &each;
  }
  return nullptr;
}

// What the writer of `op` held, by the numbers of `now`, whose own number is `seq`: the highest one
// with nothing unseen below it, among the cells that `op` is judged by. 0: no number has changed.
std::uint64_t renumbered(const core::Operation& op, const core::Row& old, const core::Row& now,
                         std::uint64_t seq) {
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
  std::set<std::uint64_t> seen;
  std::uint64_t unseen = UINT64_MAX;
  bool moved = false;
  for (const core::CellKey& cell : cells) {
    const core::Version& version = now.versions.of(cell);
    const core::Version* const before = same_word(old.versions, cell, version);
    if (before != nullptr && before->seq <= op.held) {
      seen.insert(version.seq);
      moved = moved || before->seq != version.seq;
    } else {
      unseen = std::min(unseen, version.seq);
    }
  }
  if (!moved) return 0;
  if (unseen == UINT64_MAX) return seq;
  const auto end = seen.lower_bound(unseen);
  return end == seen.begin() ? 0 : *std::prev(end);
}

// Ascending, wherever they stand.
Result<std::vector<QueuedOperation>> read_range(Store& store, std::uint64_t first,
                                                std::uint64_t last) {
  std::vector<QueuedOperation> all;
  {
    NHIP_TRY_ASSIGN(auto stmt, store.db().cached(std::string(kColumns) +
                                                 "WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq"));
    stmt.bind(1, static_cast<std::int64_t>(first)).bind(2, static_cast<std::int64_t>(last));
    NHIP_TRY_ASSIGN(all, read_all(store, stmt));
  }
  NHIP_TRY_ASSIGN(const auto runs, fresh_runs(store, first - 1, last));
  NHIP_TRY_ASSIGN(auto edits, edits_between(store, first, last));
  if (runs.empty() && edits.empty()) return all;
  std::move(edits.begin(), edits.end(), std::back_inserter(all));
  for (const FreshRun& run : runs) {
    NHIP_TRY_ASSIGN(auto made, fresh_operations(store, run, first, last));
    for (core::Operation& op : made) all.push_back({run.group, std::move(op)});
  }
  std::sort(all.begin(), all.end(), [](const QueuedOperation& a, const QueuedOperation& b) {
    return a.operation.seq < b.operation.seq;
  });
  return all;
}

// The next operation behind `after`: its group, or nothing.
Result<std::optional<std::uint64_t>> next_group(Store& store, std::uint64_t after) {
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().cached(
          "SELECT grp FROM (SELECT * FROM (SELECT seq,grp FROM _nhip_op WHERE seq>?1 ORDER BY seq "
          "LIMIT 1) UNION ALL SELECT * FROM (SELECT seq,grp FROM _nhip_fresh WHERE seq>?1-1000 AND "
          "seq+count>?1+1 ORDER BY seq LIMIT 1) UNION ALL SELECT * FROM (SELECT seq,grp FROM "
          "_nhip_edit WHERE seq>?1-1000 AND seq+count>?1+1 ORDER BY seq LIMIT 1)) ORDER BY seq "
          "LIMIT 1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, static_cast<std::int64_t>(after)).step());
  if (!row) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(stmt.unsigned_integer(0));
}

// A group's numbers follow each other and are named by the first, so they lie within its limit.
Result<std::uint64_t> end_of_group(Store& store, std::uint64_t group) {
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().cached(
          "SELECT max(ifnull((SELECT max(seq) FROM _nhip_op WHERE seq>=?1 AND seq<?1+1000 AND "
          "grp=?1),0),ifnull((SELECT max(seq+count-1) FROM _nhip_fresh WHERE seq>=?1 AND "
          "seq<?1+1000 AND grp=?1),0),ifnull((SELECT max(seq+count-1) FROM _nhip_edit WHERE "
          "seq>=?1 AND seq<?1+1000 AND grp=?1),0))"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, static_cast<std::int64_t>(group)).step());
  return row ? stmt.unsigned_integer(0) : std::uint64_t{0};
}

std::size_t bytes_of(const std::vector<core::Change>& changes) {
  std::size_t bytes = 0;
  for (const core::Change& change : changes) {
    bytes += 3 + change.cell.element.size();
    if (const auto* text = change.value.text())
      bytes += 2 + text->size();
    else if (const auto* blob = change.value.blob())
      bytes += 2 + blob->size();
    else
      bytes += 4;
  }
  return bytes;
}

}  // namespace

Status queue(Store& store, std::uint64_t group, const core::Operation& op) {
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
  stmt.bind(8, static_cast<std::int64_t>(op.held)).lend(9, changes);
  return stmt.run();
}

namespace {

// The operations of one group on their way into the outbox, in runs as long as they may be.
class GroupWriter {
 public:
  GroupWriter(Store& store, std::uint64_t group) : store_(store), group_(group) {}

  Status add(NewOperation& made) {
    const core::Operation& op = made.operation;
    const bool fresh = fresh_.count > 0 && made.row && fresh_.type == op.type &&
                       *made.row == fresh_.rid + static_cast<std::int64_t>(fresh_.count) &&
                       goes_on(fresh_.stamp, fresh_.seen, op);
    const bool edit = !edits_.edits.empty() && !made.before.empty() && edits_.type == op.type &&
                      goes_on(edits_.stamp, edits_.seen, op);
    if (!fresh && !edit) NHIP_TRY(end_run());
    if (fresh) {
      ++fresh_.count;
    } else if (made.row) {
      fresh_ = {op.seq, 1, group_, op.type, *made.row, 0, op.stamp, op.seen};
    } else if (!made.before.empty()) {
      if (!edit) edits_ = {op.seq, group_, op.type, 0, op.stamp, op.seen, {}};
      edits_.edits.push_back(
          {op.id, made.edited_row, std::move(made.operation.changes), std::move(made.before)});
    } else {
      return queue(store_, group_, op);
    }
    if (!fresh && !edit) scope_ = op.scope;
    return {};
  }

  Status end_run() {
    if (fresh_.count > 0) {
      NHIP_TRY_ASSIGN(fresh_.scope, store_.scope_ord(scope_));
      return add_fresh_run(store_, std::exchange(fresh_, {}));
    }
    if (edits_.edits.empty()) return {};
    NHIP_TRY_ASSIGN(edits_.scope, store_.scope_ord(scope_));
    return add_edit_run(store_, std::exchange(edits_, {}));
  }

 private:
  bool goes_on(std::uint64_t stamp, std::uint64_t seen, const core::Operation& op) const {
    return stamp == op.stamp && seen == op.seen && scope_ == op.scope;
  }

  Store& store_;
  const std::uint64_t group_;
  FreshRun fresh_;  // one of them at a time has members
  EditRun edits_;
  std::string scope_;
};

}  // namespace

Status append_group(Store& store, std::vector<NewOperation> operations) {
  NHIP_TRY_ASSIGN(const Value next, store.setting("next_seq"));
  auto seq = static_cast<std::uint64_t>(next.integer() ? *next.integer() : 1);
  const std::uint64_t group = seq;
  GroupWriter writer(store, group);
  for (NewOperation& each : operations) {
    each.operation.seq = seq++;
    NHIP_TRY(writer.add(each));
  }
  NHIP_TRY(writer.end_run());
  if (NHIP_PLANTED(seq_reused)) seq = group;
  return store.set_setting("next_seq", Value(static_cast<std::int64_t>(seq)));
}

Status append_group(Store& store, std::vector<core::Operation> operations) {
  std::vector<NewOperation> all;
  for (core::Operation& op : operations) all.push_back({std::move(op)});
  return append_group(store, std::move(all));
}

Result<std::vector<QueuedOperation>> read_outbox(Store& store) {
  return read_range(store, 1, INT64_MAX);
}

Result<std::vector<core::Operation>> unplaced_operations(Store& store) {
  std::int64_t nowhere = 0;
  {
    NHIP_TRY_ASSIGN(auto named, store.db().cached("SELECT ord FROM _nhip_scope WHERE name=''"));
    NHIP_TRY_ASSIGN(const bool row, named.step());
    if (!row) return std::vector<core::Operation>();
    nowhere = named.integer(0);
  }
  NHIP_TRY_ASSIGN(const auto runs, fresh_runs(store, 0, INT64_MAX));
  for (const FreshRun& run : runs) {
    if (run.scope != nowhere) continue;
    NHIP_TRY_ASSIGN(const auto made, fresh_operations(store, run, run.seq, INT64_MAX));
    NHIP_TRY(remove_fresh(store, run.seq, run.seq + run.count - 1));
    for (const core::Operation& op : made) NHIP_TRY(queue(store, run.group, op));
  }
  NHIP_TRY(write_out_all_edits(store, nowhere));
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached(std::string(kColumns) + "WHERE scope=?1 ORDER BY seq"));
  stmt.bind(1, nowhere);
  return operations_only(read_all(store, stmt));
}

namespace {

Result<std::vector<core::Group>> groups_after(Store& store, std::uint64_t after,
                                              std::size_t bytes) {
  std::vector<core::Group> groups;
  std::size_t used = 0, last_size = 0;
  // The next group is taken to be as large as the last one: groups of an import are.
  while (groups.empty() || used + last_size / 2 < bytes) {
    NHIP_TRY_ASSIGN(const auto group, next_group(store, after));
    if (!group) break;
    NHIP_TRY_ASSIGN(const std::uint64_t last, end_of_group(store, *group));
    NHIP_TRY_ASSIGN(auto operations, queued_range(store, std::max(*group, after + 1), last));
    if (operations.empty()) {
      return Status(Code::kCorrupt, "damaged_replica", "The outbox names a group without members.",
                    "Sync again, or run 'nhip doctor'; nothing shown is lost.");
    }
    last_size = 0;
    for (const core::Operation& op : operations) last_size += bytes_of(op.changes) + 64;
    used += last_size;
    groups.push_back({std::move(operations)});
    after = last;
  }
  return groups;
}

}  // namespace

Result<std::vector<core::Group>> peek_groups(Store& store, std::uint64_t after, std::size_t bytes) {
  if (store.in_transaction()) return groups_after(store, after, bytes);
  std::vector<core::Group> groups;
  NHIP_TRY(store.transact([&]() -> Status {
    NHIP_TRY(seal(store, SealAs::kManyGroups));
    NHIP_TRY_ASSIGN(groups, groups_after(store, after, bytes));
    return {};
  }));
  return groups;
}

Result<std::vector<core::Operation>> pending_of(Store& store, std::uint16_t type, const Id& id) {
  std::vector<core::Operation> pending;
  RecordTable* table = store.table(type);
  NHIP_TRY_ASSIGN(const bool fresh, any_fresh(store));
  if (fresh && table != nullptr) {
    NHIP_TRY_ASSIGN(const auto rid, table->find(id));
    NHIP_TRY_ASSIGN(const auto run, fresh_run_of(store, type, rid.value_or(-1)));
    if (rid && run) {
      const std::uint64_t seq = run->seq + static_cast<std::uint64_t>(*rid - run->rid);
      NHIP_TRY_ASSIGN(pending, fresh_operations(store, *run, seq, seq));
    }
  }
  NHIP_TRY_ASSIGN(
      auto stmt, store.db().cached(std::string(kColumns) + "WHERE type=?1 AND id=?2 ORDER BY seq"));
  stmt.bind(1, std::int64_t{type}).bind(2, id);
  NHIP_TRY_ASSIGN(auto others, operations_only(read_all(store, stmt)));
  for (core::Operation& op : others) pending.push_back(std::move(op));
  NHIP_TRY_ASSIGN(auto edits, edits_of(store, type, id));
  if (edits.empty()) return pending;
  for (core::Operation& op : edits) pending.push_back(std::move(op));
  std::sort(pending.begin(), pending.end(),
            [](const core::Operation& a, const core::Operation& b) { return a.seq < b.seq; });
  return pending;
}

Result<std::vector<core::Operation>> queued_range(Store& store, std::uint64_t first,
                                                  std::uint64_t last) {
  return operations_only(read_range(store, first, last));
}

Status raise_held(Store& store, std::uint16_t type, const Id& id, std::uint64_t seq) {
  NHIP_TRY(write_out_edits(store, type, id));
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("UPDATE _nhip_op SET held=?3 WHERE type=?1 AND id=?2"));
  stmt.bind(1, std::int64_t{type}).bind(2, id);
  return stmt.bind(3, static_cast<std::int64_t>(seq)).run();
}

Status follow_renumbering(Store& store, std::uint16_t type, const Id& id, const core::Row& old,
                          const core::Row& now, std::uint64_t seq) {
  NHIP_TRY(write_out_edits(store, type, id));
  NHIP_TRY_ASSIGN(const auto pending, pending_of(store, type, id));
  for (const core::Operation& op : pending) {
    const std::uint64_t held = renumbered(op, old, now, seq);
    if (held == 0) continue;
    NHIP_TRY_ASSIGN(auto stmt, store.db().cached("UPDATE _nhip_op SET held=?2 WHERE seq=?1"));
    stmt.bind(1, static_cast<std::int64_t>(op.seq)).bind(2, static_cast<std::int64_t>(held));
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
  NHIP_TRY(stmt.run());
  NHIP_TRY(remove_edits(store, first, last));
  return remove_fresh(store, first, last);
}

Result<std::uint64_t> count_queued(Store& store) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT count(*) FROM _nhip_op"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  NHIP_TRY_ASSIGN(const std::uint64_t fresh, count_fresh(store));
  NHIP_TRY_ASSIGN(const std::uint64_t edits, count_edits(store));
  return fresh + edits + (row ? stmt.unsigned_integer(0) : std::uint64_t{0});
}

}  // namespace nhip::replica
