// nhip conflicts, resolve: values that lost a merge, and settling them.
#include "command.h"
#include "conflict_view.h"
#include "json_input.h"
#include "nhip/text.h"
#include "replica_access.h"

namespace nhip::cli {

Result<ExitCode> run_conflicts(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const auto conflicts, replica->conflicts(arguments.all));
  Json data = Json::array();
  for (const Conflict& conflict : conflicts) data.push_back(conflict_json(conflict));
  output.print(data, [&](const Json&) {
    if (conflicts.empty()) return output.say(Message::kNoConflicts);
    std::string text;
    for (const Conflict& conflict : conflicts) {
      text += conflict_text(conflict, replica->schema(), output);
    }
    return text + output.say(Message::kConflictHow);
  });
  return ExitCode::kDone;
}

Result<ExitCode> run_resolve(const Arguments& arguments, Output& output) {
  const Language language = output.language();
  if (arguments.has_keep == arguments.has_value) {
    return make_status(language, Code::kUsage, "usage", Message::kKeepOrValue,
                       Message::kKeepOrValueHint);
  }
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.id, output));
  if (arguments.has_keep) {
    NHIP_TRY(replica->resolve_keep(id, arguments.keep == "winner"));
  } else {
    if (!text::is_utf8(arguments.value)) {
      return make_status(language, Code::kMalformed, "not_utf8", Message::kNotUtf8,
                         Message::kNotUtf8Hint);
    }
    if (!Json::accept(arguments.value)) {
      return make_status(language, Code::kMalformed, "broken_json", Message::kBrokenJson,
                         Message::kKeepOrValueHint);
    }
    NHIP_TRY(replica->resolve_value(id, arguments.value));
  }
  output.print({{"id", id.text()}, {"settled", true}},
               [&](const Json&) { return output.say(Message::kResolved); });
  return ExitCode::kDone;
}

}  // namespace nhip::cli
