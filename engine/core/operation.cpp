#include "core/operation.h"

namespace nhip::core {

void write_changes(Writer& out, const std::vector<Change>& changes) {
  out.varint(changes.size());
  for (const Change& change : changes) {
    out.varint(change.cell.field);
    out.text(change.cell.element);
    out.value(change.value);
  }
}

std::vector<Change> read_changes(Reader& in) {
  std::vector<Change> changes;
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t field = in.varint();
    CellKey key{static_cast<std::uint16_t>(field), in.text()};
    Value value = in.value();
    if (field > UINT16_MAX || (!changes.empty() && !(changes.back().cell < key))) in.fail();
    if (in.ok()) changes.push_back({std::move(key), std::move(value)});
  }
  return changes;
}

}  // namespace nhip::core
