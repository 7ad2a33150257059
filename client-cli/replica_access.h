// Which replica a command works on, and opening it.
#pragma once

#include <memory>
#include <string>

#include "command.h"
#include "nhip/id.h"
#include "nhip/replica.h"
#include "nhip/status.h"
#include "output.h"

namespace nhip::cli {

// --replica, else NHIP_REPLICA, else nhip/replica.db in the XDG data folder (~/.local/share).
Result<std::string> replica_path(const Arguments& arguments, const Output& output);

// Opens an enrolled replica. kUnauthenticated "not_enrolled" when there is none: only enrol makes
// one.
Result<std::unique_ptr<Replica>> open_replica(const Arguments& arguments, const Output& output);

// The type a command names; kInvalid "unknown_type" with the names there are.
Result<const Type*> find_type(const Replica& replica, const std::string& name,
                              const Output& output);

// kInvalid "bad_id" when the text is none.
Result<Id> parse_id(const std::string& text, const Output& output);

}  // namespace nhip::cli
