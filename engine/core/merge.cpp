// Who wins. Read top down: `merge` splits an operation into units, each unit is judged by `judge`,
// and what is left of a delete is decided last, because any edit that took effect brings a record
// back.

#include "core/merge.h"

#include <algorithm>

#include "core/planted.h"
#include "text/normalise.h"

namespace nhip::core {

namespace {

const CellKey kDeletedCell{kDeletedField, {}};

struct Unit {
  std::vector<const Change*> changes;
  std::vector<CellKey> cells;    // of the whole group, changed or not
  const Field* field = nullptr;  // of the first change; null for fields the schema does not know
};

const Field* find_field(const Type& type, std::uint16_t number) {
  for (const Field& field : type.fields) {
    if (field.number == number) return &field;
  }
  return nullptr;
}

std::vector<Unit> split(const Type& type, const std::vector<Change>& changes) {
  std::vector<Unit> units;
  std::map<std::string, std::size_t> groups;
  for (const Change& change : changes) {
    if (change.cell == kDeletedCell) continue;
    const Field* field = find_field(type, change.cell.field);
    if (field == nullptr || field->group.empty() || !field->is_scalar()) {
      units.push_back({{&change}, {change.cell}, field});
      continue;
    }
    const auto [at, is_new] = groups.try_emplace(field->group, units.size());
    if (is_new) {
      Unit unit{{}, {}, field};
      for (const Field& member : type.fields) {
        if (member.group == field->group) unit.cells.push_back({member.number, {}});
      }
      units.push_back(std::move(unit));
    }
    units[at->second].changes.push_back(&change);
  }
  return units;
}

bool is_unseen(const Version& version, const WriterView& writer) {
  if (NHIP_PLANTED(self_conflict)) return version.seq > writer.seen;
  if (version.seq <= writer.seen) return false;
  if (version.author == writer.author && (!writer.owns || writer.owns(version))) return false;
  if (writer.knows && writer.knows(version)) return false;
  const auto shared = writer.inherited.find(version.author);
  return shared == writer.inherited.end() || version.stamp > shared->second;
}

bool any_unseen(const Versions& versions, const WriterView& writer) {
  if (is_unseen(versions.base, writer)) return true;
  return std::any_of(versions.exceptions.begin(), versions.exceptions.end(),
                     [&](const auto& entry) { return is_unseen(entry.second, writer); });
}

// What a delete met: not an edit of its own writer, however late, but the latest it had not seen.
Version latest_unseen(const Versions& versions, const WriterView& writer) {
  std::optional<Version> best;
  const auto take = [&](const Version& version) {
    if (is_unseen(version, writer) && (!best || is_later(version, *best))) best = version;
  };
  take(versions.base);
  for (const auto& [key, version] : versions.exceptions) take(version);
  return best.value_or(versions.base);
}

// The version that a group of cells is judged by: the latest of its members.
const Version& latest_of(const Versions& versions, const std::vector<CellKey>& cells) {
  const Version* best = &versions.of(cells.front());
  for (const CellKey& cell : cells) {
    const Version& version = versions.of(cell);
    if (is_later(version, *best)) best = &version;
  }
  return *best;
}

// The rank of a value on a ladder, -1 when it does not stand on it.
int rank_on(const std::vector<std::string>& ladder, const Value& value) {
  if (value.text() == nullptr) return -1;
  for (std::size_t rung = 0; rung < ladder.size(); ++rung) {
    std::string_view rest = ladder[rung];
    for (;;) {
      const std::size_t bar = rest.find('|');
      if (rest.substr(0, bar) == *value.text()) return static_cast<int>(rung);
      if (bar == std::string_view::npos) break;
      rest.remove_prefix(bar + 1);
    }
  }
  return -1;
}

struct Judgement {
  bool operation_wins = false;
  bool needs_person = false;
  bool keep_loser = true;
};

Judgement by_stamp(const Version& current, const Version& incoming, bool review) {
  return {is_later(incoming, current), review, true};
}

Judgement judge_scalar(const Field& field, const Change& change, const Value& current_value,
                       const Version& current, const Version& incoming, const WriterView& writer) {
  switch (field.policy) {
    case Policy::kFirst: return {current_value.is_null(), false, true};
    case Policy::kServer: {
      const bool incoming_office = writer.is_office && writer.is_office(incoming.author);
      const bool current_office = writer.is_office && writer.is_office(current.author);
      if (incoming_office != current_office) return {incoming_office, false, true};
      return by_stamp(current, incoming, false);
    }
    case Policy::kLadder: {
      const int mine = rank_on(field.ladder, change.value);
      const int theirs = rank_on(field.ladder, current_value);
      if (mine >= 0 && theirs >= 0 && mine != theirs) return {mine > theirs, false, true};
      return by_stamp(current, incoming, true);
    }
    case Policy::kReview: return by_stamp(current, incoming, true);
    default: return by_stamp(current, incoming, false);
  }
}

// An element of a list or map, concurrent and different.
Judgement judge_element(const Field& field, const Change& change, const Value& current_value,
                        const Version& current, const Version& incoming) {
  const bool removal = change.value.is_null();
  if (field.policy == Policy::kMap) {
    return by_stamp(current, incoming, field.element_policy == Policy::kReview);
  }
  // set, append: an add that the remover had not seen survives; nothing of value is lost by that.
  if (removal) return {false, false, false};
  if (current_value.is_null()) return {true, false, false};
  return by_stamp(current, incoming, false);
}

class Merger {
 public:
  Merger(const Row& current, const Operation& op, const WriterView& writer, std::uint64_t seq)
      : op_(op), writer_(writer), incoming_{op.stamp, writer.author, seq}, before_(current) {
    result_.row = current;
  }

