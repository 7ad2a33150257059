// Mending: bookkeeping that another program, a broken disk or a torn copy left in contradiction
// with itself is brought to a state from which a sync goes on. What people entered stands in the
// record tables, so work whose entry cannot be read is sealed again from there; what only the
// centre can tell is forgotten and asked for. Nothing shown is changed, nothing is sent that is not
// shown.
//
// Work sealed again claims to have seen nothing (seen = held = 0): what others wrote meanwhile is
// listed as a conflict rather than written over. Its transaction is lost; each record goes alone.
#pragma once

#include <vector>

#include "nhip/replica.h"
#include "replica/store.h"

namespace nhip::replica {

// Seals what was touched, tells what was wrong, and notes whether what waits is still numbered
// without gaps (Store::numbers_broken): if not, the replica has to go on under another name, as a
// copy does. Inside a transaction. Costs a pass over the keys of every record.
Result<std::vector<Finding>> mend(Store& store);

}  // namespace nhip::replica
