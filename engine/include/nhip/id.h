// Identities: records (16 bytes) and replicas (8 random bytes and an incarnation).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nhip {

// The identity of a record. Minted as UUIDv7 (RFC 9562 §5.7); foreign UUIDs are kept as they came.
// Ordered by bytes.
struct Id {
  std::array<std::uint8_t, 16> bytes{};

  friend auto operator<=>(const Id&, const Id&) = default;

  // Canonical lower-case text, 36 characters.
  std::string text() const;
  // Accepts upper and lower case with hyphens; anything else is nothing.
  static std::optional<Id> parse(std::string_view text);
  // `bytes` must have 16 bytes.
  static std::optional<Id> from_bytes(std::span<const std::uint8_t> bytes);
};

// UUIDv7 of an instant (ms since 1970, 48 bits are used) and 10 random bytes.
Id make_uuid_v7(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random);

// UUIDv5 (RFC 9562 §5.5): the same name in the same namespace gives the same id.
Id make_uuid_v5(const Id& name_space, std::string_view name);

// Who wrote: one replica in one incarnation. A copied replica file goes on as a new one.
struct Author {
  std::uint64_t replica = 0;  // 8 random bytes, big-endian in text and on the wire; 0 = nobody
  std::uint32_t incarnation = 0;

  friend auto operator<=>(const Author&, const Author&) = default;

  std::string text() const;  // "0123456789abcdef.1"
  static std::optional<Author> parse(std::string_view text);
};

}  // namespace nhip
