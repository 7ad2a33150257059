// nhip sync: one exchange with the centre, or with --watch one after the other until Ctrl+C.
#include <algorithm>
#include <chrono>

#include "command.h"
#include "nhip/sync.h"
#include "replica_access.h"
#include "screen_format.h"
#include "stop_signal.h"

namespace nhip::cli {
namespace {

using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kLookEvery{2'000};   // for local work that waits to be sent
constexpr Milliseconds kAskEvery{60'000};   // for work of others, when nothing waits here
constexpr Milliseconds kRetryFirst{5'000};  // doubled after each failure
constexpr Milliseconds kRetryMax{300'000};

Json report_json(const SyncReport& report) {
  return {{"ok", report.ok},
          {"rounds", report.rounds},
          {"sent", report.sent},
          {"received", report.received},
          {"rejected", report.rejected},
          {"held", report.held},
          {"conflicts", report.conflicts},
          {"bytes_up", report.bytes_up},
          {"bytes_down", report.bytes_down},
          {"duration_ms", report.duration_ms},
          {"verified", report.verified},
          {"verified_by", report.verified_by.empty() ? Json() : Json(report.verified_by)}};
}

std::string render(const SyncReport& report, const ReplicaStatus& after, const Output& output) {
  const double seconds = static_cast<double>(report.duration_ms / 100) / 10;
  std::string text = output.say(
      Message::kSyncDone, {grouped(report.sent), grouped(report.received), grouped(report.bytes_up),
                           grouped(report.bytes_down), real_for_person(seconds)});
  if (!report.complete) text += "\n" + output.say(Message::kSyncIncomplete);
  text += "\n" + output.say(report.verified ? Message::kSyncVerified : Message::kSyncNotVerified);
  if (after.rejected + after.held > 0) {
    text += "\n" +
            output.say(Message::kSyncNeedsPerson, {grouped(after.rejected), grouped(after.held)});
  }
  if (after.conflicts > 0) {
    text += "\n" + output.say(Message::kSyncConflicts, {grouped(after.conflicts)});
  }
  return text;
}

SyncOptions options_of(const Arguments& arguments, Output& output) {
  SyncOptions options;
  options.server = arguments.server;
  options.budget_bytes = arguments.budget;
  options.progress = [&output](const SyncProgress& p) {
    output.progress(output.say(Message::kSyncProgress, {grouped(p.sent), grouped(p.to_send),
                                                        grouped(p.received), grouped(p.behind)}));
  };
  return options;
}

// One sync and its result on standard output.
Result<ExitCode> sync_once(Replica& replica, Transport& transport, const SyncOptions& options,
                           Output& output) {
  NHIP_TRY_ASSIGN(const SyncReport report, sync(replica, transport, options));
  NHIP_TRY_ASSIGN(const ReplicaStatus after, replica.status());
  output.print(report_json(report), [&](const Json&) { return render(report, after, output); });
  const bool needs_person = after.rejected + after.held > 0;
  return needs_person ? ExitCode::kNeedsPerson : ExitCode::kDone;
}

// Nothing lost, and waiting may help.
bool is_worth_retrying(const Status& status) {
  return next_step(status.code()) == NextStep::kRetryLater || status.code() == Code::kMalformed;
}

// Waits until it is time for the next sync: when something was entered here, or after a while for
// the work of others. False when the person asked to stop.
bool wait_for_work(Replica& replica, StopSignal& stop) {
  for (Milliseconds waited{0}; waited < kAskEvery; waited += kLookEvery) {
    if (!stop.wait(kLookEvery)) return false;
    const auto status = replica.status();
    if (status.ok() && status->pending > 0) return true;
  }
  return true;
}

Result<ExitCode> watch(Replica& replica, const Arguments& arguments, Output& output) {
  const auto transport = make_http_transport();
  StopSignal stop([&] { transport->cancel(); });
  SyncOptions options = options_of(arguments, output);
  options.cancel = &stop.requested();
  ExitCode last = ExitCode::kDone;
  Milliseconds pause = kRetryFirst;
  while (!stop.requested()) {
    const auto ended = sync_once(replica, *transport, options, output);
    if (!output.finish()) {
      return Status(Code::kInternal, "cannot_write", output.say(Message::kCannotWrite));
    }
    if (ended.ok()) {
      last = *ended;
      pause = kRetryFirst;
      if (!wait_for_work(replica, stop)) break;
      continue;
    }
    if (stop.requested()) break;
    if (!is_worth_retrying(ended.status())) return ended.status();
    output.warning(
        output.say(Message::kWatchRetry, {describe(output.language(), ended.status()).message,
                                          std::to_string(pause.count() / 1000)}));
    if (!stop.wait(pause)) break;
    pause = std::min(pause * 2, kRetryMax);
  }
  return last;
}

}  // namespace

Result<ExitCode> run_sync(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  const auto once = [&] {
    const auto transport = make_http_transport();
    return sync_once(*replica, *transport, options_of(arguments, output), output);
  };
  const auto ended = arguments.watch ? watch(*replica, arguments, output) : once();
  if (ended.ok()) return *ended;
  output.error(ended.status());
  return exit_code_of_exchange(ended.status());
}

}  // namespace nhip::cli
