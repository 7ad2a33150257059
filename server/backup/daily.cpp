#include "backup/daily.h"

#include <algorithm>
#include <filesystem>

#include "centre/private_file.h"
#include "centre/time_text.h"

namespace nhip::server {
namespace {

constexpr std::string_view kBegin = "centre-";
constexpr std::string_view kEnd = ".backup";
constexpr std::string_view kPart = ".backup.part";

// "centre-20261123T191500Z.backup".
std::string name_at(std::int64_t now) {
  std::string time = iso_text(now);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return std::string(kBegin) + time + std::string(kEnd);
}

std::optional<std::int64_t> time_in(const std::string& name) {
  constexpr std::size_t kTime = 16;
  if (name.size() != kBegin.size() + kTime + kEnd.size() || name.rfind(kBegin, 0) != 0 ||
      name.substr(kBegin.size() + kTime) != kEnd) {
    return std::nullopt;
  }
  const std::string time = name.substr(kBegin.size(), kTime);
  return parse_instant(time.substr(0, 4) + "-" + time.substr(4, 2) + "-" + time.substr(6, 5) + ":" +
                       time.substr(11, 2) + ":" + time.substr(13));
}

// What a backup that was killed left behind.
void remove_parts(const FolderPaths& paths) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(paths.backups, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kBegin, 0) == 0 && name.find(kPart) != std::string::npos) {
      std::filesystem::remove(entry.path(), error);
    }
  }
}

// Whether `span` has gone by since; a clock that was set back counts as gone by.
bool is_past(std::int64_t since, std::int64_t span, std::int64_t now) {
  return now < since || now - since >= span;
}

}  // namespace

std::vector<KeptBackup> kept_backups(const FolderPaths& paths) {
  std::vector<KeptBackup> kept;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(paths.backups, error)) {
    const auto time = time_in(entry.path().filename().string());
    if (time) kept.push_back({entry.path().string(), *time});
  }
  std::sort(kept.begin(), kept.end(),
            [](const KeptBackup& a, const KeptBackup& b) { return a.taken_at < b.taken_at; });
  return kept;
}

bool DailyBackups::is_due(std::int64_t now) const {
  if (failed_at_) return is_past(*failed_at_, kRetryMs, now);
  if (done_at_) return is_past(*done_at_, kPeriodMs, now);
  const std::vector<KeptBackup> kept = kept_backups(folder_.paths());
  return kept.empty() || is_past(kept.back().taken_at, kPeriodMs, now);
}

Status DailyBackups::prune() {
  const std::vector<KeptBackup> kept = kept_backups(folder_.paths());
  for (std::size_t i = 0; i + kKept < kept.size(); ++i) {
    std::error_code error;
    std::filesystem::remove(kept[i].path, error);
    if (error) {
      return Status(Code::kCorrupt, "io_error",
                    "cannot remove " + kept[i].path + ": " + error.message());
    }
  }
  return {};
}

Result<std::optional<BackupReport>> DailyBackups::run(std::int64_t now, const Unlocked& unlocked,
                                                      const Progress& progress) {
  if (!is_due(now)) return std::optional<BackupReport>{};
  const auto make = [&]() -> Result<BackupReport> {
    NHIP_TRY(make_folder(folder_.paths().backups));
    remove_parts(folder_.paths());
    return make_backup(folder_,
                       {folder_.paths().backups + "/" + name_at(now), now, unlocked, progress});
  };
  const Result<BackupReport> made = make();
  if (!made.ok()) {
    failed_at_ = now;
    return made.status();
  }
  failed_at_.reset();
  done_at_ = now;
  NHIP_TRY(prune());
  return std::optional(*made);
}

}  // namespace nhip::server
