#include "replica/upgrade.h"

#include <algorithm>

#include "core/planted.h"
#include "record/record_json.h"
#include "replica/capture.h"
#include "replica/record_state.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

bool same_columns(const std::vector<Column>& a, const std::vector<Column>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Column& x, const Column& y) {
    return x.name == y.name && x.type == y.type;
  });
}

// Stored in the same place and in the same form.
bool is_same_place(const Field& a, const Field& b) {
  return a.path == b.path && a.shape == b.shape && a.sealed == b.sealed &&
         a.column.name == b.column.name && a.column.type == b.column.type &&
         same_columns(a.keys, b.keys) && same_columns(a.values, b.values);
}

bool is_same_scope(const ScopeRule& a, const ScopeRule& b) {
  return a.fixed == b.fixed && a.column == b.column && a.prefix == b.prefix &&
         a.suffix == b.suffix && a.named == b.named;
}

Status incompatible(const std::string& what) {
  return {Code::kVersion, "incompatible_schema",
          what + " is not what this replica stores its records under.",
          "Use the program that made the replica; the replica was not touched."};
}

Status check_type(const Type& type, const Type& newer) {
  const bool same = newer.name == type.name && newer.companion_of == type.companion_of &&
                    is_same_scope(newer.scope, type.scope);
  if (!same) return incompatible(type.name);
  for (const Field& field : type.fields) {
    const Field* kept = newer.field(field.number);
    if (kept == nullptr || !is_same_place(field, *kept))
      return incompatible(type.name + "." + field.path);
  }
  return {};
}

class Upgrader {
 public:
  Upgrader(Store& store, Schema newer)
      : store_(store), older_(store.schema()), newer_(std::move(newer)) {}

  Status run() {
    for (const Type& type : older_.types()) {
      const Type* kept = newer_.type(type.number);
      if (kept == nullptr) return incompatible(type.name);
      NHIP_TRY(check_type(type, *kept));
    }
    // What another tool wrote was marked by the triggers of the older version.
    NHIP_TRY(seal(store_, SealAs::kManyGroups));
    for (const Type& type : newer_.types()) {
      const Type* known = older_.type(type.number);
      const Status made = known == nullptr ? make(type) : extend(*known, type);
      if (!made.ok()) return made.at(type.name);
    }
    NHIP_TRY(store_.use_schema(newer_));
    store_.silence_watch();
    NHIP_TRY(fill_columns());
    NHIP_TRY(fill_tables());
    return store_.arm_watch();
  }

 private:
  Status make(const Type& type) {
    for (const std::string& sql : create_statements(type)) NHIP_TRY(store_.db().execute(sql));
    return {};
  }

  Status extend(const Type& known, const Type& type) {
    const std::vector<std::string> before = trigger_statements(known);
    const std::vector<std::string> after = trigger_statements(type);
    if (before == after) return {};
    NHIP_TRY(drop_triggers(type.name));
    for (const Field* field : child_fields(known))
      NHIP_TRY(drop_triggers(child_table(known, *field)));
    for (const Field& field : type.fields) {
      const bool placeless = field.is_scalar() && !has_place(type, field);
      if (known.field(field.number) != nullptr || placeless) continue;
      NHIP_TRY(store_.db().execute(add_field_statement(type, field)));
    }
    for (const std::string& sql : after) NHIP_TRY(store_.db().execute(sql));
    return {};
  }

