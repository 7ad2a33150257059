// Small files that must be whole or absent, and readable by their owner alone.
#pragma once

#include <string>
#include <string_view>

#include "nhip/status.h"

namespace nhip::server {

// Writes beside `path`, flushes to the disk and renames over it. `mode` as of chmod.
Status write_whole(const std::string& path, std::string_view text, unsigned mode);
// kNotFound "no_file"; refuses files above 1 MB.
Result<std::string> read_small_file(const std::string& path);
// Makes the folder with mode 0700 when it is absent.
Status make_folder(const std::string& path);
// What was made, renamed or removed in the folder is on the disk afterwards.
Status flush_folder(const std::string& path);
// The same for a file's bytes.
Status flush_file(const std::string& path);

}  // namespace nhip::server
