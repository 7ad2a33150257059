// The digest's element and 128-bit sums.
//
//   element := BLAKE2b-128(key, type (2 bytes, big-endian) | id (16) | seq (8, big-endian) |
//   deleted (0 or 1))
//
// read as one big-endian number of 128 bits.
#include "crypto/digest.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/keys.h"

namespace nhip::crypto {
namespace {

void put_big_endian(std::uint64_t value, std::span<std::uint8_t> out) {
  for (std::size_t i = out.size(); i-- > 0; value >>= 8) out[i] = static_cast<std::uint8_t>(value);
}

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8) | byte;
  return value;
}

}  // namespace

Digest& Digest::operator+=(const Digest& other) {
  low += other.low;
  high += other.high + (low < other.low ? 1 : 0);
  return *this;
}

Digest& Digest::operator-=(const Digest& other) {
  high -= other.high + (low < other.low ? 1 : 0);
  low -= other.low;
  return *this;
}

std::string Digest::hex() const {
  std::array<std::uint8_t, 16> bytes{};
  put_big_endian(high, std::span(bytes).first(8));
  put_big_endian(low, std::span(bytes).last(8));
  return crypto::hex(bytes);
}

bool Digest::from_hex(std::string_view text, Digest& out) {
  const auto bytes = crypto::from_hex(text);
  if (!bytes || bytes->size() != 16) return false;
  out.high = big_endian(std::span(*bytes).first(8));
  out.low = big_endian(std::span(*bytes).last(8));
  return true;
}

Digest element(const DigestKey& key, std::uint16_t type, const Id& id, std::uint64_t seq,
               bool deleted) {
  std::array<std::uint8_t, 27> input{};
  const std::span<std::uint8_t> at(input);
  put_big_endian(type, at.subspan(0, 2));
  std::copy(id.bytes.begin(), id.bytes.end(), input.begin() + 2);
  put_big_endian(seq, at.subspan(18, 8));
  input[26] = deleted ? 1 : 0;
  std::array<std::uint8_t, 16> out{};
  crypto_generichash(out.data(), out.size(), input.data(), input.size(), key.data(), key.size());
  return {big_endian(std::span(out).first(8)), big_endian(std::span(out).last(8))};
}

}  // namespace nhip::crypto
