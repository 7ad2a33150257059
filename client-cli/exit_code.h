// Exit codes: what a script learns from how a command ended.
#pragma once

#include "nhip/status.h"

namespace nhip::cli {

enum class ExitCode : int {
  kDone = 0,
  kInternal = 1,
  kUsage = 2,
  kInvalid = 3,       // nothing was stored of that item
  kNoConnection = 4,  // nothing is lost, try again
  kRefused = 5,       // not enrolled, revoked, forbidden
  kNeedsPerson = 6,   // done, but items were rejected, held or refused
  kReplica = 7,       // the replica is in use or damaged
};

ExitCode exit_code_of(const Status& status);

// As above for what a centre answered: a damaged or foreign answer is no connection, not bad data.
ExitCode exit_code_of_exchange(const Status& status);

}  // namespace nhip::cli
