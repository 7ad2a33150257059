// Times are differences, since a receipt time and the stamps near it share most of their bits; what
// equals its expected value is left out and a flag says so. Loaded records have their times in
// whole seconds; with kSeconds the differences that stand outside exceptions are seconds too, four
// bytes less per record. Differences wrap around modulo 2^64, so that any two times, however
// absurd, come back exactly.
//
//   about   := varint flags
//              [kReceived  zigzag  received_at − the commit's]
//              [kUpdated   zigzag  updated_at − ms of the newest stamp]
//              [kAuthor    varint  ordinal of the version's author]
//              [kDevice    varint  ordinal of its device]
//              [kSource    text    source_id]
//              version of the base, relative to (received_at, the version's author)
//              [kExceptions  varint n, n × (version, varint m, m × (varint field, text element))]
//   version := varint 4 × counter + (1 if a seq follows) + (2 if an author follows)
//              zigzag  ms − expected ms      (expected: received_at for the base, then the base's)
//              [zigzag  the row's seq − seq]
//              [varint ordinal of the author]
//   past    := varint flags [kUpdated zigzag updated_at − received_at] [kAuthor …] [kDevice …]
//   group   := varint n, n × (varint seq, varint type, 16 bytes id, text scope, fixed64 stamp,
//              varint seen, varint held, varint m, m × (varint field, text element, value))
//
// Exceptions are gathered by version: an edit gives several cells the same one.
#include "store/row_codec.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/bytes.h"

