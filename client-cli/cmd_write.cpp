// nhip put, edit, rm, undelete: one record, one transaction.
#include "command.h"
#include "field_path.h"
#include "json_input.h"
#include "replica_access.h"

namespace nhip::cli {
namespace {

Json finding_json(const RuleFinding& finding) {
  return {{"rule", finding.rule},
          {"severity", finding.is_error ? "error" : "warning"},
          {"field", finding.field},
          {"message", finding.message}};
}

// What the stored record breaks: it stands, but a person is told.
Status tell_findings(Replica& replica, const Type& type, const Id& id, Json& printed,
                     Output& output) {
  NHIP_TRY_ASSIGN(const auto findings, replica.findings(type.name, id));
  for (const RuleFinding& finding : findings) {
    printed[finding.checked ? "warnings" : "not_checked"].push_back(finding_json(finding));
    if (output.json()) continue;
    output.warning(finding.checked ? finding.message
                                   : output.say(Message::kRuleNotChecked, {finding.message}));
  }
  return {};
}

// Hands the record to the engine, warns about names the schema does not know and rules that are
// broken, prints the id.
Result<ExitCode> store(Replica& replica, const Arguments& arguments, const std::string& text,
                       const Json& record, Output& output) {
  NHIP_TRY_ASSIGN(const Type* type, find_type(replica, arguments.type, output));
  NHIP_TRY_ASSIGN(const Id id, replica.put(arguments.type, text));
  Json printed = {{"id", id.text()}};
  const auto unknown = unknown_fields(*type, record);
  if (!unknown.empty()) printed["unknown_fields"] = unknown;
  NHIP_TRY(tell_findings(replica, *type, id, printed, output));
  if (!output.json()) {
    for (const std::string& name : unknown) {
      output.warning(output.say(Message::kUnknownField, {name}));
    }
  }
  output.remark(output.say(Message::kSaved));
  output.print_json(printed);
  return ExitCode::kDone;
}

}  // namespace

Result<ExitCode> run_put(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  std::string text = arguments.json;
  if (text.empty() || text == "-") {
    NHIP_TRY_ASSIGN(text, read_all(output.language(), "-"));
  }
  NHIP_TRY_ASSIGN(const Json record, parse_object(output.language(), text));
  return store(*replica, arguments, without_meta(std::move(text), record), record, output);
}

Result<ExitCode> run_edit(const Arguments& arguments, Output& output) {
  Json record = Json::object();
  for (const std::string& argument : arguments.assignments) {
    const auto assignment = parse_assignment(argument);
    if (!assignment || assignment->path.front() == "id" || !assign(record, *assignment)) {
      return make_status(output.language(), Code::kUsage, "bad_assignment", Message::kBadAssignment,
                         Message::kBadAssignmentHint, {argument});
    }
  }
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.id, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  // put would create a record with this id; an edit of nothing is a mistake in the id.
  if (const auto found = replica->get(type->name, id); !found.ok()) {
    NHIP_TRY_ASSIGN(const auto tray, replica->tray());
    const bool refused = std::any_of(tray.begin(), tray.end(), [&](const TrayEntry& entry) {
      return entry.record_id == id && entry.type == type->name;
    });
    if (!refused) return found.status();  // what the centre refused may be mended
  }
  record["id"] = id.text();
  const std::string text = dump(record);
  NHIP_TRY(parse_object(output.language(), text).status());
  return store(*replica, arguments, text, record, output);
}

Result<ExitCode> run_rm(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.id, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  NHIP_TRY(replica->remove(type->name, id));
  output.print({{"id", id.text()}, {"deleted", true}},
               [&](const Json&) { return output.say(Message::kDeleted, {id.text()}); });
  return ExitCode::kDone;
}

Result<ExitCode> run_undelete(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.id, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  NHIP_TRY(replica->undelete(type->name, id));
  output.print({{"id", id.text()}, {"deleted", false}},
               [&](const Json&) { return output.say(Message::kRestored, {id.text()}); });
  return ExitCode::kDone;
}

}  // namespace nhip::cli
