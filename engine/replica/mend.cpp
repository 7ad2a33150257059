#include "replica/mend.h"

#include <algorithm>
#include <set>

#include "record/record_json.h"
#include "replica/capture.h"
#include "replica/edit_runs.h"
#include "replica/mend_outbox.h"
#include "replica/record_state.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

using Key = std::pair<std::uint16_t, Id>;

const char* const kKnownScope = " IN (SELECT ord FROM _nhip_scope) ";

class Mender {
 public:
  explicit Mender(Store& store) : store_(store) {}

  Result<std::vector<Finding>> run() {
    NHIP_TRY(forget_unreadable_names());
    NHIP_TRY(forget_impossible_positions());
    NHIP_TRY(forget_unreadable_states());
    for (RecordTable* table : store_.tables()) NHIP_TRY(doubt_versions(*table));
    NHIP_TRY(forget_unreadable_values());
    NHIP_TRY(forget_unreadable_marks());
    NHIP_TRY_ASSIGN(const std::int64_t work, forget_unreadable_work(store_));
    found(work, "damaged_outbox",
          "Work that waited to be sent could not be read; it is taken from the records again.");
    // While the marks still tell what is new.
    NHIP_TRY(seal(store_, SealAs::kManyGroups));
    const auto first = next_number();
    for (RecordTable* table : store_.tables()) NHIP_TRY(find_unrecorded(*table));
    NHIP_TRY(seal(store_, SealAs::kManyGroups));
    NHIP_TRY(claim_nothing(first, ",stamp=" + std::to_string(kOldestStamp)));
    const auto then = next_number();
    NHIP_TRY(touch_unsent());
    NHIP_TRY(seal(store_, SealAs::kManyGroups));
    NHIP_TRY(claim_nothing(then, ""));
    NHIP_TRY(show_unsent_deletes());
    NHIP_TRY(look_at_numbers());
    return findings_;
  }

 private:
  Result<std::int64_t> changed(const std::string& sql) {
    NHIP_TRY(store_.db().execute(sql));
    return store_.db().changes();
  }

  void found(std::int64_t count, const std::string& code, const std::string& text) {
    if (count > 0) findings_.push_back({code, text, true});
  }

  Status forget_unreadable_names() {
    std::vector<std::int64_t> unreadable;
    {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("SELECT ord,author FROM _nhip_author"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        const std::string name = stmt.text(1);
        if (!name.empty() && !Author::parse(name)) unreadable.push_back(stmt.integer(0));
      }
    }
    for (const std::int64_t ord : unreadable) {
      NHIP_TRY(store_.db().execute("DELETE FROM _nhip_author WHERE ord=" + std::to_string(ord)));
    }
    found(static_cast<std::int64_t>(unreadable.size()), "damaged_names",
          "Names of devices could not be read; the centre is asked who wrote their records.");
    return {};
  }

  // A position up to which everything is known lies at or before the position itself; a later one
  // would make the centre leave out what we lack.
  Status forget_impossible_positions() {
    NHIP_TRY_ASSIGN(std::int64_t count, changed("DELETE FROM _nhip_feed WHERE name=''"));
    NHIP_TRY_ASSIGN(const std::int64_t too_far,
                    changed("UPDATE _nhip_feed SET complete=0 WHERE complete<0 OR complete>seq"));
    count += too_far;
    found(count, "damaged_position",
          "A feed had no name, or claimed to be complete beyond its own position.");
    return {};
  }

  // Shelf and fields without a column; the centre has both.
  Status forget_unreadable_states() {
    NHIP_TRY_ASSIGN(
        std::int64_t count,
        changed("DELETE FROM _nhip_shelf WHERE length(id)<>16 OR type NOT BETWEEN 1 AND "
                "65535 OR NOT scope" +
                std::string(kKnownScope)));
    std::set<Key> unreadable;
    {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("SELECT type,id,state FROM _nhip_shelf"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        if (decode_state(store_, stmt.blob(2)).ok()) continue;
        unreadable.emplace(static_cast<std::uint16_t>(stmt.integer(0)), stmt.id(1));
      }
    }
    for (const Key& key : unreadable) NHIP_TRY(forget("_nhip_shelf", key));
    count += static_cast<std::int64_t>(unreadable.size());
    found(count, "damaged_shelf",
          "States of deleted or unknown records could not be read; they are fetched again.");
    return forget_unreadable_cells();
  }

