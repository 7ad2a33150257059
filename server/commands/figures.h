// nhipd indicators, explain, period: the figures, and what is said of them to people.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "commands/command.h"

namespace nhip::server {

// {period: codes with commas between, view: official|current|both, by:
// unit|host_type|district|funding|quarter, public: yes}
Result<CommandOutput> run_indicators(Centre& centre, const nlohmann::json& args,
                                     const CommandContext& context);

// {indicator, period, unit, view: current (default) or official}
Result<CommandOutput> run_explain(Centre& centre, const nlohmann::json& args,
                                  const CommandContext& context);
// {what: indicators|completeness|records, period, type, file: ending in .csv or .xlsx}
Result<CommandOutput> run_export(Centre& centre, const nlohmann::json& args,
                                 const CommandContext& context);
// {period: codes with commas between}
Result<CommandOutput> run_completeness(Centre& centre, const nlohmann::json& args,
                                       const CommandContext& context);
// {period, unit: of the sector when absent, file: an HTML page instead of a table}
Result<CommandOutput> run_report(Centre& centre, const nlohmann::json& args,
                                 const CommandContext& context);
// {action: load, file, dry_run: yes}
Result<CommandOutput> run_units(Centre& centre, const nlohmann::json& args,
                                const CommandContext& context);
Result<CommandOutput> run_definition_load(FigureBook& book, bool units, const std::string& path,
                                          bool dry_run, const CommandContext& context);
// {action: list|lock|restate|changes|load, code, at, reason, file, dry_run}
Result<CommandOutput> run_period(Centre& centre, const nlohmann::json& args,
                                 const CommandContext& context);

// The book of a running server, or one for this command alone; up to date, with ordered locks that
// are due stored.
class OpenBook {
 public:
  static Result<OpenBook> open(Centre& centre, const CommandContext& context);
  FigureBook& operator*() { return *book_; }
  FigureBook* operator->() { return book_; }

 private:
  std::unique_ptr<FigureBook> own_;
  FigureBook* book_ = nullptr;
};

// The codes asked for, or all. kInvalid "unknown_period".
Result<std::vector<std::string>> asked_periods(FigureBook& book, const std::string& codes);

// "92,4%" or "–".
std::string percent_text(const nlohmann::json& ratio, Language language);

}  // namespace nhip::server
