#include "protocol/envelope.h"

#include <limits>

namespace nhip::protocol {
namespace {

constexpr std::uint8_t kMark = 'S';
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kSignatureBytes = 64;

core::Writer begin() {
  core::Writer out;
  out.byte(kMark);
  out.byte(kVersion);
  return out;
}

bool take_begin(core::Reader& in) { return in.byte() == kMark && in.byte() == kVersion; }

Bytes copy_of(std::span<const std::uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

bool is_envelope(std::span<const std::uint8_t> body) {
  return !body.empty() && body.front() == kMark;
}

Bytes put_in_envelope(const RequestProof& proof, std::span<const std::uint8_t> message) {
  core::Writer out = begin();
  out.fixed64(proof.replica.replica);
  out.varint(proof.replica.incarnation);
  out.varint(proof.counter);
  out.raw(proof.signature);
  out.raw(message);
  return out.take();
}

Bytes put_in_envelope(const crypto::Signature& signature, std::span<const std::uint8_t> message) {
  core::Writer out = begin();
  out.raw(signature);
  out.raw(message);
  return out.take();
}

std::optional<OpenedRequest> open_request(std::span<const std::uint8_t> body) {
  core::Reader in(body);
  if (!take_begin(in)) return std::nullopt;
  OpenedRequest opened;
  opened.proof.replica.replica = in.fixed64();
  const std::uint64_t incarnation = in.varint();
  opened.proof.replica.incarnation = static_cast<std::uint32_t>(incarnation);
  opened.proof.counter = in.varint();
  opened.proof.signature = copy_of(in.raw(kSignatureBytes));
  opened.message = in.raw(in.left());
  if (!in.ok() || incarnation > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return opened;
}

std::optional<OpenedAnswer> open_answer(std::span<const std::uint8_t> body) {
  core::Reader in(body);
  if (!take_begin(in)) return std::nullopt;
  OpenedAnswer opened;
  opened.signature = copy_of(in.raw(kSignatureBytes));
  opened.message = in.raw(in.left());
  if (!in.ok()) return std::nullopt;
  return opened;
}

}  // namespace nhip::protocol
