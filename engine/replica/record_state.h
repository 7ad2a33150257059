// RecordState: the two faces of a record on a device, and the only code that writes them.
//
// `centre` is the state the centre told us: cells, versions, sequence number, scope. `shown` is
// what the record table holds for people: the centre's state with pending operations merged on top.
// They are the same but for records with pending operations, so only the difference is stored
// (_nhip_under). A record that is not shown keeps the centre's state on the shelf. Everything a
// sync brings goes through
//     load → change `centre` → show() → save,
// which makes the result independent of what happened before it. Inside a transaction with silent
// triggers.
#pragma once

#include <optional>

#include "core/operation.h"
#include "core/row.h"
#include "replica/store.h"

namespace nhip::replica {

struct CentreState {
  std::string scope;
  std::uint64_t seq = 0;
  core::Row row;
};

struct RecordState {
  std::uint16_t type = 0;
  Id id;
  std::optional<std::int64_t> rid;   // of the row in the record table
  std::optional<core::Cells> shown;  // its cells, unknown fields included
  std::optional<CentreState> centre;
  bool on_shelf = false;  // where `centre` was found
};

Result<RecordState> load_state(Store& store, std::uint16_t type, const Id& id);

// Writes what changed between `before` (as loaded) and `after`, and keeps the digests of feeds.
Status save_state(Store& store, const RecordState& before, const RecordState& after);

// The centre's state with `pending` merged on top, deleted or not; nothing when neither is there.
std::optional<core::Row> expected(Store& store, const RecordState& state,
                                  const std::vector<core::Operation>& pending);

// What people see: `centre` with `pending` merged on top, as the centre is expected to merge them.
// Nothing when the record does not exist for them.
std::optional<core::Cells> predict(Store& store, const RecordState& state,
                                   const std::vector<core::Operation>& pending);

// Stores the centre's state of a record whose table row already shows what it should (sealing).
Status note_pending(Store& store, std::uint16_t type, const Id& id, const core::Cells& shown,
                    const std::optional<core::Cells>& centre_cells);

// The centre has these values where the row may show others; what is known already stands.
Status add_under(Store& store, std::uint16_t type, const Id& id,
                 const std::vector<core::Change>& centre);

// The centre's cells of a record whose table row shows `shown`; of a fresh row, those of its
// operation.
Result<core::Cells> under_of(Store& store, std::uint16_t type, const Id& id, core::Cells shown);
// Whether that of any record, or of any of a type, is kept apart; edits in runs do not count.
Result<bool> any_under(Store& store, std::optional<std::uint16_t> type = {});
// The record has no centre's state, nor is its row fresh any more.
Status drop_under(Store& store, std::uint16_t type, const Id& id);

// Moves the centre's state of a record whose row is gone to the shelf. Digests do not change.
Status shelve(Store& store, std::uint16_t type, const Id& id, CentreState state);

// Bookkeeping entries as they stand beside a table row.
Result<std::optional<CentreState>> read_version(Store& store, const Type& type, std::int64_t rid);
Status remove_version(Store& store, const Type& type, std::int64_t rid);
Status write_version(Store& store, const Type& type, std::int64_t rid, const CentreState& state);

// `later` as changes on top of `earlier`.
std::vector<core::Change> difference(const core::Cells& earlier, const core::Cells& later);

// Byte form of a whole state for the shelf: versions, then cells.
Result<Bytes> encode_state(Store& store, const core::Row& row);
Result<core::Row> decode_state(Store& store, const Bytes& bytes);

}  // namespace nhip::replica
