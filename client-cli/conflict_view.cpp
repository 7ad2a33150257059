// Both values always stand side by side: a person chooses by seeing them.
#include "conflict_view.h"

#include "screen_format.h"
#include "screen_record.h"
#include "text_table.h"

namespace nhip::cli {
namespace {

Json side_json(const ConflictSide& side) {
  return {{"value", json_of(side.value_json)},
          {"by", side.by},
          {"at", iso_time(side.at)},
          {"time_uncertain", side.time_uncertain}};
}

// What the centre refuses because of who asks cannot be mended by editing.
bool is_about_rights(const std::string& code) {
  return code == "forbidden" || code == "out_of_scope" || code == "not_allowed" ||
         code == "read_only";
}

}  // namespace

Json conflict_json(const Conflict& conflict) {
  return {{"id", conflict.id.text()},
          {"type", conflict.type},
          {"record_id", conflict.record_id.text()},
          {"field", conflict.field},
          {"winner", side_json(conflict.winner)},
          {"loser", side_json(conflict.loser)},
          {"base", conflict.base_json.empty() ? Json() : json_of(conflict.base_json)},
          {"group_id", conflict.group_id.text()},
          {"needs_person", conflict.needs_person},
          {"settled", conflict.settled}};
}

std::string conflict_text(const Conflict& conflict, const Schema& schema, const Output& output) {
  const Type* type = schema.type(std::string_view(conflict.type));
  const auto value = [&](const std::string& json) {
    return printable(screen_value_at(type, conflict.field, json, output.language()));
  };
  const auto line = [&](Message message, const ConflictSide& side) {
    const std::string by =
        side.by == "centre" ? output.say(Message::kConflictCentre) : printable(side.by);
    return output.say(message,
                      {value(side.value_json), by,
                       screen_time(side.at) +
                           (side.time_uncertain ? output.say(Message::kTimeUncertain) : "")}) +
           "\n";
  };
  std::string text =
      output.say(Message::kConflictHead, {conflict.id.text(), conflict.type,
                                          conflict.record_id.text(), printable(conflict.field)}) +
      "\n" + line(Message::kConflictWinner, conflict.winner) +
      line(Message::kConflictLoser, conflict.loser);
  if (!conflict.base_json.empty() && conflict.base_json != "null") {
    text += output.say(Message::kConflictBase, {value(conflict.base_json)}) + "\n";
  }
  if (conflict.settled) return text + output.say(Message::kConflictSettled) + "\n";
  if (conflict.needs_person) text += output.say(Message::kConflictNeedsPerson) + "\n";
  return text;
}

std::string tray_reason(const TrayEntry& entry, const Output& output) {
  std::string reason =
      describe(output.language(), Status(Code::kInvalid, entry.code, entry.message)).message;
  if (!entry.field.empty() && reason.find(entry.field) == std::string::npos) {
    reason = entry.field + ": " + reason;
  }
  return reason;
}

std::string tray_hint(const TrayEntry& entry, const Output& output) {
  if (entry.state == "held") return output.say(Message::kTrayTodoHeld);
  if (is_about_rights(entry.code)) return output.say(Message::kTrayTodoForbidden);
  return output.say(Message::kTrayTodoRejected,
                    {entry.type, entry.record_id.text(), entry.id.text()});
}

Json tray_json(const TrayEntry& entry, const Output& output) {
  return {{"id", entry.id.text()},
          {"type", entry.type},
          {"record_id", entry.record_id.text()},
          {"state", entry.state},
          {"code", entry.code},
          {"field", entry.field.empty() ? Json() : Json(entry.field)},
          {"message", tray_reason(entry, output)},
          {"hint", tray_hint(entry, output)},
          {"record", entry.record_json.empty() ? Json() : json_of(entry.record_json)},
          {"at", iso_time(entry.at)}};
}

std::string tray_text(const TrayEntry& entry, const Output& output) {
  const Message state = entry.state == "held" ? Message::kHeld : Message::kRejected;
  return entry.id.text() + ": " + entry.type + " " + entry.record_id.text() + " (" +
         output.say(state) + ", " + screen_time(entry.at) + ")\n" +
         output.say(Message::kTrayReason, {printable(tray_reason(entry, output))}) + "\n  " +
         tray_hint(entry, output) + "\n";
}

}  // namespace nhip::cli
