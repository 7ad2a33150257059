// nhipd export: figures, completeness and lists of records as CSV or XLSX files.
#include <nlohmann/json.hpp>

#include "centre/private_file.h"
#include "commands/figures.h"
#include "exports/tables.h"

namespace nhip::server {
namespace {

using nlohmann::json;

Result<std::vector<Sheet>> sheets_of(Centre& centre, const json& args,
                                     const CommandContext& context) {
  const std::string what = argument(args, "what");
  if (what == "records") {
    NHIP_TRY_ASSIGN(Sheet sheet, record_sheet(centre, argument(args, "type")));
    return std::vector<Sheet>{std::move(sheet)};
  }
  NHIP_TRY_ASSIGN(OpenBook book, OpenBook::open(centre, context));
  NHIP_TRY_ASSIGN(const std::vector<std::string> codes,
                  asked_periods(*book, argument(args, "period")));
  if (what == "completeness") return std::vector<Sheet>{completeness_sheet(*book, codes)};
  if (what == "indicators") return figure_sheets(*book, codes);
  return Status(Code::kUsage, "bad_usage", "nhipd export knows: indicators, completeness, records");
}

// "out.csv" and, of further sheets, "out-NAME.csv".
std::string csv_path(const std::string& path, const Sheet& sheet, bool first) {
  if (first) return path;
  std::string name = sheet.name;
  for (char& c : name) c = c == ' ' ? '-' : c;
  const std::size_t dot = path.rfind('.');
  return path.substr(0, dot) + "-" + name + path.substr(dot);
}

}  // namespace

Result<CommandOutput> run_export(Centre& centre, const json& args, const CommandContext& context) {
  const std::string path = argument(args, "file");
  const bool xlsx = path.ends_with(".xlsx");
  if (!xlsx && !path.ends_with(".csv")) {
    return Status(Code::kUsage, "bad_format", "the file's name ends in .csv or .xlsx: " + path);
  }
  NHIP_TRY_ASSIGN(const std::vector<Sheet> sheets, sheets_of(centre, args, context));
  json files = json::array();
  std::size_t rows = 0;
  for (const Sheet& sheet : sheets) {
    rows += sheet.rows.size();
    if (xlsx) continue;
    files.push_back(csv_path(path, sheet, &sheet == &sheets.front()));
    NHIP_TRY(write_whole(files.back().get<std::string>(), csv_of(sheet), 0600));
  }
  if (xlsx) {
    // Made by us first, so that nobody else may read it.
    NHIP_TRY(write_whole(path, "", 0600));
    NHIP_TRY(write_xlsx(path, sheets));
    files.push_back(path);
  }
  std::string text;
  for (const json& file : files) text += file.get<std::string>() + "\n";
  return CommandOutput{0, json_text({{"files", files}, {"rows", rows}}), text};
}

}  // namespace nhip::server
