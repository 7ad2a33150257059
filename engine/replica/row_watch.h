// RowWatch: what statements of this connection do to record tables, noted while they run.
//
// The triggers in the file capture other programs; here they are off, because SQLite tells us of
// each row for a hundredth of what a trigger costs. The notes are the same that triggers would
// make: the value of a cell before its first change since the last seal, the whole row when it is
// removed. They live in memory and no longer than the transaction, which seals them before it
// commits. Confined.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/row.h"
#include "replica/record_table.h"
#include "store/db.h"

namespace nhip::replica {

// What happened to one rid since the last seal.
struct Touched {
  std::map<core::CellKey, Value> before;  // null: the cell was empty
  std::optional<Id> removed;              // id of the record that stood at this rid
  bool inserted = false;                  // at or below the mark
  // The row as far as sealing an edit needs it, when all that touched it were updates by statements
  // whose columns are known; otherwise sealing reads it.
  struct Seen {
    Id id;
    Value place;  // of the field that decides the scope
    std::vector<core::Change> now;
  };
  std::optional<Seen> seen;
};

class RowWatch {
 public:
  // The tables as they stand in the file now; forgets what was noted.
  Status learn(store::Db& db, const std::vector<RecordTable*>& tables);
  void see(const store::RowChange& change);

  // Nothing is noted while remote rows are written.
  void pause() { paused_ = true; }
  void resume() { paused_ = false; }

  void set_guard(std::uint16_t type, std::int64_t rid) { types_[type].guard = rid; }
  std::int64_t guard(std::uint16_t type) { return types_[type].guard; }

  // Nothing when the row was not touched.
  const Touched* touched(std::uint16_t type, std::int64_t rid) {
    const auto& rows = types_[type].touched;
    const auto found = rows.find(rid);
    return found == rows.end() ? nullptr : &found->second;
  }
  std::map<std::int64_t, Touched> take_touched(std::uint16_t type) {
    return std::exchange(types_[type].touched, {});
  }
  bool has_new(std::uint16_t type) { return types_[type].has_new; }
  // An element of any row was written.
  bool has_elements(std::uint16_t type) { return types_[type].has_elements; }
  // Something was noted that no seal has taken yet.
  bool is_dirty() const;
  // SQLite could not tell what a row held: what was noted is not to be relied on.
  bool failed() const { return failed_; }
  // No statement failed since this was asked last, so what was seen of rows stands. `failures` of
  // the connection.
  bool trusts(std::uint64_t failures) { return std::exchange(failures_, failures) == failures; }
  void forget();

  // What the triggers of the file would do beyond noting, left to whoever ran the statement.
  struct Structure {
    std::vector<std::pair<std::uint16_t, std::int64_t>> removed;  // type and rid
    struct Move {
      std::uint16_t type;
      std::int64_t from, to;
    };
    std::vector<Move> moved;
    std::vector<std::pair<std::uint16_t, std::int64_t>> inserted_low;  // at or below the mark
    std::map<std::uint16_t, bool> inserted;                            // types
  };
  void begin_statement() { structure_ = std::make_unique<Structure>(); }
  Structure end_statement();

 private:
  struct OfType {
    std::int64_t guard = 0;
    bool has_new = false;  // rows above the guard
    bool has_elements = false;
    std::map<std::int64_t, Touched> touched;
  };
  struct Table {
    const Type* type = nullptr;
    const Field* child = nullptr;  // null: the record table itself
    OfType* state = nullptr;
    std::vector<std::optional<std::uint16_t>> fields;  // of a record table, by column
    std::map<std::string, int> places;
    int id_column = 0, parent_column = 0, place_column = -1;
    std::uint64_t set_number = 0;  // of the statement that sets `set_places`
    std::vector<int> set_places;
    std::vector<int> keys, values;  // of a child table, in the order of the field
  };

  Status learn_columns(store::Db& db, const std::string& name, Table table);
  void see_row(Table& table, const store::RowChange& change);
  void see_element(Table& table, const store::RowChange& change);
  void note_whole(Table& table, const store::RowChange& change);
  void note_cells(Table& table, const store::RowChange& change);
  void note_set_cells(Table& table, const store::RowChange& change);
  static void add_group(const Table& table, int place, std::set<int>& places);
  static bool sets_id(Table& table, const store::RowChange& change);
  static const std::vector<int>& places_set(Table& table, const store::SetColumns& sets);
  void note_element(Table& table, const store::RowChange& change, bool old_row, bool empty);

  std::map<std::uint16_t, OfType> types_;
  std::unordered_map<std::string, Table> tables_;
  Table* last_ = nullptr;
  std::string last_name_;
  std::unique_ptr<Structure> structure_;
  bool paused_ = false, failed_ = false;
  std::uint64_t failures_ = 0;
};

}  // namespace nhip::replica
