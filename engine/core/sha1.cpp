// SHA-1 after RFC 3174 §6.1 (method 1): one 64-byte block at a time, 80 rounds on five words.
#include "core/sha1.h"

#include <algorithm>
#include <bit>

namespace nhip::core {
namespace {

using State = std::array<std::uint32_t, 5>;

void take_block(State& state, std::span<const std::uint8_t> block) {
  std::array<std::uint32_t, 80> word{};
  for (std::size_t i = 0; i < 64; ++i) {
    word[i / 4] = (word[i / 4] << 8) | block[i];
  }
  for (std::size_t t = 16; t < 80; ++t) {
    word[t] = std::rotl(word[t - 3] ^ word[t - 8] ^ word[t - 14] ^ word[t - 16], 1);
  }
  auto [a, b, c, d, e] = state;
  for (std::size_t t = 0; t < 80; ++t) {
    std::uint32_t mix = 0;
    if (t < 20) {
      mix = ((b & c) | (~b & d)) + 0x5A827999U;
    } else if (t < 40) {
      mix = (b ^ c ^ d) + 0x6ED9EBA1U;
    } else if (t < 60) {
      mix = ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDCU;
    } else {
      mix = (b ^ c ^ d) + 0xCA62C1D6U;
    }
    const std::uint32_t next = std::rotl(a, 5) + mix + e + word[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
}

}  // namespace

std::array<std::uint8_t, 20> sha1(std::span<const std::uint8_t> message) {
  State state = {0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U, 0xC3D2E1F0U};
  const std::uint64_t bit_count = static_cast<std::uint64_t>(message.size()) * 8;
  for (; message.size() >= 64; message = message.subspan(64)) take_block(state, message.first(64));

  // Padding: a one bit, zeros, and the length in bits, filling one block or two.
  std::array<std::uint8_t, 128> tail{};
  std::copy(message.begin(), message.end(), tail.begin());
  tail[message.size()] = 0x80;
  const std::size_t tail_size = message.size() < 56 ? 64 : 128;
  for (std::size_t i = 0; i < 8; ++i) {
    tail[tail_size - 1 - i] = static_cast<std::uint8_t>(bit_count >> (8 * i));
  }
  const std::span<const std::uint8_t> padded(tail);
  for (std::size_t at = 0; at < tail_size; at += 64) take_block(state, padded.subspan(at, 64));

  std::array<std::uint8_t, 20> digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace nhip::core
