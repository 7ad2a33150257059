// Conflicts and tray entries as JSON and on the screen; shared by the commands that show them.
#pragma once

#include <string>

#include "nhip/replica.h"
#include "output.h"

namespace nhip::cli {

Json conflict_json(const Conflict& conflict);
std::string conflict_text(const Conflict& conflict, const Schema& schema, const Output& output);

// `hint`, what to do about it, is part of both.
Json tray_json(const TrayEntry& entry, const Output& output);
std::string tray_text(const TrayEntry& entry, const Output& output);
// The reason in the person's language.
std::string tray_reason(const TrayEntry& entry, const Output& output);
std::string tray_hint(const TrayEntry& entry, const Output& output);

}  // namespace nhip::cli
