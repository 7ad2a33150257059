// The notes of row_watch.h. What a trigger of table_sql.cpp does in SQL stands here in C++, in the
// same order, and tests/fleet/foreign_writer_test.cpp holds both to the same results.

#include "replica/row_watch.h"

#include <algorithm>
#include <set>

#include "record/record_json.h"
#include "replica/table_sql.h"

namespace nhip::replica {

Status RowWatch::learn(store::Db& db, const std::vector<RecordTable*>& tables) {
  tables_.clear();
  last_ = nullptr;
  forget();
  for (RecordTable* each : tables) {
    const Type& type = each->type();
    Table table;
    table.type = &type;
    table.state = &types_[type.number];
    NHIP_TRY(learn_columns(db, type.name, table));
    for (const Field* field : child_fields(type)) {
      table.child = field;
      NHIP_TRY(learn_columns(db, child_table(type, *field), table));
    }
  }
  return {};
}

// By name, since columns of later versions of a schema stand behind the others.
Status RowWatch::learn_columns(store::Db& db, const std::string& name, Table table) {
  std::map<std::string, int> places;
  {
    NHIP_TRY_ASSIGN(auto stmt, db.prepare("PRAGMA table_info(" + store::quoted(name) + ")"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) break;
      places.emplace(stmt.text(1), static_cast<int>(stmt.integer(0)));
    }
  }
  const auto place_of = [&](const std::string& column) {
    const auto found = places.find(column);
    return found == places.end() ? -1 : found->second;
  };
  bool whole = true;
  if (table.child != nullptr) {
    table.parent_column = place_of("parent");
    for (const Column& column : table.child->keys) table.keys.push_back(place_of(column.name));
    for (const Column& column : table.child->values) table.values.push_back(place_of(column.name));
    const auto missing = [](int place) { return place < 0; };
    whole = table.parent_column >= 0 &&
            std::none_of(table.keys.begin(), table.keys.end(), missing) &&
            std::none_of(table.values.begin(), table.values.end(), missing);
  } else {
    table.fields.resize(places.size());
    const auto put = [&](const std::string& column, std::uint16_t field) {
      const int place = place_of(column);
      whole = whole && place >= 0;
      if (place >= 0) table.fields[static_cast<std::size_t>(place)] = field;
    };
    for (const Field* field : scalar_fields(*table.type)) put(field->column.name, field->number);
    put("extra", kExtraField);
    table.id_column = place_of("id");
    whole = whole && table.id_column >= 0;
    const ScopeRule& scope = table.type->scope;
    const Field* place = scope.prefix.empty() ? nullptr : table.type->field(scope.column);
    table.place_column = place == nullptr ? -1 : place_of(place->column.name);
    table.places = std::move(places);
  }
  if (!whole) {
    return {Code::kCorrupt, "damaged_replica", "The table " + name + " has lost a column.",
            "Keep a copy of the replica's files and run 'nhip doctor'."};
  }
  tables_.emplace(name, std::move(table));
  return {};
}

bool RowWatch::is_dirty() const {
  return std::any_of(types_.begin(), types_.end(), [](const auto& each) {
    return each.second.has_new || !each.second.touched.empty();
  });
}

void RowWatch::forget() {
  for (auto& [number, type] : types_) {
    type.has_new = type.has_elements = false;
    type.touched.clear();
  }
  structure_.reset();
  failed_ = false;
}

RowWatch::Structure RowWatch::end_statement() {
  Structure structure = std::move(*structure_);
  structure_.reset();
  return structure;
}

void RowWatch::see(const store::RowChange& change) {
  if (paused_) return;
  // Statements in bulk are about one table.
  if (last_ == nullptr || last_name_ != change.table) {
    last_name_ = change.table;
    const auto found = tables_.find(last_name_);
    last_ = found == tables_.end() ? nullptr : &found->second;
  }
  if (last_ == nullptr) return;
  if (last_->child == nullptr)
    see_row(*last_, change);
  else
    see_element(*last_, change);
}

namespace {

void insert_low(Touched& touched) {
  touched.inserted = true;
  touched.seen.reset();
}

}  // namespace

void RowWatch::see_row(Table& table, const store::RowChange& change) {
  using Kind = store::RowChange::Kind;
  OfType& state = *table.state;
  const std::uint16_t type = table.type->number;
  const bool known = change.old_rowid <= state.guard;
  const bool comes = change.kind == Kind::kInsert ||
                     (change.kind == Kind::kUpdate && change.new_rowid != change.old_rowid);
  if (change.kind == Kind::kDelete) {
    if (known) note_whole(table, change);
    if (structure_) structure_->removed.emplace_back(type, change.old_rowid);
  } else if (change.kind == Kind::kUpdate && known) {
    // A changed id or rid is the end of one record and the beginning of another.
    if (comes || sets_id(table, change))
      note_whole(table, change);
    else if (change.set_columns != nullptr)
      note_set_cells(table, change);
    else
      note_cells(table, change);
  }
  if (!comes) return;
  if (change.new_rowid > state.guard)
    state.has_new = true;
  else
    insert_low(state.touched[change.new_rowid]);
  if (!structure_) return;
  if (change.kind == Kind::kUpdate) {
    structure_->moved.push_back({type, change.old_rowid, change.new_rowid});
  } else {
    structure_->inserted[type] = true;
    if (change.new_rowid <= state.guard)
      structure_->inserted_low.emplace_back(type, change.new_rowid);
  }
}

void RowWatch::note_whole(Table& table, const store::RowChange& change) {
  Touched& touched = table.state->touched[change.old_rowid];
  touched.seen.reset();
  if (!touched.removed) {
    const auto id = change.old_value(table.id_column);
    const auto parsed = id && id->blob() != nullptr ? Id::from_bytes(*id->blob()) : std::nullopt;
    if (!parsed) failed_ = true;
    touched.removed = parsed.value_or(Id{});
  }
  for (std::size_t i = 0; i < table.fields.size(); ++i) {
    if (!table.fields[i]) continue;
    const core::CellKey cell{*table.fields[i], {}};
    if (touched.before.count(cell) > 0) continue;
    auto before = change.old_value(static_cast<int>(i));
    if (!before) failed_ = true;
    touched.before.emplace(cell, before ? std::move(*before) : Value());
  }
}

const std::vector<int>& RowWatch::places_set(Table& table, const store::SetColumns& sets) {
  if (table.set_number == sets.number) return table.set_places;
  table.set_number = sets.number;
  table.set_places.clear();
  std::set<int> places;
  for (const auto& [name, column] : sets.columns) {
    const auto place = table.places.find(column);
    if (name != table.type->name || place == table.places.end()) continue;
    places.insert(place->second);
    add_group(table, place->second, places);
  }
  table.set_places.assign(places.begin(), places.end());
  return table.set_places;
}

// Fields of a group are sealed together.
void RowWatch::add_group(const Table& table, int place, std::set<int>& places) {
  const auto& number = table.fields[static_cast<std::size_t>(place)];
  const Field* field = number ? table.type->field(*number) : nullptr;
  if (field == nullptr || field->group.empty()) return;
  for (const Field* each : scalar_fields(*table.type)) {
    if (each->group == field->group) places.insert(table.places.at(each->column.name));
  }
}

bool RowWatch::sets_id(Table& table, const store::RowChange& change) {
  if (change.set_columns != nullptr) {
    const std::vector<int>& set = places_set(table, *change.set_columns);
    if (std::find(set.begin(), set.end(), table.id_column) == set.end()) return false;
  }
  return change.differs(table.id_column);
}

// What is set need not differ: sealing compares.
void RowWatch::note_set_cells(Table& table, const store::RowChange& change) {
  const auto read = [&](std::optional<Value> value) {
    if (!value) failed_ = true;
    return value ? std::move(*value) : Value();
  };
  const auto [entry, first] = table.state->touched.try_emplace(change.old_rowid);
  Touched& touched = entry->second;
  if (first) {
    const Value id = read(change.old_value(table.id_column));
    const auto parsed = id.blob() != nullptr ? Id::from_bytes(*id.blob()) : std::nullopt;
    if (parsed) touched.seen = {*parsed, {}, {}};
    if (parsed && table.place_column >= 0)
      touched.seen->place = read(change.old_value(table.place_column));
  }
  for (const int place : places_set(table, *change.set_columns)) {
    const auto& field = table.fields[static_cast<std::size_t>(place)];
    if (!field) continue;
    const core::CellKey cell{*field, {}};
    if (touched.before.count(cell) == 0)
      touched.before.emplace(cell, read(change.old_value(place)));
    if (!touched.seen) continue;
    Value now = read(change.new_value(place));
    auto& all = touched.seen->now;
    const auto known = std::find_if(all.begin(), all.end(),
                                    [&](const core::Change& each) { return each.cell == cell; });
    if (known == all.end())
      all.push_back({cell, std::move(now)});
    else
      known->value = std::move(now);
  }
}

void RowWatch::note_cells(Table& table, const store::RowChange& change) {
  for (std::size_t i = 0; i < table.fields.size(); ++i) {
    if (!table.fields[i] || !change.differs(static_cast<int>(i))) continue;
    auto before = change.old_value(static_cast<int>(i));
    if (!before) failed_ = true;
    Touched& touched = table.state->touched[change.old_rowid];
    touched.seen.reset();
    touched.before.emplace(core::CellKey{*table.fields[i], {}},
                           before ? std::move(*before) : Value());
  }
}

void RowWatch::see_element(Table& table, const store::RowChange& change) {
  using Kind = store::RowChange::Kind;
  table.state->has_elements = true;
  if (change.kind != Kind::kInsert) note_element(table, change, true, false);
  if (change.kind != Kind::kDelete) note_element(table, change, false, true);
}

// Of the row that goes or, with `old_row` false, of the one that comes, whose key was free so far.
void RowWatch::note_element(Table& table, const store::RowChange& change, bool old_row,
                            bool empty) {
  const auto read = [&](int column) {
    auto value = old_row ? change.old_value(column) : change.new_value(column);
    if (!value) failed_ = true;
    return value ? std::move(*value) : Value();
  };
  const Value parent = read(table.parent_column);
  if (parent.integer() == nullptr || *parent.integer() > table.state->guard) return;
  std::vector<Value> keys;
  for (const int column : table.keys) keys.push_back(read(column));
  const auto element = record::element_of(*table.child, keys);
  if (!element) return;  // a row that no key can name
  std::vector<Value> values;
  if (!empty) {
    for (const int column : table.values) values.push_back(read(column));
  }
  Value before = empty ? Value() : record::pack_element(*table.child, values);
  Touched& touched = table.state->touched[*parent.integer()];
  touched.seen.reset();
  touched.before.emplace(core::CellKey{table.child->number, *element}, std::move(before));
}

}  // namespace nhip::replica
