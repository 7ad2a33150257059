// The command line. The only place that knows CLI11.
#pragma once

#include <optional>
#include <string>

#include "command.h"

namespace nhip::cli {

// What stands before the command line is understood, so that even its errors are in the right form.
struct Preferences {
  bool json = false;
  Language language = Language::kEnglish;
};
Preferences scan_preferences(int argc, const char* const* argv);

struct Invocation {
  const Command* command = nullptr;  // null: only `text` is to be printed (--help, --version)
  Arguments arguments;
  std::string text;
};

// kUsage "usage" with what is wrong.
Result<Invocation> parse_arguments(int argc, const char* const* argv, Language language);

}  // namespace nhip::cli
