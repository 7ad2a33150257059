// Reading and writing the byte form described in bytes.h. The reader is total: no input makes it
// read outside its span or give two different byte strings the same meaning.
#include "core/bytes.h"

#include <cstring>

namespace nhip::core {
namespace {

// Kind bytes of a value. They are stored and sent, so a number never changes its meaning.
enum Kind : std::uint8_t { kNull = 0, kInteger = 1, kReal = 2, kText = 3, kBlob = 4 };

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

void Writer::varint(std::uint64_t value) {
  while (value >= 0x80) {
    byte(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  byte(static_cast<std::uint8_t>(value));
}

void Writer::zigzag(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  varint((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void Writer::fixed64(std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) byte(static_cast<std::uint8_t>(value >> shift));
}

void Writer::raw(std::span<const std::uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Writer::text(std::string_view text) {
  varint(text.size());
  raw(bytes_of(text));
}

void Writer::blob(std::span<const std::uint8_t> bytes) {
  varint(bytes.size());
  raw(bytes);
}

void Writer::value(const Value& value) {
  if (const auto* integer = value.integer()) {
    byte(kInteger);
    zigzag(*integer);
  } else if (const auto* real = value.real()) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, real, sizeof bits);
    byte(kReal);
    fixed64(bits);
  } else if (const auto* held = value.text()) {
    byte(kText);
    text(*held);
  } else if (const auto* held_blob = value.blob()) {
    byte(kBlob);
    blob(*held_blob);
  } else {
    byte(kNull);
  }
}

std::uint8_t Reader::byte() {
  if (rest_.empty()) {
    fail();
    return 0;
  }
  const std::uint8_t value = rest_.front();
  rest_ = rest_.subspan(1);
  return value;
}

std::uint64_t Reader::varint() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const std::uint8_t group = byte();
    if (!ok_) return 0;
    // The tenth byte holds the one bit that is left of 64.
    if (shift == 63 && group > 1) break;
    value |= static_cast<std::uint64_t>(group & 0x7F) << shift;
    if ((group & 0x80) != 0) continue;
    // A last group of zero says nothing: a shorter form exists.
    if (group == 0 && shift > 0) break;
    return value;
  }
  fail();
  return 0;
}

std::int64_t Reader::zigzag() {
  const std::uint64_t bits = varint();
  return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

std::uint64_t Reader::fixed64() {
  std::uint64_t value = 0;
  for (const std::uint8_t part : raw(8)) value = (value << 8) | part;
  return value;
}

std::span<const std::uint8_t> Reader::raw(std::size_t count) {
  if (count > rest_.size()) {
    fail();
    return {};
  }
  const auto taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::string Reader::text() {
  const std::uint64_t size = varint();
  if (size > rest_.size()) {
    fail();
    return {};
  }
  const auto taken = raw(static_cast<std::size_t>(size));
  return {reinterpret_cast<const char*>(taken.data()), taken.size()};
}

Bytes Reader::blob() {
  const std::uint64_t size = varint();
  if (size > rest_.size()) {
    fail();
    return {};
  }
  const auto taken = raw(static_cast<std::size_t>(size));
  return {taken.begin(), taken.end()};
}

Value Reader::value() {
  switch (byte()) {
    case kNull: return {};
    case kInteger: {
      const std::int64_t integer = zigzag();
      return ok_ ? Value(integer) : Value();
    }
    case kReal: {
      const std::uint64_t bits = fixed64();
      double real = 0;
      std::memcpy(&real, &bits, sizeof real);
      return ok_ ? Value(real) : Value();
    }
    case kText: {
      std::string held = text();
      return ok_ ? Value(std::move(held)) : Value();
    }
    case kBlob: {
      Bytes held = blob();
      return ok_ ? Value(std::move(held)) : Value();
    }
    default: fail(); return {};
  }
}

}  // namespace nhip::core
