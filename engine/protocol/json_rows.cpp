// Records on the wire. Keys are one letter because they come once per record; v1.md spells them
// out.
//
//   cell      := [field, value] | [field, element, value]          element never empty
//   exception := [field, stamp, author, seq] | [field, element, stamp, author, seq]
//
// Cells, changes and exceptions ascend strictly by (field, bytes of element), so a record has one
// form.
#include "protocol/json_rows.h"

#include <cstring>
#include <utility>

#include "core/limits.h"
#include "crypto/keys.h"

namespace nhip::protocol {
namespace {

constexpr std::uint64_t kNumberMax = std::numeric_limits<std::uint16_t>::max();

// The start of a cell or exception: its key, and where the rest begins.
Json keyed(const core::CellKey& key) {
  Json out = Json::array({key.field});
  if (!key.element.empty()) out.push_back(text_json(key.element));
  return out;
}

// Reads the key of an array of `rest` more items. The rest begins behind it.
core::CellKey read_key(const Json& json, std::size_t rest, Fault& fault) {
  core::CellKey key;
  const std::size_t size = json.is_array() ? json.size() : 0;
  if (size != rest + 1 && size != rest + 2) {
    fault.set("must be an array of " + std::to_string(rest + 1) + " or " +
              std::to_string(rest + 2));
    return key;
  }
  key.field = static_cast<std::uint16_t>(read_unsigned(json[0], kNumberMax, fault));
  if (size == rest + 1) return key;
  key.element = read_text(json[1], core::kElementBytesMax, fault);
  if (key.element.empty()) fault.set("an empty element is left out");
  return key;
}

void read_version(const Json& array, std::size_t at, const std::vector<Author>& authors,
                  Fault& fault, core::Version& version) {
  version.stamp = read_hex64(array[at], fault);
  const auto author =
      read_unsigned(array[at + 1], std::numeric_limits<std::uint64_t>::max(), fault);
  version.seq = read_unsigned(array[at + 2], std::numeric_limits<std::uint64_t>::max(), fault);
  if (!fault.ok()) return;
  if (author >= authors.size()) return fault.set("names an author that is not in the table");
  version.author = authors[static_cast<std::size_t>(author)];
}

void add_version(Json& array, const core::Version& version, const AuthorTable& authors) {
  array.push_back(hex64_json(version.stamp));
  array.push_back(authors.index(version.author));
  array.push_back(version.seq);
}

std::size_t size_of(const Value& value) {
  if (const auto* text = value.text()) return text->size();
  if (const auto* blob = value.blob()) return blob->size();
  return 8;
}

Value read_boxed(const Json& json, Fault& fault) {
  const auto only = json.begin();
  const std::string& kind = only.key();
  const Json& inner = only.value();
  if (kind == "b") return read_base64(inner, core::kValueBytesMax, fault);
  if (kind == "t") return read_text(json, core::kValueBytesMax, fault);
  if (kind != "r") {
    fault.set("must be a value");
    return {};
  }
  const std::uint64_t bits = read_hex64(inner, fault);
  double real = 0;
  std::memcpy(&real, &bits, sizeof real);
  return real;
}

void read_change(const Json& json, Fault& fault, core::Change& change) {
  change.cell = read_key(json, 1, fault);
  if (fault.ok()) change.value = read_value(json.back(), fault);
}

void read_operation(const Json& json, Fault& fault, core::Operation& operation) {
  ObjectReader in(json, fault);
  operation.seq = in.unsigned_number("n");
  operation.type = static_cast<std::uint16_t>(in.unsigned_number("t", Need::kRequired, kNumberMax));
  operation.id = in.id("id");
  operation.scope = in.text("x", core::kScopeBytesMax, Need::kOptional);
  operation.stamp = in.hex64("h");
  operation.seen = in.unsigned_number("k", Need::kOptional);
  operation.held = in.unsigned_number("b", Need::kOptional);
  in.list("c", core::kOperationBytesMax, operation.changes, read_change);
  if (!fault.ok()) return;
  std::size_t bytes = 0;
  const core::CellKey* previous = nullptr;
  for (const core::Change& change : operation.changes) {
    if (previous != nullptr && !(*previous < change.cell)) return fault.set("changes must ascend");
    previous = &change.cell;
    bytes += change.cell.element.size() + size_of(change.value);
  }
  if (bytes > core::kOperationBytesMax) fault.set("an operation is too large");
}

Json operation_json(const core::Operation& operation) {
  Json out = {{"n", operation.seq},
              {"t", operation.type},
              {"id", operation.id.text()},
              {"h", hex64_json(operation.stamp)}};
  if (!operation.scope.empty()) out["x"] = text_json(operation.scope);
  if (operation.seen != 0) out["k"] = operation.seen;
  if (operation.held != 0) out["b"] = operation.held;
  if (operation.changes.empty()) return out;
  Json changes = Json::array();
  for (const core::Change& change : operation.changes) {
    Json item = keyed(change.cell);
    item.push_back(value_json(change.value));
    changes.push_back(std::move(item));
  }
  out["c"] = std::move(changes);
  return out;
}

using Cell = std::pair<core::CellKey, Value>;
using Exception = std::pair<core::CellKey, core::Version>;

// Moves a list into a map, refusing one that does not ascend strictly.
template <typename Item, typename Map>
void move_ascending(std::vector<Item>& items, const char* what, Fault& fault, Map& map) {
  for (Item& item : items) {
    if (!map.empty() && !(map.rbegin()->first < item.first)) {
      return fault.set(std::string(what) + " must ascend");
    }
    map.emplace_hint(map.end(), std::move(item));
  }
}

}  // namespace

void AuthorTable::add(const core::Versions& versions) {
  if (!(versions.base == core::Version())) index_.emplace(versions.base.author, 0);
  for (const auto& [key, version] : versions.exceptions) index_.emplace(version.author, 0);
}

Json AuthorTable::encode() {
  Json out = Json::array();
  for (auto& [author, index] : index_) {
    index = out.size();
    out.push_back(author.text());
  }
  return out;
}

Json value_json(const Value& value) {
  if (const auto* integer = value.integer()) return *integer;
  if (const auto* text = value.text()) return text_json(*text);
  if (const auto* blob = value.blob()) return Json{{"b", crypto::base64(*blob)}};
  if (const auto* real = value.real()) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, real, sizeof bits);
    return Json{{"r", hex64_json(bits)}};
  }
  return nullptr;
}

