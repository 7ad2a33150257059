// Sealing compares. A mark says that a cell was touched and what it held before; the record as it
// stands now says what it holds. What differs becomes an operation; what was changed and changed
// back leaves no trace. Rows above the mark are new and need no entries at all. The centre's view
// of an edited record
// ("under") is noted here, while the old values are still known.

#include "replica/capture.h"

#include <algorithm>

#include "core/limits.h"
#include "core/planted.h"
#include "record/record_json.h"
#include "replica/fresh_rows.h"
#include "replica/offer.h"
#include "replica/outbox.h"
#include "replica/record_state.h"
#include "replica/table_sql.h"
#include "replica/tray.h"

namespace nhip::replica {

namespace {

const core::CellKey kDeletedCell{kDeletedField, {}};

class Sealer {
 public:
  Sealer(Store& store, SealAs as, std::set<std::string>* touched)
      : store_(store), as_(as), touched_(touched) {}

  Status run() {
    NHIP_TRY(store_.fill_units());
    NHIP_TRY(read_marks());
    elements_ = any_marks_ || store_.others_may_have_written();
    if (any_marks_ || store_.others_may_have_written()) {
      for (RecordTable* table : store_.tables()) to_seal_.insert(table->type().number);
    }
    NHIP_TRY(take_notes());
    store_.all_is_sealed();
    if (to_seal_.empty()) return {};
    store_.silence_watch();
    for (const std::uint16_t type : to_seal_) NHIP_TRY(seal_type(*store_.table(type)));
    NHIP_TRY(flush());
    if (any_marks_) {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().cached("DELETE FROM _nhip_mark"));
      NHIP_TRY(stmt.run());
    }
    for (const std::uint16_t type : to_seal_) NHIP_TRY(store_.move_mark(*store_.table(type)));
    store_.watch().resume();
    return {};
  }

 private:
  Status read_marks() {
    NHIP_TRY_ASSIGN(auto stmt,
                    store_.db().cached("SELECT type,rid,field,element,old FROM _nhip_mark"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) return {};
      any_marks_ = true;
      const auto type = static_cast<std::uint16_t>(stmt.integer(0));
      RecordTable* table = store_.table(type);
      if (table == nullptr) continue;
      Touched& entry = marks_[type][stmt.integer(1)];
      const auto field = static_cast<std::uint16_t>(stmt.integer(2));
      if (field == kDeletedField) {
        entry.removed = stmt.id(4);
      } else if (field == kInsertedField) {
        entry.inserted = true;
      } else {
        core::CellKey cell{field, stmt.text(3)};
        const Field* known = table->type().field(field);
        const bool nameless =
            known != nullptr && !known->is_scalar() && !record::element_keys(*known, cell.element);
        if (nameless) continue;  // another tool's row that no key can name
        NHIP_TRY_ASSIGN(Value before, table->unpack_mark(cell, stmt.value(4)));
        entry.before.emplace(std::move(cell), std::move(before));
      }
    }
  }

  // What this connection did; the marks of other programs are older.
  Status take_notes() {
    RowWatch& watch = store_.watch();
    if (watch.failed()) return {Code::kUnavailable, "out_of_memory", "A change was not noted."};
    for (RecordTable* table : store_.tables()) {
      const std::uint16_t type = table->type().number;
      if (watch.has_new(type)) to_seal_.insert(type);
      if (watch.has_elements(type)) with_elements_.insert(type);
      auto noted = watch.take_touched(type);
      if (noted.empty()) continue;
      to_seal_.insert(type);
      auto& marks = marks_[type];
      for (auto& [rid, touched] : noted) {
        const auto [place, alone] = marks.try_emplace(rid, std::move(touched));
        if (alone) continue;
        Touched& entry = place->second;
        entry.before.merge(touched.before);
        if (!entry.removed) entry.removed = touched.removed;
        entry.inserted = entry.inserted || touched.inserted;
        entry.seen.reset();
      }
    }
    watch.forget();
    // What was noted of a statement that failed was taken back.
    trusted_ = watch.trusts(store_.db().failures());
    return {};
  }

