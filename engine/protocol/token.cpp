#include "protocol/token.h"

#include "core/bytes.h"
#include "crypto/keys.h"

namespace nhip::protocol {

namespace {

constexpr std::size_t kTokenBytes = 12;
// A group may be megabytes; its byte form never stands in memory as a whole.
constexpr std::size_t kPartBytes = std::size_t{16} << 10;

}  // namespace

std::string next_token(const std::string& token, std::span<const core::Operation> group) {
  crypto::Hasher hasher;
  core::Writer out;
  out.text(token);
  out.varint(group.size());
  for (const core::Operation& op : group) {
    out.varint(op.seq);
    out.varint(op.type);
    out.raw(op.id.bytes);
    out.varint(op.stamp);
    core::write_changes(out, op.changes);
    if (out.bytes().size() >= kPartBytes) hasher.add(out.take());
  }
  hasher.add(out.bytes());
  const crypto::Hash hash = hasher.finish();
  return crypto::hex(std::span(hash).first(kTokenBytes));
}

}  // namespace nhip::protocol
