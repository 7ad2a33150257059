// nhip rejected, why, retry: work that the centre did not take, and where a record stands.
#include <algorithm>
#include <optional>

#include "command.h"
#include "conflict_view.h"
#include "replica_access.h"

namespace nhip::cli {
namespace {

// Everything this replica knows about where a record stands.
struct Standing {
  bool deleted = false;
  bool pending = false;
  std::vector<TrayEntry> tray;
  std::vector<Conflict> conflicts;
};

Result<Standing> standing_of(Replica& replica, const Type& type, const Id& id) {
  Standing standing;
  NHIP_TRY_ASSIGN(standing.tray, replica.tray());
  std::erase_if(standing.tray, [&](const TrayEntry& entry) {
    return entry.type != type.name || entry.record_id != id;
  });
  NHIP_TRY_ASSIGN(standing.conflicts, replica.conflicts());
  std::erase_if(standing.conflicts, [&](const Conflict& conflict) {
    return conflict.type != type.name || conflict.record_id != id;
  });
  const auto record = replica.get(type.name, id);
  if (!record.ok() && record.status().code() != Code::kNotFound) return record.status();
  const auto versions = replica.history(type.name, id);
  if (!versions.ok() && versions.status().code() != Code::kNotFound) return versions.status();
  const bool known = versions.ok() && !versions->empty();
  // A rejected new record may have left the table and stand in the tray alone.
  if (!record.ok() && !known && standing.tray.empty()) return record.status();
  standing.deleted = !record.ok();
  standing.pending =
      known && std::any_of(versions->begin(), versions->end(),
                           [](const KnownVersion& v) { return v.state == "pending"; });
  return standing;
}

struct Verdict {
  std::string state;
  std::string message;
  std::string hint;
};

// What matters most to the person comes first: refused work, then waiting work, then a choice to
// make.
Verdict judge(const Standing& standing, const Type& type, const Id& id, const Output& output) {
  if (!standing.tray.empty()) {
    const TrayEntry& entry = standing.tray.front();
    const Message message = entry.state == "held" ? Message::kWhyHeld : Message::kWhyRejected;
    return {entry.state, output.say(message, {tray_reason(entry, output)}),
            tray_hint(entry, output)};
  }
  if (standing.pending) {
    const Message message = standing.deleted ? Message::kWhyDeletedPending : Message::kWhyPending;
    return {"pending", output.say(message), output.say(Message::kTodoSync)};
  }
  if (!standing.conflicts.empty()) {
    const Conflict& conflict = standing.conflicts.front();
    return {"conflict", output.say(Message::kWhyConflict, {conflict.field}),
            output.say(Message::kTodoResolve, {conflict.id.text()})};
  }
  if (standing.deleted) {
    return {"deleted", output.say(Message::kWhyDeleted),
            output.say(Message::kTodoUndelete, {type.name, id.text()})};
  }
  return {"synced", output.say(Message::kWhySynced), output.say(Message::kTodoNothing)};
}

// Why the office or the centre sent a reviewed record back; empty unless it stands returned.
Result<std::string> reason_of_return(Replica& replica, const Type& type, const Id& id) {
  if (type.review.field == 0) return std::string();
  const auto text = replica.get(type.name, id);
  if (!text.ok()) return std::string();  // deleted, or only in the tray
  const Json record = json_of(*text);
  const auto value_of = [&](std::uint16_t number) {
    std::string pointer = "/" + type.field(number)->path;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    const Json value = record.value(Json::json_pointer(pointer), Json());
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  return value_of(type.review.field) == type.review.returned ? value_of(type.review.note)
                                                             : std::string();
}

}  // namespace

Result<ExitCode> run_rejected(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  if (!arguments.discard.empty()) {
    NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.discard, output));
    NHIP_TRY(replica->discard(id));
  }
  NHIP_TRY_ASSIGN(const auto tray, replica->tray());
  Json data = Json::array();
  for (const TrayEntry& entry : tray) data.push_back(tray_json(entry, output));
  output.print(data, [&](const Json&) {
    if (tray.empty()) return output.say(Message::kTrayEmpty);
    std::string text;
    for (const TrayEntry& entry : tray) text += tray_text(entry, output);
    return text;
  });
  return ExitCode::kDone;
}

Result<ExitCode> run_why(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.id, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  NHIP_TRY_ASSIGN(const Standing standing, standing_of(*replica, *type, id));
  Verdict verdict = judge(standing, *type, id, output);
  NHIP_TRY_ASSIGN(const std::string reason, reason_of_return(*replica, *type, id));
  if (verdict.state == "synced" && !reason.empty()) {
    verdict = {"returned", output.say(Message::kWhyReturned, {reason}),
               output.say(Message::kTodoReturned)};
  }
  Json data = {
      {"type", type->name},          {"id", id.text()},       {"state", verdict.state},
      {"message", verdict.message},  {"hint", verdict.hint},  {"deleted", standing.deleted},
      {"pending", standing.pending}, {"tray", Json::array()}, {"conflicts", Json::array()}};
  for (const TrayEntry& entry : standing.tray) data["tray"].push_back(tray_json(entry, output));
  for (const Conflict& conflict : standing.conflicts) {
    data["conflicts"].push_back(conflict_json(conflict));
  }
  output.print(data, [&](const Json&) { return verdict.message + "\n" + verdict.hint; });
  return ExitCode::kDone;
}

Result<ExitCode> run_retry(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.id, output));
  NHIP_TRY(replica->retry(id));
  output.print({{"id", id.text()}, {"retried", true}},
               [&](const Json&) { return output.say(Message::kRetried); });
  return ExitCode::kDone;
}

}  // namespace nhip::cli
