#include "commands/backup.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>

#include "backup/restore.h"
#include "backup/verify.h"
#include "centre/collect.h"
#include "centre/private_file.h"
#include "centre/time_text.h"

namespace nhip::server {
namespace {

using nlohmann::json;

// A wall clock that jumps is noticed within this.
constexpr std::chrono::seconds kLook{30};

std::int64_t milliseconds_since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                               begun)
      .count();
}

Result<CentreFolder*> folder_of(const CommandContext& context) {
  if (context.folder != nullptr) return context.folder;
  return Status(Code::kInternal, "no_folder_open", "this command needs a centre's folder");
}

std::string size_text(std::uint64_t bytes) {
  return bytes < 10u << 20 ? std::to_string((bytes + 1023) >> 10) + " KB"
                           : std::to_string(bytes >> 20) + " MB";
}

std::string backup_text(const BackupReport& report, Language language) {
  return say(language, "Đã sao lưu và kiểm tra lại: ", "Backed up and tested: ") + report.file +
         "\n" + "  " + std::to_string(report.records) + say(language, " bản ghi, ", " records, ") +
         size_text(report.bytes) + "\n" +
         say(language, "  Hãy cất một bản ở nơi khác, cùng với khoá khôi phục cất riêng.\n",
             "  Keep a copy of it elsewhere, and the recovery key apart from it.\n");
}

json problem_json(const Status& status) {
  return {{"code", status.name()}, {"message", status.message()}, {"hint", status.hint()}};
}

json verify_json(const VerifyReport& report) {
  json problems = json::array();
  for (const Status& problem : report.problems) problems.push_back(problem_json(problem));
  return {{"ok", report.problems.empty()},
          {"problems", problems},
          {"scopes", report.scopes},
          {"records", report.records},
          {"commits", report.commits},
          {"last_commit", report.last_commit},
          {"backups", report.backups},
          {"newest_backup", report.newest_backup.empty() ? json() : json(report.newest_backup)},
          {"newest_backup_at",
           report.newest_backup.empty() ? json() : json(iso_text(report.newest_taken_at))}};
}

std::string problems_text(const VerifyReport& report, Language language) {
  std::string text;
  for (const Status& problem : report.problems) {
    const std::string known = error_text(language, problem.name());
    text += (known.empty() ? problem.message() : known + ": " + problem.message()) + " (" +
            problem.name() + ")\n  " + problem.hint() + "\n";
  }
  return text;
}

std::string verify_text(const VerifyReport& report, Language language) {
  std::string text = problems_text(report, language);
  if (report.problems.empty()) {
    text += say(language, "Mọi thứ đều đúng: ", "All is well: ") + std::to_string(report.records) +
            say(language, " bản ghi, ", " records, ") + std::to_string(report.commits) +
            say(language, " lần ghi\n", " commits\n");
  }
  if (report.newest_backup.empty()) {
    return text + say(language, "Chưa có bản sao lưu hằng ngày nào.\n", "No daily backup yet.\n");
  }
  return text + say(language, "Bản sao lưu hằng ngày mới nhất: ", "Newest daily backup: ") +
         screen_text(report.newest_taken_at) + "\n";
}

std::string restored_text(const RestoreReport& report, Language language) {
  std::string text =
      say(language, "Đã khôi phục trung tâm như lúc ", "Restored the centre as of ") +
      screen_text(report.taken_at) + ": " + std::to_string(report.records) +
      say(language, " bản ghi\n", " records\n");
  if (!report.replaced.empty()) {
    text += say(language, "Dữ liệu trước đó được giữ trong ", "What was there before is kept in ") +
            report.replaced + "\n";
  }
  text += say(language, "Các thiết bị sẽ gửi lại những gì bản sao lưu chưa có khi đồng bộ.\n",
              "Devices bring back what the backup lacks when they sync.\n");
  if (!report.same_folder) {
    text +=
        say(language,
            "Thiết bị bị thu hồi hoặc đăng ký sau lúc đó chưa được biết: hãy xem lại bằng nhipd "
            "devices.\n",
            "Devices that were revoked or enrolled since are not known: look them over with "
            "nhipd devices.\n");
  }
  return text;
}

}  // namespace

