// nhipd bundle in FILE [--reply FILE]: a device's sync that came by hand.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "commands/command.h"

namespace nhip::server {

Result<CommandOutput> run_bundle(Centre& centre, const nlohmann::json& args,
                                 const CommandContext& context);

}  // namespace nhip::server
