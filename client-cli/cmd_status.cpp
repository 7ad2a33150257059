// nhip status: what a person must know before closing the lid.
#include "command.h"
#include "replica_access.h"
#include "screen_format.h"
#include "text_table.h"

namespace nhip::cli {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string render(const ReplicaStatus& s, const Output& output) {
  const auto word = [&](Message name) { return output.say(name); };
  const auto answer = [&](bool done) { return word(done ? Message::kYes : Message::kNotYet); };
  return render_pairs({
      {word(Message::kDevice), s.device_id},
      {word(Message::kUnit), s.unit_id},
      {word(Message::kRole), s.role},
      {word(Message::kServer), s.server},
      {word(Message::kPending), grouped(s.pending)},
      {word(Message::kRejected), grouped(s.rejected)},
      {word(Message::kHeld), grouped(s.held)},
      {word(Message::kOpenConflicts), grouped(s.conflicts)},
      {word(Message::kLastSync),
       s.last_sync_at ? screen_time(*s.last_sync_at) : word(Message::kNever)},
      {word(Message::kSynced), answer(s.synced)},
      {word(Message::kBackedUp), answer(s.backed_up)},
  });
}

}  // namespace

Result<ExitCode> run_status(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const ReplicaStatus s, replica->status());
  Json notices = Json::array();
  for (const UnitNotice& each : s.notices) {
    notices.push_back({{"at", iso_time(each.at)}, {"code", each.code}, {"device_id", each.what}});
  }
  const Json data = {{"device_id", s.device_id},
                     {"unit_id", s.unit_id},
                     {"role", s.role},
                     {"server", s.server},
                     {"epoch", text_or_null(s.epoch)},
                     {"pending", s.pending},
                     {"rejected", s.rejected},
                     {"held", s.held},
                     {"conflicts", s.conflicts},
                     {"last_sync_at", s.last_sync_at ? Json(iso_time(*s.last_sync_at)) : Json()},
                     {"synced", s.synced},
                     {"backed_up", s.backed_up},
                     {"notices", notices}};
  output.print(data, [&](const Json&) {
    std::string text = render(s, output);
    for (const UnitNotice& each : s.notices) {
      text += screen_time(each.at) + "  " + output.say(Message::kReplicaCopied) + " " + each.what +
              "\n";
    }
    return text;
  });
  return ExitCode::kDone;
}

}  // namespace nhip::cli
