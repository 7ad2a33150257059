#include "replica/record_state.h"

#include <algorithm>

#include "core/merge.h"
#include "core/planted.h"
#include "replica/fresh_rows.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

Status damaged() {
  return {Code::kCorrupt, "damaged_replica", "The replica's bookkeeping of a record is damaged.",
          "Keep a copy of the replica's files and run 'nhip doctor'."};
}

// exceptions := varint base seq, varint n, n × (varint field, text element, varint stamp, author,
// seq)
Status write_exceptions(Store& store, core::Writer& out, const core::Versions& versions) {
  out.varint(versions.base.seq);
  out.varint(versions.exceptions.size());
  for (const auto& [key, version] : versions.exceptions) {
    NHIP_TRY_ASSIGN(const std::int64_t author, store.author_ord(version.author));
    out.varint(key.field);
    out.text(key.element);
    out.varint(version.stamp);
    out.varint(static_cast<std::uint64_t>(author));
    out.varint(version.seq);
  }
  return {};
}

Status read_exceptions(Store& store, core::Reader& in, core::Versions& versions) {
  versions.base.seq = in.varint();
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    core::CellKey key{static_cast<std::uint16_t>(in.varint()), in.text()};
    core::Version version;
    version.stamp = in.varint();
    const std::uint64_t ord = in.varint();
    version.seq = in.varint();
    if (!in.ok()) return damaged();
    NHIP_TRY_ASSIGN(version.author, store.author_of(static_cast<std::int64_t>(ord)));
    versions.exceptions.emplace(std::move(key), version);
  }
  return in.ok() ? Status() : damaged();
}

Result<std::optional<CentreState>> read_shelf(Store& store, std::uint16_t type, const Id& id) {
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().cached("SELECT scope,seq,state FROM _nhip_shelf WHERE type=?1 AND id=?2"));
  NHIP_TRY_ASSIGN(const bool found, stmt.bind(1, std::int64_t{type}).bind(2, id).step());
  if (!found) return std::optional<CentreState>();
  CentreState state;
  NHIP_TRY_ASSIGN(state.scope, store.scope_name(stmt.integer(0)));
  state.seq = stmt.unsigned_integer(1);
  NHIP_TRY_ASSIGN(state.row, decode_state(store, stmt.blob(2)));
  return std::optional<CentreState>(std::move(state));
}

Status write_shelf(Store& store, std::uint16_t type, const Id& id, const CentreState& state) {
  NHIP_TRY_ASSIGN(const std::int64_t scope, store.scope_ord(state.scope));
  NHIP_TRY_ASSIGN(const Bytes bytes, encode_state(store, state.row));
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("INSERT OR REPLACE INTO _nhip_shelf(type,id,scope,seq,state) "
                                    "VALUES(?1,?2,?3,?4,?5)"));
  stmt.bind(1, std::int64_t{type}).bind(2, id).bind(3, scope);
  return stmt.bind(4, static_cast<std::int64_t>(state.seq)).bind(5, bytes).run();
}

Status delete_from(Store& store, const char* table, std::uint16_t type, const Id& id) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached(std::string("DELETE FROM ") + table +
                                               " WHERE type=?1 AND id=?2"));
  return stmt.bind(1, std::int64_t{type}).bind(2, id).run();
}

Result<Bytes> read_blob(Store& store, const char* sql, std::uint16_t type, const Id& id) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached(sql));
  NHIP_TRY_ASSIGN(const bool found, stmt.bind(1, std::int64_t{type}).bind(2, id).step());
  return found ? stmt.blob(0) : Bytes();
}

// Cells without a column here, kept aside so that the record is whole again after an upgrade.
Status read_unknown(Store& store, std::uint16_t type, const Id& id, core::Cells& cells) {
  NHIP_TRY_ASSIGN(
      const Bytes bytes,
      read_blob(store, "SELECT cells FROM _nhip_unknown WHERE type=?1 AND id=?2", type, id));
  if (bytes.empty()) return {};
  core::Reader in(bytes);
  core::Cells unknown = core::read_cells(in);
  if (!in.done()) return damaged();
  cells.merge(unknown);
  return {};
}

