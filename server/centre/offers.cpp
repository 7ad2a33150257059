#include "centre/offers.h"

#include <algorithm>
#include <tuple>

#include "centre/epoch.h"
#include "centre/mint.h"
#include "centre/receipt.h"
#include "core/limits.h"
#include "record/record_json.h"

namespace nhip::server {

namespace {

// A replica's own word, without a receipt, opens an epoch at most once an hour.
constexpr std::int64_t kBareWordEveryMs = 3'600'000;
constexpr std::uint64_t kBelievable = std::uint64_t{1} << 32;

// The receipt is ours and covers the version's number.
bool is_proven(const Centre& centre, const protocol::Offer& offer) {
  if (!offer.receipt) return false;
  const protocol::Receipt& receipt = *offer.receipt;
  return receipt.first <= offer.seq && offer.seq <= receipt.last &&
         receipt.proof == receipt_proof(centre.keys(), offer.scope, receipt.first, receipt.last,
                                        receipt.received_at);
}

// Names one lost history: that of the epoch the device lived in. Two restores of one backup cut off
// two of them, whose numbers say nothing about each other.
std::uint64_t life_of(const std::string& epoch) {
  const crypto::Hash hash = crypto::hash(crypto::as_bytes(epoch));
  std::uint64_t life = 0;
  for (std::size_t i = 0; i < 8; ++i) life = life << 8 | hash[i];
  return life >> 1;
}

class Taker {
 public:
  // `epoch`: the last one in which the device agreed with this centre about everything.
  Taker(Centre& centre, const Principal& who, const Rights& rights, const EpochHistory& epochs,
        const std::string& epoch, std::int64_t now)
      : centre_(centre),
        who_(who),
        rights_(rights),
        epochs_(epochs),
        life_(life_of(epoch)),
        now_(now),
        sequencer_(centre, who.replica.replica, who.device.device_id, now) {}

  Status take(const protocol::Offer& offer) {
    const EpochMark* cut = epochs_.cut_by(offer.scope, offer.seq);
    const Type* type = centre_.schema().type(offer.type);
    // Markers of moves are the centre's own; a load that moved a record does so again.
    if (cut == nullptr || offer.type == kMovedType) return {};
    NHIP_TRY_ASSIGN(const auto done, centre_.store().offered(offer.type, offer.id, life_));
    const bool kept_before = done && done->new_seq == 0;
    if (done && done->lost_seq >= offer.seq && !kept_before) return {};
    NHIP_TRY_ASSIGN(const auto row, centre_.store().row(offer.type, offer.id));
    if (row && is_collected_scope(row->scope)) return {};
    const char* reason = why_kept(type, offer, row ? &*row : nullptr);
    if (reason != nullptr && kept_before && done->lost_seq >= offer.seq) return {};
    if (reason != nullptr) return keep_for_office(offer, reason);
    if (type->number >= 16 && type->writers == Writers::kCentre) return {};  // made from its source
    return merge(*type, offer, *cut, kept_before ? std::nullopt : done, row ? &*row : nullptr);
  }

  Status finish() { return sequencer_.finish(); }

 private:
  // Cells of one version: what one operation wrote.
  struct Lost {
    Author author;
    core::Operation operation;
  };
  // What was taken back once has one number for the work of several writers.
  using Written = std::tuple<std::uint64_t, core::Hlc, Author>;

  bool is_well_formed(const Type& type, const protocol::Offer& offer) const {
    std::vector<core::Change> changes;
    for (const auto& [cell, value] : offer.row.cells) changes.push_back({cell, value});
    return record::check_changes(type, changes).ok() &&
           core::encode_cells(offer.row.cells).size() <= core::kOperationBytesMax;
  }

  // What was written in the lost history and not taken over before, in its order. Left out is what
  // its author has brought again, or written anew, since.
  std::map<Written, Lost> lost_of(const protocol::Offer& offer, std::uint64_t after,
                                  const EpochMark& cut, const StoredRow* before) const {
    std::map<Written, Lost> lost;
    std::set<core::CellKey> cells;
    for (const auto& [cell, value] : offer.row.cells) cells.insert(cell);
    for (const auto& [cell, version] : offer.row.versions.exceptions) cells.insert(cell);
    for (const core::CellKey& cell : cells) {
      const core::Version& version = offer.row.versions.of(cell);
      if (version.seq <= after || version.seq >= cut.begins) continue;
      if (before != nullptr) {
        const core::Version& current = before->row.versions.of(cell);
        if (current.author == version.author && current.stamp >= version.stamp) continue;
      }
      Lost& one = lost[{version.seq, version.stamp, version.author}];
      one.author = version.author;
      one.operation.seq = version.seq;
      one.operation.type = offer.type;
      one.operation.id = offer.id;
      one.operation.scope = offer.scope;
      one.operation.stamp = version.stamp;
      one.operation.changes.push_back({cell, core::cell_value(offer.row.cells, cell)});
    }
    return lost;
  }

