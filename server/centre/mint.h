// Minting conflict records: every value that lost becomes a row of the engine's type nhip_conflict,
// in the scope of its record, so that it lives, moves and is erased with it.
#pragma once

#include <vector>

#include "centre/centre.h"
#include "core/merge.h"

namespace nhip::server {

// `seen`: how far the writer of `op` had followed the scope; gives the value both sides started
// from.
Status mint_conflicts(Centre& centre, Sequencer& sequencer, const Type& type,
                      const core::Operation& op, std::uint64_t seen, const std::string& scope,
                      const std::vector<core::ConflictEntry>& entries);

}  // namespace nhip::server