Status write_unknown(Store& store, const RecordTable& table, const RecordState& before,
                     const RecordState& after) {
  const auto without_column = [&](const std::optional<core::Cells>& cells) {
    core::Cells unknown;
    if (!cells) return unknown;
    for (const auto& [key, value] : *cells) {
      if (!table.has_column(key) && key.field != kDeletedField) unknown.emplace(key, value);
    }
    return unknown;
  };
  const core::Cells now = without_column(after.shown);
  if (now == without_column(before.shown)) return {};
  if (now.empty() || NHIP_PLANTED(unknown_dropped))
    return delete_from(store, "_nhip_unknown", after.type, after.id);
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().cached("INSERT OR REPLACE INTO _nhip_unknown(type,id,cells) VALUES(?1,?2,?3)"));
  return stmt.bind(1, std::int64_t{after.type})
      .bind(2, after.id)
      .bind(3, core::encode_cells(now))
      .run();
}

Status write_under(Store& store, std::uint16_t type, const Id& id,
                   const std::vector<core::Change>& changes) {
  if (changes.empty()) return delete_from(store, "_nhip_under", type, id);
  core::Writer out;
  core::write_changes(out, changes);
  NHIP_TRY_ASSIGN(
      auto stmt,
      store.db().cached("INSERT OR REPLACE INTO _nhip_under(type,id,changes) VALUES(?1,?2,?3)"));
  return stmt.bind(1, std::int64_t{type}).bind(2, id).bind(3, out.bytes()).run();
}

void account(Store& store, const RecordState& before, const RecordState& after) {
  if (before.centre) {
    store.digest_remove(before.centre->scope, before.type, before.id, before.centre->seq,
                        core::is_deleted(before.centre->row.cells));
  }
  if (after.centre) {
    store.digest_add(after.centre->scope, after.type, after.id, after.centre->seq,
                     core::is_deleted(after.centre->row.cells));
  }
}

Status save_shown(Store& store, RecordTable& table, const RecordState& before,
                  const RecordState& after) {
  std::int64_t rid = 0;
  if (before.rid) {
    rid = *before.rid;
    NHIP_TRY(table.update(rid, *before.shown, *after.shown));
  } else {
    NHIP_TRY_ASSIGN(rid, table.insert(after.id, *after.shown));
  }
  NHIP_TRY(write_unknown(store, table, before, after));
  if (before.on_shelf) NHIP_TRY(delete_from(store, "_nhip_shelf", after.type, after.id));
  if (!after.centre) {
    if (before.rid && !before.on_shelf) NHIP_TRY(remove_version(store, table.type(), rid));
    return before.rid ? write_under(store, after.type, after.id, {}) : Status();
  }
  NHIP_TRY(write_version(store, table.type(), rid, *after.centre));
  return write_under(store, after.type, after.id,
                     difference(*after.shown, after.centre->row.cells));
}

Status save_hidden(Store& store, RecordTable* table, const RecordState& before,
                   const RecordState& after) {
  if (before.rid && table != nullptr) {
    NHIP_TRY(table->remove(*before.rid));
    NHIP_TRY(remove_version(store, table->type(), *before.rid));
    NHIP_TRY(delete_from(store, "_nhip_unknown", after.type, after.id));
  }
  NHIP_TRY(delete_from(store, "_nhip_under", after.type, after.id));
  if (after.centre) return write_shelf(store, after.type, after.id, *after.centre);
  return delete_from(store, "_nhip_shelf", after.type, after.id);
}

}  // namespace

// What an edit replaced last was perhaps another edit's: what is kept apart is older.
Result<core::Cells> under_of(Store& store, std::uint16_t type, const Id& id, core::Cells cells) {
  NHIP_TRY(take_edits_back(store, type, id, cells));
  NHIP_TRY_ASSIGN(
      const Bytes bytes,
      read_blob(store, "SELECT changes FROM _nhip_under WHERE type=?1 AND id=?2", type, id));
  if (bytes.empty()) return cells;
  core::Reader in(bytes);
  for (core::Change& change : core::read_changes(in))
    core::set_cell(cells, change.cell, std::move(change.value));
  if (!in.done()) return damaged();
  return cells;
}

