// RecordTable: the rows of one record type as cells. Reads and writes the generated tables of
// table_sql.h.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/operation.h"
#include "nhip/schema.h"
#include "record/quick_record.h"
#include "store/db.h"

namespace nhip::replica {

class RecordTable {
 public:
  // Both outlive the table.
  RecordTable(store::Db& db, const Type& type);

  const Type& type() const { return type_; }

  struct Found {
    std::int64_t rid = 0;
    Id id;
    core::Cells cells;
  };
  Result<std::optional<std::int64_t>> find(const Id& id);
  Result<std::optional<Found>> read(std::int64_t rid);
  Result<std::optional<Found>> read(const Id& id);
  // Some plain cells of a row, null where it has no value, and its scope's; no other is looked at.
  struct Glimpse {
    Id id;
    Value place;  // of the field that decides the scope, if there is one
    std::vector<core::Change> cells;
  };
  Result<std::optional<Glimpse>> glimpse(std::int64_t rid,
                                         const std::map<core::CellKey, Value>& which);
  // Ascending id; stops when `each` returns false.
  Status each(const std::function<bool(const Found&)>& each);
  // Rows whose plain fields have these values, ascending rid; stops when `each` returns false.
  Status each_same(const std::vector<std::pair<std::uint16_t, Value>>& same,
                   const std::function<bool(const Found&)>& each);
  // Rows from rid `first` to `last`, ascending.
  Status each_between(std::int64_t first, std::int64_t last,
                      const std::function<Status(Found&)>& each);
  // Sizes of the rows with rid > `mark`, ascending, with `elements` their elements included. Reads
  // no value but the scope's.
  struct Weighed {
    std::int64_t rid = 0;
    Id id;
    std::size_t bytes = 0;  // of all cells
    std::size_t bound = 0;  // that the encoded record and every value of it stay below
    Value place;            // of the field that decides the scope, if there is one
  };
  Status weigh_after(std::int64_t mark, bool elements,
                     const std::function<Status(const Weighed&)>& each);
  Result<std::int64_t> highest_rid();

  // Cells without a column here (unknown fields) are left to the caller. Ascending, none null.
  Result<std::int64_t> insert(const Id& id, const core::Cells& cells);
  Result<std::int64_t> insert(const Id& id, const std::vector<core::Change>& cells);
  // Reads the usual new record from JSON; made when it is first asked for, by these names.
  const record::QuickRecord& quick(const std::set<std::string>& envelope);
  // Writes what differs between the two states.
  Status update(std::int64_t rid, const core::Cells& before, const core::Cells& after);
  Status remove(std::int64_t rid);
  // Elements that REPLACE left behind at a rid where no record stands any more.
  Status remove_stray_elements(std::int64_t rid);
  // The element cells at a rid, whether a record stands there or not.
  Result<core::Cells> elements_at(std::int64_t rid);

  bool has_column(const core::CellKey& cell) const;
  // The value of an element from the columns that a trigger saved (see table_sql.cpp, `packed`).
  Result<Value> unpack_mark(const core::CellKey& cell, const Value& saved) const;

 private:
  class Elements;  // of a range of rows, table by table, walked along with the rows
  Status read_children(Found& found);
  void read_element(store::Stmt& stmt, const Field& field, int column, Found& found) const;
  Found read_row(store::Stmt& stmt) const;
  template <typename Cells>
  Result<std::int64_t> insert_cells(const Id& id, const Cells& cells);
  Status write_cell(std::int64_t rid, const core::CellKey& cell, const Value& value);
  Status write_element(const Field& field, std::int64_t rid, const std::string& element,
                       const Value& value);

  store::Db& db_;
  const Type& type_;
  int place_column() const;  // in `select_`; -1 when no field decides the scope

  std::unique_ptr<record::QuickRecord> quick_;
  std::vector<const Field*> scalars_;
  std::vector<const Field*> children_;
  std::string select_, insert_;
  std::vector<std::string> select_children_, upsert_child_, delete_child_;
};

}  // namespace nhip::replica
