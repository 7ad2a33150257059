// Keys, signatures, sealed boxes and hashes: thin, typed wrappers over libsodium.
//
// Secrets are wiped when their object goes. Every function is total: a signature of a wrong length
// is simply not valid.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "nhip/value.h"

namespace nhip::crypto {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;
using Hash = std::array<std::uint8_t, 32>;

// Must be called once before anything else here; safe to repeat and from any thread.
void initialise();

// Fills from the operating system's generator.
void random_bytes(std::uint8_t* out, std::size_t size);

// An Ed25519 key pair (RFC 8032), made from a 32-byte seed.
class KeyPair {
 public:
  static KeyPair from_seed(std::span<const std::uint8_t, 32> seed);
  static KeyPair generate();
  ~KeyPair();
  KeyPair(const KeyPair&) = default;
  KeyPair& operator=(const KeyPair&) = default;

  const PublicKey& public_key() const noexcept { return public_; }
  std::array<std::uint8_t, 32> seed() const;  // to be stored in a file of mode 0600
  Signature sign(std::span<const std::uint8_t> message) const;
  // Opens what `seal_to` closed for this key pair's public key.
  std::optional<Bytes> open_sealed(std::span<const std::uint8_t> box) const;

 private:
  KeyPair() = default;
  PublicKey public_{};
  std::array<std::uint8_t, 64> secret_{};
};

bool verify(const PublicKey& key, std::span<const std::uint8_t> message,
            std::span<const std::uint8_t> signature);

// Anonymous box for the owner of an Ed25519 key (crypto_box_seal on its X25519 form). Empty, which
// no box is, when the key is none.
Bytes seal_to(const PublicKey& key, std::span<const std::uint8_t> message);

// BLAKE2b-256.
Hash hash(std::span<const std::uint8_t> bytes);
// BLAKE2b-256 of what comes in parts.
class Hasher {
 public:
  Hasher();
  void add(std::span<const std::uint8_t> bytes);
  Hash finish();  // once

 private:
  // libsodium's state, whose alignment and size keys.cpp checks.
  struct alignas(64) State {
    std::array<std::uint8_t, 384> bytes;
  };
  State state_;
};
// BLAKE2b-256 with a key.
Hash keyed_hash(std::span<const std::uint8_t> key, std::span<const std::uint8_t> bytes);

std::string hex(std::span<const std::uint8_t> bytes);
std::optional<Bytes> from_hex(std::string_view text);
std::string base64(std::span<const std::uint8_t> bytes);
std::optional<Bytes> from_base64(std::string_view text);

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace nhip::crypto
