// The commands in the order in which --help shows them.
#include "command.h"

namespace nhip::cli {
namespace {

constexpr Command kCommands[] = {
    {"enrol", kTakesCentre, Message::kHelpEnrol, run_enrol},
    {"put", kTakesType | kTakesJson, Message::kHelpPut, run_put},
    {"edit", kTakesType | kTakesId | kTakesAssignments, Message::kHelpEdit, run_edit},
    {"rm", kTakesType | kTakesId, Message::kHelpRm, run_rm},
    {"undelete", kTakesType | kTakesId, Message::kHelpUndelete, run_undelete},
    {"get", kTakesType | kTakesId, Message::kHelpGet, run_get},
    {"list", kTakesType | kTakesWhere, Message::kHelpList, run_list},
    {"import", kTakesType | kTakesFile | kTakesFormat, Message::kHelpImport, run_import},
    {"export", kTakesType | kTakesFormat, Message::kHelpExport, run_export},
    {"sync", kTakesSync, Message::kHelpSync, run_sync},
    {"status", 0, Message::kHelpStatus, run_status},
    {"conflicts", kTakesAll, Message::kHelpConflicts, run_conflicts},
    {"resolve", kTakesId | kTakesSettlement, Message::kHelpResolve, run_resolve},
    {"rejected", kTakesDiscard, Message::kHelpRejected, run_rejected},
    {"why", kTakesType | kTakesId, Message::kHelpWhy, run_why},
    {"retry", kTakesId, Message::kHelpRetry, run_retry},
    {"bundle", kTakesWay | kTakesFile, Message::kHelpBundle, run_bundle},
    {"doctor", 0, Message::kHelpDoctor, run_doctor},
    {"targets", kTakesPeriod, Message::kHelpTargets, run_targets},
    {"explain", kTakesIndicator | kTakesPeriod, Message::kHelpExplain, run_explain},
    {"history", kTakesType | kTakesId, Message::kHelpHistory, run_history},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace nhip::cli
