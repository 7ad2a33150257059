#include "protocol/wire_records.h"

#include "core/limits.h"
#include "protocol/wire_cells.h"
#include "protocol/wire_columns.h"

namespace nhip::protocol {
namespace {

constexpr std::size_t kReceiptProofUsual = 8;
constexpr std::size_t kReceiptProofMax = 32;
constexpr std::size_t kWithinMax = core::kScopeBytesMax + 24;

std::size_t size_of(const Value& value) {
  if (const auto* text = value.text()) return text->size();
  if (const auto* blob = value.blob()) return blob->size();
  return 8;
}

// Types one after another: (type, how many), the last run as 0.
void write_types(const std::vector<std::uint16_t>& types, WireWriter& out) {
  for (std::size_t i = 0; i < types.size();) {
    std::size_t end = i;
    while (end < types.size() && types[end] == types[i]) ++end;
    out.packed.varint(types[i]);
    out.packed.varint(end == types.size() ? 0 : end - i);
    i = end;
  }
}

std::vector<std::uint16_t> read_types(std::size_t count, WireReader& in) {
  std::vector<std::uint16_t> types;
  while (in.ok() && types.size() < count) {
    const std::uint64_t type = in.number(0xFFFF);
    const std::uint64_t left = count - types.size();
    const std::uint64_t told = in.number(left);
    types.insert(types.end(), static_cast<std::size_t>(told == 0 ? left : told),
                 static_cast<std::uint16_t>(type));
  }
  return types;
}

// --- operations ---

using Operations = std::vector<const core::Operation*>;

// Numbers go on without gaps, so groups are told by their sizes and what lies between them.
Operations write_group_heads(const std::vector<core::Group>& groups, WireWriter& out) {
  Operations all;
  std::uint64_t expected = 1;
  out.packed.varint(groups.size());
  for (const core::Group& group : groups) {
    const std::uint64_t first = group.operations.front().seq;
    out.packed.varint(group.operations.size());
    out.packed.varint(first - expected);
    for (const core::Operation& operation : group.operations) all.push_back(&operation);
    expected = first + group.operations.size();
  }
  return all;
}

std::size_t read_group_heads(std::vector<core::Group>& groups, WireReader& in) {
  groups.resize(in.count(core::kMessageRecordsMax));
  std::size_t total = 0;
  std::uint64_t expected = 1;
  for (core::Group& group : groups) {
    const auto size = static_cast<std::size_t>(in.number(core::kGroupOperationsMax));
    const std::uint64_t gap = in.packed.varint();
    total += size;
    const std::uint64_t first = expected + gap;
    // Behind the highest number there is, `expected` is 0 and nothing can follow.
    const bool ascends = expected != 0 && first >= expected && size - 1 <= ~first;
    if (size == 0 || total > core::kMessageRecordsMax || !ascends) in.fail();
    if (!in.ok()) return 0;
    group.operations.resize(size);
    for (std::size_t i = 0; i < size; ++i) group.operations[i].seq = first + i;
    expected = first + size;
  }
  return total;
}

void write_changes(const Operations& all, WireWriter& out) {
  CellsWriter cells(true);
  for (const core::Operation* operation : all) {
    cells.begin_record(operation->type);
    for (const core::Change& change : operation->changes) cells.cell(change.cell, &change.value);
  }
  cells.write(out);
}

void read_changes(const std::vector<core::Operation*>& all, const std::vector<std::uint16_t>& types,
                  WireReader& in) {
  CellsReader cells;
  if (!cells.read(types, true, in)) return;
  for (core::Operation* operation : all) {
    operation->changes.reserve(cells.size_of_next());
    std::size_t bytes = 0;
    cells.next([&](core::CellKey&& key, Value&& value) {
      auto& changes = operation->changes;
      if (!changes.empty() && !(changes.back().cell < key)) in.fail();
      bytes += key.element.size() + size_of(value);
      changes.push_back({std::move(key), std::move(value)});
    });
    if (bytes > core::kOperationBytesMax) in.fail();
    if (!in.ok()) return;
  }
}

// --- rows ---

// What is not so with most rows, one bit each.
enum Flag : std::uint8_t {
  kPartial = 1,
  kLeft = 2,
  kHasScope = 4,
  kHasSource = 8,
  kNoBase = 16,
  kHasExceptions = 32,
  kFlags = 63
};

std::uint8_t flags_of(const RowUpdate& row) {
  const core::Versions& versions = row.row.versions;
  return static_cast<std::uint8_t>(
      (row.whole ? 0 : kPartial) | (row.left ? kLeft : 0) | (row.scope.empty() ? 0 : kHasScope) |
      (row.source_id.empty() ? 0 : kHasSource) | (versions.base == core::Version() ? kNoBase : 0) |
      (versions.exceptions.empty() ? 0 : kHasExceptions));
}

// A version's number mostly is that of its row.
void write_version(const core::Version& version, std::uint64_t row_seq, StampSteps& stamps,
                   WireWriter& out) {
  stamps.write(version.stamp, out);
  out.author(version.author);
  out.step(row_seq, version.seq);
}

core::Version read_version(std::uint64_t row_seq, StampSteps& stamps, WireReader& in) {
  core::Version version;
  version.stamp = stamps.read(in);
  version.author = in.author();
  version.seq = in.step(row_seq);
  return version;
}

void write_cells(const std::vector<RowUpdate>& rows, WireWriter& out) {
  CellsWriter cells(true);
  for (const RowUpdate& row : rows) {
    cells.begin_record(row.type);
    for (const auto& [key, value] : row.row.cells) cells.cell(key, &value);
  }
  cells.write(out);
}

void read_cells(std::vector<RowUpdate>& rows, const std::vector<std::uint16_t>& types,
                WireReader& in) {
  CellsReader cells;
  if (!cells.read(types, true, in)) return;
  for (RowUpdate& row : rows) {
    core::Cells& into = row.row.cells;
    cells.next([&](core::CellKey&& key, Value&& value) {
      const bool ascends = into.empty() || into.rbegin()->first < key;
      if (!ascends || value.is_null()) in.fail();
      if (in.ok()) into.emplace_hint(into.end(), std::move(key), std::move(value));
    });
    if (row.left && !into.empty()) in.fail();
    if (!in.ok()) return;
  }
}

void write_exceptions(const std::vector<RowUpdate>& rows, std::int64_t begin_ms, WireWriter& out) {
  CellsWriter keys(false);
  bool any = false;
  for (const RowUpdate& row : rows) {
    if (row.row.versions.exceptions.empty()) continue;
    any = true;
    keys.begin_record(row.type);
    for (const auto& [key, version] : row.row.versions.exceptions) keys.cell(key, nullptr);
  }
  if (!any) return;
  keys.write(out);
  StampSteps stamps(begin_ms);
  for (const RowUpdate& row : rows) {
    for (const auto& [key, version] : row.row.versions.exceptions) {
      write_version(version, row.seq, stamps, out);
    }
  }
}

void read_exceptions(std::vector<RowUpdate>& rows, const std::vector<std::uint8_t>& flags,
                     std::int64_t begin_ms, WireReader& in) {
  std::vector<std::uint16_t> types;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if ((flags[i] & kHasExceptions) != 0) types.push_back(rows[i].type);
  }
  CellsReader keys;
  if (types.empty() || !keys.read(types, false, in)) return;
  StampSteps stamps(begin_ms);
  for (std::size_t i = 0; i < rows.size() && in.ok(); ++i) {
    if ((flags[i] & kHasExceptions) == 0) continue;
    auto& into = rows[i].row.versions.exceptions;
    keys.next([&](core::CellKey&& key, Value&&) {
      if (!into.empty() && !(into.rbegin()->first < key)) in.fail();
      const core::Version version = read_version(rows[i].seq, stamps, in);
      if (in.ok()) into.emplace_hint(into.end(), std::move(key), version);
    });
    if (into.empty()) in.fail();
  }
}

void write_row_heads(const std::vector<RowUpdate>& rows, std::int64_t begin_ms, WireWriter& out) {
  std::vector<std::uint16_t> types;
  for (const RowUpdate& row : rows) types.push_back(row.type);
  write_types(types, out);
  for (const RowUpdate& row : rows) out.packed.byte(flags_of(row));
  std::uint64_t expected = 0;
  for (const RowUpdate& row : rows) {
    out.step(expected, row.seq);
    expected = row.seq + 1;
  }
  IdSteps ids(begin_ms);
  for (const RowUpdate& row : rows) ids.write(row.id, out);
  std::vector<const std::string*> sources;
  for (const RowUpdate& row : rows) {
    if (!row.scope.empty()) out.name(row.scope);
    if (!row.source_id.empty()) sources.push_back(&row.source_id);
  }
  write_texts(sources, out);
  StampSteps stamps(begin_ms);
  for (const RowUpdate& row : rows) {
    const core::Version& base = row.row.versions.base;
    if (!(base == core::Version())) write_version(base, row.seq, stamps, out);
  }
}

void read_sources(std::vector<RowUpdate>& rows, const std::vector<std::uint8_t>& flags,
                  WireReader& in) {
  std::size_t count = 0, next = 0;
  for (const std::uint8_t each : flags) count += (each & kHasSource) != 0 ? 1 : 0;
  std::vector<std::string> sources = read_texts(count, core::kElementBytesMax, in);
  for (std::size_t i = 0; i < rows.size() && in.ok(); ++i) {
    if ((flags[i] & kHasSource) == 0) continue;
    rows[i].source_id = std::move(sources[next++]);
    if (rows[i].source_id.empty()) in.fail();
  }
}

std::vector<std::uint8_t> read_row_heads(std::vector<RowUpdate>& rows,
                                         std::vector<std::uint16_t>& types, std::int64_t begin_ms,
                                         WireReader& in) {
  types = read_types(rows.size(), in);
  std::vector<std::uint8_t> flags(rows.size());
  for (std::uint8_t& each : flags) {
    each = in.packed.byte();
    if (each > kFlags) in.fail();
  }
  if (!in.ok()) return flags;
  std::uint64_t expected = 0;
  IdSteps ids(begin_ms);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].type = types[i];
    rows[i].whole = (flags[i] & kPartial) == 0;
    rows[i].left = (flags[i] & kLeft) != 0;
    rows[i].seq = in.step(expected);
    expected = rows[i].seq + 1;
  }
  for (RowUpdate& row : rows) row.id = ids.read(in);
  for (std::size_t i = 0; i < rows.size() && in.ok(); ++i) {
    if ((flags[i] & kHasScope) == 0) continue;
    rows[i].scope = in.name(core::kScopeBytesMax);
    if (rows[i].scope.empty()) in.fail();
  }
  read_sources(rows, flags, in);
  StampSteps stamps(begin_ms);
  for (std::size_t i = 0; i < rows.size() && in.ok(); ++i) {
    if ((flags[i] & kNoBase) != 0) continue;
    rows[i].row.versions.base = read_version(rows[i].seq, stamps, in);
    if (rows[i].row.versions.base == core::Version()) in.fail();
  }
  return flags;
}

}  // namespace

