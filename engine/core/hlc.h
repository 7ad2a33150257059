// Hybrid logical clock (Kulkarni, Demirbas et al. 2014, "Logical Physical Clocks", figure 5).
//
// A stamp is 48 bits of milliseconds since 1970 and 16 bits of counter in one integer, so stamps
// compare as integers. Time is an argument everywhere: a device's wall clock may be wrong by
// decades, and only the sequencer, comparing with its own clock, may correct a stamp (`restamp`).
#pragma once

#include <cstdint>

namespace nhip::core {

using Hlc = std::uint64_t;

constexpr Hlc make_hlc(std::int64_t unix_ms, std::uint16_t counter = 0) noexcept {
  const auto ms = unix_ms < 0 ? 0 : static_cast<std::uint64_t>(unix_ms) & 0xFFFF'FFFF'FFFFULL;
  return (ms << 16) | counter;
}
constexpr std::int64_t hlc_ms(Hlc stamp) noexcept { return static_cast<std::int64_t>(stamp >> 16); }

// The next stamp of a replica that has given or seen `last` and whose wall clock shows `wall_ms`.
// Strictly greater than `last`; a counter that overflows borrows the next millisecond.
constexpr Hlc tick(Hlc last, std::int64_t wall_ms) noexcept {
  const Hlc wall = make_hlc(wall_ms);
  return wall > last ? wall : last + 1;
}

// A stamp more than this far ahead of the sequencer's clock is corrected, never refused.
inline constexpr std::int64_t kFutureToleranceMs = 2 * 60 * 1000;

// What the sequencer makes of a stamp at `server_ms`: itself, or the instant of receipt when it
// lies in the far future. Order among corrected stamps of one request is kept by the caller's
// counter.
constexpr Hlc restamp(Hlc stamp, std::int64_t server_ms, std::uint16_t counter) noexcept {
  return hlc_ms(stamp) > server_ms + kFutureToleranceMs ? make_hlc(server_ms, counter) : stamp;
}

}  // namespace nhip::core
