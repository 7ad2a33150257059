#include "replica/fresh_rows.h"

#include <algorithm>
#include <string>

#include "replica/outbox.h"
#include "replica/record_state.h"

namespace nhip::replica {

namespace {

constexpr const char* kColumns = "SELECT seq,count,grp,type,rid,scope,stamp,seen FROM _nhip_fresh ";

FreshRun read_run(const store::Stmt& stmt) {
  FreshRun run;
  run.seq = stmt.unsigned_integer(0);
  run.count = stmt.unsigned_integer(1);
  run.group = stmt.unsigned_integer(2);
  run.type = static_cast<std::uint16_t>(stmt.integer(3));
  run.rid = stmt.integer(4);
  run.scope = stmt.integer(5);
  run.stamp = stmt.unsigned_integer(6);
  run.seen = stmt.unsigned_integer(7);
  return run;
}

Result<core::Operation> bare_operation(Store& store, const FreshRun& run, std::uint64_t seq) {
  core::Operation op;
  op.seq = seq;
  op.type = run.type;
  NHIP_TRY_ASSIGN(op.scope, store.scope_name(run.scope));
  op.stamp = run.stamp;
  op.seen = run.seen;
  return op;
}

std::vector<core::Change> changes_of(const core::Cells& cells) {
  std::vector<core::Change> changes;
  changes.reserve(cells.size());
  for (const auto& [cell, value] : cells) changes.push_back({cell, value});
  return changes;
}

Status delete_run(Store& store, const FreshRun& run) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("DELETE FROM _nhip_fresh WHERE seq=?1"));
  return stmt.bind(1, static_cast<std::int64_t>(run.seq)).run();
}

// What is left of a run without the operations from `first` to `last`.
Status cut(Store& store, const FreshRun& run, std::uint64_t first, std::uint64_t last) {
  NHIP_TRY(delete_run(store, run));
  if (first > run.seq) {
    FreshRun front = run;
    front.count = first - run.seq;
    NHIP_TRY(add_fresh_run(store, front));
  }
  if (last + 1 < run.seq + run.count) {
    FreshRun back = run;
    const std::uint64_t gone = last + 1 - run.seq;
    back.seq += gone;
    back.rid += static_cast<std::int64_t>(gone);
    back.count -= gone;
    NHIP_TRY(add_fresh_run(store, back));
  }
  return {};
}

}  // namespace

Status add_fresh_run(Store& store, const FreshRun& run) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached(
                                 "INSERT INTO _nhip_fresh(seq,count,grp,type,rid,scope,stamp,seen) "
                                 "VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
  stmt.bind(1, static_cast<std::int64_t>(run.seq)).bind(2, static_cast<std::int64_t>(run.count));
  stmt.bind(3, static_cast<std::int64_t>(run.group)).bind(4, std::int64_t{run.type});
  stmt.bind(5, run.rid).bind(6, run.scope).bind(7, static_cast<std::int64_t>(run.stamp));
  return stmt.bind(8, static_cast<std::int64_t>(run.seen)).run();
}

// No run is longer than a group.
Result<std::vector<FreshRun>> fresh_runs(Store& store, std::uint64_t after, std::uint64_t last) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached(std::string(kColumns) +
                                               "WHERE seq>?1-1000 AND seq<=?2 AND seq+count>?1+1 "
                                               "ORDER BY seq"));
  const auto limited = [](std::uint64_t seq) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(seq, INT64_MAX - 2000));
  };
  stmt.bind(1, limited(after)).bind(2, limited(last));
  std::vector<FreshRun> runs;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return runs;
    runs.push_back(read_run(stmt));
  }
}