Result<bool> any_under(Store& store, std::optional<std::uint16_t> type) {
  if (!type) {
    NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT 1 FROM _nhip_under LIMIT 1"));
    return stmt.step();
  }
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("SELECT 1 FROM _nhip_under WHERE type=?1 LIMIT 1"));
  return stmt.bind(1, std::int64_t{*type}).step();
}

Status drop_under(Store& store, std::uint16_t type, const Id& id) {
  return write_under(store, type, id, {});
}

Status shelve(Store& store, std::uint16_t type, const Id& id, CentreState state) {
  NHIP_TRY(read_unknown(store, type, id, state.row.cells));
  NHIP_TRY(delete_from(store, "_nhip_under", type, id));
  NHIP_TRY(delete_from(store, "_nhip_unknown", type, id));
  return write_shelf(store, type, id, state);
}

Result<Bytes> encode_state(Store& store, const core::Row& row) {
  core::Writer out;
  NHIP_TRY_ASSIGN(const std::int64_t author, store.author_ord(row.versions.base.author));
  out.varint(row.versions.base.stamp);
  out.varint(static_cast<std::uint64_t>(author));
  NHIP_TRY(write_exceptions(store, out, row.versions));
  core::write_cells(out, row.cells);
  return out.take();
}

Result<core::Row> decode_state(Store& store, const Bytes& bytes) {
  core::Reader in(bytes);
  core::Row row;
  row.versions.base.stamp = in.varint();
  const std::uint64_t author = in.varint();
  NHIP_TRY(read_exceptions(store, in, row.versions));
  row.cells = core::read_cells(in);
  if (!in.done()) return damaged();
  NHIP_TRY_ASSIGN(row.versions.base.author, store.author_of(static_cast<std::int64_t>(author)));
  return row;
}

Result<std::optional<CentreState>> read_version(Store& store, const Type& type, std::int64_t rid) {
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("SELECT scope,seq,stamp,author,more FROM " +
                                    store::quoted(version_table(type)) + " WHERE rid=?1"));
  NHIP_TRY_ASSIGN(const bool found, stmt.bind(1, rid).step());
  if (!found) return std::optional<CentreState>();
  CentreState state;
  NHIP_TRY_ASSIGN(state.scope, store.scope_name(stmt.integer(0)));
  state.seq = stmt.unsigned_integer(1);
  state.row.versions.base.stamp = stmt.unsigned_integer(2);
  NHIP_TRY_ASSIGN(state.row.versions.base.author, store.author_of(stmt.integer(3)));
  state.row.versions.base.seq = state.seq;
  if (!stmt.is_null(4)) {
    const Bytes more = stmt.blob(4);
    core::Reader in(more);
    NHIP_TRY(read_exceptions(store, in, state.row.versions));
  }
  return std::optional<CentreState>(std::move(state));
}

Status remove_version(Store& store, const Type& type, std::int64_t rid) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("DELETE FROM " + store::quoted(version_table(type)) +
                                               " WHERE rid=?1"));
  return stmt.bind(1, rid).run();
}

Status write_version(Store& store, const Type& type, std::int64_t rid, const CentreState& state) {
  const core::Versions& versions = state.row.versions;
  NHIP_TRY_ASSIGN(const std::int64_t scope, store.scope_ord(state.scope));
  NHIP_TRY_ASSIGN(const std::int64_t author, store.author_ord(versions.base.author));
  core::Writer more;
  const bool plain = versions.exceptions.empty() && versions.base.seq == state.seq;
  if (!plain) NHIP_TRY(write_exceptions(store, more, versions));
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("INSERT OR REPLACE INTO " + store::quoted(version_table(type)) +
                                    "(rid,scope,seq,stamp,author,more) VALUES(?1,?2,?3,?4,?5,?6)"));
  stmt.bind(1, rid).bind(2, scope).bind(3, static_cast<std::int64_t>(state.seq));
  stmt.bind(4, static_cast<std::int64_t>(versions.base.stamp)).bind(5, author);
  if (plain)
    stmt.bind_null(6);
  else
    stmt.bind(6, more.bytes());
  return stmt.run();
}

