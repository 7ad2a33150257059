// Capture: from what the triggers marked to sealed groups in the outbox.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "replica/store.h"

namespace nhip::replica {

enum class SealAs {
  kOneGroup,    // a transaction of ours: more than kGroupOperationsMax operations are kLimit
  kManyGroups,  // changes by other tools: in rid order, cut into groups
};

// Seals everything that was touched since the last seal, and moves the marks. Inside a transaction.
// `touched` gets the names of the types, when given. Cheap when nothing was touched.
Status seal(Store& store, SealAs as, std::set<std::string>* touched = nullptr);

}  // namespace nhip::replica