Result<std::optional<FreshRun>> fresh_run_of(Store& store, std::uint16_t type, std::int64_t rid) {
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached(std::string(kColumns) +
                                    "WHERE type=?1 AND rid<=?2 ORDER BY rid DESC LIMIT 1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, std::int64_t{type}).bind(2, rid).step());
  if (!row) return std::optional<FreshRun>();
  const FreshRun run = read_run(stmt);
  if (rid >= run.rid + static_cast<std::int64_t>(run.count)) return std::optional<FreshRun>();
  return std::optional<FreshRun>(run);
}

// A row that went while the triggers were off took its values along. Its number must be used all
// the same, so a record that is gone already is made of it; always the same one.
Result<std::vector<core::Operation>> fresh_operations(Store& store, const FreshRun& run,
                                                      std::uint64_t first, std::uint64_t last) {
  first = std::max(first, run.seq);
  last = std::min(last, run.seq + run.count - 1);
  std::vector<core::Operation> operations;
  if (last < first) return operations;
  RecordTable* table = store.table(run.type);
  if (table == nullptr)
    return Status(Code::kCorrupt, "damaged_replica", "The outbox names an unknown type.");
  NHIP_TRY_ASSIGN(core::Operation op, bare_operation(store, run, first));
  for (std::uint64_t seq = first; seq <= last; ++seq) {
    op.seq = seq;
    op.id = make_uuid_v5({}, store.author().text() + " " + std::to_string(seq));
    op.changes = {{{kDeletedField, {}}, Value(std::int64_t{1})}};
    operations.push_back(op);
  }
  NHIP_TRY_ASSIGN(const bool kept, any_under(store, run.type));
  const std::int64_t from = run.rid + static_cast<std::int64_t>(first - run.seq);
  const std::int64_t to = run.rid + static_cast<std::int64_t>(last - run.seq);
  NHIP_TRY(table->each_between(from, to, [&](RecordTable::Found& found) -> Status {
    NHIP_TRY(take_edits_back(store, run.type, found.id, found.cells));
    if (kept) {
      NHIP_TRY_ASSIGN(found.cells, under_of(store, run.type, found.id, std::move(found.cells)));
    }
    core::Operation& made = operations[static_cast<std::size_t>(found.rid - from)];
    made.id = found.id;
    made.changes.clear();
    made.changes.reserve(found.cells.size());
    for (auto& [cell, value] : found.cells) made.changes.push_back({cell, std::move(value)});
    return {};
  }));
  return operations;
}

Status write_out(Store& store, std::uint16_t type, std::int64_t rid, const Id& id,
                 const core::Cells& cells) {
  NHIP_TRY_ASSIGN(const auto run, fresh_run_of(store, type, rid));
  if (!run) return {};
  const std::uint64_t seq = run->seq + static_cast<std::uint64_t>(rid - run->rid);
  NHIP_TRY_ASSIGN(core::Operation op, bare_operation(store, *run, seq));
  op.id = id;
  NHIP_TRY_ASSIGN(const core::Cells made, under_of(store, type, id, cells));
  op.changes = changes_of(made);
  NHIP_TRY(cut(store, *run, seq, seq));
  NHIP_TRY(drop_under(store, type, id));
  return queue(store, run->group, op);
}

Status write_out_row(Store& store, RecordTable& table, std::int64_t rid) {
  NHIP_TRY_ASSIGN(const auto run, fresh_run_of(store, table.type().number, rid));
  if (!run) return {};
  NHIP_TRY_ASSIGN(auto found, table.read(rid));
  if (!found) return {};
  if (const Touched* touched = store.watch().touched(table.type().number, rid)) {
    for (const auto& [cell, value] : touched->before) core::set_cell(found->cells, cell, value);
    if (touched->removed) found->id = *touched->removed;
  }
  return write_out(store, table.type().number, rid, found->id, found->cells);
}

// A range that ends inside a run leaves the rest of it.
Status remove_fresh(Store& store, std::uint64_t first, std::uint64_t last) {
  NHIP_TRY_ASSIGN(const auto runs, fresh_runs(store, first - 1, last));
  for (const FreshRun& run : runs)
    NHIP_TRY(cut(store, run, std::max(first, run.seq), std::min(last, run.seq + run.count - 1)));
  return {};
}

Result<bool> any_fresh(Store& store) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT 1 FROM _nhip_fresh LIMIT 1"));
  return stmt.step();
}

Result<std::uint64_t> count_fresh(Store& store) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT ifnull(sum(count),0) FROM _nhip_fresh"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row ? stmt.unsigned_integer(0) : std::uint64_t{0};
}

}  // namespace nhip::replica
