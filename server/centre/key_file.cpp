#include "centre/key_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "centre/json_gate.h"
#include "centre/private_file.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kRecoveryCharacters = 52;  // 256 bits and four that are nought

Status damaged_keys() {
  return Status(
      Code::kCorrupt, "damaged_keys", "the keys of this centre cannot be read",
      "restore the folder from a backup with the recovery key; without its keys no device "
      "trusts it");
}

// The five bits of a character; nothing for what is none.
std::optional<unsigned> value_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const std::size_t at = kAlphabet.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

}  // namespace

std::string keys_text(const CentreKeys& keys) {
  const json text{{"centre_id", keys.centre_id.text()},
                  {"signing_seed", crypto::base64(keys.signing.seed())},
                  {"digest_key", crypto::base64(keys.digest_key)}};
  return text.dump(1) + "\n";
}

Result<CentreKeys> parse_keys(std::string_view text) {
  const Result<json> parsed = parse_json_text(text);
  if (!parsed.ok() || !parsed->is_object()) return damaged_keys();
  const auto member = [&](const char* name) {
    const auto it = parsed->find(name);
    return it != parsed->end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  CentreKeys keys;
  const auto id = Id::parse(member("centre_id"));
  const auto seed = crypto::from_base64(member("signing_seed"));
  const auto digest_key = crypto::from_base64(member("digest_key"));
  if (!id || !seed || seed->size() != 32 || !digest_key ||
      digest_key->size() != keys.digest_key.size()) {
    return damaged_keys();
  }
  keys.centre_id = *id;
  keys.signing = crypto::KeyPair::from_seed(std::span<const std::uint8_t, 32>(*seed));
  std::copy(digest_key->begin(), digest_key->end(), keys.digest_key.begin());
  return keys;
}

Result<CentreKeys> read_keys(const std::string& path) {
  NHIP_TRY_ASSIGN(const std::string text, read_small_file(path));
  return parse_keys(text);
}

std::string recovery_text(const RecoverySeed& seed) {
  std::string text;
  std::size_t printed = 0;
  unsigned buffer = 0, bits = 0;
  const auto put = [&](unsigned value) {
    if (printed != 0 && printed % 4 == 0) text += '-';
    text += kAlphabet[value & 31u];
    ++printed;
  };
  for (const std::uint8_t byte : seed) {
    buffer = (buffer << 8 | byte) & 0xFFFFu;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      put(buffer >> bits);
    }
  }
  if (bits > 0) put(buffer << (5 - bits));
  return text;
}

std::optional<RecoverySeed> parse_recovery_text(std::string_view text) {
  RecoverySeed seed{};
  std::size_t characters = 0, bytes = 0;
  unsigned buffer = 0, bits = 0;
  for (const char c : text) {
    if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const auto value = value_of(c);
    if (!value || ++characters > kRecoveryCharacters) return std::nullopt;
    buffer = (buffer << 5 | *value) & 0xFFFFu;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    seed[bytes++] = static_cast<std::uint8_t>(buffer >> bits);
  }
  const bool nothing_over = (buffer & ((1u << bits) - 1)) == 0;
  if (characters != kRecoveryCharacters || !nothing_over) return std::nullopt;
  return seed;
}

std::string recovery_public_text(const crypto::PublicKey& key) { return crypto::hex(key) + "\n"; }

Result<crypto::PublicKey> read_recovery_public(const std::string& path) {
  const Result<std::string> text = read_small_file(path);
  const auto bytes = text.ok() && !text->empty() && text->back() == '\n'
                         ? crypto::from_hex(text->substr(0, text->size() - 1))
                         : std::nullopt;
  crypto::PublicKey key{};
  // Sealing to bytes that are no key gives no box.
  if (bytes && bytes->size() == key.size()) {
    std::copy(bytes->begin(), bytes->end(), key.begin());
    if (!crypto::seal_to(key, {}).empty()) return key;
  }
  return Status(Code::kCorrupt, "damaged_recovery_key",
                "recovery.pub is missing or damaged; a backup could not be opened elsewhere",
                "put recovery.pub back from a copy of this folder");
}

}  // namespace nhip::server