void write_groups(const std::vector<core::Group>& groups, std::int64_t begin_ms, WireWriter& out) {
  const Operations all = write_group_heads(groups, out);
  std::vector<std::uint16_t> types;
  for (const core::Operation* operation : all) types.push_back(operation->type);
  write_types(types, out);
  IdSteps ids(begin_ms);
  for (const core::Operation* operation : all) ids.write(operation->id, out);
  StampSteps stamps(begin_ms);
  for (const core::Operation* operation : all) stamps.write(operation->stamp, out);
  for (const core::Operation* operation : all) out.name(operation->scope);
  std::uint64_t seen = 0, held = 0;
  for (const core::Operation* operation : all) {
    out.step(seen, operation->seen);
    seen = operation->seen;
  }
  for (const core::Operation* operation : all) {
    out.step(held, operation->held);
    held = operation->held;
  }
  write_changes(all, out);
}

std::vector<core::Group> read_groups(std::int64_t begin_ms, WireReader& in) {
  std::vector<core::Group> groups;
  const std::size_t total = read_group_heads(groups, in);
  const std::vector<std::uint16_t> types = read_types(total, in);
  if (!in.ok()) return {};
  std::vector<core::Operation*> all;
  for (core::Group& group : groups) {
    for (core::Operation& operation : group.operations) {
      operation.type = types[all.size()];
      all.push_back(&operation);
    }
  }
  IdSteps ids(begin_ms);
  for (core::Operation* operation : all) operation->id = ids.read(in);
  StampSteps stamps(begin_ms);
  for (core::Operation* operation : all) operation->stamp = stamps.read(in);
  for (core::Operation* operation : all) {
    if (in.ok()) operation->scope = in.name(core::kScopeBytesMax);
  }
  std::uint64_t seen = 0, held = 0;
  for (core::Operation* operation : all) operation->seen = seen = in.step(seen);
  for (core::Operation* operation : all) operation->held = held = in.step(held);
  if (in.ok()) read_changes(all, types, in);
  return groups;
}

