// Normal forms over utf8proc. Text that is not UTF-8 is never changed: a byte that belongs to no
// code point is neither white space nor a letter.
#include "text/normalise.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace nhip::text {
namespace {

constexpr std::int32_t kNoCodePoint = -1;

struct Decoded {
  std::int32_t code_point = kNoCodePoint;
  std::size_t size = 1;  // bytes it takes; 1 for a byte that belongs to none
};

Decoded first_of(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto window = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4));
  utf8proc_int32_t code_point = kNoCodePoint;
  const utf8proc_ssize_t size = utf8proc_iterate(bytes, window, &code_point);
  if (size <= 0) return {};
  return {code_point, static_cast<std::size_t>(size)};
}

Decoded last_of(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(text.size(), 4); ++size) {
    const Decoded found = first_of(text.substr(text.size() - size));
    if (found.code_point != kNoCodePoint && found.size == size) return found;
  }
  return {};
}

// Letters that stand for themselves in NFC and follow no other one's marks: Latin with its accents,
// all that Vietnamese is written with, and common punctuation. Whatever else stands in a text, a
// mark of its own above all, is left to utf8proc.
bool is_plainly_composed(std::int32_t c) {
  return (c >= 0 && c < 0x300) || (c >= 0x1E00 && c <= 0x1EFF) || (c >= 0x2010 && c <= 0x2027) ||
         (c >= 0x2030 && c <= 0x205E) || c == 0x20AB;
}

// Eight bytes from `text` that are all printable ASCII.
bool eight_plain(const char* text) {
  constexpr std::uint64_t kEach = 0x0101010101010101u;
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  // A byte below 0x20 borrows from its highest bit, and one above 0x7E carries into it.
  const std::uint64_t below = word - 0x20 * kEach;
  const std::uint64_t above = word + 0x01 * kEach;
  return ((word | below | above) & 0x80 * kEach) == 0;
}

// Is it NFC for certain, and UTF-8? Two and three bytes are read by hand, being most of the text.
bool is_plain_nfc(std::string_view text, bool controls = true) {
  for (std::size_t i = 0; i < text.size();) {
    if (i + 8 <= text.size() && eight_plain(text.data() + i)) {
      i += 8;
      continue;
    }
    const auto at = [&](std::size_t k) {
      return i + k < text.size()
                 ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i + k]))
                 : 0u;
    };
    const std::uint32_t first = at(0);
    if (first < 0x80) {
      const bool control = first == 0x7F || (first < 0x20 && first != '\t' && first != '\n');
      if (control && !controls) return false;
      ++i;
      continue;
    }
    const bool two = (first & 0xE0) == 0xC0 && (at(1) & 0xC0) == 0x80;
    const bool three = (first & 0xF0) == 0xE0 && (at(1) & 0xC0) == 0x80 && (at(2) & 0xC0) == 0x80;
    if (!two && !three) return false;
    const std::uint32_t code_point =
        two ? (first & 0x1F) << 6 | (at(1) & 0x3F)
            : (first & 0x0F) << 12 | (at(1) & 0x3F) << 6 | (at(2) & 0x3F);
    // A longer form than needed is no UTF-8.
    if (code_point < (two ? 0x80u : 0x800u)) return false;
    if (!is_plainly_composed(static_cast<std::int32_t>(code_point))) return false;
    if (!controls && code_point < 0xA0) return false;
    i += two ? 2 : 3;
  }
  return true;
}

// Unicode's White_Space property, and the byte order mark that editors leave at the start of files.
bool is_blank(std::int32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000 || c == 0xFEFF;
}

bool is_letter_or_digit(std::int32_t c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return true;
    default: return false;
  }
}

bool is_mark(std::int32_t c) {
  const auto category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
         category == UTF8PROC_CATEGORY_ME;
}

std::optional<std::string> mapped(std::string_view text, int options) {
  utf8proc_uint8_t* made = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                             static_cast<utf8proc_ssize_t>(text.size()), &made,
                                             static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(made), static_cast<std::size_t>(size));
}

void append(std::string& out, std::int32_t code_point) {
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t size = utf8proc_encode_char(code_point, bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      text.remove_prefix(1);
      continue;
    }
    const Decoded next = first_of(text);
    if (next.code_point == kNoCodePoint) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

std::optional<std::string> to_nfc(std::string_view text) {
  if (is_plain_nfc(text)) return std::string(text);
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string trim(std::string_view text) {
  for (Decoded next; !text.empty(); text.remove_prefix(next.size)) {
    next = first_of(text);
    if (!is_blank(next.code_point)) break;
  }
  for (Decoded last; !text.empty(); text.remove_suffix(last.size)) {
    last = last_of(text);
    if (!is_blank(last.code_point)) break;
  }
  return std::string(text);
}

// Of what is_plain_nfc lets pass only U+00A0 and ASCII's own are blank.
bool is_clean(std::string_view text) {
  if (text.empty()) return true;
  const auto blank = [](unsigned char byte) { return byte <= 0x20; };
  if (blank(static_cast<unsigned char>(text.front())) ||
      blank(static_cast<unsigned char>(text.back())))
    return false;
  constexpr std::string_view kNoBreak = "\xC2\xA0";
  if (text.substr(0, 2) == kNoBreak ||
      text.substr(text.size() - std::min<std::size_t>(2, text.size())) == kNoBreak)
    return false;
  return is_plain_nfc(text, false);
}

bool has_control_characters(std::string_view text) {
  while (!text.empty()) {
    const Decoded next = first_of(text);
    const std::int32_t c = next.code_point;
    if (c >= 0 && c < 0x20 && c != '\t' && c != '\n') return true;
    if (c >= 0x7F && c <= 0x9F) return true;
    text.remove_prefix(next.size);
  }
  return false;
}

// đ and Đ have no decomposition in Unicode, so they are the one pair that is named here.
std::string fold(std::string_view text) {
  const auto decomposed = mapped(text, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE);
  std::string_view rest = decomposed ? std::string_view(*decomposed) : text;
  std::string out;
  bool gap = false;
  for (Decoded next; !rest.empty(); rest.remove_prefix(next.size)) {
    next = first_of(rest);
    const bool known = next.code_point != kNoCodePoint;
    if (known && is_mark(next.code_point)) continue;
    if (!known || !is_letter_or_digit(next.code_point)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    const std::int32_t lower = utf8proc_tolower(next.code_point);
    append(out, lower == 0x111 ? 'd' : lower);
  }
  return out;
}

}  // namespace nhip::text
