#include "replica/mend_outbox.h"

#include <algorithm>
#include <vector>

#include "core/limits.h"
#include "core/operation.h"
#include "replica/edit_runs.h"
#include "replica/outbox.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

const char* const kTables[] = {"_nhip_op", "_nhip_fresh", "_nhip_edit"};
constexpr int kOperation = 0, kFreshRun = 1, kEditRun = 2;

// An operation, or a run of them.
struct Entry {
  std::int64_t seq = 0, count = 1, group = 0;
  int kind = kOperation;

  const char* table() const { return kTables[kind]; }
};

Result<std::vector<Entry>> entries(Store& store) {
  std::vector<Entry> all;
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().prepare(
                      "SELECT seq,1,grp,0 FROM _nhip_op UNION ALL SELECT seq,count,grp,1 FROM "
                      "_nhip_fresh UNION ALL SELECT seq,count,grp,2 FROM _nhip_edit ORDER BY 1,4"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return all;
    all.push_back(
        {stmt.integer(0), stmt.integer(1), stmt.integer(2), static_cast<int>(stmt.integer(3))});
  }
}

Status remove(Store& store, const Entry& entry) {
  return store.db().execute(std::string("DELETE FROM ") + entry.table() +
                            " WHERE seq=" + std::to_string(entry.seq));
}

RecordTable* table_of(Store& store, std::int64_t type) {
  const bool is_number = type >= 1 && type <= UINT16_MAX;
  return is_number ? store.table(static_cast<std::uint16_t>(type)) : nullptr;
}

Result<std::vector<Entry>> unreadable_operations(Store& store) {
  std::vector<Entry> unreadable;
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().prepare("SELECT seq,type,changes,seq>0 AND length(id)=16 AND stamp>=0 "
                                     "AND seen>=0 AND held>=0 AND scope IN (SELECT ord FROM "
                                     "_nhip_scope) FROM _nhip_op"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return unreadable;
    const Bytes bytes = stmt.blob(2);
    core::Reader in(bytes);
    const bool says_something = !core::read_changes(in).empty() && in.done();
    if (says_something && stmt.integer(3) != 0 && table_of(store, stmt.integer(1)) != nullptr)
      continue;
    unreadable.push_back({stmt.integer(0)});
  }
}

// A record that is neither shown nor known has operations only when one of them deletes it.
Status add_orphans(Store& store, std::uint16_t type, const Id& id, std::vector<Entry>& orphans) {
  NHIP_TRY_ASSIGN(const auto pending, pending_of(store, type, id));
  const bool deleted = std::any_of(pending.begin(), pending.end(), [](const core::Operation& op) {
    return std::any_of(op.changes.begin(), op.changes.end(), [](const core::Change& change) {
      return change.cell.field == kDeletedField;
    });
  });
  if (deleted) return {};
  for (const core::Operation& op : pending) orphans.push_back({static_cast<std::int64_t>(op.seq)});
  return {};
}

// An operation may outlive its record, which left our scopes. So one without a record is held for
// damaged only where another record shows an edit that nothing waits to send.
Result<bool> shows_unsent_edits(Store& store) {
  std::vector<std::pair<std::uint16_t, Id>> without_operation;
  {
    NHIP_TRY_ASSIGN(auto stmt, store.db().prepare(
                                   "SELECT type,id FROM _nhip_under u WHERE NOT EXISTS (SELECT 1 "
                                   "FROM _nhip_op o WHERE o.type=u.type AND o.id=u.id)"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) break;
      without_operation.emplace_back(static_cast<std::uint16_t>(stmt.integer(0)), stmt.id(1));
    }
  }
  for (const auto& [type, id] : without_operation) {
    NHIP_TRY_ASSIGN(const bool waits, has_edits(store, type, id));
    if (!waits) return true;
  }
  return false;
}

Result<std::vector<Entry>> operations_without_record(Store& store) {
  std::vector<Entry> orphans;
  NHIP_TRY_ASSIGN(const bool unsent, shows_unsent_edits(store));
  if (!unsent) return orphans;
  for (RecordTable* table : store.tables()) {
    std::vector<Id> ids;
    {
      NHIP_TRY_ASSIGN(auto stmt,
                      store.db().prepare(
                          "SELECT DISTINCT id FROM _nhip_op o WHERE type=" +
                          std::to_string(table->type().number) + " AND NOT EXISTS (SELECT 1 FROM " +
                          store::quoted(table->type().name) +
                          " t WHERE t.id=o.id) AND NOT EXISTS (SELECT 1 FROM _nhip_shelf s WHERE "
                          "s.type=o.type AND s.id=o.id)"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        ids.push_back(stmt.id(0));
      }
    }
    for (const Id& id : ids) NHIP_TRY(add_orphans(store, table->type().number, id, orphans));
  }
  return orphans;
}

// Does a run name rows of which the centre knows nothing? Rows may be missing: another tool deleted
// them.
Result<bool> names_new_rows(Store& store, std::int64_t type, std::int64_t rid, std::int64_t count) {
  RecordTable* table = table_of(store, type);
  const auto most = static_cast<std::int64_t>(core::kGroupOperationsMax);
  if (table == nullptr || rid < 1 || rid > INT64_MAX - most || count < 1 || count > most)
    return false;
  const std::string range =
      " WHERE rid BETWEEN " + std::to_string(rid) + " AND " + std::to_string(rid + count - 1);
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().prepare("SELECT EXISTS(SELECT 1 FROM " + store::quoted(table->type().name) +
                         range + "),EXISTS(SELECT 1 FROM " +
                         store::quoted(version_table(table->type())) + range + ")"));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row && stmt.integer(0) != 0 && stmt.integer(1) == 0;
}

