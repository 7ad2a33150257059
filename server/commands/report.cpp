// nhipd report: a unit's report or the sector's, filled from records.
#include <nlohmann/json.hpp>

#include "centre/private_file.h"
#include "commands/figures.h"
#include "commands/table.h"
#include "exports/public_figures.h"
#include "exports/report_page.h"
#include "figures/report.h"

namespace nhip::server {
namespace {

using nlohmann::json;

std::string report_text(FigureBook& book, const json& out, Language language) {
  std::vector<std::vector<std::string>> rows;
  for (const json& line : out["lines"]) {
    const std::string measure = line["measure"];
    rows.push_back({line["code"].get<std::string>(), line["name"].get<std::string>(), measure,
                    report_cell(line["value"], measure), report_cell(line["previous"], measure)});
  }
  std::string text =
      print_table({say(language, "Mã", "Code"), say(language, "Chỉ tiêu", "Figure"),
                   say(language, "ĐVT", "Measure"), say(language, "Kỳ này", "This period"),
                   say(language, "Cùng kỳ năm trước", "A year before")},
                  rows, 48);
  const indicators::Day day = book.ledger().period(out["period"].get<std::string>())->end;
  const auto name_of = [&](const std::string& unit) {
    const auto* version = book.ledger().lineage().on(book.names().find(unit), day);
    return version == nullptr ? unit : unit + "  " + version->name;
  };
  const auto names = [&](const char* key, std::string_view vietnamese, std::string_view english) {
    if (!out.contains(key) || out[key].empty()) return;
    text += say(language, vietnamese, english) + ":\n";
    for (const json& unit : out[key]) text += "  " + name_of(unit.get<std::string>()) + "\n";
  };
  names("units_missing", "Chưa nộp báo cáo", "Reports missing");
  names("units_late", "Nộp trễ", "Late");
  names("units_without_activity", "Chưa có hoạt động vì trẻ em",
        "Without an activity for children");
  return text;
}

}  // namespace

Result<CommandOutput> run_report(Centre& centre, const json& args, const CommandContext& context) {
  NHIP_TRY_ASSIGN(OpenBook book, OpenBook::open(centre, context));
  const std::string code = argument(args, "period"), unit = argument(args, "unit");
  json out;
  if (unit.empty()) {
    NHIP_TRY_ASSIGN(out, sector_report(*book, code));
    NHIP_TRY(make_report_public(*book, code, out));
  } else {
    NHIP_TRY_ASSIGN(out, unit_report(*book, code, unit));
  }
  const std::string file = argument(args, "file");
  if (file.empty()) {
    return CommandOutput{0, json_text(out), report_text(*book, out, context.language)};
  }
  NHIP_TRY(write_whole(file, report_page(*book, out, context.now), 0600));
  return CommandOutput{0, json_text({{"files", {file}}}), file + "\n"};
}

}  // namespace nhip::server
