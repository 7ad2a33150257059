// nhip export: every record of a type, one per line. With --json JSONL becomes one array and CSV
// one text, so that standard output holds exactly one JSON value.
#include "command.h"
#include "record_csv.h"
#include "replica_access.h"

namespace nhip::cli {
namespace {

// A spreadsheet takes a file for UTF-8 only when this stands in front.
constexpr std::string_view kBom = "\xEF\xBB\xBF";

Result<std::string> csv_of(Replica& replica, const Type& type) {
  std::string text = std::string(kBom) + csv_header(type);
  NHIP_TRY(replica.list(type.name, [&](std::string_view record) {
    text += csv_line(type, json_of(record));
    return true;
  }));
  return text;
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
  if (format == "xlsx") {
    return make_status(output.language(), Code::kUsage, "format_not_here_yet",
                       Message::kFormatLater, Message::kFormatLaterHint, {format});
  }
  if (format != "jsonl" && format != "csv") {
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
  NHIP_TRY_ASSIGN(const std::string csv, csv_of(*replica, *type));
  if (output.json()) {
    output.print_json({{"format", "csv"}, {"text", csv}});
  } else {
    output.write(csv);
  }
  return ExitCode::kDone;
}

}  // namespace nhip::cli
