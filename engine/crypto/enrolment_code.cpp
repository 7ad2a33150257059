// The enrolment code: 125 bits as 25 characters of 5 bits, most significant bit first.
#include "crypto/enrolment_code.h"

#include <span>

namespace nhip::crypto {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kSecretCharacters = 10;
constexpr std::size_t kKeyCharacters = 15;
constexpr std::size_t kCharacters = kSecretCharacters + kKeyCharacters;
constexpr std::size_t kGroup = 5;
constexpr std::size_t kHandleCharacters = 4;

// The first `count` groups of five bits.
std::string base32(std::span<const std::uint8_t> bytes, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t value = 0;
    for (std::size_t bit = i * 5; bit < i * 5 + 5; ++bit) {
      value = (value << 1) | ((bytes[bit / 8] >> (7 - bit % 8)) & 1U);
    }
    out += kAlphabet[value];
  }
  return out;
}

std::string key_part(const PublicKey& server) { return base32(hash(server), kKeyCharacters); }

// What chat programs and word processors make of a blank or a hyphen.
constexpr std::string_view kSeparators[] = {" ",
                                            "\t",
                                            "\r",
                                            "\n",
                                            "-",
                                            "\xC2\xA0",
                                            "\xE2\x80\x90",
                                            "\xE2\x80\x91",
                                            "\xE2\x80\x92",
                                            "\xE2\x80\x93",
                                            "\xE2\x80\x94",
                                            "\xE2\x80\x95",
                                            "\xE2\x88\x92"};

// Bytes of the separator at the start of the text, 0 when there is none.
std::size_t separator_size(std::string_view text) {
  for (const std::string_view separator : kSeparators) {
    if (text.substr(0, separator.size()) == separator) return separator.size();
  }
  return 0;
}

// The character of the alphabet a person meant, or 0.
char meant(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return '0';
  if (c == 'I' || c == 'L') return '1';
  return kAlphabet.find(c) == std::string_view::npos ? '\0' : c;
}

}  // namespace

std::string make_enrolment_code(const std::array<std::uint8_t, 7>& secret,
                                const PublicKey& server) {
  const std::string characters = base32(secret, kSecretCharacters) + key_part(server);
  std::string out;
  for (std::size_t at = 0; at < kCharacters; at += kGroup) {
    if (at > 0) out += '-';
    out += characters.substr(at, kGroup);
  }
  return out;
}

std::optional<std::string> normalise_enrolment_code(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (const std::size_t size = separator_size(text); size > 0) {
      text.remove_prefix(size);
      continue;
    }
    const char c = meant(text.front());
    if (c == '\0' || out.size() == kCharacters) return std::nullopt;
    out += c;
    text.remove_prefix(1);
  }
  if (out.size() != kCharacters) return std::nullopt;
  return out;
}

bool code_names_server(std::string_view normalised, const PublicKey& server) {
  return normalised.size() == kCharacters &&
         normalised.substr(kSecretCharacters) == key_part(server);
}

std::string code_handle(std::string_view normalised) {
  return std::string(normalised.substr(0, kHandleCharacters));
}

}  // namespace nhip::crypto
