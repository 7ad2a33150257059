// Tokens find copies. A replica's token stands for everything it ever had received, group by group,
// like a hash chain: two replicas with one identity that wrote different things have different
// tokens from then on, and the centre sees it before it takes anything. Why content and not a
// random number: engine/DESIGN.md, "Copies".
//
//   token(0) := ""
//   token(n) := first 12 bytes in hex of BLAKE2b-256(token(n-1), group n)
#pragma once

#include <span>
#include <string>

#include "core/operation.h"

namespace nhip::protocol {

// What the centre may correct or the device may learn later (scope, seen, held) is no part of it.
std::string next_token(const std::string& token, std::span<const core::Operation> group);
inline std::string next_token(const std::string& token, const core::Group& group) {
  return next_token(token, group.operations);
}

}  // namespace nhip::protocol
