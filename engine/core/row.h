// Row: the state of one record as device and server both keep it: its cells and their versions.
//
// A cell is (field number, element key); the key is empty for a scalar and names the element of a
// list or map otherwise (see `make_element`). A cell that is not there is null. The cell of field 0
// tells that the record is deleted: its other cells stay, so that an unseen edit can bring it back.
//
// A version says who gave a cell its value and when: stamp, author, and the scope's sequence number
// at which the centre accepted it. Most rows have one version for all cells, `base`; `exceptions`
// lists the cells that differ, so a row costs one entry and not one per cell.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/hlc.h"
#include "nhip/id.h"
#include "nhip/schema.h"
#include "nhip/value.h"

namespace nhip::core {

struct CellKey {
  std::uint16_t field = 0;
  std::string element;

  friend auto operator<=>(const CellKey&, const CellKey&) = default;
};

// Ordered by field, then by the bytes of the element key. Null values are never stored in it.
using Cells = std::map<CellKey, Value>;

// The value of a cell, null when absent.
const Value& cell_value(const Cells& cells, const CellKey& key);
// Sets a cell; a null value removes it.
void set_cell(Cells& cells, const CellKey& key, Value value);

bool is_deleted(const Cells& cells);

// An element key of several columns is their texts joined with U+001F, which no key column may
// contain.
std::string make_element(const std::vector<std::string>& key_columns);
std::vector<std::string> split_element(std::string_view element);

struct Version {
  Hlc stamp = 0;
  Author author;
  std::uint64_t seq = 0;

  friend bool operator==(const Version&, const Version&) = default;
};

// The order that decides between concurrent values: stamp, then author. Sequence numbers play no
// part.
inline bool is_later(const Version& a, const Version& b) {
  if (a.stamp != b.stamp) return a.stamp > b.stamp;
  return a.author > b.author;
}

struct Versions {
  Version base;
  std::map<CellKey, Version> exceptions;

  const Version& of(const CellKey& key) const;
  friend bool operator==(const Versions&, const Versions&) = default;
};

struct Row {
  Cells cells;
  Versions versions;

  friend bool operator==(const Row&, const Row&) = default;
};

// Byte forms, used in the server's store and in a device's bookkeeping.
// cells    := varint n, n × (varint field, text element, value), ascending
void write_cells(Writer& out, const Cells& cells);
Cells read_cells(Reader& in);
Bytes encode_cells(const Cells& cells);

}  // namespace nhip::core
