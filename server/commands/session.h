// How one call of nhipd finds its centre: through the running server when there is one, else by
// opening the folder under its lock. The answer is the same either way.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "commands/command.h"

namespace nhip::server {

// A command may hold the folder for a moment.
inline constexpr std::int64_t kLockPatienceMs = 2'000;

struct Globals {
  std::string data;  // the centre's folder
  bool json = false;
  Language language = Language::kEnglish;
};

// The schema of this program's centres.
Result<const Schema*> union_schema();

std::int64_t clock_now();

// Runs a command of command.h. kBusy "in_use" when the folder is locked and no server answers.
Result<CommandOutput> run_in_folder(const Globals& globals, const std::string& name,
                                    const nlohmann::json& args);

// The control channel's text form of a command and its answer.
std::string answer_control(CentreFolder& folder, FigureBook& figures, const std::string& request,
                           const Unlocked& unlocked);

// A progress line on standard error while it is a terminal, else nothing.
std::function<void(const std::string&, std::uint64_t)> progress_line(Language language);
// The same for work that knows how much there is to do.
Progress step_line(Language language);
void end_progress_line();

// Prints and gives the exit code.
int finish(const Globals& globals, const Result<CommandOutput>& result);
int fail(const Globals& globals, const Status& status);

}  // namespace nhip::server