  Status seal_type(RecordTable& table) {
    done_.clear();
    place_.reset();
    NHIP_TRY(take_versions(table));
    const std::int64_t guard = store_.watch().guard(table.type().number);
    const auto marked = marks_.find(table.type().number);
    if (marked != marks_.end()) {
      for (auto& [rid, entry] : marked->second) {
        if (rid > guard) continue;  // a new row, or children left behind by one
        NHIP_TRY(seal_known(table, rid, entry));
      }
    }
    NHIP_TRY_ASSIGN(const std::int64_t highest, table.highest_rid());
    if (highest <= guard) return {};
    NHIP_TRY_ASSIGN(const std::set<std::int64_t> known, rows_with_a_past(table, guard));
    const bool elements = elements_ || with_elements_.count(table.type().number) > 0;
    return table.weigh_after(guard, elements, [&](const RecordTable::Weighed& row) -> Status {
      if (done_.count(row.id) > 0) return {};
      NHIP_TRY_ASSIGN(const bool edited, has_edits(store_, table.type().number, row.id));
      const bool has_a_past = edited || known.count(row.rid) > 0;
      if (!has_a_past && is_light(row)) return add_fresh(table, row);
      NHIP_TRY_ASSIGN(const auto found, table.read(row.rid));
      if (!found) return {};
      return has_a_past ? seal_new(table, *found) : seal_unknown(table, *found);
    });
  }

  static bool is_light(const RecordTable::Weighed& row) {
    return row.bound <= core::kValueBytesMax && row.bound <= core::kOperationBytesMax;
  }

  // Nobody ever heard of this record, so the row is the operation.
  Status add_fresh(RecordTable& table, const RecordTable::Weighed& row) {
    const Type& type = table.type();
    core::Operation op;
    op.type = type.number;
    op.id = row.id;
    NHIP_TRY_ASSIGN(op.scope, scope_at(type, row.place));
    return add(type, {std::move(op), row.rid}, 64 + row.bytes);
  }

  // Of a record with this value in the field that decides it; rows in a row have mostly the same.
  Result<std::string> scope_at(const Type& type, const Value& place) {
    if (!place_ || place_->first != place) {
      core::Cells cells;
      core::set_cell(cells, {type.scope.column, {}}, place);
      NHIP_TRY_ASSIGN(std::string scope, scope_for(type, cells));
      place_ = std::pair(place, std::move(scope));
    }
    return place_->second;
  }

