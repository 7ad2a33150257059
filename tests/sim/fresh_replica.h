// Fresh replica: the file of a replica that was just made. Making its tables is a fifth of a run's
// work and always gives the same file but for the name that the replica draws, so it is made once
// and copied.
#pragma once

#include <functional>
#include <string>

#include "nhip/status.h"

namespace nhip::sim {

// Writes the file that opening `path` with this schema would make. `random` is asked for what the
// engine would ask for.
Status write_fresh_replica(const std::string& path, const std::string& schema_json,
                           const std::function<void(std::uint8_t*, std::size_t)>& random);

}  // namespace nhip::sim