  MergeResult run(const Type& type) {
    for (const Unit& unit : split(type, op_.changes)) merge_unit(unit);
    merge_deleted();
    return std::move(result_);
  }

 private:
  void merge_unit(const Unit& unit) {
    const bool concurrent =
        std::any_of(unit.cells.begin(), unit.cells.end(), [&](const CellKey& cell) {
          // A null that nobody ever wrote has no author to contradict.
          const bool written =
              before_.cells.count(cell) > 0 || before_.versions.exceptions.count(cell) > 0;
          return written && is_unseen(before_.versions.of(cell), writer_);
        });
    if (!concurrent || all_same(unit)) return apply(unit, concurrent);
    const Change& first = *first_difference(unit);
    const Value& current_value = cell_value(before_.cells, first.cell);
    const Version current = latest_of(before_.versions, unit.cells);
    const Judgement judgement = decide(unit, first, current_value, current);
    if (judgement.keep_loser) keep_losers(unit, judgement, current);
    if (judgement.operation_wins) {
      apply(unit, false);
    } else {
      result_.exact = false;
    }
  }

  Judgement decide(const Unit& unit, const Change& change, const Value& current_value,
                   const Version& current) const {
    if (unit.field == nullptr) return by_stamp(current, incoming_, false);
    if (unit.field->is_scalar()) {
      return judge_scalar(*unit.field, change, current_value, current, incoming_, writer_);
    }
    return judge_element(*unit.field, change, current_value, current, incoming_);
  }

  bool all_same(const Unit& unit) const { return first_difference(unit) == nullptr; }

  const Change* first_difference(const Unit& unit) const {
    for (const Change* change : unit.changes) {
      if (!same_for_people(change->value, cell_value(before_.cells, change->cell))) return change;
    }
    return nullptr;
  }

  void keep_losers(const Unit& unit, const Judgement& judgement, const Version& current) {
    if (NHIP_PLANTED(loser_dropped)) return;
    for (const Change* change : unit.changes) {
      const Value& theirs = cell_value(before_.cells, change->cell);
      if (same_for_people(change->value, theirs)) continue;
      ConflictEntry entry;
      entry.cell = change->cell;
      entry.needs_person = judgement.needs_person;
      entry.winner = judgement.operation_wins ? change->value : theirs;
      entry.loser = judgement.operation_wins ? theirs : change->value;
      entry.winner_version = judgement.operation_wins ? incoming_ : current;
      entry.loser_version = judgement.operation_wins ? current : incoming_;
      result_.conflicts.push_back(std::move(entry));
    }
  }

