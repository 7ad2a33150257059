// Text forms of identities, and the two ways of minting a record's id (RFC 9562 §5.5 and §5.7).
#include "nhip/id.h"

#include <algorithm>
#include <charconv>

#include "core/sha1.h"
#include "nhip/value.h"

namespace nhip {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// The value of a hexadecimal digit, -1 when it is none.
int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool hyphen_before_byte(std::size_t index) {
  return index == 4 || index == 6 || index == 8 || index == 10;
}

// Sets version and variant, the six fixed bits of every UUID of RFC 9562.
void mark(Id& id, std::uint8_t version) {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | (version << 4));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
}

}  // namespace

std::string Id::text() const {
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (hyphen_before_byte(i)) out += '-';
    out += kHexDigits[bytes[i] >> 4];
    out += kHexDigits[bytes[i] & 0x0F];
  }
  return out;
}

std::optional<Id> Id::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Id id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (hyphen_before_byte(i) && text[at++] != '-') return std::nullopt;
    const int high = digit_of(text[at++]);
    const int low = digit_of(text[at++]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

std::optional<Id> Id::from_bytes(std::span<const std::uint8_t> bytes) {
  Id id;
  if (bytes.size() != id.bytes.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

Id make_uuid_v7(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random) {
  Id id;
  const auto ms = unix_ms < 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(unix_ms);
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), id.bytes.begin() + 6);
  mark(id, 7);
  return id;
}

Id make_uuid_v5(const Id& name_space, std::string_view name) {
  Bytes message(name_space.bytes.begin(), name_space.bytes.end());
  message.insert(message.end(), name.begin(), name.end());
  const auto digest = core::sha1(message);
  Id id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  mark(id, 5);
  return id;
}

std::string Author::text() const {
  std::string out;
  out.reserve(18);
  for (int shift = 60; shift >= 0; shift -= 4) out += kHexDigits[(replica >> shift) & 0x0F];
  out += '.';
  out += std::to_string(incarnation);
  return out;
}

// Canonical text only, so that one author has one text wherever it serves as a key.
std::optional<Author> Author::parse(std::string_view text) {
  if (text.size() < 18 || text[16] != '.') return std::nullopt;
  Author author;
  for (const char c : text.substr(0, 16)) {
    const int digit = digit_of(c);
    if (digit < 0 || (c >= 'A' && c <= 'F')) return std::nullopt;
    author.replica = (author.replica << 4) | static_cast<std::uint64_t>(digit);
  }
  const std::string_view number = text.substr(17);
  if (number.size() > 1 && number.front() == '0') return std::nullopt;
  const char* const end = number.data() + number.size();
  const auto [stopped, error] = std::from_chars(number.data(), end, author.incarnation);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return author;
}

}  // namespace nhip
