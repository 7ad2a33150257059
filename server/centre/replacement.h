// Replacement: how a restored database takes the place of the present one, in steps that a crash
// may cut anywhere.
//
// Everything new is made ready in `restoring/` and flushed. Then `restoring/ready` is written: from
// that moment the restore has happened, and whoever opens the folder next finishes it. Until then
// the folder is the old centre with a leftover. Finishing moves each present file into the folder
// that `ready` names and the new one into its place; a step that was already done finds nothing to
// do.
#pragma once

#include <functional>
#include <string>

#include "centre/folder.h"

namespace nhip::server {

// Asked at every step of a replacement; false ends it there, as a crash would. Empty: never.
using Interruption = std::function<bool(const std::string& step)>;

// Where the new files are made ready. Begins empty.
Status begin_replacement(const FolderPaths& paths);
// `aside`: a name in the folder that nothing bears yet, for what is replaced.
Status decide_replacement(const FolderPaths& paths, const std::string& aside);
bool replacement_decided(const FolderPaths& paths);
// Under the folder's lock. Nothing to do unless one is decided.
Status finish_replacement(const FolderPaths& paths, const Interruption& goes_on = {});
// Throws away what was not decided.
void drop_replacement(const FolderPaths& paths);

}  // namespace nhip::server
