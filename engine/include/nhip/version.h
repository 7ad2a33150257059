// Versions of the library and of what it speaks.
#pragma once

#define NHIP_VERSION "0.1.0"

namespace nhip {

// The protocol version this library speaks, and the oldest one it still understands.
inline constexpr int kProtocolVersion = 1;
inline constexpr int kProtocolVersionMin = 1;

}  // namespace nhip
