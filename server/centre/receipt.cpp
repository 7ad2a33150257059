#include "centre/receipt.h"

namespace nhip::server {

namespace {

constexpr std::size_t kProofBytes = 8;

}  // namespace

Bytes receipt_proof(const CentreKeys& keys, const std::string& scope, std::uint64_t first,
                    std::uint64_t last, std::int64_t received_at) {
  core::Writer out;
  out.raw(crypto::as_bytes("nhip receipt v1\n"));
  out.text(scope);
  out.varint(first);
  out.varint(last);
  out.zigzag(received_at);
  const auto seed = keys.signing.seed();
  const crypto::Hash hash = crypto::keyed_hash(seed, out.bytes());
  return Bytes(hash.begin(), hash.begin() + kProofBytes);
}

}  // namespace nhip::server
