// Operation: what one local transaction did to one record. Group: the operations of one
// transaction.
//
// An operation's identity is (author, seq); seq has no gaps within a replica's incarnation. Its
// stamp decides order and may be corrected by the sequencer; the identity never changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/row.h"

namespace nhip::core {

struct Change {
  CellKey cell;
  Value value;  // null: the cell was emptied, the element removed

  friend bool operator==(const Change&, const Change&) = default;
};

struct Operation {
  std::uint64_t seq = 0;   // per replica and incarnation, from 1
  std::uint16_t type = 0;  // number in the schema
  Id id;
  std::string scope;  // of the record after the change, computed when it was sealed
  Hlc stamp = 0;
  std::uint64_t seen = 0;  // the writer's position in the scope's feed: what it can have known
  std::uint64_t held = 0;  // sequence number of the record's version that the writer held, 0 = none
  std::vector<Change> changes;  // ascending cells; all members of a schema group when one changed

  friend bool operator==(const Operation&, const Operation&) = default;
};

struct Group {
  std::vector<Operation> operations;  // consecutive seq

  friend bool operator==(const Group&, const Group&) = default;
};

// changes := varint n, n × (varint field, text element, value)
void write_changes(Writer& out, const std::vector<Change>& changes);
std::vector<Change> read_changes(Reader& in);

}  // namespace nhip::core
