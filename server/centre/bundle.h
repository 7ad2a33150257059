// Bundles at the centre: a device's requests come as a file and their answers go back as one.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "centre/centre.h"

namespace nhip::server {

struct BundleOutcome {
  Bytes answer;  // the answer bundle
  std::string device_id, unit_id;
  std::uint64_t accepted = 0, rejected = 0, held = 0;  // groups
  std::uint64_t repeated = 0;                          // groups that were here before
  std::uint64_t rows = 0;                              // records in the answer
  std::string refused;                                 // the word of what was refused, if anything
};

// kMalformed as decode_bundle, "not_a_request" for an answer; kForbidden "other_centre";
// kUnauthenticated for a bundle nobody of ours signed. What a bundle brings may come any number of
// times, also after newer syncs: it has its effect once.
Result<BundleOutcome> take_bundle(Centre& centre, std::span<const std::uint8_t> bytes,
                                  std::int64_t now);

}  // namespace nhip::server
