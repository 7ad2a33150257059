// DailyBackups: a tested backup a day in the centre's own folder, made by `serve` without being
// asked. The newest 35 are kept; an old one goes only after a newer one was tested. What fails is
// tried again every hour.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backup/backup.h"

namespace nhip::server {

struct KeptBackup {
  std::string path;
  std::int64_t taken_at = 0;  // by its name
};

// Oldest first. Files of other names are nobody's business here.
std::vector<KeptBackup> kept_backups(const FolderPaths& paths);

class DailyBackups {
 public:
  static constexpr std::size_t kKept = 35;
  static constexpr std::int64_t kPeriodMs = 24 * 3'600'000LL;
  static constexpr std::int64_t kRetryMs = 3'600'000LL;

  explicit DailyBackups(CentreFolder& folder) : folder_(folder) {}

  // Makes a backup when one is due at `now`, under the conditions of make_backup: the caller holds
  // the centre's lock. Nothing when none is due.
  Result<std::optional<BackupReport>> run(std::int64_t now, const Unlocked& unlocked,
                                          const Progress& progress);

 private:
  bool is_due(std::int64_t now) const;
  Status prune();

  CentreFolder& folder_;
  std::optional<std::int64_t> done_at_, failed_at_;
};

}  // namespace nhip::server
