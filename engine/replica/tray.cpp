#include "replica/tray.h"

#include <nlohmann/json.hpp>

#include "record/record_json.h"
#include "replica/outbox.h"
#include "replica/record_state.h"

namespace nhip::replica {

namespace {

struct Stored {
  Id entry;
  std::uint64_t group = 0;
  std::uint16_t type = 0;
  Id record;
  std::vector<core::Change> changes;
};

Result<Stored> read_stored(store::Stmt& stmt) {
  Stored stored{stmt.id(0),
                stmt.unsigned_integer(1),
                static_cast<std::uint16_t>(stmt.integer(2)),
                stmt.id(3),
                {}};
  const Bytes bytes = stmt.blob(4);
  core::Reader in(bytes);
  stored.changes = core::read_changes(in);
  if (!in.done())
    return Status(Code::kCorrupt, "damaged_replica", "An entry of the tray is damaged.");
  return stored;
}

core::Cells cells_of(const std::vector<core::Change>& changes) {
  core::Cells cells;
  for (const core::Change& change : changes) core::set_cell(cells, change.cell, change.value);
  return cells;
}

}  // namespace

Status put_in_tray(Store& store, const std::vector<core::Operation>& group,
                   const protocol::GroupVerdict& verdict) {
  for (const core::Operation& op : group) {
    core::Writer changes;
    core::write_changes(changes, op.changes);
    NHIP_TRY_ASSIGN(const std::int64_t scope, store.scope_ord(op.scope));
    NHIP_TRY_ASSIGN(
        auto stmt,
        store.db().cached(
            "INSERT INTO "
            "_nhip_tray(id,grp,type,record,scope,changes,state,code,field,message,at_fault,at) "
            "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)"));
    stmt.bind(1, store.mint_id()).bind(2, static_cast<std::int64_t>(verdict.first));
    stmt.bind(3, std::int64_t{op.type}).bind(4, op.id).bind(5, scope).bind(6, changes.bytes());
    stmt.bind(7, verdict.verdict == protocol::Verdict::kHeld ? "held" : "rejected");
    stmt.bind(8, verdict.code).bind(9, verdict.field).bind(10, verdict.text);
    stmt.bind(11, std::int64_t{op.seq == verdict.at_fault}).bind(12, store.now());
    NHIP_TRY(stmt.run());
  }
  return {};
}

Result<std::vector<TrayEntry>> read_tray(Store& store) {
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().cached("SELECT id,grp,type,record,changes,state,code,field,message,at,at_fault "
                        "FROM _nhip_tray ORDER BY at, id"));
  std::vector<TrayEntry> entries;
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return entries;
    NHIP_TRY_ASSIGN(const Stored stored, read_stored(stmt));
    TrayEntry entry;
    entry.id = stored.entry;
    entry.record_id = stored.record;
    const Type* type = store.schema().type(stored.type);
    entry.type = type ? type->name : std::to_string(stored.type);
    entry.state = stmt.text(5);
    entry.code = stmt.text(6);
    // Only the operation at fault carries the reason's field; the others share its group's fate.
    entry.field = stmt.integer(10) != 0 ? stmt.text(7) : "";
    entry.message = stmt.text(8);
    entry.at = stmt.integer(9);
    const core::Cells cells = cells_of(stored.changes);
    if (type != nullptr) entry.record_json = record::to_json(*type, stored.record, cells).dump();
    entries.push_back(std::move(entry));
  }
}

Result<std::pair<std::uint64_t, std::uint64_t>> count_tray(Store& store) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT coalesce(sum(state='rejected'),0), "
                                               "coalesce(sum(state='held'),0) FROM _nhip_tray"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  std::pair<std::uint64_t, std::uint64_t> counts;
  if (row) counts = {stmt.unsigned_integer(0), stmt.unsigned_integer(1)};
  return counts;
}

namespace {

Status write_back(Store& store, const Stored& stored) {
  RecordTable* table = store.table(stored.type);
  if (table == nullptr) {
    return {Code::kNotFound, "unknown_type", "This entry is of a type the program does not know.",
            "Update the program."};
  }
  const core::Cells given = cells_of(stored.changes);
  NHIP_TRY_ASSIGN(auto found, table->read(stored.record));
  if (core::is_deleted(given)) return found ? table->remove(found->rid) : Status();
  if (!found) {
    // Deleted meanwhile, perhaps: the change brings back what there was, with itself on top.
    NHIP_TRY_ASSIGN(const RecordState state, load_state(store, stored.type, stored.record));
    NHIP_TRY_ASSIGN(const auto pending, pending_of(store, stored.type, stored.record));
    const auto before = expected(store, state, pending);
    core::Cells cells = before ? before->cells : core::Cells{};
    core::set_cell(cells, {kDeletedField, {}}, Value());
    for (const core::Change& change : stored.changes)
      core::set_cell(cells, change.cell, change.value);
    return table->insert(stored.record, cells).status();
  }
  core::Cells after = found->cells;
  for (const core::Change& change : stored.changes)
    core::set_cell(after, change.cell, change.value);
  return table->update(found->rid, found->cells, after);
}

}  // namespace

namespace {

Result<std::vector<Stored>> group_of(Store& store, const Id& key) {
  std::vector<Stored> group;
  {
    NHIP_TRY_ASSIGN(auto stmt,
                    store.db().cached(
                        "SELECT id,grp,type,record,changes FROM _nhip_tray WHERE grp IN "
                        "(SELECT grp FROM _nhip_tray WHERE id=?1 OR record=?1) ORDER BY grp, id"));
    stmt.bind(1, key);
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) break;
      NHIP_TRY_ASSIGN(Stored stored, read_stored(stmt));
      group.push_back(std::move(stored));
    }
  }
  if (group.empty()) {
    return Status(Code::kNotFound, "not_in_tray", "Nothing with this id was rejected or held.",
                  "List what needs a person: nhip rejected");
  }
  return group;
}

Status forget(Store& store, const Stored& stored) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("DELETE FROM _nhip_tray WHERE id=?1"));
  return stmt.bind(1, stored.entry).run();
}

}  // namespace

Status take_from_tray(Store& store, const Id& key) {
  NHIP_TRY_ASSIGN(const auto group, group_of(store, key));
  for (const Stored& stored : group) {
    NHIP_TRY(write_back(store, stored));
    NHIP_TRY(forget(store, stored));
  }
  return {};
}

Status drop_from_tray(Store& store, const Id& key) {
  NHIP_TRY_ASSIGN(const auto group, group_of(store, key));
  for (const Stored& stored : group) NHIP_TRY(forget(store, stored));
  return {};
}

}  // namespace nhip::replica
