// nhip get, list, history: what this device holds.
#include <algorithm>

#include "command.h"
#include "field_path.h"
#include "replica_access.h"
#include "screen_format.h"
#include "screen_record.h"
#include "text_table.h"

namespace nhip::cli {
namespace {

constexpr std::size_t kColumnsOnScreen = 6;

// The first plain fields of the schema; nested ones and lists are for `get`.
std::vector<const Field*> columns_for_screen(const Type& type) {
  std::vector<const Field*> columns;
  for (const Field& field : type.fields) {
    const bool plain =
        field.is_scalar() && !field.sealed && field.path.find('.') == std::string::npos;
    if (plain && columns.size() < kColumnsOnScreen) columns.push_back(&field);
  }
  return columns;
}

std::string render_list(const Type& type, const std::vector<std::string>& records,
                        const Output& output) {
  if (records.empty()) return output.say(Message::kNoRecords);
  const auto columns = columns_for_screen(type);
  TextRow header{"id"};
  for (const Field* field : columns) header.push_back(field->path);
  std::vector<TextRow> rows;
  for (const std::string& text : records) {
    const Json record = json_of(text);
    TextRow& row = rows.emplace_back();
    row.push_back(record.value("id", std::string()));
    for (const Field* field : columns) {
      const bool there = record.contains(field->path) && !record[field->path].is_null();
      row.push_back(there ? screen_value(field, record[field->path], output.language()) : "");
    }
  }
  return render_table(header, rows) +
         output.say(Message::kRecordCount, {grouped(static_cast<std::uint64_t>(rows.size()))});
}

Message word_of_state(const std::string& state) {
  if (state == "pending") return Message::kVersionPending;
  return state == "current" ? Message::kVersionCurrent : Message::kVersionReplaced;
}

// Names the schema knows at a path: a field, a group of fields, an element of a map, the inside of
// a JSON value.
bool is_known_path(const Type& type, const std::vector<std::string>& parts) {
  if (parts.size() == 1 && (parts[0] == "id" || parts[0] == "type")) return true;
  std::string path;
  for (const std::string& part : parts) path += (path.empty() ? "" : ".") + part;
  return std::any_of(type.fields.begin(), type.fields.end(), [&](const Field& field) {
    const bool free_inside = field.shape == Shape::kMap || field.column.type == FieldType::kJson;
    return field.path == path || field.path.starts_with(path + ".") ||
           (free_inside && path.starts_with(field.path + "."));
  });
}

// Some record has something there: a field the schema does not know, but a person gave.
bool has_path(const nlohmann::json& record, const std::vector<std::string>& parts) {
  const nlohmann::json* value = &record;
  for (const std::string& part : parts) {
    if (!value->is_object() || !value->contains(part)) return false;
    value = &value->at(part);
  }
  return true;
}

Status unknown_condition(const Type& type, const std::vector<std::string>& parts,
                         const Output& output) {
  std::string path, known = "id";
  for (const std::string& part : parts) path += (path.empty() ? "" : ".") + part;
  for (const Field& field : type.fields) {
    if (!field.sealed) known += " " + field.path;
  }
  return Status(Code::kUsage, "unknown_field",
                output.say(Message::kUnknownWhere, {type.name, path}),
                output.say(Message::kUnknownWhereHint, {known}));
}

}  // namespace

Result<ExitCode> run_get(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.id, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  NHIP_TRY_ASSIGN(const std::string text, replica->get(type->name, id));
  if (output.json()) {
    output.write(text + "\n");
    return ExitCode::kDone;
  }
  const Json record = json_of(text);
  output.write(render_pairs(screen_fields(*type, record, output.language())));
  return ExitCode::kDone;
}

Result<ExitCode> run_list(const Arguments& arguments, Output& output) {
  std::vector<Assignment> conditions;
  for (const std::string& argument : arguments.where) {
    const auto condition = parse_assignment(argument);
    if (!condition) {
      return make_status(output.language(), Code::kUsage, "bad_assignment", Message::kBadAssignment,
                         Message::kBadAssignmentHint, {argument});
    }
    conditions.push_back(*condition);
  }
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  // Conditions on names the schema does not know, until some record has them.
  std::vector<std::vector<std::string>> strange;
  for (const Assignment& condition : conditions) {
    if (!is_known_path(*type, condition.path)) strange.push_back(condition.path);
  }
  // Collected first: a fault in the middle must not leave half an array on standard output.
  std::vector<std::string> records;
  NHIP_TRY(replica->list(type->name, [&](std::string_view text) {
    const auto wanted = [&] {
      const auto record = nlohmann::json::parse(text, nullptr, false);
      std::erase_if(strange, [&](const auto& path) { return has_path(record, path); });
      return std::all_of(conditions.begin(), conditions.end(),
                         [&](const Assignment& condition) { return matches(record, condition); });
    };
    if (conditions.empty() || wanted()) records.emplace_back(text);
    return true;
  }));
  if (!strange.empty()) return unknown_condition(*type, strange.front(), output);
  if (!output.json()) {
    output.write(render_list(*type, records, output) + "\n");
    return ExitCode::kDone;
  }
  output.write("[");
  for (std::size_t i = 0; i < records.size(); ++i)
    output.write((i == 0 ? "\n" : ",\n") + records[i]);
  output.write(records.empty() ? "]\n" : "\n]\n");
  return ExitCode::kDone;
}

Result<ExitCode> run_history(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Id id, parse_id(arguments.id, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  NHIP_TRY_ASSIGN(const auto versions, replica->history(type->name, id));
  if (versions.empty()) NHIP_TRY(replica->get(type->name, id).status());
  Json data = Json::array();
  for (const KnownVersion& version : versions) {
    data.push_back({{"by", version.by},
                    {"at", iso_time(version.at)},
                    {"time_uncertain", version.time_uncertain},
                    {"state", version.state},
                    {"fields", json_of(version.fields_json)}});
  }
  output.print(data, [&](const Json&) {
    std::string text;
    for (const KnownVersion& version : versions) {
      text += screen_time(version.at) +
              (version.time_uncertain ? output.say(Message::kTimeUncertain) : "") + "  " +
              printable(version.by) + "  (" + output.say(word_of_state(version.state)) + ")\n";
      const Json fields = json_of(version.fields_json);
      if (!fields.is_object()) continue;
      for (const auto& [path, value] : screen_fields(*type, fields, output.language())) {
        text += "  " + path + ": " + printable(value) + "\n";
      }
    }
    return text.empty() ? output.say(Message::kNoRecords) : text;
  });
  return ExitCode::kDone;
}

}  // namespace nhip::cli
