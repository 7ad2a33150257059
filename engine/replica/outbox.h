// Outbox: sealed operations that the centre has not received yet, in order. An operation enters it
// in the transaction that stored its change and leaves it in the one that stores the centre's
// verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/operation.h"
#include "core/row.h"
#include "replica/store.h"

namespace nhip::replica {

struct QueuedOperation {
  std::uint64_t group = 0;  // first seq of its group
  core::Operation operation;
};

// An operation about to enter the outbox.
struct NewOperation {
  core::Operation operation;
  // The new row whose values are the operation's, which has no changes then (fresh_rows.h).
  std::optional<std::int64_t> row = {};
  // What each change of an edit of plain fields replaced, and its row (edit_runs.h); none: any
  // other operation.
  std::vector<Value> before = {};
  std::int64_t edited_row = 0;
};

// Gives the operations their seq and stores them as one group. Inside a transaction.
Status append_group(Store& store, std::vector<NewOperation> operations);
Status append_group(Store& store, std::vector<core::Operation> operations);
// Stores one that has its number.
Status queue(Store& store, std::uint64_t group, const core::Operation& operation);

// All, ascending.
Result<std::vector<QueuedOperation>> read_outbox(Store& store);
// Those that name no scope yet; none of them is a fresh row afterwards.
Result<std::vector<core::Operation>> unplaced_operations(Store& store);
// Whole groups in order, as many as fit in `bytes` of changes (at least one). Seals first what
// another program did, unless a transaction runs already: a fresh row is sent as it was sealed.
Result<std::vector<core::Group>> peek_groups(Store& store, std::uint64_t after, std::size_t bytes);
// Those of one record, ascending.
Result<std::vector<core::Operation>> pending_of(Store& store, std::uint16_t type, const Id& id);
// Those with first ≤ seq ≤ last.
Result<std::vector<core::Operation>> queued_range(Store& store, std::uint64_t first,
                                                  std::uint64_t last);

// Operations of a record that wait were made on top of what is now the centre's version `seq`.
Status raise_held(Store& store, std::uint16_t type, const Id& id, std::uint64_t seq);
// After a restore the centre numbers anew what it takes back. An operation that waits saw what it
// saw: it is built on the new numbers of the versions that are still the same.
Status follow_renumbering(Store& store, std::uint16_t type, const Id& id, const core::Row& old,
                          const core::Row& now, std::uint64_t seq);

Status update_queued(Store& store, const core::Operation& operation);
Status remove_queued(Store& store, std::uint64_t first, std::uint64_t last);
Result<std::uint64_t> count_queued(Store& store);

}  // namespace nhip::replica
