// nhipd units load, nhipd period load: tables that figures rest on, taken whole or not at all.
#include <nlohmann/json.hpp>

#include "commands/figures.h"
#include "commands/present.h"
#include "figures/definition_file.h"

namespace nhip::server {

using nlohmann::json;

Result<CommandOutput> run_definition_load(FigureBook& book, bool units, const std::string& path,
                                          bool dry_run, const CommandContext& context) {
  if (path.empty()) {
    return Status(Code::kUsage, "bad_usage", "say which file",
                  units ? "nhipd units load org_units.csv" : "nhipd period load periods.json");
  }
  const auto kind = units ? DefinitionKind::kUnits : DefinitionKind::kPeriods;
  NHIP_TRY_ASSIGN(const LoadReport report,
                  load_definitions(book, kind, path, dry_run, context.now));
  json out = load_json(report);
  out["dry_run"] = dry_run;
  return CommandOutput{report.problems.empty() ? 0 : 3, json_text(out),
                       load_text(report, context.language)};
}

Result<CommandOutput> run_units(Centre& centre, const json& args, const CommandContext& context) {
  const auto text = [&](const char* name) {
    const auto it = args.find(name);
    return it != args.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  if (text("action") != "load") {
    return Status(Code::kUsage, "bad_usage", "nhipd units knows: load",
                  "nhipd units load org_units.csv --dry-run");
  }
  NHIP_TRY_ASSIGN(OpenBook book, OpenBook::open(centre, context));
  return run_definition_load(*book, true, text("file"), text("dry_run") == "yes", context);
}

}  // namespace nhip::server
