// The commands of nhipd over an open centre. One function runs them all, so a command gives the
// same answer whether it opened the folder itself or asked the running server.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <string>

#include "backup/backup.h"
#include "centre/centre.h"
#include "commands/language.h"
#include "figures/figure_book.h"

namespace nhip::server {

// As of contract: 0 done, 1 fault, 2 usage, 3 invalid, 4 unavailable, 5 refused, 6 a person is
// needed, 7 in use or damaged.
int exit_code(Code code);

struct CommandOutput {
  int exit = 0;
  std::string json;  // one value
  std::string text;  // for people, lines ended
};

struct CommandContext {
  std::int64_t now = 0;
  Language language = Language::kEnglish;
  // Called between the transactions of long work.
  std::function<void(const std::string& file, std::uint64_t lines)> progress;
  // What backup and verify work on, how they get along without the centre's lock, and how far they
  // are.
  CentreFolder* folder = nullptr;
  Unlocked unlocked;
  Progress steps;
  // Of a running server; else commands that need one make it.
  FigureBook* figures = nullptr;
};

// `name` is one of load, enrol, devices, revoke, records, conflicts, inbox, backup, verify, review,
// bundle, indicators, explain, period, completeness,
// export, units, report, form; `args` an object of text values, absent ones
// left out:
//   load {dir} · enrol {unit, role, label, ttl} · revoke {device} · records {type, unit, as_of} ·
//   backup {file} · review {action: list|return|approve, type, id, reason} · bundle {action: in,
//   file, reply} · indicators {period, view, by, public} · explain {indicator, period, unit, view}
//   · period {action: list|load|lock|restate|changes, code, at, reason, file, dry_run} ·
//   completeness {period} · export {what, period, type, file} · units {action: load, file, dry_run}
//   · report {period, unit, file} · form {action: publish, file, dry_run}
Result<CommandOutput> run_command(Centre& centre, const std::string& name,
                                  const nlohmann::json& args, const CommandContext& context);

// A text among a command's arguments; empty when it was not given.
std::string argument(const nlohmann::json& args, const char* name);

// JSON text as every command prints it. Text that is not UTF-8 is printed with replacement
// characters.
std::string json_text(const nlohmann::json& value);

}  // namespace nhip::server
