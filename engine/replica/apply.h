// Apply: what the centre's answer does to a replica. One transaction per answer: rows, verdicts,
// cursor and digest commit together or not at all, so a cut costs the answer and nothing else.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "replica/repair.h"
#include "replica/store.h"

namespace nhip::replica {

struct Applied {
  std::uint64_t rows = 0;                // records of feeds that changed here
  std::uint64_t sent = 0;                // operations the centre has now
  std::uint64_t rejected = 0, held = 0;  // operations moved to the tray
  std::uint64_t new_conflicts = 0;
  std::uint64_t rows_left = 0;
  bool more = false;     // a feed has more pages, or is under repair, or offers wait
  bool verified = true;  // every complete feed's digest agrees
  bool agreed = true;    // about everything, in the centre's present epoch: groups are taken
  std::set<std::string> types;
};

// Seals what other tools wrote meanwhile, then applies. `asked` is the request that was answered.
Result<Applied> apply(Store& store, const protocol::SyncRequest& asked,
                      const protocol::SyncResponse& answer, Repair& repair);

// The request for the next round. `push_bytes` 0 sends no operations; none are sent while feeds are
// repaired or offers wait, because the centre may lack what they rest on.
Result<protocol::SyncRequest> next_request(Store& store, std::size_t push_bytes,
                                           std::uint64_t answer_bytes_max, Repair& repair);

// The next request counter, never used before by this replica; reserved on disk in blocks.
Result<std::uint64_t> next_counter(Store& store);

}  // namespace nhip::replica
