// Syncing and enrolling as the facade offers them.

#include "nhip/sync.h"

#include "sync/bundle.h"
#include "sync/driver.h"

namespace nhip {

Status enrol(Replica& replica, Transport& transport, const EnrolOptions& options) {
  return sync_driver::enrol(replica.store(), transport, options);
}

Result<SyncReport> sync(Replica& replica, Transport& transport, const SyncOptions& options) {
  NHIP_TRY_ASSIGN(SyncReport report,
                  sync_driver::run(replica.store(), transport, options,
                                   [&](const auto& types) { replica.notify(types, true); }));
  NHIP_TRY_ASSIGN(const auto open, replica.conflicts());
  report.conflicts = open.size();
  return report;
}

Result<BundleReport> bundle_out(Replica& replica, const std::string& path) {
  return sync_driver::bundle_out(replica.store(), path);
}

Result<BundleReport> bundle_in(Replica& replica, const std::string& path) {
  return sync_driver::bundle_in(replica.store(), path,
                                [&](const auto& types) { replica.notify(types, true); });
}

}  // namespace nhip
