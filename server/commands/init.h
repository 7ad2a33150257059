// `nhipd init`: makes a centre.
#pragma once

#include <string>

#include "commands/session.h"

namespace nhip::server {

// `from` empty: without records.
Result<CommandOutput> init(const Globals& globals, const std::string& from);

}  // namespace nhip::server
