// What an application's SQL leaves to do once its statement has run: the triggers of the file do
// the same for other programs.

#include <utility>

#include "replica/store.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

// REPLACE leaves the elements of the row it removes to the one that takes its rid.
Status remove_elements(Store& store, const Type& type, std::int64_t rid) {
  for (const Field* field : child_fields(type)) {
    NHIP_TRY_ASSIGN(auto stmt,
                    store.db().cached("DELETE FROM " + store::quoted(child_table(type, *field)) +
                                      " WHERE parent=?1 AND NOT EXISTS(SELECT 1 FROM " +
                                      store::quoted(type.name) + " WHERE rid=?1)"));
    NHIP_TRY(stmt.bind(1, rid).run());
  }
  return {};
}

Status move_elements(Store& store, const Type& type, std::int64_t from, std::int64_t to) {
  for (const Field* field : child_fields(type)) {
    NHIP_TRY_ASSIGN(auto stmt,
                    store.db().cached("UPDATE " + store::quoted(child_table(type, *field)) +
                                      " SET parent=?2 WHERE parent=?1"));
    NHIP_TRY(stmt.bind(1, from).bind(2, to).run());
  }
  return {};
}

const Field* unit_of(const Type& type) {
  return type.scope.prefix.empty() ? nullptr : type.field(type.scope.column);
}

}  // namespace

Status Store::follow_rows(const RowWatch::Structure& structure) {
  for (const auto& [type, rid] : structure.removed)
    NHIP_TRY(remove_elements(*this, table(type)->type(), rid));
  for (const auto& [type, from, to] : structure.moved)
    NHIP_TRY(move_elements(*this, table(type)->type(), from, to));
  for (const auto& [type, any] : structure.inserted) {
    if (unit_of(table(type)->type()) != nullptr) unplaced_[type] = any;
  }
  for (const auto& low : structure.inserted_low) {
    if (unit_of(table(low.first)->type()) != nullptr) unplaced_low_.push_back(low);
  }
  return {};
}

Status Store::fill_units() {
  const auto types = std::exchange(unplaced_, {});
  const auto low = std::exchange(unplaced_low_, {});
  for (const auto& [type, any] : types)
    NHIP_TRY(fill_unit(table(type)->type(), watch_.guard(type), ">"));
  for (const auto& [type, rid] : low) NHIP_TRY(fill_unit(table(type)->type(), rid, "="));
  return {};
}

Status Store::fill_unit(const Type& type, std::int64_t rid, const char* comparison) {
  const std::string column = store::quoted(unit_of(type)->column.name);
  NHIP_TRY_ASSIGN(auto stmt,
                  db_->cached("UPDATE " + store::quoted(type.name) + " SET " + column +
                              "=(SELECT value FROM _nhip_setting WHERE name='unit_id') WHERE rid" +
                              comparison + "?1 AND " + column + " IS NULL"));
  return stmt.bind(1, rid).run();
}

}  // namespace nhip::replica
