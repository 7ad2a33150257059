// Fresh rows: new records that wait to be sent and were not changed since. Their operations have no
// copy of the values: the rows are the operations (_nhip_fresh), so entering a record writes it
// once. Before such a row changes or goes, `write_out` makes an ordinary operation of it, with the
// number it has: what was sent and what will be sent again are the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/operation.h"
#include "replica/store.h"

namespace nhip::replica {

// Consecutive rows of one type, made in one group.
struct FreshRun {
  std::uint64_t seq = 0, count = 0, group = 0;
  std::uint16_t type = 0;
  std::int64_t rid = 0, scope = 0;  // scope: its ordinal
  std::uint64_t stamp = 0, seen = 0;
};

Status add_fresh_run(Store& store, const FreshRun& run);
// Runs with operations after `seq`, ascending, up to `last`.
Result<std::vector<FreshRun>> fresh_runs(Store& store, std::uint64_t after, std::uint64_t last);
// The one that `rid` belongs to.
Result<std::optional<FreshRun>> fresh_run_of(Store& store, std::uint16_t type, std::int64_t rid);
// Operations of a run from `first` to `last`, made from the rows as they stand.
Result<std::vector<core::Operation>> fresh_operations(Store& store, const FreshRun& run,
                                                      std::uint64_t first, std::uint64_t last);
// Gives the fresh row at `rid` an operation of its own, of the record with `cells`; nothing when
// the row is not fresh.
Status write_out(Store& store, std::uint16_t type, std::int64_t rid, const Id& id,
                 const core::Cells& cells);
// The same from the row as it was at the last seal, for a change that this connection is about to
// make.
Status write_out_row(Store& store, RecordTable& table, std::int64_t rid);
// Those numbered first … last are settled.
Status remove_fresh(Store& store, std::uint64_t first, std::uint64_t last);
Result<std::uint64_t> count_fresh(Store& store);
Result<bool> any_fresh(Store& store);

}  // namespace nhip::replica