  Status drop_triggers(const std::string& table) {
    std::vector<std::string> names;
    {
      NHIP_TRY_ASSIGN(auto stmt,
                      store_.db().prepare("SELECT name FROM sqlite_master WHERE type='trigger' AND "
                                          "tbl_name=?1 AND substr(name,1,8)='_nhip_t_'"));
      stmt.bind(1, table);
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        names.push_back(stmt.text(0));
      }
    }
    for (const std::string& name : names)
      NHIP_TRY(store_.db().execute("DROP TRIGGER " + store::quoted(name)));
    return {};
  }

  struct Kept {
    std::uint16_t type;
    Id id;
    core::Cells cells;
  };

  // Cells that have a column now. One that does not fit it stays aside as it was: a centre that did
  // not know the field could not check it.
  Status fill_columns() {
    if (NHIP_PLANTED(upgrade_unfilled)) return {};
    std::vector<Kept> all;
    {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("SELECT type,id,cells FROM _nhip_unknown"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        const Bytes bytes = stmt.blob(2);
        core::Reader in(bytes);
        Kept kept{static_cast<std::uint16_t>(stmt.integer(0)), stmt.id(1), core::read_cells(in)};
        if (in.done()) all.push_back(std::move(kept));
      }
    }
    for (Kept& kept : all) NHIP_TRY(fill_row(kept));
    return {};
  }

  Status fill_row(Kept& kept) {
    RecordTable* table = store_.table(kept.type);
    if (table == nullptr) return {};
    NHIP_TRY_ASSIGN(const auto rid, table->find(kept.id));
    if (!rid) return {};
    core::Cells placed;
    for (const auto& [cell, value] : kept.cells) {
      if (fits(*table, cell, value)) placed.emplace(cell, value);
    }
    if (placed.empty()) return {};
    for (const auto& [cell, value] : placed) kept.cells.erase(cell);
    NHIP_TRY(table->update(*rid, {}, placed));
    NHIP_TRY_ASSIGN(
        auto stmt,
        store_.db().cached(kept.cells.empty()
                               ? "DELETE FROM _nhip_unknown WHERE type=?1 AND id=?2"
                               : "UPDATE _nhip_unknown SET cells=?3 WHERE type=?1 AND id=?2"));
    stmt.bind(1, std::int64_t{kept.type}).bind(2, kept.id);
    if (!kept.cells.empty()) stmt.bind(3, core::encode_cells(kept.cells));
    return stmt.run();
  }

  static bool fits(const RecordTable& table, const core::CellKey& cell, const Value& value) {
    const std::vector<core::Change> change{{cell, value}};
    return table.has_column(cell) && record::check_changes(table.type(), change).ok();
  }

  // Records of types that have a table now.
  Status fill_tables() {
    std::vector<std::pair<std::uint16_t, Id>> shelved;
    {
      NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("SELECT type,id FROM _nhip_shelf"));
      for (;;) {
        NHIP_TRY_ASSIGN(const bool row, stmt.step());
        if (!row) break;
        const auto type = static_cast<std::uint16_t>(stmt.integer(0));
        const bool is_new = older_.type(type) == nullptr && newer_.type(type) != nullptr;
        if (is_new) shelved.emplace_back(type, stmt.id(1));
      }
    }
    for (const auto& [type, id] : shelved) NHIP_TRY(show(type, id));
    return {};
  }

  Status show(std::uint16_t type, const Id& id) {
    NHIP_TRY_ASSIGN(const RecordState before, load_state(store_, type, id));
    if (!before.centre || core::is_deleted(before.centre->row.cells)) return {};
    const RecordTable& table = *store_.table(type);
    for (const auto& [cell, value] : before.centre->row.cells) {
      // As any record, it is shown whole or not at all.
      if (table.has_column(cell) && !fits(table, cell, value)) return {};
    }
    RecordState after = before;
    after.shown = before.centre->row.cells;
    return save_state(store_, before, after);
  }

  Store& store_;
  const Schema older_;
  const Schema newer_;
};

bool is_later(const Schema& given, const Schema& own) {
  return given.name() == own.name() && given.version() > own.version();
}

}  // namespace

Status upgrade_schema(Store& store, const std::string& schema_json) {
  if (schema_json.empty() || schema_json == store.schema().source()) return {};
  NHIP_TRY_ASSIGN(Schema newer, Schema::parse(schema_json));
  if (!is_later(newer, store.schema())) return {};
  return store.transact([&]() -> Status { return Upgrader(store, std::move(newer)).run(); });
}

}  // namespace nhip::replica