Result<RecordState> load_state(Store& store, std::uint16_t type, const Id& id) {
  RecordState state;
  state.type = type;
  state.id = id;
  RecordTable* table = store.table(type);
  std::optional<RecordTable::Found> found;
  if (table != nullptr) {
    NHIP_TRY_ASSIGN(found, table->read(id));
  }
  if (!found) {
    NHIP_TRY_ASSIGN(state.centre, read_shelf(store, type, id));
    state.on_shelf = state.centre.has_value();
    return state;
  }
  state.rid = found->rid;
  NHIP_TRY(read_unknown(store, type, id, found->cells));
  NHIP_TRY_ASSIGN(state.centre, read_version(store, table->type(), found->rid));
  if (state.centre) {
    NHIP_TRY_ASSIGN(state.centre->row.cells, under_of(store, type, id, found->cells));
  } else {
    NHIP_TRY_ASSIGN(state.centre, read_shelf(store, type, id));
    state.on_shelf = state.centre.has_value();
  }
  state.shown = std::move(found->cells);
  return state;
}

Status save_state(Store& store, const RecordState& before, const RecordState& after) {
  NHIP_TRY(write_out_edits(store, after.type, after.id));
  account(store, before, after);
  RecordTable* table = store.table(after.type);
  // A new row speaks for itself only while the centre has nothing beside it.
  const bool met = after.centre && !before.centre;
  if (before.rid && (met || after.shown != before.shown))
    NHIP_TRY(write_out(store, before.type, *before.rid, before.id, *before.shown));
  if (after.shown && table != nullptr) return save_shown(store, *table, before, after);
  return save_hidden(store, table, before, after);
}

std::optional<core::Row> expected(Store& store, const RecordState& state,
                                  const std::vector<core::Operation>& pending) {
  const Type* type = store.schema().type(state.type);
  if (type == nullptr) return std::nullopt;
  std::optional<core::Row> row;
  std::uint64_t held = 0;
  if (state.centre) {
    row = state.centre->row;
    held = state.centre->seq;
  }
  for (const core::Operation& op : pending) {
    core::WriterView writer{store.author(), std::max(op.seen, op.held), nullptr};
    row = core::merge(*type, row ? &*row : nullptr, op, writer, std::max(held, op.seen)).row;
  }
  return row;
}

std::optional<core::Cells> predict(Store& store, const RecordState& state,
                                   const std::vector<core::Operation>& pending) {
  auto row = expected(store, state, pending);
  if (!row || core::is_deleted(row->cells)) return std::nullopt;
  return std::move(row->cells);
}

Status note_pending(Store& store, std::uint16_t type, const Id& id, const core::Cells& shown,
                    const std::optional<core::Cells>& centre_cells) {
  if (!centre_cells) return {};
  return write_under(store, type, id, difference(shown, *centre_cells));
}

Status add_under(Store& store, std::uint16_t type, const Id& id,
                 const std::vector<core::Change>& centre) {
  NHIP_TRY_ASSIGN(
      const Bytes bytes,
      read_blob(store, "SELECT changes FROM _nhip_under WHERE type=?1 AND id=?2", type, id));
  std::map<core::CellKey, Value> all;
  if (!bytes.empty()) {
    core::Reader in(bytes);
    for (core::Change& change : core::read_changes(in))
      all.emplace(std::move(change.cell), std::move(change.value));
    if (!in.done()) return damaged();
  }
  for (const core::Change& change : centre) all.emplace(change.cell, change.value);
  std::vector<core::Change> under;
  for (auto& [cell, value] : all) under.push_back({cell, std::move(value)});
  return write_under(store, type, id, under);
}

std::vector<core::Change> difference(const core::Cells& earlier, const core::Cells& later) {
  std::vector<core::Change> changes;
  auto a = earlier.begin();
  auto b = later.begin();
  while (a != earlier.end() || b != later.end()) {
    if (b == later.end() || (a != earlier.end() && a->first < b->first)) {
      changes.push_back({a->first, Value()});
      ++a;
    } else if (a == earlier.end() || b->first < a->first) {
      changes.push_back({b->first, b->second});
      ++b;
    } else {
      if (a->second != b->second) changes.push_back({b->first, b->second});
      ++a;
      ++b;
    }
  }
  return changes;
}

}  // namespace nhip::replica
