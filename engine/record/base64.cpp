// See base64.h.

#include "record/base64.h"

namespace nhip::record {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
    std::uint32_t block = 0;
    for (std::size_t i = 0; i < 3; ++i) block = block << 8 | (i < count ? bytes[at + i] : 0U);
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= count ? kAlphabet[block >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t block = 0;
    std::size_t padding = 0;
    for (const char c : text.substr(at, 4)) {
      const std::size_t value = c == '=' ? 0 : kAlphabet.find(c);
      if (value == std::string_view::npos || (padding > 0 && c != '=')) return std::nullopt;
      if (c == '=') ++padding;
      block = block << 6 | static_cast<std::uint32_t>(value);
    }
    if (padding > 2 || (padding > 0 && at + 4 < text.size())) return std::nullopt;
    for (std::size_t i = 0; i < 3 - padding; ++i) {
      out.push_back(static_cast<std::uint8_t>(block >> (16 - 8 * i) & 0xFFU));
    }
  }
  // Bits that padding cuts off must be zero, else two texts would name one value.
  if (to_base64(out) != text) return std::nullopt;
  return out;
}

}  // namespace nhip::record
