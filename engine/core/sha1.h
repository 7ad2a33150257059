// SHA-1 (RFC 3174), for UUIDv5 alone: RFC 9562 names this hash. Not for anything that must resist
// forgery.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace nhip::core {

std::array<std::uint8_t, 20> sha1(std::span<const std::uint8_t> message);

}  // namespace nhip::core
