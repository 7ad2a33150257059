// Receipts: a device can show when the centre received a version, even to a centre that was put
// back from an older backup. Not kept by the centre: it knows its own proof again.
#pragma once

#include "centre/centre.h"

namespace nhip::server {

// Longer than the oldest daily backup is kept; older versions need no receipt.
inline constexpr std::int64_t kReceiptAgeMs = std::int64_t{45} * 24 * 3600 * 1000;

// The numbers of `scope` from `first` to `last` were received at that instant.
Bytes receipt_proof(const CentreKeys& keys, const std::string& scope, std::uint64_t first,
                    std::uint64_t last, std::int64_t received_at);

}  // namespace nhip::server
