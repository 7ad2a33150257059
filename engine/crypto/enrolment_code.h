// The enrolment code: 25 base32 characters in five groups, "ABCDE-FGHJK-…".
//
// The first 10 characters are 50 random bits, the secret; the other 15 are the first 75 bits of the
// hash of the server's public key. So a device that was given the code by a person it trusts can
// check the server before it sends anything secret. The alphabet is Crockford's (no I, L, O, U); on
// input case, blanks and hyphens do not matter and O, I, L are read as 0, 1, 1.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/keys.h"

namespace nhip::crypto {

// `secret` gives its first 50 bits. Returns the code with hyphens.
std::string make_enrolment_code(const std::array<std::uint8_t, 7>& secret, const PublicKey& server);

// The 25 characters in canonical form without hyphens, or nothing when it is no code.
std::optional<std::string> normalise_enrolment_code(std::string_view text);

// Does this (normalised) code name this server?
bool code_names_server(std::string_view normalised, const PublicKey& server);

// What the server stores of a code: the first 4 characters find it, the hash of all of them proves
// it.
std::string code_handle(std::string_view normalised);

}  // namespace nhip::crypto