namespace nhip::server {

namespace {

using core::CellKey;
using core::Reader;
using core::Version;
using core::Writer;

constexpr std::uint64_t kReceived = 1;
constexpr std::uint64_t kUpdated = 2;
constexpr std::uint64_t kAuthor = 4;
constexpr std::uint64_t kDevice = 8;
constexpr std::uint64_t kSource = 16;
constexpr std::uint64_t kExceptions = 32;
constexpr std::uint64_t kSeconds = 64;
constexpr std::uint64_t kAboutFlags = 127;
constexpr std::uint64_t kPastFlags = kUpdated | kAuthor | kDevice;

constexpr std::uint64_t kOtherSeq = 1;
constexpr std::uint64_t kOtherAuthor = 2;
constexpr std::uint64_t kCounterUnit = 4;
constexpr std::uint64_t kCounterMax = 0xFFFF;
constexpr std::uint64_t kStampMsMax = 0xFFFF'FFFF'FFFF;

Status damaged(const char* what) {
  return {Code::kCorrupt, "damaged_row", std::string("the stored ") + what + " does not decode",
          "keep the folder as it is and restore the last backup beside it"};
}

std::int64_t difference(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::int64_t>(a - b);
}

std::uint64_t as_unsigned(std::int64_t value) { return static_cast<std::uint64_t>(value); }

std::int64_t sum(std::int64_t base, std::int64_t offset) {
  return static_cast<std::int64_t>(as_unsigned(base) + as_unsigned(offset));
}

// What a version is written relative to.
struct Expected {
  std::int64_t ms = 0;
  Author author;
  std::uint64_t seq = 0;
  std::int64_t unit = 1;  // the difference in time is written in so many ms
};

std::int64_t scaled(std::int64_t written, std::int64_t unit) {
  return static_cast<std::int64_t>(as_unsigned(written) * as_unsigned(unit));
}

Status write_version(Writer& out, const Version& version, const Expected& expected,
                     Ordinals& ordinals) {
  const std::uint64_t flags = (version.seq != expected.seq ? kOtherSeq : 0) |
                              (version.author != expected.author ? kOtherAuthor : 0);
  out.varint((version.stamp & kCounterMax) * kCounterUnit + flags);
  out.zigzag(difference(version.stamp >> 16, as_unsigned(expected.ms)) / expected.unit);
  if (flags & kOtherSeq) out.zigzag(difference(expected.seq, version.seq));
  if (!(flags & kOtherAuthor)) return {};
  NHIP_TRY_ASSIGN(const std::uint64_t ordinal, ordinals.of_author(version.author));
  out.varint(ordinal);
  return {};
}

Result<Version> read_version(Reader& in, const Expected& expected, Ordinals& ordinals) {
  const std::uint64_t head = in.varint();
  const std::uint64_t ms = as_unsigned(sum(expected.ms, scaled(in.zigzag(), expected.unit)));
  Version version;
  version.seq = expected.seq - (head & kOtherSeq ? as_unsigned(in.zigzag()) : 0);
  version.author = expected.author;
  if (head / kCounterUnit > kCounterMax || ms > kStampMsMax) in.fail();
  version.stamp = (ms << 16) | (head / kCounterUnit);
  if (!in.ok() || !(head & kOtherAuthor)) return version;
  const std::uint64_t ordinal = in.varint();
  if (!in.ok()) return version;
  NHIP_TRY_ASSIGN(version.author, ordinals.author(ordinal));
  return version;
}

std::int64_t newest_ms(const core::Versions& versions) {
  core::Hlc newest = versions.base.stamp;
  for (const auto& [cell, version] : versions.exceptions) newest = std::max(newest, version.stamp);
  return core::hlc_ms(newest);
}

// Exceptions of one version, in the order of their first cells.
std::vector<std::pair<Version, std::vector<CellKey>>> by_version(const core::Versions& versions) {
  std::vector<std::pair<Version, std::vector<CellKey>>> gathered;
  for (const auto& [cell, version] : versions.exceptions) {
    const auto same = [&held = version](const auto& entry) { return entry.first == held; };
    auto found = std::find_if(gathered.begin(), gathered.end(), same);
    if (found == gathered.end()) found = gathered.insert(gathered.end(), {version, {}});
    found->second.push_back(cell);
  }
  return gathered;
}

Expected after_base(const Version& base, std::uint64_t seq) {
  return {core::hlc_ms(base.stamp), base.author, seq, 1};
}

Status write_exceptions(Writer& out, const StoredRow& row, Ordinals& ordinals) {
  const core::Versions& versions = row.row.versions;
  const Expected expected = after_base(versions.base, row.seq);
  const auto gathered = by_version(versions);
  out.varint(gathered.size());
  for (const auto& [version, cells] : gathered) {
    NHIP_TRY(write_version(out, version, expected, ordinals));
    out.varint(cells.size());
    for (const CellKey& cell : cells) {
      out.varint(cell.field);
      out.text(cell.element);
    }
  }
  return {};
}

Status read_exceptions(Reader& in, StoredRow& row, Ordinals& ordinals) {
  core::Versions& versions = row.row.versions;
  const Expected expected = after_base(versions.base, row.seq);
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    NHIP_TRY_ASSIGN(const Version version, read_version(in, expected, ordinals));
    const std::uint64_t cells = in.varint();
    for (std::uint64_t j = 0; j < cells && in.ok(); ++j) {
      const std::uint64_t field = in.varint();
      CellKey cell{static_cast<std::uint16_t>(field), in.text()};
      if (field > UINT16_MAX) in.fail();
      if (in.ok() && !versions.exceptions.emplace(std::move(cell), version).second) in.fail();
    }
  }
  return {};
}

// Author and device of a version, where they are not the commit's.
Status write_origin(Writer& out, std::uint64_t flags, const VersionInfo& info, Ordinals& ordinals) {
  if (flags & kAuthor) {
    NHIP_TRY_ASSIGN(const std::uint64_t author, ordinals.of_author(info.author));
    out.varint(author);
  }
  if (flags & kDevice) {
    NHIP_TRY_ASSIGN(const std::uint64_t device, ordinals.of_device(info.device_id));
    out.varint(device);
  }
  return {};
}

Status read_origin(Reader& in, std::uint64_t flags, const CommitFacts& commit, Ordinals& ordinals,
                   VersionInfo& info) {
  info.author = commit.author;
  info.device_id = commit.device_id;
  if (flags & kAuthor) {
    const std::uint64_t ordinal = in.varint();
    if (in.ok()) {
      NHIP_TRY_ASSIGN(info.author, ordinals.author(ordinal));
    }
  }
  if (flags & kDevice) {
    const std::uint64_t ordinal = in.varint();
    if (in.ok()) {
      NHIP_TRY_ASSIGN(info.device_id, ordinals.device(ordinal));
    }
  }
  return {};
}

std::uint64_t origin_flags(const VersionInfo& info, const CommitFacts& commit) {
  return (info.author != commit.author ? kAuthor : 0) |
         (info.device_id != commit.device_id ? kDevice : 0);
}

}  // namespace

Result<Bytes> encode_about(const StoredRow& row, const CommitFacts& commit, Ordinals& ordinals) {
  const VersionInfo& info = row.info;
  const std::int64_t newest = newest_ms(row.row.versions);
  const std::int64_t received =
      difference(as_unsigned(info.received_at), as_unsigned(commit.received_at));
  const std::int64_t updated = difference(as_unsigned(info.updated_at), as_unsigned(newest));
  const std::int64_t stamped =
      difference(row.row.versions.base.stamp >> 16, as_unsigned(info.received_at));
  const bool seconds = received % 1000 == 0 && updated % 1000 == 0 && stamped % 1000 == 0;
  const std::int64_t unit = seconds ? 1000 : 1;

  std::uint64_t flags = origin_flags(info, commit) | (seconds ? kSeconds : 0);
  if (received != 0) flags |= kReceived;
  if (updated != 0) flags |= kUpdated;
  if (!row.source_id.empty()) flags |= kSource;
  if (!row.row.versions.exceptions.empty()) flags |= kExceptions;

  Writer out;
  out.varint(flags);
  if (flags & kReceived) out.zigzag(received / unit);
  if (flags & kUpdated) out.zigzag(updated / unit);
  NHIP_TRY(write_origin(out, flags, info, ordinals));
  if (flags & kSource) out.text(row.source_id);
  const Expected expected{info.received_at, info.author, row.seq, unit};
  NHIP_TRY(write_version(out, row.row.versions.base, expected, ordinals));
  if (flags & kExceptions) NHIP_TRY(write_exceptions(out, row, ordinals));
  return out.take();
}

