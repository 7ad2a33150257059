// The byte forms of what the SQLite store keeps in blobs: the bookkeeping of a live row (`about`),
// that of a past version, and the operations of an inbox entry. Cells have their own form in
// core/row.h.
//
// Everything is written relative to what stands elsewhere already: the row's columns, and the facts
// its commit shares. An ordinary row needs seven bytes so. Decoding never trusts: any damage is
// kCorrupt "damaged_row", never a wrong value taken for a right one by its shape.
#pragma once

#include <cstdint>
#include <span>

#include "nhip/status.h"
#include "store/server_store.h"

namespace nhip::server {

// What most versions of one commit have in common.
struct CommitFacts {
  std::int64_t received_at = 0;
  Author author;
  std::string device_id;

  friend bool operator==(const CommitFacts&, const CommitFacts&) = default;
};

// Short numbers for long names, given by the store; 0 is the zero author and the empty device name.
class Ordinals {
 public:
  virtual ~Ordinals() = default;
  virtual Result<std::uint64_t> of_author(const Author& author) = 0;
  virtual Result<Author> author(std::uint64_t ordinal) = 0;
  virtual Result<std::uint64_t> of_device(const std::string& device_id) = 0;
  virtual Result<std::string> device(std::uint64_t ordinal) = 0;
};

// Of a row: versions, times, author, device and source_id; not its cells, seq, rev and commit.
Result<Bytes> encode_about(const StoredRow& row, const CommitFacts& commit, Ordinals& ordinals);
// Fills those fields in. `row.seq` must be set.
Status decode_about(std::span<const std::uint8_t> bytes, const CommitFacts& commit,
                    Ordinals& ordinals, StoredRow& row);

// Of a past version: updated_at, author and device; not received_at, rev and commit.
Result<Bytes> encode_past(const VersionInfo& info, const CommitFacts& commit, Ordinals& ordinals);
// Fills those fields in. `info.received_at` must be set.
Status decode_past(std::span<const std::uint8_t> bytes, const CommitFacts& commit,
                   Ordinals& ordinals, VersionInfo& info);

Result<core::Cells> decode_state(std::span<const std::uint8_t> bytes);

Bytes encode_group(const core::Group& group);
Result<core::Group> decode_group(std::span<const std::uint8_t> bytes);

}  // namespace nhip::server