Value read_value(const Json& json, Fault& fault) {
  if (json.is_null()) return {};
  // The JSON of a value in a conflict record may be longer than the value was.
  if (json.is_string()) return read_string(json, core::kOperationBytesMax, fault);
  if (json.is_object() && json.size() == 1) return read_boxed(json, fault);
  return read_integer(json, fault);
}

Json group_json(const core::Group& group) {
  Json out = Json::array();
  for (const core::Operation& operation : group.operations)
    out.push_back(operation_json(operation));
  return out;
}

void read_group(const Json& json, Fault& fault, core::Group& group) {
  read_list(json, core::kGroupOperationsMax, fault, group.operations, read_operation);
  if (!fault.ok()) return;
  if (group.operations.empty()) return fault.set("a group has at least one operation");
  const std::uint64_t first = group.operations.front().seq;
  if (first == 0) return fault.set("operations are numbered from 1");
  for (std::size_t i = 0; i < group.operations.size(); ++i) {
    if (group.operations[i].seq != first + i)
      return fault.set("operations of a group are consecutive");
  }
}

Json row_json(const RowUpdate& row, const AuthorTable& authors) {
  Json out = {{"t", row.type}, {"id", row.id.text()}, {"s", row.seq}};
  if (!row.scope.empty()) out["x"] = text_json(row.scope);
  if (!row.whole) out["w"] = false;
  if (row.left) out["l"] = true;
  if (!row.source_id.empty()) out["o"] = text_json(row.source_id);
  Json cells = Json::array();
  for (const auto& [key, value] : row.row.cells) {
    Json cell = keyed(key);
    cell.push_back(value_json(value));
    cells.push_back(std::move(cell));
  }
  if (!cells.empty()) out["c"] = std::move(cells);
  const core::Versions& versions = row.row.versions;
  if (!(versions.base == core::Version())) {
    Json base = Json::array();
    add_version(base, versions.base, authors);
    out["v"] = std::move(base);
  }
  Json exceptions = Json::array();
  for (const auto& [key, version] : versions.exceptions) {
    Json exception = keyed(key);
    add_version(exception, version, authors);
    exceptions.push_back(std::move(exception));
  }
  if (!exceptions.empty()) out["e"] = std::move(exceptions);
  return out;
}

void read_row(const Json& json, const std::vector<Author>& authors, Fault& fault, RowUpdate& row) {
  ObjectReader in(json, fault);
  row.type = static_cast<std::uint16_t>(in.unsigned_number("t", Need::kRequired, kNumberMax));
  row.id = in.id("id");
  row.seq = in.unsigned_number("s");
  row.scope = in.text("x", core::kScopeBytesMax, Need::kOptional);
  row.whole = in.boolean("w", true);
  row.left = in.boolean("l", false);
  row.source_id = in.text("o", core::kElementBytesMax, Need::kOptional);
  std::vector<Cell> cells;
  in.list("c", core::kMessageBytesMax, cells, [](const Json& item, Fault& at, Cell& cell) {
    cell.first = read_key(item, 1, at);
    if (at.ok()) cell.second = read_value(item.back(), at);
    if (at.ok() && cell.second.is_null()) at.set("a cell without a value is left out");
  });
  std::vector<Exception> exceptions;
  in.list("e", core::kMessageBytesMax, exceptions,
          [&](const Json& item, Fault& at, Exception& exception) {
            exception.first = read_key(item, 3, at);
            if (at.ok()) read_version(item, item.size() - 3, authors, at, exception.second);
          });
  if (const Json* base = in.find("v", Need::kOptional)) {
    if (!base->is_array() || base->size() != 3) fault.set("must be [stamp, author, seq]");
    if (fault.ok()) read_version(*base, 0, authors, fault, row.row.versions.base);
    if (!fault.ok()) fault.under("v");
  }
  if (!fault.ok()) return;
  move_ascending(cells, "cells", fault, row.row.cells);
  move_ascending(exceptions, "exceptions", fault, row.row.versions.exceptions);
  if (row.left && !row.row.cells.empty()) fault.set("a record that left has no cells");
}

}  // namespace nhip::protocol
