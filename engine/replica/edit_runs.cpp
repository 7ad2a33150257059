// edits := count × (16 bytes id, zigzag rid, changes (core/operation.h), one value replaced for
// each)

#include "replica/edit_runs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "replica/outbox.h"
#include "replica/record_state.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

constexpr const char* kRunColumns =
    "SELECT seq,count,grp,type,scope,stamp,seen,edits FROM _nhip_edit ";

Bytes encode_edits(const EditRun& run) {
  core::Writer out;
  for (const PlainEdit& edit : run.edits) {
    out.raw(edit.id.bytes);
    out.zigzag(edit.rid);
    core::write_changes(out, edit.changes);
    for (const Value& value : edit.before) out.value(value);
  }
  return out.take();
}

Result<EditRun> read_edit_run(const store::Stmt& stmt) {
  EditRun run;
  run.seq = stmt.unsigned_integer(0);
  const std::uint64_t count = stmt.unsigned_integer(1);
  run.group = stmt.unsigned_integer(2);
  run.type = static_cast<std::uint16_t>(stmt.integer(3));
  run.scope = stmt.integer(4);
  run.stamp = stmt.unsigned_integer(5);
  run.seen = stmt.unsigned_integer(6);
  const Bytes bytes = stmt.blob(7);
  core::Reader in(bytes);
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    PlainEdit edit;
    const auto id = in.raw(edit.id.bytes.size());
    std::copy(id.begin(), id.end(), edit.id.bytes.begin());
    edit.rid = in.zigzag();
    edit.changes = core::read_changes(in);
    if (edit.changes.empty()) in.fail();
    for (std::size_t k = 0; k < edit.changes.size() && in.ok(); ++k)
      edit.before.push_back(in.value());
    run.edits.push_back(std::move(edit));
  }
  if (in.done()) return run;
  return Status(Code::kCorrupt, "damaged_replica", "Edits in the outbox are damaged.",
                "Keep a copy of the replica's files and run 'nhip doctor'.");
}

Result<std::int64_t> data_version(Store& store) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("PRAGMA data_version"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row ? stmt.integer(0) : std::int64_t{0};
}

// The version that the centre's state has beside the row at `rid`, 0 when there is none. By rid:
// the row may be gone already, and what changes at its rid comes after.
Result<std::uint64_t> version_held(Store& store, std::uint16_t number, std::int64_t rid) {
  RecordTable* table = store.table(number);
  if (table == nullptr) return std::uint64_t{0};
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("SELECT seq FROM " +
                                    store::quoted(version_table(table->type())) + " WHERE rid=?1"));
  NHIP_TRY_ASSIGN(const bool found, stmt.bind(1, rid).step());
  return found ? stmt.unsigned_integer(0) : std::uint64_t{0};
}

}  // namespace

// The runs through the index.
class EditRuns {
 public:
  using Key = EditIndex::Key;

  explicit EditRuns(Store& store) : store_(store), index_(store.edit_index()) {}

  // Outside a transaction another program may have written since.
  Status load() {
    if (index_.loaded_ && store_.in_transaction()) return {};
    NHIP_TRY_ASSIGN(const std::int64_t version, data_version(store_));
    if (index_.loaded_ && index_.version_ == version) return {};
    index_.forget();
    NHIP_TRY_ASSIGN(auto stmt, store_.db().cached(std::string(kRunColumns) + "ORDER BY seq"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) break;
      NHIP_TRY_ASSIGN(const EditRun run, read_edit_run(stmt));
      index(run);
    }
    index_.loaded_ = true;
    index_.version_ = version;
    return {};
  }

  // By value: writing a run out changes it.
  std::vector<EditIndex::Place> places_of(std::uint16_t type, const Id& id) const {
    const auto found = index_.places_.find({type, id});
    return found == index_.places_.end() ? std::vector<EditIndex::Place>() : found->second;
  }

