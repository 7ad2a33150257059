// nhip export: every record of a type, one per line. With --json JSONL becomes one array and CSV
// one text, XLSX one base64 text, so that standard output holds exactly one JSON value.
#include <cstdint>
#include <map>

#include "command.h"
#include "json_input.h"
#include "record_csv.h"
#include "replica_access.h"
#include "screen_format.h"
#include "xlsx_file.h"

namespace nhip::cli {
namespace {

// A spreadsheet takes a file for UTF-8 only when this stands in front.
constexpr std::string_view kBom = "\xEF\xBB\xBF";

struct Csv {
  std::string text;
  std::uint64_t records_cut = 0;                  // records with fields that have no column
  std::map<std::string, std::uint64_t> left_out;  // those fields, with records
};

Result<Csv> csv_of(Replica& replica, const Type& type) {
  Csv csv;
  csv.text = std::string(kBom) + csv_header(type);
  NHIP_TRY(replica.list(type.name, [&](std::string_view text) {
    const Json record = json_of(text);
    csv.text += csv_line(type, record);
    const auto unknown = unknown_fields(type, record);
    for (const std::string& name : unknown) ++csv.left_out[name];
    csv.records_cut += unknown.empty() ? 0 : 1;
    return true;
  }));
  return csv;
}

// A file that lacks something says so, whoever reads it.
void tell_left_out(const Csv& csv, Output& output) {
  if (csv.left_out.empty()) return;
  std::string names;
  for (const auto& [name, count] : csv.left_out) {
    names += (names.empty() ? "" : ", ") + name + " ×" + grouped(count);
  }
  output.warning(output.say(Message::kFieldsLeftOut, {grouped(csv.records_cut), names}) + " " +
                 output.say(Message::kFieldsLeftOutHint));
}

Result<std::string> jsonl_of(Replica& replica, const Type& type, bool as_array) {
  std::string text = as_array ? "[" : "";
  NHIP_TRY(replica.list(type.name, [&](std::string_view record) {
    if (as_array) text += text.size() == 1 ? "\n" : ",\n";
    text += record;
    if (!as_array) text += "\n";
    return true;
  }));
  return as_array ? text + "]\n" : text;
}

}  // namespace

Result<ExitCode> run_export(const Arguments& arguments, Output& output) {
  const std::string format = arguments.format.empty() ? "jsonl" : arguments.format;
  if (format != "jsonl" && format != "csv" && format != "xlsx") {
    return make_status(output.language(), Code::kUsage, "unknown_format", Message::kFormatUnknown,
                       Message::kFormatUnknownHint, {format});
  }
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const Type* type, find_type(*replica, arguments.type, output));
  if (format == "jsonl") {
    NHIP_TRY_ASSIGN(const std::string lines, jsonl_of(*replica, *type, output.json()));
    output.write(lines);
    return ExitCode::kDone;
  }
  if (format == "xlsx") {
    NHIP_TRY_ASSIGN(const std::string path, replica_path(arguments, output));
    NHIP_TRY_ASSIGN(const std::string bytes, xlsx_of(*replica, *type, path, output));
    if (output.json()) {
      output.print_json({{"format", "xlsx"}, {"base64", base64(bytes)}});
    } else {
      output.write(bytes);
    }
    return ExitCode::kDone;
  }
  NHIP_TRY_ASSIGN(const Csv csv, csv_of(*replica, *type));
  if (output.json()) {
    Json printed = {{"format", "csv"}, {"text", csv.text}};
    printed["left_out"] = csv.left_out;
    output.print_json(printed);
  } else {
    output.write(csv.text);
    tell_left_out(csv, output);
  }
  return ExitCode::kDone;
}

}  // namespace nhip::cli
