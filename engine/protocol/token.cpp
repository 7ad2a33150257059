#include "protocol/token.h"

#include "core/bytes.h"
#include "crypto/keys.h"

namespace nhip::protocol {

namespace {

constexpr std::size_t kTokenBytes = 12;

}  // namespace

std::string next_token(const std::string& token, const core::Group& group) {
  core::Writer out;
  out.text(token);
  out.varint(group.operations.size());
  for (const core::Operation& op : group.operations) {
    out.varint(op.seq);
    out.varint(op.type);
    out.raw(op.id.bytes);
    out.varint(op.stamp);
    core::write_changes(out, op.changes);
  }
  const crypto::Hash hash = crypto::hash(out.bytes());
  return crypto::hex(std::span(hash).first(kTokenBytes));
}

}  // namespace nhip::protocol
