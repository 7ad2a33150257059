#include "core/row.h"

namespace nhip::core {

namespace {
constexpr char kElementSeparator = '\x1f';
}

const Value& cell_value(const Cells& cells, const CellKey& key) {
  static const Value kNull;
  const auto found = cells.find(key);
  return found == cells.end() ? kNull : found->second;
}

void set_cell(Cells& cells, const CellKey& key, Value value) {
  if (value.is_null()) {
    cells.erase(key);
  } else {
    cells.insert_or_assign(key, std::move(value));
  }
}

bool is_deleted(const Cells& cells) {
  const Value& value = cell_value(cells, {kDeletedField, {}});
  return value.integer() != nullptr && *value.integer() != 0;
}

std::string make_element(const std::vector<std::string>& key_columns) {
  std::string element;
  for (std::size_t i = 0; i < key_columns.size(); ++i) {
    if (i > 0) element += kElementSeparator;
    element += key_columns[i];
  }
  return element;
}

std::vector<std::string> split_element(std::string_view element) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = element.find(kElementSeparator, start);
    parts.emplace_back(element.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

const Version& Versions::of(const CellKey& key) const {
  const auto found = exceptions.find(key);
  return found == exceptions.end() ? base : found->second;
}

void write_cells(Writer& out, const Cells& cells) {
  out.varint(cells.size());
  for (const auto& [key, value] : cells) {
    out.varint(key.field);
    out.text(key.element);
    out.value(value);
  }
}

Cells read_cells(Reader& in) {
  Cells cells;
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    const std::uint64_t field = in.varint();
    CellKey key{static_cast<std::uint16_t>(field), in.text()};
    Value value = in.value();
    // Ascending order and no nulls make the form unique, so equal states have equal bytes.
    const bool ascending = cells.empty() || cells.rbegin()->first < key;
    if (field > UINT16_MAX || value.is_null() || !ascending) in.fail();
    if (in.ok()) cells.emplace_hint(cells.end(), std::move(key), std::move(value));
  }
  return cells;
}

Bytes encode_cells(const Cells& cells) {
  Writer out;
  write_cells(out, cells);
  return out.take();
}

}  // namespace nhip::core
