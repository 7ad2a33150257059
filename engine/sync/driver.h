// The driver of syncs and enrolments over a replica's store. Facade: nhip/sync.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nhip/sync.h"
#include "replica/store.h"

namespace nhip::sync_driver {

// Gets the names of the types that an answer touched, after it committed.
using Notify = std::function<void(const std::vector<std::string>& types)>;

// As nhip::sync; the report's `conflicts` is left to the caller.
Result<SyncReport> run(replica::Store& store, Transport& transport, const SyncOptions& options,
                       const Notify& notify);

// As nhip::enrol.
Status enrol(replica::Store& store, Transport& transport, const EnrolOptions& options);

}  // namespace nhip::sync_driver