void write_rows(const std::vector<RowUpdate>& rows, std::int64_t begin_ms, WireWriter& out) {
  out.packed.varint(rows.size());
  if (rows.empty()) return;
  write_row_heads(rows, begin_ms, out);
  write_cells(rows, out);
  write_exceptions(rows, begin_ms, out);
}

std::vector<RowUpdate> read_rows(std::int64_t begin_ms, WireReader& in) {
  std::vector<RowUpdate> rows(in.count(core::kMessageRecordsMax));
  if (rows.empty()) return rows;
  std::vector<std::uint16_t> types;
  const std::vector<std::uint8_t> flags = read_row_heads(rows, types, begin_ms, in);
  if (in.ok()) read_cells(rows, types, in);
  if (in.ok()) read_exceptions(rows, flags, begin_ms, in);
  return rows;
}

// head := varint (bytes of the proof, 0: the usual 8, 1: none …) × 2 + (1: with a scope)
void write_receipts(const std::vector<Receipt>& receipts, std::int64_t begin_ms, WireWriter& out) {
  out.packed.varint(receipts.size());
  std::uint64_t expected = 0;
  auto received = static_cast<std::uint64_t>(begin_ms);
  for (const Receipt& receipt : receipts) {
    const std::size_t size = receipt.proof.size();
    const std::size_t told = size == kReceiptProofUsual ? 0 : size + 1;
    out.packed.varint(told * 2 + (receipt.scope.empty() ? 0 : 1));
    if (!receipt.scope.empty()) out.name(receipt.scope);
    out.step(expected, receipt.first);
    out.step(receipt.first, receipt.last);
    out.step(received, static_cast<std::uint64_t>(receipt.received_at));
    out.bare.raw(receipt.proof);
    expected = receipt.last + 1;
    received = static_cast<std::uint64_t>(receipt.received_at);
  }
}

