// The cells of many records as columns: for each type and field one column of values. Grammar:
// schema/protocol/v1.md, "Binary".
//
// Which cells a record has is its shape, a list of entries (field, alone or with elements). Records
// of one type have few shapes, so a record costs a byte for it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/row.h"
#include "protocol/wire_columns.h"
#include "protocol/wire_streams.h"

namespace nhip::protocol {

// An entry of a shape: field × 2, + 1 when its cells have elements.
using ShapeEntry = std::uint32_t;
using Shape = std::vector<ShapeEntry>;
// Of the columns: type, then entry.
using ColumnKey = std::pair<std::uint16_t, ShapeEntry>;

class CellsWriter {
 public:
  // Without values the columns tell elements alone, as for a list of cells.
  explicit CellsWriter(bool with_values) : with_values_(with_values) {}

  void begin_record(std::uint16_t type);
  // Of the record begun last; ascending. Both must stay until `write`.
  void cell(const core::CellKey& key, const Value* value);
  void write(WireWriter& out);

 private:
  struct Column {
    std::vector<std::size_t> counts;  // elements of each record that has any
    std::vector<const std::string*> elements;
    std::vector<const Value*> values;
  };
  void end_record();

  const bool with_values_;
  bool open_ = false;
  std::uint16_t type_ = 0;
  Shape shape_;
  std::vector<Column*> columns_of_shape_;
  // Of the record before: mostly the next one has the same columns.
  std::uint16_t last_type_ = 0;
  Shape last_shape_;
  std::vector<Column*> last_columns_;
  std::map<ColumnKey, Column> columns_;
  std::map<Shape, std::size_t> shapes_;
  std::vector<const Shape*> in_order_;  // as found
  std::vector<std::size_t> numbers_;    // the shape of each record
};

class CellsReader {
 public:
  // All columns of records of these types; false after a fault.
  bool read(const std::vector<std::uint16_t>& types, bool with_values, WireReader& in);
  // How many entries the next record has, about as many cells.
  std::size_t size_of_next() const { return shapes_[numbers_[at_]].size(); }
  // take(key, value) gets the cells of the next record, ascending by field. Elements come as they
  // were written.
  template <typename Take>
  void next(Take take) {
    const Shape& shape = shapes_[numbers_[at_]];
    plan_next(shape);
    for (std::size_t i = 0; i < shape.size(); ++i) {
      Column& column = *plan_[i];
      const bool elements = shape[i] % 2 == 1;
      const std::size_t cells = elements ? column.counts[column.next_count++] : 1;
      for (std::size_t end = column.next_cell + cells; column.next_cell < end; ++column.next_cell) {
        const std::size_t cell = column.next_cell;
        core::CellKey key{static_cast<std::uint16_t>(shape[i] / 2), {}};
        if (elements) key.element = std::move(column.elements[cell]);
        take(std::move(key), column.values.empty() ? Value() : std::move(column.values[cell]));
      }
    }
    ++at_;
  }

 private:
  struct Column {
    std::size_t records = 0;
    std::vector<std::size_t> counts;
    std::vector<std::string> elements;
    std::vector<Value> values;
    std::size_t next_count = 0, next_cell = 0;
  };
  bool read_shapes(std::size_t records, WireReader& in);
  bool read_column(ShapeEntry entry, bool with_values, Column& column, WireReader& in);
  void plan_next(const Shape& shape);

  std::vector<std::uint16_t> types_;
  std::vector<Shape> shapes_;
  std::vector<std::size_t> numbers_;
  std::map<ColumnKey, Column> columns_;
  std::size_t at_ = 0;
  std::vector<Column*> plan_;  // the columns of the record at `at_`
};

}  // namespace nhip::protocol