  Status forget_unreadable_cells() {
    std::set<Key> unreadable;
    {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("SELECT type,id,cells FROM _nhip_unknown"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        const Bytes bytes = stmt.blob(2);
        core::Reader in(bytes);
        (void)core::read_cells(in);
        if (!in.done()) unreadable.emplace(static_cast<std::uint16_t>(stmt.integer(0)), stmt.id(1));
      }
    }
    for (const Key& key : unreadable) {
      NHIP_TRY(forget("_nhip_unknown", key));
      RecordTable* table = store_.table(key.first);
      if (table == nullptr) continue;
      NHIP_TRY_ASSIGN(const auto rid, table->find(key.second));
      if (rid) NHIP_TRY(doubt(*table, *rid));
    }
    found(static_cast<std::int64_t>(unreadable.size()), "damaged_fields",
          "Fields of a later version could not be read; they are fetched again.");
    return {};
  }

  Status forget(const char* table, const Key& key) {
    NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare(std::string("DELETE FROM ") + table +
                                                   " WHERE type=?1 AND id=?2"));
    return stmt.bind(1, std::int64_t{key.first}).bind(2, key.second).run();
  }

  // Versions that name nobody or nowhere. Number 0 is no version of the centre's, so the next
  // comparison brings the record as the centre has it.
  Status doubt_versions(RecordTable& table) {
    const std::string versions = store::quoted(version_table(table.type()));
    std::set<std::int64_t> doubted;
    {
      NHIP_TRY_ASSIGN(
          auto stmt,
          store_.db().prepare("SELECT rid FROM " + versions + " WHERE seq<0 OR NOT scope" +
                              kKnownScope + "OR author NOT IN (SELECT ord FROM _nhip_author)"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        doubted.insert(stmt.integer(0));
      }
    }
    std::vector<std::int64_t> mixed;
    {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("SELECT rid FROM " + versions +
                                                     " WHERE more IS NOT NULL"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        mixed.push_back(stmt.integer(0));
      }
    }
    for (const std::int64_t rid : mixed) {
      if (doubted.count(rid) == 0 && !read_version(store_, table.type(), rid).ok())
        doubted.insert(rid);
    }
    for (const std::int64_t rid : doubted) NHIP_TRY(doubt(table, rid));
    found(static_cast<std::int64_t>(doubted.size()), "damaged_version",
          "Versions of records could not be read; they are asked for again: " + table.type().name +
              ".");
    return {};
  }

  Status doubt(RecordTable& table, std::int64_t rid) {
    NHIP_TRY_ASSIGN(const auto row, table.read(rid));
    if (!row) return remove_version(store_, table.type(), rid);
    CentreState state;
    auto scope = record::scope_of(table.type(), row->cells);
    state.scope = scope.ok() ? *scope : "unplaced";
    state.row.versions.base.author = store_.author();
    return write_version(store_, table.type(), rid, state);
  }

  // Rows that are neither the centre's nor waiting to be sent, and versions without a row. Whether
  // such a row is new or has only lost its entry, the centre knows; so it is sent as the oldest
  // word of all, before which every other stands.
  Status find_unrecorded(RecordTable& table) {
    const Type& type = table.type();
    const std::string number = std::to_string(type.number);
    const std::string rows = store::quoted(type.name);
    const std::string versions = store::quoted(version_table(type));
    NHIP_TRY_ASSIGN(
        const std::int64_t stray,
        changed("DELETE FROM " + versions + " WHERE rid NOT IN (SELECT rid FROM " + rows + ")"));
    found(stray, "stray_version", "Versions without a record were removed: " + type.name + ".");
    NHIP_TRY_ASSIGN(
        const std::int64_t unrecorded,
        changed(
            "INSERT OR IGNORE INTO _nhip_mark(type,rid,field,element,old) SELECT " + number +
            ",rid," + std::to_string(kInsertedField) + ",'',NULL FROM " + rows +
            " t WHERE rid NOT IN (SELECT rid FROM " + versions +
            ") AND NOT EXISTS (SELECT 1 FROM _nhip_op o WHERE o.type=" + number +
            " AND o.id=t.id) AND NOT EXISTS (SELECT 1 FROM _nhip_fresh f WHERE f.type=" + number +
            " AND t.rid BETWEEN f.rid AND f.rid+f.count-1) AND NOT EXISTS (SELECT 1 FROM "
            "_nhip_shelf s WHERE s.type=" +
            number +
            " AND s.id=t.id) AND NOT EXISTS (SELECT 1 FROM _nhip_tray y WHERE y.type=" + number +
            " AND y.record=t.id) AND rid<=(SELECT mark FROM _nhip_guard WHERE type=" + number +
            " UNION ALL SELECT 0 LIMIT 1)"));
    if (unrecorded > 0) store_.expect_marks();
    found(unrecorded, "unrecorded",
          std::to_string(unrecorded) +
              " records had not been noticed as new; they are sent now: " + type.name + ".");
    return {};
  }

  // What the centre has under edited records; where it is forgotten, values are compared.
  Status forget_unreadable_values() {
    std::set<Key> unreadable;
    {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("SELECT type,id,changes FROM _nhip_under"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        const Bytes bytes = stmt.blob(2);
        core::Reader in(bytes);
        (void)core::read_changes(in);
        if (!in.done()) unreadable.emplace(static_cast<std::uint16_t>(stmt.integer(0)), stmt.id(1));
      }
    }
    for (const Key& key : unreadable) NHIP_TRY(forget("_nhip_under", key));
    found(static_cast<std::int64_t>(unreadable.size()), "damaged_values",
          "The centre's values under edited records could not be read; values are compared.");
    return {};
  }

  // What a cell held before another tool changed it; without it the change still stands.
  Status forget_unreadable_marks() {
    std::int64_t count = 0;
    for (RecordTable* table : store_.tables()) {
      std::vector<std::pair<std::int64_t, core::CellKey>> unreadable;
      {
        NHIP_TRY_ASSIGN(auto stmt,
                        store_.db().prepare("SELECT rid,field,element,old FROM _nhip_mark WHERE "
                                            "type=?1 AND old IS NOT NULL"));
        stmt.bind(1, std::int64_t{table->type().number});
        for (;;) {
          NHIP_TRY_ASSIGN(const bool row, stmt.step());
          if (!row) break;
          core::CellKey cell{static_cast<std::uint16_t>(stmt.integer(1)), stmt.text(2)};
          if (cell.field == kDeletedField || table->unpack_mark(cell, stmt.value(3)).ok()) continue;
          unreadable.emplace_back(stmt.integer(0), std::move(cell));
        }
      }
      for (const auto& [rid, cell] : unreadable) {
        NHIP_TRY_ASSIGN(auto stmt,
                        store_.db().prepare("UPDATE _nhip_mark SET old=NULL WHERE type=?1 AND "
                                            "rid=?2 AND field=?3 AND element=?4"));
        stmt.bind(1, std::int64_t{table->type().number}).bind(2, rid);
        NHIP_TRY(stmt.bind(3, std::int64_t{cell.field}).bind(4, cell.element).run());
        ++count;
      }
    }
    found(count, "damaged_marks", "What another program replaced could not be read.");
    return {};
  }

  // Records that show something else than the centre's state, and nothing waits that says so: they
  // are written once more over the centre's state, for the seal to find.
  Status touch_unsent() {
    std::set<Key> unsent;
    {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare(
                                     "SELECT type,id FROM _nhip_under u WHERE NOT EXISTS (SELECT 1 "
                                     "FROM _nhip_op o WHERE o.type=u.type AND o.id=u.id)"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        unsent.emplace(static_cast<std::uint16_t>(stmt.integer(0)), stmt.id(1));
      }
    }
    std::int64_t touched = 0;
    for (const Key& key : unsent) {
      NHIP_TRY_ASSIGN(const bool waits, has_edits(store_, key.first, key.second));
      if (waits) continue;
      NHIP_TRY_ASSIGN(const bool again, write_again(key));
      touched += again ? 1 : 0;
    }
    found(touched, "unsent", "Edits that nothing waited to send are sent now.");
    return {};
  }

  Result<bool> write_again(const Key& key) {
    RecordTable* table = store_.table(key.first);
    NHIP_TRY_ASSIGN(const RecordState state, load_state(store_, key.first, key.second));
    if (table == nullptr || !state.rid || !state.centre || state.on_shelf) return false;
    NHIP_TRY(forget("_nhip_under", key));
    store_.silence_watch();
    NHIP_TRY(table->update(*state.rid, *state.shown, state.centre->row.cells));
    store_.watch().resume();
    NHIP_TRY(table->update(*state.rid, state.centre->row.cells, *state.shown));
    return true;
  }

  std::int64_t next_number() {
    const auto next = store_.setting("next_seq");
    return next.ok() && next->integer() != nullptr ? *next->integer() : INT64_MAX;
  }

  // Of what was sealed again since number `first`.
  Status claim_nothing(std::int64_t first, const std::string& also) {
    if (findings_.empty()) return {};
    NHIP_TRY(write_out_all_edits(store_));
    return store_.db().execute("UPDATE _nhip_op SET seen=0,held=0" + also +
                               " WHERE seq>=" + std::to_string(first));
  }

  // Records hidden here that the centre has, and nothing waits that deletes them.
  Status show_unsent_deletes() {
    std::set<Key> hidden;
    {
      NHIP_TRY_ASSIGN(
          auto stmt,
          store_.db().prepare("SELECT type,id,state FROM _nhip_shelf s WHERE NOT EXISTS "
                              "(SELECT 1 FROM _nhip_op o WHERE o.type=s.type AND o.id=s.id)"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        const auto type = static_cast<std::uint16_t>(stmt.integer(0));
        if (store_.table(type) == nullptr) continue;
        NHIP_TRY_ASSIGN(const core::Row state, decode_state(store_, stmt.blob(2)));
        if (!core::is_deleted(state.cells)) hidden.emplace(type, stmt.id(1));
      }
    }
    if (hidden.empty()) return {};
    store_.silence_watch();
    std::int64_t shown = 0;
    for (const Key& key : hidden) {
      NHIP_TRY_ASSIGN(const RecordState before, load_state(store_, key.first, key.second));
      if (!before.on_shelf || before.rid || !before.centre) continue;
      RecordState after = before;
      after.shown = before.centre->row.cells;
      NHIP_TRY(save_state(store_, before, after));
      ++shown;
    }
    found(shown, "unsent_delete", "Records whose deletion was lost are shown again.");
    return store_.arm_watch();
  }

  Status look_at_numbers() {
    NHIP_TRY_ASSIGN(const Numbering numbering, check_numbers(store_));
    store_.note_numbers(numbering.broken);
    found(numbering.regrouped, "damaged_groups", "Waiting work was put into groups anew.");
    found(
        numbering.broken ? 1 : 0, "damaged_numbers",
        "Waiting work was not numbered without a gap; this replica takes another name at the next "
        "sync.");
    return {};
  }

  static constexpr core::Hlc kOldestStamp = 1 << 16;  // a millisecond after 1970

  Store& store_;
  std::vector<Finding> findings_;
};

}  // namespace

Result<std::vector<Finding>> mend(Store& store) { return Mender(store).run(); }

}  // namespace nhip::replica
