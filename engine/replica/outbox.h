// Outbox: sealed operations that the centre has not received yet, in order. An operation enters it
// in the transaction that stored its change and leaves it in the one that stores the centre's
// verdict.
#pragma once

#include <cstdint>
#include <vector>

#include "core/operation.h"
#include "core/row.h"
#include "replica/store.h"

namespace nhip::replica {

struct QueuedOperation {
  std::uint64_t group = 0;  // first seq of its group
  core::Operation operation;
};

// Gives the operations their seq and stores them as one group. Inside a transaction.
Status append_group(Store& store, std::vector<core::Operation> operations);

// Operations with seq > `after`, ascending, at most `count`.
Result<std::vector<QueuedOperation>> read_outbox(Store& store, std::uint64_t after,
                                                 std::size_t count);
// Whole groups in order, as many as fit in `bytes` of changes (at least one).
Result<std::vector<core::Group>> peek_groups(Store& store, std::uint64_t after, std::size_t bytes);
// Those of one record, ascending.
Result<std::vector<core::Operation>> pending_of(Store& store, std::uint16_t type, const Id& id);
// Those with first ≤ seq ≤ last.
Result<std::vector<core::Operation>> queued_range(Store& store, std::uint64_t first,
                                                  std::uint64_t last);

// Operations of a record that wait were made on top of what is now the centre's version `seq`.
Status raise_held(Store& store, std::uint16_t type, const Id& id, std::uint64_t seq);
// After a restore the centre numbers anew what it takes back. An operation that waits saw what it
// saw: when every version it is judged by is still the same, it is built on the new number.
Status follow_renumbering(Store& store, std::uint16_t type, const Id& id, const core::Row& old,
                          const core::Row& now, std::uint64_t seq);

Status update_queued(Store& store, const core::Operation& operation);
Status remove_queued(Store& store, std::uint64_t first, std::uint64_t last);
Result<std::uint64_t> count_queued(Store& store);

}  // namespace nhip::replica
