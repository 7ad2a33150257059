#include "protocol/wire_cells.h"

#include "core/limits.h"

namespace nhip::protocol {
namespace {

constexpr ShapeEntry kEntryMax = 2 * 65'535 + 1;

ShapeEntry entry_of(const core::CellKey& key) {
  return static_cast<ShapeEntry>(key.field) * 2 + (key.element.empty() ? 0 : 1);
}

bool has_elements(ShapeEntry entry) { return entry % 2 == 1; }

// Entries ascend, so the distances behind the last one are written; the first one is behind -1.
void write_shape(const Shape& shape, WireWriter& out) {
  out.packed.varint(shape.size());
  ShapeEntry begin = 0;
  for (const ShapeEntry entry : shape) {
    out.packed.varint(entry - begin);
    begin = entry + 1;
  }
}

Shape read_shape(WireReader& in) {
  Shape shape(in.count(kEntryMax + 1));
  ShapeEntry begin = 0;
  for (ShapeEntry& entry : shape) {
    entry = begin + static_cast<ShapeEntry>(in.number(kEntryMax));
    if (entry > kEntryMax) in.fail();
    begin = entry + 1;
  }
  return shape;
}

}  // namespace

void CellsWriter::begin_record(std::uint16_t type) {
  end_record();
  open_ = true;
  type_ = type;
}

void CellsWriter::cell(const core::CellKey& key, const Value* value) {
  const ShapeEntry entry = entry_of(key);
  const bool first = shape_.empty() || shape_.back() != entry;
  if (first) {
    const std::size_t place = shape_.size();
    const bool as_before =
        type_ == last_type_ && place < last_shape_.size() && last_shape_[place] == entry;
    shape_.push_back(entry);
    columns_of_shape_.push_back(as_before ? last_columns_[place] : &columns_[{type_, entry}]);
  }
  Column& column = *columns_of_shape_.back();
  if (has_elements(entry)) {
    if (first) column.counts.push_back(0);
    ++column.counts.back();
    column.elements.push_back(&key.element);
  }
  if (with_values_) column.values.push_back(value);
}

void CellsWriter::end_record() {
  if (!open_) return;
  if (!numbers_.empty() && shape_ == last_shape_) {
    numbers_.push_back(numbers_.back());
  } else {
    const auto [at, fresh] = shapes_.emplace(shape_, shapes_.size());
    if (fresh) in_order_.push_back(&at->first);
    numbers_.push_back(at->second);
  }
  last_type_ = type_;
  last_shape_.swap(shape_);
  last_columns_.swap(columns_of_shape_);
  shape_.clear();
  columns_of_shape_.clear();
}

void CellsWriter::write(WireWriter& out) {
  end_record();
  open_ = false;
  out.packed.varint(in_order_.size());
  for (const Shape* shape : in_order_) write_shape(*shape, out);
  if (in_order_.size() > 1) {
    for (const std::size_t number : numbers_) out.packed.varint(number);
  }
  for (const auto& [key, column] : columns_) {
    for (const std::size_t count : column.counts) out.packed.varint(count - 1);
    write_texts(column.elements, out);
    if (with_values_) write_values(column.values, out);
  }
}

bool CellsReader::read_shapes(std::size_t records, WireReader& in) {
  shapes_.resize(in.count(records));
  for (Shape& shape : shapes_) shape = read_shape(in);
  if (records > 0 && shapes_.empty()) in.fail();
  numbers_.assign(records, 0);
  for (std::size_t i = 0; shapes_.size() > 1 && i < records; ++i) {
    numbers_[i] = static_cast<std::size_t>(in.number(shapes_.size() - 1));
  }
  return in.ok();
}

bool CellsReader::read_column(ShapeEntry entry, bool with_values, Column& column, WireReader& in) {
  std::size_t cells = column.records;
  if (has_elements(entry)) {
    column.counts.resize(column.records);
    cells = 0;
    for (std::size_t& count : column.counts) {
      count = static_cast<std::size_t>(in.number(core::kMessageCellsMax - 1)) + 1;
      // Those of the records before are paid for below.
      cells += count;
      if (cells > core::kMessageCellsMax) in.fail();
      if (!in.ok()) return false;
    }
    if (!in.take_cells(cells - column.records)) return false;
    column.elements = read_texts(cells, core::kElementBytesMax, in);
  }
  if (with_values) column.values = read_values(cells, in);
  for (const std::string& element : column.elements) {
    if (element.empty()) in.fail();
  }
  return in.ok();
}

bool CellsReader::read(const std::vector<std::uint16_t>& types, bool with_values, WireReader& in) {
  types_ = types;
  if (!read_shapes(types.size(), in)) return false;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Shape& shape = shapes_[numbers_[i]];
    if (!in.take_cells(shape.size())) return false;
    for (const ShapeEntry entry : shape) ++columns_[{types[i], entry}].records;
    if (columns_.size() > core::kMessageRecordsMax) in.fail();
  }
  for (auto& [key, column] : columns_) {
    if (!read_column(key.second, with_values, column, in)) return false;
  }
  return in.ok();
}

void CellsReader::plan_next(const Shape& shape) {
  const bool same = at_ > 0 && types_[at_] == types_[at_ - 1] && numbers_[at_] == numbers_[at_ - 1];
  if (same) return;
  plan_.clear();
  for (const ShapeEntry entry : shape) {
    plan_.push_back(&columns_.find({types_[at_], entry})->second);
  }
}

}  // namespace nhip::protocol
