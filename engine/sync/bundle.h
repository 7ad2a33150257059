// Bundles from the device's side; facade: nhip/sync.h.
#pragma once

#include <string>

#include "sync/driver.h"

namespace nhip::sync_driver {

Result<BundleReport> bundle_out(replica::Store& store, const std::string& path);
Result<BundleReport> bundle_in(replica::Store& store, const std::string& path,
                               const Notify& notify);

}  // namespace nhip::sync_driver