Result<std::vector<Entry>> unreadable_runs(Store& store) {
  struct Run {
    std::int64_t seq, type, rid, count;
    bool plausible;
  };
  std::vector<Run> runs;
  {
    NHIP_TRY_ASSIGN(auto stmt, store.db().prepare(
                                   "SELECT seq,type,rid,count,seq>0 AND stamp>=0 AND seen>=0 AND "
                                   "scope IN (SELECT ord FROM _nhip_scope) FROM _nhip_fresh"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) break;
      runs.push_back({stmt.integer(0), stmt.integer(1), stmt.integer(2), stmt.integer(3),
                      stmt.integer(4) != 0});
    }
  }
  std::vector<Entry> unreadable;
  for (const Run& run : runs) {
    NHIP_TRY_ASSIGN(const bool is_new, names_new_rows(store, run.type, run.rid, run.count));
    if (!run.plausible || !is_new) unreadable.push_back({run.seq, run.count, 0, kFreshRun});
  }
  return unreadable;
}

Result<std::vector<Entry>> unreadable_edits(Store& store) {
  std::vector<Entry> unreadable;
  NHIP_TRY_ASSIGN(const auto runs, unreadable_edit_runs(store));
  for (const std::int64_t seq : runs) unreadable.push_back({seq, 1, 0, kEditRun});
  return unreadable;
}

// Of two entries with one number neither is believed; nor is a run beyond the next number.
Result<std::vector<Entry>> overlapping(Store& store) {
  NHIP_TRY_ASSIGN(const auto all, entries(store));
  NHIP_TRY_ASSIGN(const Value next, store.setting("next_seq"));
  std::vector<Entry> doubtful;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool into_next = i + 1 < all.size() && all[i].seq + all[i].count > all[i + 1].seq;
    const bool into_last = i > 0 && all[i - 1].seq + all[i - 1].count > all[i].seq;
    const bool too_far = all[i].kind != kOperation && next.integer() != nullptr &&
                         all[i].seq + all[i].count > *next.integer();
    if (into_next || into_last || too_far) doubtful.push_back(all[i]);
  }
  return doubtful;
}

// New work must not take a number that is in use.
Status raise_next_number(Store& store) {
  NHIP_TRY_ASSIGN(const auto all, entries(store));
  NHIP_TRY_ASSIGN(const Value next, store.setting("next_seq"));
  const std::int64_t end = all.empty() ? 1 : all.back().seq + all.back().count;
  if (next.integer() != nullptr && *next.integer() >= end) return {};
  return store.set_setting("next_seq", Value(end));
}

}  // namespace

Result<std::int64_t> forget_unreadable_work(Store& store) {
  std::int64_t count = 0;
  for (const auto& find : {unreadable_operations, unreadable_runs, unreadable_edits,
                           operations_without_record, overlapping}) {
    NHIP_TRY_ASSIGN(const auto found, find(store));
    for (const Entry& entry : found) NHIP_TRY(remove(store, entry));
    if (!found.empty()) store.edit_index().forget();
    count += static_cast<std::int64_t>(found.size());
  }
  NHIP_TRY(raise_next_number(store));
  return count;
}

Result<Numbering> check_numbers(Store& store) {
  Numbering numbering;
  NHIP_TRY_ASSIGN(const auto all, entries(store));
  NHIP_TRY_ASSIGN(const Value acked, store.setting("acked"));
  NHIP_TRY_ASSIGN(const Value next, store.setting("next_seq"));
  std::int64_t expected = acked.integer() ? *acked.integer() + 1 : 1;
  std::int64_t group = 0;
  for (const Entry& entry : all) {
    const bool goes_on = entry.seq == expected;
    numbering.broken = numbering.broken || !goes_on;
    expected = entry.seq + entry.count;
    if (goes_on && entry.group == group) continue;
    group = entry.seq;
    if (entry.group == group) continue;
    ++numbering.regrouped;
    NHIP_TRY(store.db().execute(std::string("UPDATE ") + entry.table() +
                                " SET grp=seq WHERE seq=" + std::to_string(entry.seq)));
  }
  if (numbering.regrouped > 0) store.edit_index().forget();
  numbering.broken = numbering.broken || next.integer() == nullptr || *next.integer() != expected;
  return numbering;
}

}  // namespace nhip::replica
