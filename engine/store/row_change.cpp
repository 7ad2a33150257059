// RowChange: what SQLite tells of a row before it changes it.
//
// The library must have been built with SQLITE_ENABLE_PREUPDATE_HOOK, as Debian's is; linking fails
// otherwise.
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

#include <utility>

#include "store/db.h"

namespace nhip::store {
namespace {

Value copy_of(sqlite3_value* held) {
  switch (sqlite3_value_type(held)) {
    case SQLITE_INTEGER: return Value(static_cast<std::int64_t>(sqlite3_value_int64(held)));
    case SQLITE_FLOAT: return Value(sqlite3_value_double(held));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(held));
      if (text == nullptr) return {};
      return Value(std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(held))));
    }
    case SQLITE_BLOB: {
      const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_value_blob(held));
      if (bytes == nullptr) return Value(Bytes());
      return Value(Bytes(bytes, bytes + sqlite3_value_bytes(held)));
    }
    default: return {};
  }
}

// Bytes of a text as they stand, without a copy.
std::string_view text_of(sqlite3_value* held) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(held));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(held))};
}

bool same(sqlite3_value* a, sqlite3_value* b) {
  const int type = sqlite3_value_type(a);
  if (type != sqlite3_value_type(b)) return false;
  if (type == SQLITE_NULL) return true;
  if (type == SQLITE_INTEGER) return sqlite3_value_int64(a) == sqlite3_value_int64(b);
  if (type == SQLITE_TEXT) return text_of(a) == text_of(b);
  return copy_of(a) == copy_of(b);
}

}  // namespace

std::optional<Value> RowChange::old_value(int column) const {
  sqlite3_value* held = nullptr;
  if (sqlite3_preupdate_old(db_, column, &held) != SQLITE_OK) return std::nullopt;
  return copy_of(held);
}

std::optional<Value> RowChange::new_value(int column) const {
  sqlite3_value* held = nullptr;
  if (sqlite3_preupdate_new(db_, column, &held) != SQLITE_OK) return std::nullopt;
  return copy_of(held);
}

// What cannot be compared counts as different: sealing compares once more.
bool RowChange::differs(int column) const {
  sqlite3_value* before = nullptr;
  sqlite3_value* after = nullptr;
  const bool known = sqlite3_preupdate_old(db_, column, &before) == SQLITE_OK &&
                     sqlite3_preupdate_new(db_, column, &after) == SQLITE_OK;
  return !known || !same(before, after);
}

int RowChange::columns() const { return sqlite3_preupdate_count(db_); }

void Db::on_row_change(std::function<void(const RowChange&)> change) {
  row_change_ = std::move(change);
  sqlite3_preupdate_hook(db_, row_change_ ? &Db::before_row : nullptr, this);
}

void Db::before_row(void* self, sqlite3* db, int operation, const char* database, const char* table,
                    sqlite3_int64 old_rowid, sqlite3_int64 new_rowid) {
  if (std::string_view(database) != "main") return;
  const RowChange::Kind kind = operation == SQLITE_INSERT   ? RowChange::Kind::kInsert
                               : operation == SQLITE_UPDATE ? RowChange::Kind::kUpdate
                                                            : RowChange::Kind::kDelete;
  const Db& connection = *static_cast<Db*>(self);
  const KeptStatement* const running = connection.running_;
  connection.row_change_(RowChange(db, kind, table, old_rowid, new_rowid,
                                   running == nullptr ? nullptr : &running->sets));
}

}  // namespace nhip::store
