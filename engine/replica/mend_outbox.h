// Mending what waits to be sent: entries that cannot be read, or that name no record, go; numbers
// without gaps are looked for. Part of mend.h.
#pragma once

#include "replica/store.h"

namespace nhip::replica {

// Removes operations and runs of new rows that cannot be read, overlap, or belong to no record, and
// tells how many. What they said is still shown by the records. Inside a transaction.
Result<std::int64_t> forget_unreadable_work(Store& store);

struct Numbering {
  bool broken = false;         // a gap, or a number used twice
  std::int64_t regrouped = 0;  // entries whose group was none
};
// Every number from the first that the centre has not confirmed to the next one is one operation,
// and a group has the name of its first.
Result<Numbering> check_numbers(Store& store);

}  // namespace nhip::replica
