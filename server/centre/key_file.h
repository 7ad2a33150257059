// The keys of a centre as text: the file `keys`, and the recovery key that a person writes down.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "centre/centre.h"

namespace nhip::server {

using RecoverySeed = std::array<std::uint8_t, 32>;

// Without the epoch, which stands in a file of its own.
std::string keys_text(const CentreKeys& keys);
// kCorrupt "damaged_keys". Leaves `epoch` empty.
Result<CentreKeys> parse_keys(std::string_view text);
Result<CentreKeys> read_keys(const std::string& path);

// 32 bytes as groups of four characters in Crockford's base32 (no I, L, O, U), for paper.
std::string recovery_text(const RecoverySeed& seed);
// Forgives case, blanks, dashes and the letters that look like digits; nothing otherwise.
std::optional<RecoverySeed> parse_recovery_text(std::string_view text);

std::string recovery_public_text(const crypto::PublicKey& key);
// kCorrupt "damaged_recovery_key".
Result<crypto::PublicKey> read_recovery_public(const std::string& path);

}  // namespace nhip::server