  // New rows whose id the bookkeeping knows already: deleted, waiting to be sent.
  Result<std::set<std::int64_t>> rows_with_a_past(RecordTable& table, std::int64_t guard) {
    std::set<std::int64_t> rids;
    const Type& type = table.type();
    const std::int64_t number = type.number;
    {
      NHIP_TRY_ASSIGN(
          auto any, store_.db().cached("SELECT EXISTS(SELECT 1 FROM _nhip_shelf WHERE type=?1) OR "
                                       "EXISTS(SELECT 1 FROM _nhip_op WHERE type=?1) OR "
                                       "EXISTS(SELECT 1 FROM _nhip_unknown WHERE type=?1) OR "
                                       "EXISTS(SELECT 1 FROM " +
                                       store::quoted(version_table(type)) + " WHERE rid>?2)"));
      NHIP_TRY_ASSIGN(const bool row, any.bind(1, number).bind(2, guard).step());
      if (!row || any.integer(0) == 0) return rids;
    }
    NHIP_TRY_ASSIGN(
        auto stmt,
        store_.db().cached("SELECT rid FROM " + store::quoted(type.name) +
                           " t WHERE rid>?2 AND ("
                           "EXISTS(SELECT 1 FROM _nhip_shelf WHERE type=?1 AND id=t.id) OR "
                           "EXISTS(SELECT 1 FROM _nhip_op WHERE type=?1 AND id=t.id) OR "
                           "EXISTS(SELECT 1 FROM _nhip_unknown WHERE type=?1 AND id=t.id) OR "
                           "EXISTS(SELECT 1 FROM " +
                           store::quoted(version_table(type)) + " WHERE rid=t.rid))"));
    stmt.bind(1, number).bind(2, guard);
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) return rids;
      rids.insert(stmt.integer(0));
    }
  }

  // Nobody ever heard of this record.
  Status seal_unknown(RecordTable& table, const RecordTable::Found& found) {
    std::vector<core::Change> changes;
    for (const auto& [cell, value] : found.cells) changes.push_back({cell, value});
    if (too_large(changes))
      return set_aside(table, found.id, found.rid, found.cells, {}, std::move(changes));
    NHIP_TRY_ASSIGN(const std::string scope, scope_for(table.type(), found.cells));
    return add(table.type(), found.id, scope, std::nullopt, std::move(changes));
  }

  // Rows that were removed, or whose rid or id changed, give up their version entries first:
  // another row may stand at their rid by now, and its entry must not be written over one that is
  // still needed.
  Status take_versions(RecordTable& table) {
    taken_.clear();
    const auto marked = marks_.find(table.type().number);
    if (marked == marks_.end()) return {};
    for (const auto& [rid, entry] : marked->second) {
      if (!entry.removed) continue;
      NHIP_TRY(write_out_edits(store_, table.type().number, *entry.removed));
      NHIP_TRY_ASSIGN(taken_[rid], read_version(store_, table.type(), rid));
      NHIP_TRY(remove_version(store_, table.type(), rid));
    }
    return {};
  }

  Status seal_known(RecordTable& table, std::int64_t rid, Touched& entry) {
    NHIP_TRY_ASSIGN(const bool done, seal_plain_edit(table, rid, entry));
    return done ? Status() : seal_any(table, rid, entry);
  }

  // The usual edit: plain cells of a row that stays, groups of them whole. It is kept with the
  // values it replaced, and nothing else of the record is looked at. False: not such an edit, and
  // nothing was done.
  Result<bool> seal_plain_edit(RecordTable& table, std::int64_t rid, Touched& entry) {
    const Type& type = table.type();
    if (entry.removed || entry.inserted || entry.before.empty()) return false;
    for (const auto& [cell, value] : entry.before) {
      if (!is_plain(type, cell) || !is_whole(type, cell, entry.before)) return false;
    }
    if (!trusted_ || !entry.seen) NHIP_TRY(look_at(table, rid, entry));
    if (!entry.seen || entry.seen->now.size() != entry.before.size()) return false;
    auto& [id, place, now] = *entry.seen;
    if (done_.count(id) > 0) return false;
    if (too_large(now) || too_large(entry.before)) return false;
    if (now.size() > 1) {
      std::sort(now.begin(), now.end(),
                [](const core::Change& a, const core::Change& b) { return a.cell < b.cell; });
    }
    std::set<std::string_view> groups;  // of which a member differs
    for (const core::Change& each : now) {
      const std::string_view group = group_of(type, each.cell);
      if (!group.empty() && each.value != entry.before.at(each.cell)) groups.insert(group);
    }
    NewOperation made;
    for (core::Change& each : now) {
      Value& before = entry.before.at(each.cell);
      const std::string_view group = group_of(type, each.cell);
      if (group.empty() ? each.value == before : groups.count(group) == 0) continue;
      made.operation.changes.push_back(std::move(each));
      made.before.push_back(std::move(before));
    }
    if (made.before.empty()) return true;
    made.operation.type = type.number;
    made.operation.id = id;
    made.edited_row = rid;
    NHIP_TRY_ASSIGN(made.operation.scope, scope_at(type, place));
    const std::size_t bytes = 64 + bytes_of(made.operation.changes);
    NHIP_TRY(add(type, std::move(made), bytes));
    return true;
  }

  static bool is_plain(const Type& type, const core::CellKey& cell) {
    if (cell.field == kExtraField) return true;
    const Field* field = type.field(cell.field);
    const bool moves = !type.scope.prefix.empty() && cell.field == type.scope.column;
    return field != nullptr && field->is_scalar() && !moves;
  }

  static std::string_view group_of(const Type& type, const core::CellKey& cell) {
    const Field* field = type.field(cell.field);
    if (field == nullptr || NHIP_PLANTED(group_member_lost)) return {};
    return field->group;
  }

  // All members of the cell's group are there.
  static bool is_whole(const Type& type, const core::CellKey& cell,
                       const std::map<core::CellKey, Value>& cells) {
    const std::string_view group = group_of(type, cell);
    return group.empty() ||
           std::all_of(type.fields.begin(), type.fields.end(), [&](const Field& each) {
             return !each.is_scalar() || each.group != group || cells.count({each.number, {}}) > 0;
           });
  }

  static Status look_at(RecordTable& table, std::int64_t rid, Touched& entry) {
    entry.seen.reset();
    NHIP_TRY_ASSIGN(auto seen, table.glimpse(rid, entry.before));
    if (seen) entry.seen = {seen->id, std::move(seen->place), std::move(seen->cells)};
    return {};
  }

  Status seal_any(RecordTable& table, std::int64_t rid, Touched& entry) {
    NHIP_TRY_ASSIGN(auto found, table.read(rid));
    if (entry.removed) NHIP_TRY(seal_removed(table, rid, entry));
    if (!found || done_.count(found->id) > 0) return {};
    if (entry.removed || entry.inserted) return seal_new(table, *found);
    core::Cells before = found->cells;
    for (auto& [cell, value] : entry.before) core::set_cell(before, cell, value);
    return seal_edit(table, found->id, rid, rid, before, found->cells);
  }

  Status seal_removed(RecordTable& table, std::int64_t rid, Touched& entry) {
    // Elements that nobody touched carry no mark and still stand at the rid.
    NHIP_TRY_ASSIGN(core::Cells before, table.elements_at(rid));
    for (auto& [cell, value] : entry.before) core::set_cell(before, cell, value);
    NHIP_TRY(table.remove_stray_elements(rid));
    NHIP_TRY(write_out(store_, table.type().number, rid, *entry.removed, before));
    NHIP_TRY_ASSIGN(auto again, table.read(*entry.removed));
    if (again) return seal_edit(table, *entry.removed, rid, again->rid, before, again->cells);
    done_.insert(*entry.removed);
    NHIP_TRY_ASSIGN(auto centre, centre_before(table, *entry.removed, rid, before));
    NHIP_TRY_ASSIGN(const std::string scope, scope_for(table.type(), before));
    // Never seen by the centre and not waiting to be sent: it came and went between two seals.
    NHIP_TRY_ASSIGN(const auto pending, pending_of(store_, table.type().number, *entry.removed));
    if (!centre) NHIP_TRY(drop_under(store_, table.type().number, *entry.removed));
    if (!centre && pending.empty()) return {};
    if (centre) NHIP_TRY(shelve(store_, table.type().number, *entry.removed, *centre));
    return add(table.type(), *entry.removed, scope, centre,
               {{kDeletedCell, Value(std::int64_t{1})}});
  }

  // The centre's state of the record that stood at `rid` with the cells `before`.
  Result<std::optional<CentreState>> centre_before(RecordTable& table, const Id& id,
                                                   std::int64_t rid, const core::Cells& before) {
    std::optional<CentreState> centre;
    if (const auto taken = taken_.find(rid); taken != taken_.end()) {
      centre = taken->second;
    } else {
      NHIP_TRY_ASSIGN(centre, read_version(store_, table.type(), rid));
    }
    if (centre) {
      NHIP_TRY_ASSIGN(centre->row.cells, under_of(store_, table.type().number, id, before));
    }
    return centre;
  }

  Status seal_edit(RecordTable& table, const Id& id, std::int64_t old_rid, std::int64_t rid,
                   const core::Cells& before, const core::Cells& after) {
    done_.insert(id);
    NHIP_TRY_ASSIGN(auto centre, centre_before(table, id, old_rid, before));
    if (centre && taken_.count(old_rid) > 0) {
      NHIP_TRY(write_version(store_, table.type(), rid, *centre));
    }
    std::vector<core::Change> changes =
        whole_groups(table.type(), difference(before, after), after);
    if (changes.empty()) return {};
    if (too_large(changes)) return set_aside(table, id, rid, after, before, std::move(changes));
    NHIP_TRY(write_out_edits(store_, table.type().number, id));
    NHIP_TRY(write_out(store_, table.type().number, rid, id, before));
    if (centre) NHIP_TRY(note_pending(store_, table.type().number, id, after, centre->row.cells));
    NHIP_TRY_ASSIGN(const std::string scope, scope_for(table.type(), after));
    return add(table.type(), id, scope, centre, std::move(changes));
  }

  // A row whose id may have a past: known to the centre, deleted, waiting to be sent.
  Status seal_new(RecordTable& table, const RecordTable::Found& found) {
    done_.insert(found.id);
    NHIP_TRY(write_out_edits(store_, table.type().number, found.id));
    NHIP_TRY_ASSIGN(RecordState state, load_state(store_, table.type().number, found.id));
    NHIP_TRY_ASSIGN(const auto pending, pending_of(store_, table.type().number, found.id));
    const auto before = expected(store_, state, pending);
    std::vector<core::Change> changes;
    if (before) {
      changes = whole_groups(table.type(), difference(before->cells, found.cells), found.cells);
      // A row cannot say anything of fields that have no column here.
      changes.erase(std::remove_if(changes.begin(), changes.end(),
                                   [&](const core::Change& change) {
                                     return change.cell.field != kDeletedField &&
                                            !table.has_column(change.cell);
                                   }),
                    changes.end());
    } else {
      for (const auto& [cell, value] : found.cells) changes.push_back({cell, value});
    }
    if (before && changes.empty()) return {};
    if (too_large(changes)) {
      const bool shown = before && !core::is_deleted(before->cells);
      return set_aside(table, found.id, found.rid, found.cells,
                       shown ? before->cells : core::Cells{}, std::move(changes));
    }
    NHIP_TRY_ASSIGN(const std::string scope, scope_for(table.type(), found.cells));
    return add(table.type(), found.id, scope, state.centre, std::move(changes));
  }

  static bool too_large(const std::map<core::CellKey, Value>& cells) {
    std::size_t bytes = 0;
    for (const auto& [cell, value] : cells) bytes += 16 + size_of(value);
    return bytes > core::kOperationBytesMax;
  }

  static bool too_large(const std::vector<core::Change>& changes) {
    std::size_t bytes = 0;
    for (const core::Change& change : changes) {
      if (size_of(change.value) > core::kValueBytesMax) return true;
      bytes += 16 + change.cell.element.size() + size_of(change.value);
    }
    return bytes > core::kOperationBytesMax;
  }

  // Another tool wrote what no message can carry. It would stop everything behind it for ever, so
  // it goes to the tray, and the record shows again what it held before.
  Status set_aside(RecordTable& table, const Id& id, std::int64_t rid, const core::Cells& now,
                   const core::Cells& before, std::vector<core::Change> changes) {
    if (as_ == SealAs::kOneGroup) {
      return {Code::kLimit, "record_too_large", "A record may have 1 MB, and one value 256 KB.",
              "Shorten its longest text."};
    }
    core::Operation op;
    op.type = table.type().number;
    op.id = id;
    op.changes = std::move(changes);
    protocol::GroupVerdict verdict;
    const Id unique = store_.mint_id();
    for (std::size_t i = 8; i < 15; ++i) verdict.first = verdict.first << 8 | unique.bytes[i];
    verdict.verdict = protocol::Verdict::kRejected;
    verdict.code = "record_too_large";
    verdict.text = "A record may have 1 MB, and one value 256 KB.";
    NHIP_TRY(put_in_tray(store_, {op}, verdict));
    if (touched_ != nullptr) touched_->insert(table.type().name);
    return before.empty() ? table.remove(rid) : table.update(rid, now, before);
  }

  // All fields of a group when one of them changed, so that a group is merged as one.
  static std::vector<core::Change> whole_groups(const Type& type, std::vector<core::Change> changes,
                                                const core::Cells& after) {
    std::set<std::string> groups;
    std::set<core::CellKey> present;
    for (const core::Change& change : changes) {
      present.insert(change.cell);
      const Field* field = type.field(change.cell.field);
      if (field != nullptr && field->is_scalar() && !field->group.empty())
        groups.insert(field->group);
    }
    if (groups.empty() || NHIP_PLANTED(group_member_lost)) return changes;
    for (const Field& field : type.fields) {
      const core::CellKey cell{field.number, {}};
      if (!field.is_scalar() || groups.count(field.group) == 0 || present.count(cell) > 0) continue;
      changes.push_back({cell, core::cell_value(after, cell)});
    }
    std::sort(changes.begin(), changes.end(),
              [](const core::Change& a, const core::Change& b) { return a.cell < b.cell; });
    return changes;
  }

  // Before enrolment a record may not know its unit yet; its scope is filled in then.
  Result<std::string> scope_for(const Type& type, const core::Cells& cells) {
    auto scope = record::scope_of(type, cells);
    if (!scope.ok() && !store_.enrolment()) return std::string();
    if (!scope.ok())
      return std::string("unplaced");  // the centre refuses it by name; it goes to the tray
    return scope;
  }

  Status add(const Type& type, const Id& id, const std::string& scope,
             const std::optional<CentreState>& centre, std::vector<core::Change> changes) {
    const std::size_t bytes = 64 + bytes_of(changes);
    core::Operation op;
    op.type = type.number;
    op.id = id;
    op.scope = scope;
    op.held = centre ? centre->seq : 0;
    op.changes = std::move(changes);
    return add(type, {std::move(op)}, bytes);
  }

  // A state that waits to be offered hides what the centre has instead: of that nothing was seen.
  Result<bool> hides_the_centre(const NewOperation& made) {
    if (!any_offers_) {
      NHIP_TRY_ASSIGN(const std::uint64_t offers, count_offers(store_));
      any_offers_ = offers > 0;
    }
    if (!*any_offers_ || made.row) return false;
    return has_offer(store_, made.operation.type, made.operation.id);
  }

  Status add(const Type& type, NewOperation made, std::size_t bytes) {
    const bool full =
        group_.size() == core::kGroupOperationsMax || group_bytes_ + bytes > core::kGroupBytesMax;
    if (full && as_ == SealAs::kManyGroups && !group_.empty()) {
      NHIP_TRY(flush());
    } else if (full) {
      return {Code::kLimit, "transaction_too_large",
              "One transaction may touch at most 1,000 records and 2 MB.",
              "Commit in smaller parts."};
    }
    group_bytes_ += bytes;
    NHIP_TRY_ASSIGN(const bool offered, hides_the_centre(made));
    if (!offered) {
      NHIP_TRY_ASSIGN(made.operation.seen, position_in(made.operation.scope));
    }
    group_.push_back(std::move(made));
    if (last_touched_ != &type && touched_ != nullptr) touched_->insert(type.name);
    last_touched_ = &type;
    return {};
  }

  // Up to where this device surely knows every record of the scope (Cursor::complete).
  Result<std::uint64_t> position_in(const std::string& scope) {
    const auto known = positions_.find(scope);
    if (known != positions_.end()) return known->second;
    NHIP_TRY_ASSIGN(
        auto stmt, store_.db().cached("SELECT complete FROM _nhip_feed WHERE name=?1 OR name='*'"));
    NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, scope).step());
    return positions_[scope] = row ? stmt.unsigned_integer(0) : 0;
  }

  Status flush() {
    if (group_.empty()) return {};
    NHIP_TRY_ASSIGN(const core::Hlc stamp, store_.tick());
    for (NewOperation& each : group_) each.operation.stamp = stamp;
    NHIP_TRY(append_group(store_, std::move(group_)));
    group_.clear();
    group_bytes_ = 0;
    return {};
  }

  static std::size_t bytes_of(const std::vector<core::Change>& changes) {
    std::size_t bytes = 0;
    for (const core::Change& change : changes)
      bytes += 8 + change.cell.element.size() + size_of(change.value);
    return bytes;
  }

  static std::size_t size_of(const Value& value) {
    if (value.text()) return value.text()->size();
    return value.blob() ? value.blob()->size() : 8;
  }

  Store& store_;
  const SealAs as_;
  std::set<std::string>* touched_;
  std::map<std::uint16_t, std::map<std::int64_t, Touched>> marks_;
  std::map<std::int64_t, std::optional<CentreState>> taken_;  // of the type being sealed
  std::set<std::uint16_t> to_seal_;
  bool any_marks_ = false;
  bool elements_ = false;                  // any new row may have some
  std::set<std::uint16_t> with_elements_;  // types whose elements this connection wrote
  bool trusted_ = false;                   // what the watch saw stands
  std::optional<bool> any_offers_;         // unknown until the first operation
  std::set<Id> done_;
  std::map<std::string, std::uint64_t> positions_;
  std::optional<std::pair<Value, std::string>> place_;  // the last one's scope
  const Type* last_touched_ = nullptr;
  std::vector<NewOperation> group_;
  std::size_t group_bytes_ = 0;
};

}  // namespace

Status seal(Store& store, SealAs as, std::set<std::string>* touched) {
  return Sealer(store, as, touched).run();
}

}  // namespace nhip::replica
