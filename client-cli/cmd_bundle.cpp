// nhip bundle out|in FILE: a sync carried by hand, on a stick, by chat or mail.
#include "command.h"
#include "nhip/sync.h"
#include "replica_access.h"
#include "screen_format.h"
#include "text_table.h"

namespace nhip::cli {
namespace {

Result<ExitCode> bundle_out_to(Replica& replica, const std::string& file, Output& output) {
  NHIP_TRY_ASSIGN(const BundleReport report, bundle_out(replica, file));
  const Json data = {{"file", file}, {"bytes", report.bytes}, {"operations", report.operations}};
  output.print(data, [&](const Json&) {
    return output.say(Message::kBundleOut) + " " + file + "\n" +
           render_pairs({{output.say(Message::kPending), grouped(report.operations)},
                         {output.say(Message::kBytes), grouped(report.bytes)}});
  });
  return ExitCode::kDone;
}

Result<ExitCode> bundle_in_from(Replica& replica, const std::string& file, Output& output) {
  NHIP_TRY_ASSIGN(const BundleReport report, bundle_in(replica, file));
  NHIP_TRY_ASSIGN(const auto conflicts, replica.conflicts());
  const Json data = {{"applied", report.applied},   {"sent", report.operations},
                     {"received", report.received}, {"rejected", report.rejected},
                     {"held", report.held},         {"conflicts", conflicts.size()},
                     {"verified", report.verified}, {"complete", report.complete}};
  output.print(data, [&](const Json&) {
    if (!report.applied) return output.say(Message::kBundleOvertaken) + "\n";
    return output.say(report.complete ? Message::kBundleComplete : Message::kBundleMore) + "\n" +
           render_pairs({{output.say(Message::kSent), grouped(report.operations)},
                         {output.say(Message::kReceived), grouped(report.received)},
                         {output.say(Message::kRejected), grouped(report.rejected)},
                         {output.say(Message::kHeld), grouped(report.held)}});
  });
  NHIP_TRY_ASSIGN(const ReplicaStatus status, replica.status());
  return status.rejected + status.held > 0 ? ExitCode::kNeedsPerson : ExitCode::kDone;
}

}  // namespace

Result<ExitCode> run_bundle(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  return arguments.way == "out" ? bundle_out_to(*replica, arguments.file, output)
                                : bundle_in_from(*replica, arguments.file, output);
}

}  // namespace nhip::cli