  Status merge(const Type& type, const protocol::Offer& offer, const EpochMark& cut,
               const std::optional<OfferedState>& done, const StoredRow* before) {
    const auto head = cut.heads.find(offer.scope);
    const std::uint64_t shared = head == cut.heads.end() ? 0 : head->second;
    // A record whose beginning we once had and have no more was collected after its deletion.
    if (before == nullptr && offer.row.versions.base.seq <= shared) return {};
    const std::uint64_t after = std::max(shared, done ? done->lost_seq : 0);
    NHIP_TRY_ASSIGN(const std::uint64_t seq, sequencer_.next(offer.scope));
    std::optional<core::Row> row;
    if (before != nullptr) row = before->row;
    std::vector<std::pair<core::Operation, std::vector<core::ConflictEntry>>> losers;
    bool changed = false;
    for (const auto& [written, lost] : lost_of(offer, after, cut, before)) {
      const core::WriterView writer = view(lost, shared, row, done, seq);
      core::MergeResult merged =
          core::merge(type, row ? &*row : nullptr, lost.operation, writer, seq);
      changed = changed || merged.changed;
      row = std::move(merged.row);
      if (!merged.conflicts.empty()) {
        losers.emplace_back(lost.operation, std::move(merged.conflicts));
      }
    }
    if (changed) NHIP_TRY(store(type, offer, before, std::move(*row), seq));
    const std::uint64_t now_at = changed ? seq : (before != nullptr ? before->seq : 0);
    NHIP_TRY(centre_.store().put_offered(offer.type, offer.id, {life_, offer.seq, now_at}));
    for (const auto& [op, entries] : losers) {
      NHIP_TRY(mint_conflicts(centre_, sequencer_, type, op, shared, offer.scope, entries));
    }
    return {};
  }

  // The lost writer had seen everything before the cut, the lost states taken over before (they lie
  // at `done->new_seq`) and what this very offer already brought (at `seq`).
  core::WriterView view(const Lost& lost, std::uint64_t shared, const std::optional<core::Row>& row,
                        const std::optional<OfferedState>& done, std::uint64_t seq) const {
    core::WriterView view;
    view.author = lost.author;
    view.seen = shared;
    if (!row) return view;
    const auto is_known = [&](const core::CellKey& cell) {
      const std::uint64_t current = row->versions.of(cell).seq;
      return current <= shared || current == seq || (done && current == done->new_seq);
    };
    // A delete of the time since contradicts every edit of before.
    if (core::is_deleted(row->cells) && !is_known({kDeletedField, {}})) return view;
    const auto& changes = lost.operation.changes;
    const bool all = std::all_of(changes.begin(), changes.end(),
                                 [&](const core::Change& each) { return is_known(each.cell); });
    if (all) view.seen = seq;
    return view;
  }

  Status store(const Type& type, const protocol::Offer& offer, const StoredRow* before,
               core::Row row, std::uint64_t seq) {
    const core::Version& base = offer.row.versions.base;
    NHIP_TRY_ASSIGN(const auto replica, centre_.store().replica(base.author));
    StoredRow after{offer.type,
                    offer.id,
                    offer.scope,
                    seq,
                    std::move(row),
                    {},
                    before != nullptr ? before->source_id : ""};
    after.info = {before != nullptr ? before->info.rev + 1 : 1,
                  is_proven(centre_, offer) ? offer.receipt->received_at : now_,
                  core::hlc_ms(base.stamp),
                  base.author,
                  replica ? replica->device_id : "",
                  0};
    NHIP_TRY(sequencer_.store(before, after));
    if (!is_proven(centre_, offer)) NHIP_TRY(note_unproven(offer));
    return type.spread_as.empty() ? Status() : spread(centre_, sequencer_, after);
  }