  // Takes the unit's values. Of concurrent values that are the same for people the one with the
  // later stamp keeps its bytes, so that the order of arrival leaves no trace.
  void apply(const Unit& unit, bool concurrent_and_same) {
    for (const Change* change : unit.changes) {
      const Value& current = cell_value(before_.cells, change->cell);
      const bool same_bytes = current == change->value;
      const Version& version = before_.versions.of(change->cell);
      if (concurrent_and_same && !is_later(incoming_, version)) {
        if (!same_bytes) result_.exact = false;
        continue;
      }
      if (same_bytes && !concurrent_and_same) continue;
      set_cell(result_.row.cells, change->cell, change->value);
      result_.row.versions.exceptions.insert_or_assign(change->cell, incoming_);
      result_.changed = true;
    }
    if (!unit.changes.empty()) took_effect_ = true;
  }

  void merge_deleted() {
    const auto change = std::find_if(op_.changes.begin(), op_.changes.end(),
                                     [](const Change& c) { return c.cell == kDeletedCell; });
    const bool was_deleted = is_deleted(before_.cells);
    if (change == op_.changes.end()) {
      if (was_deleted) revive_by_edit();
      return;
    }
    const bool deletes = !change->value.is_null();
    if (deletes == was_deleted) return;
    const bool concurrent = any_unseen(before_.versions, writer_);
    if (deletes && concurrent && !NHIP_PLANTED(delete_beats_edit)) {
      keep_delete(latest_unseen(before_.versions, writer_), incoming_);
      result_.exact = false;
      return;
    }
    if (!deletes && is_unseen(before_.versions.of(kDeletedCell), writer_)) {
      keep_delete(incoming_, before_.versions.of(kDeletedCell));
    }
    set_deleted(deletes);
    if (!deletes) result_.exact = false;  // the writer need not hold the other cells
  }

  // An edit whose writer had not seen the delete brings the record back.
  void revive_by_edit() {
    const Version deleted_at = before_.versions.of(kDeletedCell);
    result_.exact = false;
    if (!took_effect_ || !is_unseen(deleted_at, writer_)) return;
    keep_delete(incoming_, deleted_at);
    set_deleted(false);
  }

  void keep_delete(const Version& edit, const Version& removal) {
    ConflictEntry entry;
    entry.cell = kDeletedCell;
    entry.winner_version = edit;
    entry.loser = Value(std::int64_t{1});
    entry.loser_version = removal;
    result_.conflicts.push_back(std::move(entry));
  }

  void set_deleted(bool deleted) {
    set_cell(result_.row.cells, kDeletedCell, deleted ? Value(std::int64_t{1}) : Value());
    result_.row.versions.exceptions.insert_or_assign(kDeletedCell, incoming_);
    result_.changed = true;
  }

  const Operation& op_;
  const WriterView& writer_;
  const Version incoming_;
  const Row& before_;
  MergeResult result_;
  bool took_effect_ = false;
};

MergeResult create(const Operation& op, const WriterView& writer, std::uint64_t seq) {
  MergeResult result;
  result.changed = true;
  result.row.versions.base = {op.stamp, writer.author, seq};
  for (const Change& change : op.changes) set_cell(result.row.cells, change.cell, change.value);
  return result;
}

}  // namespace

bool same_for_people(const Value& a, const Value& b) {
  if (a == b) return true;
  if (a.text() == nullptr || b.text() == nullptr) return false;
  const auto x = text::to_nfc(*a.text());
  const auto y = text::to_nfc(*b.text());
  return x && y && text::trim(*x) == text::trim(*y);
}

MergeResult merge(const Type& type, const Row* current, const Operation& op,
                  const WriterView& writer, std::uint64_t seq) {
  if (current == nullptr) return create(op, writer, seq);
  return Merger(*current, op, writer, seq).run(type);
}

}  // namespace nhip::core
