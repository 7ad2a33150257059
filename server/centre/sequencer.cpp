// Sequencer: numbers, salts, digests and history of one commit.

#include "centre/centre.h"
#include "centre/epoch.h"
#include "centre/rights.h"

#include <algorithm>

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

// One marker per record and scope it was in.
Id moved_id(const StoredRow& from) { return make_uuid_v5(from.id, from.scope); }

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
  if (touched.head.seq == 0) {
    NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(centre_.store()));
    touched.head.seq = epochs.floor();
  }
  touched.first = touched.head.seq + 1;
  return &touched_.emplace(name, std::move(touched)).first->second;
}

Result<std::uint64_t> Sequencer::next(const std::string& name) {
  NHIP_TRY_ASSIGN(Touched* const touched, scope(name));
  return touched->head.seq + 1;
}

Status Sequencer::begin_commit() {
  if (commit_ != 0) return {};
  NHIP_TRY_ASSIGN(const std::uint64_t last, centre_.store().last_commit());
  NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(centre_.store()));
  commit_ = std::max(last, epochs.floor()) + 1;
  return {};
}

Status Sequencer::collect(const StoredRow& row) {
  NHIP_TRY(begin_commit());
  const crypto::DigestKey& key = centre_.keys().digest_key;
  NHIP_TRY_ASSIGN(Touched* const from, scope(row.scope));
  from->head.digest -=
      crypto::element(key, row.type, row.id, row.seq, core::is_deleted(row.row.cells));
  --from->head.rows;
  from->lost_rows = true;
  StoredRow after = row;
  after.scope = "collected/" + row.scope;
  NHIP_TRY_ASSIGN(Touched* const to, scope(after.scope));
  after.seq = ++to->head.seq;
  after.info.commit = commit_;
  ++to->head.rows;
  to->head.digest +=
      crypto::element(key, after.type, after.id, after.seq, core::is_deleted(after.row.cells));
  return centre_.store().put_row(after);
}

Status Sequencer::store(const StoredRow* before, StoredRow after, bool replaced_is_past) {
  NHIP_TRY(begin_commit());
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
  NHIP_TRY(centre_.store().put_row(after));
  const bool moved =
      before != nullptr && before->scope != after.scope && !is_collected_scope(before->scope);
  return moved ? mark_moved(*before) : Status();
}

// What is left of a record in the scope it moved away from: a row of its own that tells the readers
// there to forget it, in the feed and in the digest like any other.
Status Sequencer::mark_moved(const StoredRow& from) {
  NHIP_TRY_ASSIGN(const auto earlier, centre_.store().row(kMovedType, moved_id(from)));
  NHIP_TRY_ASSIGN(const std::uint64_t seq, next(from.scope));
  StoredRow marker{kMovedType, moved_id(from), from.scope, seq, {}, {}, {}};
  marker.row.versions.base = {core::make_hlc(now_), author_, seq};
  marker.row.cells[{1, {}}] = Value(std::int64_t{from.type});
  marker.row.cells[{2, {}}] = Value(Bytes(from.id.bytes.begin(), from.id.bytes.end()));
  marker.info = {earlier ? earlier->info.rev + 1 : 1, now_, now_, author_, device_id_, 0};
  return store(earlier ? &*earlier : nullptr, std::move(marker), false);
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
