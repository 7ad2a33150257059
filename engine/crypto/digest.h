// Digest: a fingerprint of a set of record versions that both sides keep up to date for pennies.
//
// An element is the keyed BLAKE2b-128 hash (RFC 7693) of (type, id, sequence number of the latest
// version, deleted or not). The digest of a set is the sum of its elements modulo 2^128 (Bellare &
// Micciancio 1997, AdHash), so adding and removing a record costs one hash, in any order, and the
// digest of a centre is the sum of the digests of its scopes. The key is the centre's and keeps
// sums from being crafted by anybody who has no device.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "nhip/id.h"
#include "nhip/value.h"

namespace nhip::crypto {

struct Digest {
  std::uint64_t high = 0, low = 0;

  Digest& operator+=(const Digest& other);
  Digest& operator-=(const Digest& other);
  friend bool operator==(const Digest&, const Digest&) = default;

  std::string hex() const;  // 32 characters
  static bool from_hex(std::string_view text, Digest& out);
};

using DigestKey = std::array<std::uint8_t, 32>;

Digest element(const DigestKey& key, std::uint16_t type, const Id& id, std::uint64_t seq,
               bool deleted);

}  // namespace nhip::crypto
