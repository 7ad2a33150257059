// libsodium behind typed arrays. Nothing here is a construction of our own.
#include "crypto/keys.h"

#include <sodium.h>

#include <cstdlib>

namespace nhip::crypto {
namespace {

static_assert(sizeof(PublicKey) == crypto_sign_PUBLICKEYBYTES);
static_assert(sizeof(Signature) == crypto_sign_BYTES);
static_assert(sizeof(Hash) == crypto_generichash_BYTES);

// X25519 forms of an Ed25519 key pair, for boxes.
using BoxKey = std::array<std::uint8_t, crypto_box_PUBLICKEYBYTES>;

}  // namespace

// Without random numbers nothing here may go on.
void initialise() {
  static const int ready = sodium_init();
  if (ready < 0) std::abort();
}

void random_bytes(std::uint8_t* out, std::size_t size) {
  initialise();
  randombytes_buf(out, size);
}

KeyPair KeyPair::from_seed(std::span<const std::uint8_t, 32> seed) {
  initialise();
  KeyPair pair;
  crypto_sign_seed_keypair(pair.public_.data(), pair.secret_.data(), seed.data());
  return pair;
}

KeyPair KeyPair::generate() {
  initialise();
  KeyPair pair;
  crypto_sign_keypair(pair.public_.data(), pair.secret_.data());
  return pair;
}

KeyPair::~KeyPair() { sodium_memzero(secret_.data(), secret_.size()); }

std::array<std::uint8_t, 32> KeyPair::seed() const {
  std::array<std::uint8_t, 32> out{};
  crypto_sign_ed25519_sk_to_seed(out.data(), secret_.data());
  return out;
}

Signature KeyPair::sign(std::span<const std::uint8_t> message) const {
  Signature out{};
  crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), secret_.data());
  return out;
}

std::optional<Bytes> KeyPair::open_sealed(std::span<const std::uint8_t> box) const {
  BoxKey public_key{};
  std::array<std::uint8_t, crypto_box_SECRETKEYBYTES> secret_key{};
  if (box.size() < crypto_box_SEALBYTES ||
      crypto_sign_ed25519_pk_to_curve25519(public_key.data(), public_.data()) != 0 ||
      crypto_sign_ed25519_sk_to_curve25519(secret_key.data(), secret_.data()) != 0) {
    return std::nullopt;
  }
  Bytes message(box.size() - crypto_box_SEALBYTES);
  const int opened = crypto_box_seal_open(message.data(), box.data(), box.size(), public_key.data(),
                                          secret_key.data());
  sodium_memzero(secret_key.data(), secret_key.size());
  if (opened != 0) return std::nullopt;
  return message;
}

bool verify(const PublicKey& key, std::span<const std::uint8_t> message,
            std::span<const std::uint8_t> signature) {
  initialise();
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     key.data()) == 0;
}

Bytes seal_to(const PublicKey& key, std::span<const std::uint8_t> message) {
  initialise();
  BoxKey box_key{};
  if (crypto_sign_ed25519_pk_to_curve25519(box_key.data(), key.data()) != 0) return {};
  Bytes box(message.size() + crypto_box_SEALBYTES);
  if (crypto_box_seal(box.data(), message.data(), message.size(), box_key.data()) != 0) return {};
  return box;
}

Hash hash(std::span<const std::uint8_t> bytes) { return keyed_hash({}, bytes); }

namespace {

crypto_generichash_state* state_of(void* bytes) {
  return static_cast<crypto_generichash_state*>(bytes);
}

}  // namespace

Hasher::Hasher() {
  static_assert(sizeof(State) >= sizeof(crypto_generichash_state));
  static_assert(alignof(State) >= alignof(crypto_generichash_state));
  crypto_generichash_init(state_of(&state_), nullptr, 0, sizeof(Hash));
}

void Hasher::add(std::span<const std::uint8_t> bytes) {
  crypto_generichash_update(state_of(&state_), bytes.data(), bytes.size());
}

Hash Hasher::finish() {
  Hash out{};
  crypto_generichash_final(state_of(&state_), out.data(), out.size());
  return out;
}

// BLAKE2b takes keys of up to 64 bytes; a longer one stands in by its hash, as in HMAC.
Hash keyed_hash(std::span<const std::uint8_t> key, std::span<const std::uint8_t> bytes) {
  Hash short_key{};
  if (key.size() > crypto_generichash_KEYBYTES_MAX) {
    short_key = hash(key);
    key = short_key;
  }
  Hash out{};
  crypto_generichash(out.data(), out.size(), bytes.data(), bytes.size(), key.data(), key.size());
  return out;
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  if (text.empty()) return Bytes();
  Bytes out(text.size() / 2);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end) != 0 ||
      size * 2 != text.size()) {
    return std::nullopt;
  }
  return out;
}

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return out;
}

// One text per byte string: padding is required and unused bits are zero, so text can be compared.
std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return Bytes();
  Bytes out(text.size() / 4 * 3);
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  out.resize(size);
  return out;
}

}  // namespace nhip::crypto
