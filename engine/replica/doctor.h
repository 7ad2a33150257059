// Doctor: examines a replica's bookkeeping against its records and mends what can be mended without
// losing anything. What only the centre can tell is compared at the next sync.
#pragma once

#include "nhip/replica.h"
#include "replica/store.h"

namespace nhip::replica {

// As nhip::Replica::doctor.
Result<Examination> examine(Store& store);

}  // namespace nhip::replica
