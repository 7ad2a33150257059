// nhipd report: a unit's report or the sector's, filled from records.
#include <nlohmann/json.hpp>

#include <map>

#include "commands/figures.h"
#include "commands/table.h"
#include "exports/suppression.h"
#include "figures/report.h"

namespace nhip::server {
namespace {

using nlohmann::json;

std::string report_value(const json& value, Language language) {
  if (value.is_boolean())
    return value == true ? say(language, "có", "yes") : say(language, "không", "no");
  return value.is_null() ? "–" : value.dump();
}

std::string report_text(const json& out, Language language) {
  std::vector<std::vector<std::string>> rows;
  for (const json& line : out["lines"]) {
    rows.push_back({line["code"].get<std::string>(), line["name"].get<std::string>(),
                    report_value(line["value"], language)});
  }
  std::string text = print_table({say(language, "Mã", "Code"), say(language, "Chỉ tiêu", "Figure"),
                                  say(language, "Giá trị", "Value")},
                                 rows, 48);
  const auto names = [&](const char* key, std::string_view vietnamese, std::string_view english) {
    if (!out.contains(key) || out[key].empty()) return;
    text += say(language, vietnamese, english) + ":";
    for (const json& unit : out[key]) text += " " + unit.get<std::string>();
    text += "\n";
  };
  names("units_missing", "Chưa nộp báo cáo", "Reports missing");
  names("units_late", "Nộp trễ", "Late");
  names("units_without_activity", "Chưa có hoạt động vì trẻ em",
        "Without an activity for children");
  return text;
}

// The sector's report leaves the office: counts that would point at somebody are hidden, with what
// gives them away.
void hide_small_counts(json& lines) {
  std::map<std::string, json*> values;
  for (json& line : lines) values[line["code"].get<std::string>()] = &line["value"];
  const auto count = [&](const char* code) {
    const json& value = *values.at(code);
    return value.is_number_integer() ? value.get<std::int64_t>() : 0;
  };
  if (suppress({count("PL-34")}).front() != Shown::kAsIs) {
    *values.at("PL-34") = "<5";
    *values.at("PL-35") = "…";
  }
  const auto children = suppress({count("PL-36"), count("PL-37") - count("PL-36")});
  if (children[0] == Shown::kAsIs && children[1] == Shown::kAsIs) return;
  *values.at("PL-36") = children[0] == Shown::kFewer ? "<5" : "…";
  *values.at("PL-37") = "…";
}

}  // namespace

Result<CommandOutput> run_report(Centre& centre, const json& args, const CommandContext& context) {
  NHIP_TRY_ASSIGN(OpenBook book, OpenBook::open(centre, context));
  const std::string code = argument(args, "period"), unit = argument(args, "unit");
  json out;
  if (unit.empty()) {
    NHIP_TRY_ASSIGN(out, sector_report(*book, code));
    hide_small_counts(out["lines"]);
  } else {
    NHIP_TRY_ASSIGN(out, unit_report(*book, code, unit));
  }
  return CommandOutput{0, json_text(out), report_text(out, context.language)};
}

}  // namespace nhip::server