  Result<const EditRun*> run_at(std::uint64_t seq) {
    if (index_.last_ && index_.last_->seq == seq) return &*index_.last_;
    NHIP_TRY_ASSIGN(auto stmt, store_.db().cached(std::string(kRunColumns) + "WHERE seq=?1"));
    NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, static_cast<std::int64_t>(seq)).step());
    if (!row) {
      return Status(Code::kBusy, "busy", "Another program has changed the replica meanwhile.",
                    "Try again.");
    }
    NHIP_TRY_ASSIGN(index_.last_, read_edit_run(stmt));
    return &*index_.last_;
  }

  Status add(const EditRun& run) {
    const Bytes edits = encode_edits(run);
    NHIP_TRY_ASSIGN(
        auto stmt,
        store_.db().cached("INSERT INTO _nhip_edit(seq,count,grp,type,scope,stamp,seen,edits) "
                           "VALUES(?1,?2,?3,?4,?5,?6,?7,?8)"));
    stmt.bind(1, static_cast<std::int64_t>(run.seq));
    stmt.bind(2, static_cast<std::int64_t>(run.edits.size()));
    stmt.bind(3, static_cast<std::int64_t>(run.group)).bind(4, std::int64_t{run.type});
    stmt.bind(5, run.scope).bind(6, static_cast<std::int64_t>(run.stamp));
    NHIP_TRY(stmt.bind(7, static_cast<std::int64_t>(run.seen)).lend(8, edits).run());
    if (index_.loaded_) index(run);
    return {};
  }

  Status remove(const EditRun& run) {
    NHIP_TRY_ASSIGN(auto stmt, store_.db().cached("DELETE FROM _nhip_edit WHERE seq=?1"));
    NHIP_TRY(stmt.bind(1, static_cast<std::int64_t>(run.seq)).run());
    if (!index_.loaded_) return {};
    for (const PlainEdit& edit : run.edits) {
      const auto found = index_.places_.find({run.type, edit.id});
      if (found == index_.places_.end()) continue;
      auto& places = found->second;
      places.erase(std::remove_if(places.begin(), places.end(),
                                  [&](const auto& place) { return place.run == run.seq; }),
                   places.end());
      if (places.empty()) index_.places_.erase(found);
    }
    if (index_.last_ && index_.last_->seq == run.seq) index_.last_.reset();
    return {};
  }

  Result<core::Operation> operation(const EditRun& run, std::size_t at) {
    const PlainEdit& edit = run.edits[at];
    core::Operation op;
    op.seq = run.seq + at;
    op.type = run.type;
    op.id = edit.id;
    NHIP_TRY_ASSIGN(op.scope, store_.scope_name(run.scope));
    op.stamp = run.stamp;
    op.seen = run.seen;
    NHIP_TRY_ASSIGN(op.held, version_held(store_, run.type, edit.rid));
    op.changes = edit.changes;
    return op;
  }

  // What the centre, or the operation of a fresh row, has of the cells that an edit changed, before
  // the edit leaves the run.
  Status keep_under(const EditRun& run, const PlainEdit& edit) {
    NHIP_TRY_ASSIGN(const auto oldest, replaced_values(store_, run.type, edit.id));
    std::vector<core::Change> under;
    for (const core::Change& change : edit.changes)
      under.push_back({change.cell, oldest.at(change.cell)});
    return add_under(store_, run.type, edit.id, under);
  }

  Status write_out(std::uint64_t seq) {
    NHIP_TRY_ASSIGN(const EditRun* const kept, run_at(seq));
    const EditRun run = *kept;
    for (std::size_t i = 0; i < run.edits.size(); ++i) {
      NHIP_TRY_ASSIGN(const core::Operation op, operation(run, i));
      NHIP_TRY(keep_under(run, run.edits[i]));
      NHIP_TRY(queue(store_, run.group, op));
    }
    return remove(run);
  }

  // No run is longer than a group.
  Result<std::vector<EditRun>> between(std::uint64_t first, std::uint64_t last) {
    NHIP_TRY_ASSIGN(auto stmt, store_.db().cached(std::string(kRunColumns) +
                                                  "WHERE seq>?1-1000 AND seq<=?2 AND seq+count>?1 "
                                                  "ORDER BY seq"));
    stmt.bind(1, static_cast<std::int64_t>(first));
    stmt.bind(2, static_cast<std::int64_t>(std::min<std::uint64_t>(last, INT64_MAX)));
    std::vector<EditRun> runs;
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) return runs;
      NHIP_TRY_ASSIGN(EditRun run, read_edit_run(stmt));
      runs.push_back(std::move(run));
    }
  }

 private:
  void index(const EditRun& run) {
    for (std::size_t i = 0; i < run.edits.size(); ++i) {
      std::vector<EditIndex::Place>& places = index_.places_[{run.type, run.edits[i].id}];
      const bool in_order = places.empty() || places.back().run <= run.seq;
      places.push_back({run.seq, i});
      if (in_order) continue;
      std::stable_sort(places.begin(), places.end(),
                       [](const auto& a, const auto& b) { return a.run < b.run; });
    }
  }

  Store& store_;
  EditIndex& index_;
};

Status add_edit_run(Store& store, const EditRun& run) { return EditRuns(store).add(run); }

Result<std::vector<QueuedOperation>> edits_between(Store& store, std::uint64_t first,
                                                   std::uint64_t last) {
  EditRuns all(store);
  std::vector<QueuedOperation> operations;
  NHIP_TRY_ASSIGN(const auto runs, all.between(first, last));
  for (const EditRun& run : runs) {
    for (std::size_t i = 0; i < run.edits.size(); ++i) {
      if (run.seq + i < first || run.seq + i > last) continue;
      NHIP_TRY_ASSIGN(core::Operation op, all.operation(run, i));
      operations.push_back({run.group, std::move(op)});
    }
  }
  return operations;
}