Status decode_about(std::span<const std::uint8_t> bytes, const CommitFacts& commit,
                    Ordinals& ordinals, StoredRow& row) {
  Reader in(bytes);
  VersionInfo& info = row.info;
  const std::uint64_t flags = in.varint();
  if (!in.ok() || flags > kAboutFlags) return damaged("bookkeeping of a record");

  const std::int64_t unit = flags & kSeconds ? 1000 : 1;
  info.received_at = commit.received_at;
  if (flags & kReceived) info.received_at = sum(info.received_at, scaled(in.zigzag(), unit));
  const std::int64_t updated = flags & kUpdated ? scaled(in.zigzag(), unit) : 0;
  NHIP_TRY(read_origin(in, flags, commit, ordinals, info));
  if (flags & kSource) row.source_id = in.text();
  const Expected expected{info.received_at, info.author, row.seq, unit};
  NHIP_TRY_ASSIGN(row.row.versions.base, read_version(in, expected, ordinals));
  if (flags & kExceptions) NHIP_TRY(read_exceptions(in, row, ordinals));
  if (!in.done()) return damaged("bookkeeping of a record");

  info.updated_at = sum(newest_ms(row.row.versions), updated);
  return {};
}

Result<Bytes> encode_past(const VersionInfo& info, const CommitFacts& commit, Ordinals& ordinals) {
  std::uint64_t flags = origin_flags(info, commit);
  if (info.updated_at != info.received_at) flags |= kUpdated;
  Writer out;
  out.varint(flags);
  if (flags & kUpdated) {
    out.zigzag(difference(as_unsigned(info.updated_at), as_unsigned(info.received_at)));
  }
  NHIP_TRY(write_origin(out, flags, info, ordinals));
  return out.take();
}

Status decode_past(std::span<const std::uint8_t> bytes, const CommitFacts& commit,
                   Ordinals& ordinals, VersionInfo& info) {
  Reader in(bytes);
  const std::uint64_t flags = in.varint();
  if (!in.ok() || (flags & ~kPastFlags) != 0) return damaged("bookkeeping of a past version");
  info.updated_at = sum(info.received_at, flags & kUpdated ? in.zigzag() : 0);
  NHIP_TRY(read_origin(in, flags, commit, ordinals, info));
  if (!in.done()) return damaged("bookkeeping of a past version");
  return {};
}

Result<core::Cells> decode_state(std::span<const std::uint8_t> bytes) {
  Reader in(bytes);
  core::Cells cells = core::read_cells(in);
  if (!in.done()) return damaged("state of a record");
  return cells;
}

// Not core::write_changes: the inbox keeps groups exactly because they were refused, so nothing
// about the order of their changes may be asked of them.
Bytes encode_group(const core::Group& group) {
  Writer out;
  out.varint(group.operations.size());
  for (const core::Operation& operation : group.operations) {
    out.varint(operation.seq);
    out.varint(operation.type);
    out.raw(operation.id.bytes);
    out.text(operation.scope);
    out.fixed64(operation.stamp);
    out.varint(operation.seen);
    out.varint(operation.held);
    out.varint(operation.changes.size());
    for (const core::Change& change : operation.changes) {
      out.varint(change.cell.field);
      out.text(change.cell.element);
      out.value(change.value);
    }
  }
  return out.take();
}

Result<core::Group> decode_group(std::span<const std::uint8_t> bytes) {
  Reader in(bytes);
  core::Group group;
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    core::Operation operation;
    operation.seq = in.varint();
    const std::uint64_t type = in.varint();
    operation.type = static_cast<std::uint16_t>(type);
    operation.id = Id::from_bytes(in.raw(sizeof operation.id.bytes)).value_or(Id{});
    operation.scope = in.text();
    operation.stamp = in.fixed64();
    operation.seen = in.varint();
    operation.held = in.varint();
    const std::uint64_t changes = in.varint();
    for (std::uint64_t j = 0; j < changes && in.ok(); ++j) {
      core::Change change;
      const std::uint64_t field = in.varint();
      change.cell.field = static_cast<std::uint16_t>(field);
      change.cell.element = in.text();
      change.value = in.value();
      if (field > UINT16_MAX) in.fail();
      operation.changes.push_back(std::move(change));
    }
    if (type > UINT16_MAX) in.fail();
    group.operations.push_back(std::move(operation));
  }
  if (!in.done()) return damaged("group of an inbox entry");
  return group;
}

}  // namespace nhip::server
