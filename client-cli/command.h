// Commands: what each takes and how it runs. The table is all there is; arguments, help and
// dispatch are made from it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exit_code.h"
#include "messages.h"
#include "nhip/status.h"
#include "output.h"

namespace nhip::cli {

// The arguments a command takes, as bits of Command::takes.
enum Takes : std::uint32_t {
  kTakesType = 1u << 0,
  kTakesId = 1u << 1,
  kTakesJson = 1u << 2,         // optional
  kTakesAssignments = 1u << 3,  // one or more
  kTakesWhere = 1u << 4,
  kTakesFile = 1u << 5,
  kTakesFormat = 1u << 6,
  kTakesCentre = 1u << 7,  // --server --code --label, the first two required
  kTakesSync = 1u << 8,    // --budget --watch --server
  kTakesAll = 1u << 9,
  kTakesSettlement = 1u << 10,  // --keep, --value
  kTakesDiscard = 1u << 11,     // --discard ID
  kTakesWay = 1u << 12,         // out or in
  kTakesPeriod = 1u << 13,      // --period, --unit
  kTakesIndicator = 1u << 14,
};

struct Arguments {
  std::string replica;  // as given; empty = the default
  std::string type, id, json, file, format, server, code, label, keep, value, discard, way;
  std::string period, unit, indicator;
  std::vector<std::string> assignments, where;
  std::uint64_t budget = 0;
  bool watch = false, all = false, has_keep = false, has_value = false;
};

struct Command {
  std::string_view name;
  std::uint32_t takes;
  Message help;
  // The error becomes the exit code by exit_code_of; commands that know better return a code after
  // they printed it themselves.
  Result<ExitCode> (*run)(const Arguments& arguments, Output& output);
};

std::span<const Command> commands();

Result<ExitCode> run_enrol(const Arguments& arguments, Output& output);
Result<ExitCode> run_put(const Arguments& arguments, Output& output);
Result<ExitCode> run_edit(const Arguments& arguments, Output& output);
Result<ExitCode> run_rm(const Arguments& arguments, Output& output);
Result<ExitCode> run_undelete(const Arguments& arguments, Output& output);
Result<ExitCode> run_get(const Arguments& arguments, Output& output);
Result<ExitCode> run_list(const Arguments& arguments, Output& output);
Result<ExitCode> run_import(const Arguments& arguments, Output& output);
Result<ExitCode> run_export(const Arguments& arguments, Output& output);
Result<ExitCode> run_sync(const Arguments& arguments, Output& output);
Result<ExitCode> run_status(const Arguments& arguments, Output& output);
Result<ExitCode> run_conflicts(const Arguments& arguments, Output& output);
Result<ExitCode> run_resolve(const Arguments& arguments, Output& output);
Result<ExitCode> run_rejected(const Arguments& arguments, Output& output);
Result<ExitCode> run_why(const Arguments& arguments, Output& output);
Result<ExitCode> run_retry(const Arguments& arguments, Output& output);
Result<ExitCode> run_bundle(const Arguments& arguments, Output& output);
Result<ExitCode> run_doctor(const Arguments& arguments, Output& output);
Result<ExitCode> run_targets(const Arguments& arguments, Output& output);
Result<ExitCode> run_explain(const Arguments& arguments, Output& output);
Result<ExitCode> run_history(const Arguments& arguments, Output& output);

}  // namespace nhip::cli