Result<CommandOutput> run_backup(Centre&, const json& args, const CommandContext& context) {
  NHIP_TRY_ASSIGN(CentreFolder* const folder, folder_of(context));
  const auto begun = std::chrono::steady_clock::now();
  const std::string file = argument(args, "file");
  NHIP_TRY_ASSIGN(const BackupReport report,
                  make_backup(*folder, {file, context.now, context.unlocked, context.steps}));
  return CommandOutput{0,
                       json_text({{"file", report.file},
                                  {"bytes", report.bytes},
                                  {"records", report.records},
                                  {"last_commit", report.last_commit},
                                  {"took_ms", milliseconds_since(begun)}}),
                       backup_text(report, context.language)};
}

Result<CommandOutput> run_verify(Centre&, const json&, const CommandContext& context) {
  NHIP_TRY_ASSIGN(CentreFolder* const folder, folder_of(context));
  NHIP_TRY_ASSIGN(const VerifyReport report,
                  verify_centre(*folder, context.unlocked, context.steps));
  return CommandOutput{report.problems.empty() ? 0 : exit_code(Code::kCorrupt),
                       json_text(verify_json(report)), verify_text(report, context.language)};
}

Result<CommandOutput> verify(const Globals& globals) {
  const Result<CommandOutput> found = run_in_folder(globals, "verify", json::object());
  if (found.ok()) return found;
  const int exit = exit_code(found.status().code());
  const bool nothing_found = exit == exit_code(Code::kUsage) ||
                             exit == exit_code(Code::kUnavailable) ||
                             found.status().code() == Code::kBusy;
  if (nothing_found) return found;
  VerifyReport report;
  report.problems.push_back(found.status());
  return CommandOutput{exit_code(Code::kCorrupt), json_text(verify_json(report)),
                       problems_text(report, globals.language)};
}

Result<CommandOutput> restore(const Globals& globals, const std::string& file,
                              const std::string& recovery_key_file) {
  RestoreRequest request;
  request.folder = globals.data;
  request.file = file;
  request.now = clock_now();
  request.wait_ms = kLockPatienceMs;
  request.progress = step_line(globals.language);
  if (!recovery_key_file.empty()) {
    NHIP_TRY_ASSIGN(request.recovery_key, read_small_file(recovery_key_file));
    // An empty file is a wrong key, not none.
    if (request.recovery_key.empty()) request.recovery_key = "\n";
  }
  const Result<RestoreReport> report = restore_backup(request);
  end_progress_line();
  if (!report.ok()) {
    const Status& why = report.status();
    if (why.name() != "in_use") return why;
    return Status(Code::kBusy, "in_use", "the folder is in use: " + globals.data,
                  "stop nhipd serve, then restore again");
  }
  const json text{{"centre_id", report->centre_id.text()},
                  {"epoch", report->epoch},
                  {"taken_at", iso_text(report->taken_at)},
                  {"records", report->records},
                  {"last_commit", report->last_commit},
                  {"replaced", report->replaced.empty() ? json() : json(report->replaced)}};
  return CommandOutput{0, json_text(text), restored_text(*report, globals.language)};
}

BackupThread::BackupThread(CentreFolder& folder, std::mutex& mutex)
    : backups_(folder),
      centre_(folder.centre()),
      centre_mutex_(mutex),
      thread_([this] { run(); }) {}

BackupThread::~BackupThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool BackupThread::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void BackupThread::run() {
  while (!stopping()) {
    make_if_due();
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLook, [this] { return stopping_; });
  }
}

void BackupThread::make_if_due() {
  std::unique_lock lock(centre_mutex_);
  const auto made = backups_.run(
      clock_now(),
      [&lock](const std::function<void()>& work) {
        lock.unlock();
        work();
        lock.lock();
      },
      [this](const std::string&, std::uint64_t, std::uint64_t) { return !stopping(); });
  // A deletion that is in a tested backup may be forgotten by those who have all seen it.
  if (made.ok() && made->has_value()) {
    if (const auto done = collect_tombstones(centre_, clock_now()); !done.ok()) {
      std::fprintf(stderr, "nhipd: collecting deleted records failed: %s\n",
                   done.status().message().c_str());
    }
  }
  lock.unlock();
  if (made.ok() || made.status().name() == "stopped") return;
  std::fprintf(stderr, "nhipd: the daily backup failed, the next try is in an hour: %s (%s)\n",
               made.status().message().c_str(), made.status().name().c_str());
}

}  // namespace nhip::server
