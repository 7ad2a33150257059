// nhip doctor: is this replica sound, and what was mended.
#include "command.h"
#include "replica_access.h"
#include "screen_format.h"

namespace nhip::cli {

Result<ExitCode> run_doctor(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Examination result, replica->doctor());
  Json findings = Json::array();
  for (const Finding& each : result.findings) {
    findings.push_back({{"code", each.code}, {"text", each.text}, {"mended", each.mended}});
  }
  const Json data = {{"healthy", result.healthy},
                     {"records", result.records},
                     {"pending", result.pending},
                     {"findings", findings}};
  output.print(data, [&](const Json&) {
    std::string text = output.say(result.healthy ? Message::kHealthy : Message::kNotHealthy) + "\n";
    for (const Finding& each : result.findings) {
      text += "  " + output.say(each.mended ? Message::kMended : Message::kBroken) + ": " +
              each.text + "\n";
    }
    return text;
  });
  return result.healthy ? ExitCode::kDone : ExitCode::kReplica;
}

}  // namespace nhip::cli