Result<std::vector<core::Operation>> edits_of(Store& store, std::uint16_t type, const Id& id) {
  EditRuns all(store);
  NHIP_TRY(all.load());
  std::vector<core::Operation> operations;
  for (const auto& place : all.places_of(type, id)) {
    NHIP_TRY_ASSIGN(const EditRun* const run, all.run_at(place.run));
    NHIP_TRY_ASSIGN(core::Operation op, all.operation(*run, place.at));
    operations.push_back(std::move(op));
  }
  return operations;
}

Result<std::map<core::CellKey, Value>> replaced_values(Store& store, std::uint16_t type,
                                                       const Id& id) {
  EditRuns all(store);
  NHIP_TRY(all.load());
  std::map<core::CellKey, Value> values;
  for (const auto& place : all.places_of(type, id)) {
    NHIP_TRY_ASSIGN(const EditRun* const run, all.run_at(place.run));
    const PlainEdit& edit = run->edits[place.at];
    for (std::size_t k = 0; k < edit.changes.size(); ++k)
      values.emplace(edit.changes[k].cell, edit.before[k]);
  }
  return values;
}

Status take_edits_back(Store& store, std::uint16_t type, const Id& id, core::Cells& cells) {
  NHIP_TRY_ASSIGN(auto values, replaced_values(store, type, id));
  for (auto& [cell, value] : values) core::set_cell(cells, cell, std::move(value));
  return {};
}

Status write_out_edits(Store& store, std::uint16_t type, const Id& id) {
  EditRuns all(store);
  NHIP_TRY(all.load());
  std::uint64_t written = 0;
  for (const auto& place : all.places_of(type, id)) {
    if (place.run != written) NHIP_TRY(all.write_out(place.run));
    written = place.run;
  }
  return {};
}

Status write_out_all_edits(Store& store, std::optional<std::int64_t> scope) {
  EditRuns all(store);
  NHIP_TRY(all.load());
  NHIP_TRY_ASSIGN(const auto runs, all.between(1, INT64_MAX));
  for (const EditRun& run : runs) {
    if (!scope || run.scope == *scope) NHIP_TRY(all.write_out(run.seq));
  }
  return {};
}

Result<std::vector<std::int64_t>> unreadable_edit_runs(Store& store) {
  std::vector<std::int64_t> unreadable;
  NHIP_TRY_ASSIGN(auto stmt, store.db().prepare(
                                 "SELECT seq,count,grp,type,scope,stamp,seen,edits,seq>0 AND "
                                 "stamp>=0 AND seen>=0 AND scope IN (SELECT ord FROM _nhip_scope) "
                                 "FROM _nhip_edit"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return unreadable;
    const auto run = read_edit_run(stmt);
    const bool known = run.ok() && !run->edits.empty() && stmt.integer(3) == run->type &&
                       store.table(run->type) != nullptr;
    if (!known || stmt.integer(8) == 0) unreadable.push_back(stmt.integer(0));
  }
}

// A range that ends inside a run leaves the rest of it.
Status remove_edits(Store& store, std::uint64_t first, std::uint64_t last) {
  EditRuns all(store);
  NHIP_TRY_ASSIGN(const auto runs, all.between(first, last));
  if (runs.empty()) return {};
  NHIP_TRY(all.load());
  for (const EditRun& run : runs) {
    EditRun front = run, back = run;
    front.edits.clear();
    back.edits.clear();
    for (std::size_t i = 0; i < run.edits.size(); ++i) {
      const std::uint64_t seq = run.seq + i;
      if (seq < first) {
        front.edits.push_back(run.edits[i]);
      } else if (seq > last) {
        back.edits.push_back(run.edits[i]);
      } else {
        NHIP_TRY(all.keep_under(run, run.edits[i]));
      }
    }
    NHIP_TRY(all.remove(run));
    if (!front.edits.empty()) NHIP_TRY(all.add(front));
    back.seq = run.end() - back.edits.size();
    if (!back.edits.empty()) NHIP_TRY(all.add(back));
  }
  return {};
}

Result<bool> has_edits(Store& store, std::uint16_t type, const Id& id) {
  EditRuns all(store);
  NHIP_TRY(all.load());
  return !all.places_of(type, id).empty();
}

Result<std::uint64_t> count_edits(Store& store) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT ifnull(sum(count),0) FROM _nhip_edit"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row ? stmt.unsigned_integer(0) : std::uint64_t{0};
}

}  // namespace nhip::replica
