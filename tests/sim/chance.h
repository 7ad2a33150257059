// Chance: the only source of randomness of a simulated run. Everything that is drawn comes from a
// Chance, and every Chance from the seed, so a seed is a whole run.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nhip::sim {

// SplitMix64 (Steele, Lea, Flood 2014): one multiplication chain, no state but a counter.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9e37'79b9'7f4a'7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11ebULL;
  return x ^ (x >> 31);
}
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept { return mix(mix(a) ^ b); }

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(mix(seed)) {}

  std::uint64_t next() {
    state_ += 0x9e37'79b9'7f4a'7c15ULL;
    return mix(state_);
  }
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : next() % limit; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::size_t>(high - low + 1)));
  }
  // True in `share` of a thousand draws.
  bool permille(unsigned share) { return below(1000) < share; }
  void fill(std::uint8_t* out, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(next());
  }

 private:
  std::uint64_t state_;
};

}  // namespace nhip::sim
