// `nhipd backup`, `restore` and `verify`: what they answer, and the thread of `serve` that makes
// the daily backups.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "backup/daily.h"
#include "commands/command.h"
#include "commands/session.h"

namespace nhip::server {

// backup {file} · verify {}; as of run_command.
Result<CommandOutput> run_backup(Centre& centre, const nlohmann::json& args,
                                 const CommandContext& context);
Result<CommandOutput> run_verify(Centre& centre, const nlohmann::json& args,
                                 const CommandContext& context);

// `nhipd verify`: what keeps the centre from being opened is a problem like any other.
Result<CommandOutput> verify(const Globals& globals);

// Never through a running server: the folder must be nobody's. `recovery_key_file` may be empty.
Result<CommandOutput> restore(const Globals& globals, const std::string& file,
                              const std::string& recovery_key_file);

// Makes backups when they are due until it goes. Failures are said on standard error.
class BackupThread {
 public:
  // `mutex` is the lock around the centre; both outlive the thread.
  BackupThread(CentreFolder& folder, std::mutex& mutex);
  ~BackupThread();
  BackupThread(const BackupThread&) = delete;
  BackupThread& operator=(const BackupThread&) = delete;

 private:
  void run();
  void make_if_due();
  bool stopping();

  DailyBackups backups_;
  Centre& centre_;
  std::mutex& centre_mutex_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace nhip::server