std::vector<Receipt> read_receipts(std::int64_t begin_ms, WireReader& in) {
  std::vector<Receipt> receipts(in.count(core::kMessageRecordsMax));
  std::uint64_t expected = 0;
  auto received = static_cast<std::uint64_t>(begin_ms);
  for (Receipt& receipt : receipts) {
    if (!in.ok()) return {};
    const std::uint64_t head = in.number((kReceiptProofMax + 1) * 2 + 1);
    if (head % 2 == 1) receipt.scope = in.name(core::kScopeBytesMax);
    if (receipt.scope.empty() == (head % 2 == 1)) in.fail();
    receipt.first = in.step(expected);
    receipt.last = in.step(receipt.first);
    received = in.step(received);
    receipt.received_at = static_cast<std::int64_t>(received);
    const auto size = static_cast<std::size_t>(head < 2 ? kReceiptProofUsual : head / 2 - 1);
    if (head >= 2 && size == kReceiptProofUsual) in.fail();
    const auto proof = in.bare.raw(size);
    receipt.proof.assign(proof.begin(), proof.end());
    expected = receipt.last + 1;
  }
  return receipts;
}

// head := 1 epoch, 2 seq, 4 salt, 8 within, 16 complete is not seq
void write_cursor(const Cursor& cursor, WireWriter& out) {
  out.packed.byte(static_cast<std::uint8_t>(
      (cursor.epoch.empty() ? 0 : 1) | (cursor.seq == 0 ? 0 : 2) | (cursor.salt == 0 ? 0 : 4) |
      (cursor.within.empty() ? 0 : 8) | (cursor.complete == cursor.seq ? 0 : 16)));
  if (!cursor.epoch.empty()) out.name(cursor.epoch);
  if (cursor.seq != 0) out.packed.varint(cursor.seq);
  if (cursor.salt != 0) out.bare.fixed64(cursor.salt);
  if (!cursor.within.empty()) out.name(cursor.within);
  if (cursor.complete != cursor.seq) out.step(cursor.seq, cursor.complete);
}

Cursor read_cursor(WireReader& in) {
  Cursor cursor;
  const std::uint8_t head = in.packed.byte();
  if (head > 31) in.fail();
  if ((head & 1) != 0) cursor.epoch = in.prose();
  if ((head & 2) != 0) cursor.seq = in.packed.varint();
  if ((head & 4) != 0) cursor.salt = in.bare.fixed64();
  if ((head & 8) != 0) cursor.within = in.name(kWithinMax);
  cursor.complete = (head & 16) != 0 ? in.step(cursor.seq) : cursor.seq;
  return cursor;
}

}  // namespace nhip::protocol
