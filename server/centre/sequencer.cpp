// Sequencer: numbers, salts, digests and history of one commit.

#include "centre/centre.h"

namespace nhip::server {

namespace {

// 63 bits, so that it fits any store's integer; never 0, which means "no commit".
std::uint64_t draw_salt(const Centre::Random& random) {
  std::uint8_t bytes[8];
  random(bytes, sizeof bytes);
  std::uint64_t salt = 0;
  for (const std::uint8_t byte : bytes) salt = salt << 8 | byte;
  return salt >> 1 | 1;
}

}  // namespace

Centre::Centre(ServerStore& store, const Schema& schema, const CentreKeys& keys, Random random)
    : store_(store), schema_(schema), keys_(keys), random_(std::move(random)) {}

Sequencer::Sequencer(Centre& centre, const Author& author, const std::string& device_id,
                     std::int64_t now)
    : centre_(centre), author_(author), device_id_(device_id), now_(now) {}

Result<Sequencer::Touched*> Sequencer::scope(const std::string& name) {
  const auto known = touched_.find(name);
  if (known != touched_.end()) return &known->second;
  Touched touched;
  NHIP_TRY_ASSIGN(touched.head, centre_.store().head(name));
  touched.first = touched.head.seq + 1;
  return &touched_.emplace(name, std::move(touched)).first->second;
}

Result<std::uint64_t> Sequencer::next(const std::string& name) {
  NHIP_TRY_ASSIGN(Touched* const touched, scope(name));
  return touched->head.seq + 1;
}

Status Sequencer::store(const StoredRow* before, StoredRow after, bool replaced_is_past) {
  if (commit_ == 0) {
    NHIP_TRY_ASSIGN(const std::uint64_t last, centre_.store().last_commit());
    commit_ = last + 1;
  }
  const crypto::DigestKey& key = centre_.keys().digest_key;
  NHIP_TRY_ASSIGN(Touched* const to, scope(after.scope));
  if (after.seq != to->head.seq + 1) {
    return {Code::kInternal, "seq_order", "A record was given a sequence number out of order."};
  }
  if (before != nullptr) {
    NHIP_TRY_ASSIGN(Touched* const from, scope(before->scope));
    from->head.digest -= crypto::element(key, before->type, before->id, before->seq,
                                         core::is_deleted(before->row.cells));
    --from->head.rows;
    from->lost_rows = true;
    if (replaced_is_past) {
      NHIP_TRY(centre_.store().add_past(before->type, before->id,
                                        {before->info, before->scope, before->row.cells}));
    }
  }
  to->head.seq = after.seq;
  ++to->head.rows;
  to->head.digest +=
      crypto::element(key, after.type, after.id, after.seq, core::is_deleted(after.row.cells));
  after.info.commit = commit_;
  return centre_.store().put_row(after);
}

Status Sequencer::finish() {
  for (auto& [name, touched] : touched_) {
    const bool numbered = touched.head.seq >= touched.first;
    if (!numbered && !touched.lost_rows) continue;  // only looked at
    if (numbered) {
      touched.head.salt = draw_salt(centre_.random());
      touched.head.commit = commit_;
      NHIP_TRY(centre_.store().add_commit(
          {commit_, name, touched.first, touched.head.seq, touched.head.salt, now_, author_}));
    }
    NHIP_TRY(centre_.store().put_head(name, touched.head));
  }
  touched_.clear();
  commit_ = 0;
  return {};
}

}  // namespace nhip::server
