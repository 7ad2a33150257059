// What leaves a replica for good: records of feeds that are granted no more, and tombstones that
// the centre has collected.
#pragma once

#include <string>
#include <vector>

#include "protocol/messages.h"
#include "replica/store.h"

namespace nhip::replica {

// Removes the records of all feeds that are not in `granted`, once nothing of them waits to be
// sent, and remembers to say so. Inside a transaction with silent triggers.
Status purge_feeds(Store& store, const std::vector<std::string>& granted);
// The feeds purged since the centre last heard of it.
Result<std::vector<std::string>> purged_feeds(Store& store);
Status purges_are_known(Store& store, const std::vector<std::string>& told);

// Forgets tombstones of `feed` up to `collected`. Inside a transaction with silent triggers.
Status forget_collected(Store& store, const std::string& feed, std::uint64_t collected);

}  // namespace nhip::replica
