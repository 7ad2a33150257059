// The one place where codes of the engine become exit codes.
#include "exit_code.h"

namespace nhip::cli {

ExitCode exit_code_of(const Status& status) {
  switch (status.code()) {
    case Code::kOk: return ExitCode::kDone;
    case Code::kUnavailable: return ExitCode::kNoConnection;
    case Code::kBusy:
    case Code::kCorrupt: return ExitCode::kReplica;
    // Another version is a refusal until one side is updated; trying again does not help.
    case Code::kUnauthenticated:
    case Code::kForbidden:
    case Code::kVersion: return ExitCode::kRefused;
    case Code::kMalformed:
    case Code::kInvalid:
    case Code::kNotFound:
    case Code::kConflict:
    case Code::kLimit: return ExitCode::kInvalid;
    case Code::kUsage: return ExitCode::kUsage;
    case Code::kDiskFull:
    case Code::kInternal: return ExitCode::kInternal;
  }
  return ExitCode::kInternal;
}

ExitCode exit_code_of_exchange(const Status& status) {
  if (status.code() == Code::kMalformed) return ExitCode::kNoConnection;
  if (status.code() == Code::kConflict) return ExitCode::kRefused;
  return exit_code_of(status);
}

}  // namespace nhip::cli
