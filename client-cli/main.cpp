// nhip, the field client: enter records without a connection, sync them when there is one.
#include "arguments.h"
#include "output.h"

namespace {

using namespace nhip;
using namespace nhip::cli;

ExitCode run(int argc, const char* const* argv, Output& output) {
  auto invocation = parse_arguments(argc, argv, output.language());
  if (!invocation.ok()) {
    output.error(invocation.status());
    return exit_code_of(invocation.status());
  }
  if (invocation->command == nullptr) {
    output.print(Json(invocation->text), [](const Json& text) { return text.get<std::string>(); });
    return ExitCode::kDone;
  }
  const auto ended = invocation->command->run(invocation->arguments, output);
  if (ended.ok()) return *ended;
  output.error(ended.status());
  return exit_code_of(ended.status());
}

}  // namespace

int main(int argc, char** argv) {
  const Preferences preferences = scan_preferences(argc, argv);
  Output output(preferences.json, preferences.language);
  const ExitCode code = run(argc, argv, output);
  if (output.finish()) return static_cast<int>(code);
  output.error(Status(Code::kInternal, "cannot_write", output.say(Message::kCannotWrite)));
  return static_cast<int>(ExitCode::kInternal);
}