  // Why a state is left to the office instead of being taken back; null when it may be taken.
  const char* why_kept(const Type* type, const protocol::Offer& offer, const StoredRow* row) const {
    if (type == nullptr) return "recovered_unknown_type";
    if (!rights_.may_receive(offer.scope)) return "out_of_scope";
    if (!is_well_formed(*type, offer)) return "recovered_malformed";
    if (row != nullptr && row->scope != offer.scope) return "recovered_elsewhere";
    // Conflict records are the centre's own; losing one would hide a value. Of the office's records
    // a unit's device is no witness.
    const bool made_here = type->number < 16 || type->writers == Writers::kCentre;
    return made_here || rights_.may_write(*type, offer.scope).ok() ? nullptr : "recovered";
  }

  Status keep_for_office(const protocol::Offer& offer, const char* code) {
    NHIP_TRY(centre_.store().put_offered(offer.type, offer.id, {life_, offer.seq, 0}));
    return add_to_inbox(offer, code,
                        "A device still had this after the restore; the office decides about it.");
  }

  Status note_unproven(const protocol::Offer& offer) {
    return add_to_inbox(offer, "recovered_unproven",
                        "Taken back after the restore without proof of when it was received first; "
                        "it counts as received now.");
  }

  Status add_to_inbox(const protocol::Offer& offer, const char* code, const char* text) {
    InboxEntry entry;
    entry.author = who_.replica.replica;
    entry.device_id = who_.device.device_id;
    entry.unit_id = who_.device.unit_id;
    entry.state = "held";
    entry.code = code;
    entry.text = text;
    entry.received_at = now_;
    core::Operation op;
    op.type = offer.type;
    op.id = offer.id;
    op.scope = offer.scope;
    op.stamp = offer.row.versions.base.stamp;
    for (const auto& [cell, value] : offer.row.cells) op.changes.push_back({cell, value});
    entry.group.operations.push_back(std::move(op));
    return centre_.store().add_inbox(entry).status();
  }

  Centre& centre_;
  const Principal& who_;
  const Rights& rights_;
  const EpochHistory& epochs_;
  const std::uint64_t life_;
  const std::int64_t now_;
  Sequencer sequencer_;
};

}  // namespace

Result<std::uint64_t> proof_of_loss(Centre& centre, const Principal& who,
                                    const protocol::SyncRequest& request, std::int64_t now) {
  std::uint64_t proven = 0;
  NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(centre.store()));
  for (const protocol::Offer& offer : request.offers) {
    NHIP_TRY_ASSIGN(const ScopeHead head, centre.store().head(offer.scope));
    if (offer.seq <= std::max(head.seq, epochs.floor()) || !is_proven(centre, offer)) continue;
    proven = std::max(proven, offer.seq);
  }
  const bool ahead = request.received > who.replica.received_seq &&
                     who.replica.epoch == centre.keys().epoch && request.epoch == who.replica.epoch;
  const bool recent =
      !epochs.marks().empty() && now - epochs.marks().back().opened_at < kBareWordEveryMs;
  if (!ahead || recent) return proven;
  NHIP_TRY_ASSIGN(const std::uint64_t commit, centre.store().last_commit());
  proven = std::max<std::uint64_t>(proven, 1);
  for (const protocol::FeedRequest& feed : request.feeds) {
    NHIP_TRY_ASSIGN(const ScopeHead head, centre.store().head(feed.feed));
    const std::uint64_t known = std::max({head.seq, commit, epochs.floor()});
    // More than this cannot have been given out since; it is a mistake or a lie.
    if (feed.cursor.seq <= known + kBelievable) proven = std::max(proven, feed.cursor.seq);
  }
  return proven;
}

Result<std::map<Intake::RecordKey, std::string>> take_offers(
    Centre& centre, const Principal& who, const Rights& rights,
    const std::vector<protocol::Offer>& offers, const std::string& epoch, std::int64_t now) {
  std::map<Intake::RecordKey, std::string> told;
  if (offers.empty()) return told;
  NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(centre.store()));
  Taker taker(centre, who, rights, epochs, epoch, now);
  for (const protocol::Offer& offer : offers) {
    NHIP_TRY(taker.take(offer));
    told[{offer.type, offer.id}] = offer.scope;
  }
  NHIP_TRY(taker.finish());
  return told;
}

}  // namespace nhip::server
