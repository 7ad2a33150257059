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

// The receipt is ours and covers the version's number.
bool is_proven(const Centre& centre, const protocol::Offer& offer) {
  if (!offer.receipt) return false;
  const protocol::Receipt& receipt = *offer.receipt;
  return receipt.first <= offer.seq && offer.seq <= receipt.last &&
         receipt.proof == receipt_proof(centre.keys(), offer.scope, receipt.first, receipt.last,
                                        receipt.received_at);
}

class Taker {
 public:
  Taker(Centre& centre, const Principal& who, const Rights& rights, const EpochHistory& epochs,
        std::int64_t now)
      : centre_(centre),
        who_(who),
        rights_(rights),
        epochs_(epochs),
        now_(now),
        sequencer_(centre, who.replica.replica, who.device.device_id, now) {}

  Status take(const protocol::Offer& offer) {
    const EpochMark* cut = epochs_.cut_by(offer.scope, offer.seq);
    const Type* type = centre_.schema().type(offer.type);
    if (cut == nullptr || type == nullptr || !rights_.may_receive(offer.scope)) return {};
    if (!is_well_formed(*type, offer)) return {};
    NHIP_TRY_ASSIGN(const auto row, centre_.store().row(offer.type, offer.id));
    if (row && row->scope != offer.scope) return keep_beside_other(offer);
    NHIP_TRY_ASSIGN(const auto done, centre_.store().offered(offer.type, offer.id, cut->begins));
    if (done && done->lost_seq >= offer.seq) return {};
    // Conflict records are the centre's own; losing one would hide a value.
    const bool ours = type->number < 16;
    if (!ours && type->writers == Writers::kCentre) return {};  // made again from their source
    if (!ours && !rights_.may_write(*type, offer.scope).ok()) return keep_for_office(offer);
    return merge(*type, offer, *cut, done, row ? &*row : nullptr);
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
    NHIP_TRY(centre_.store().put_offered(offer.type, offer.id, {cut.begins, offer.seq, now_at}));
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

  // Nobody of the unit may write it, so a unit's device is no witness: the office decides.
  Status keep_for_office(const protocol::Offer& offer) {
    return add_to_inbox(offer, "recovered",
                        "Only the office writes records of this kind; a unit's "
                        "device still had this one after the restore.");
  }

  // The id was given again elsewhere while this record was away.
  Status keep_beside_other(const protocol::Offer& offer) {
    return add_to_inbox(offer, "recovered_elsewhere",
                        "After the restore another unit's record has taken this one's id.");
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
  const std::int64_t now_;
  Sequencer sequencer_;
};

}  // namespace

Result<std::uint64_t> proof_of_loss(Centre& centre, const Principal& who,
                                    const protocol::SyncRequest& request) {
  std::uint64_t proven = 0;
  NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(centre.store()));
  for (const protocol::Offer& offer : request.offers) {
    NHIP_TRY_ASSIGN(const ScopeHead head, centre.store().head(offer.scope));
    if (offer.seq <= std::max(head.seq, epochs.floor()) || !is_proven(centre, offer)) continue;
    proven = std::max(proven, offer.seq);
  }
  const bool ahead = request.received > who.replica.received_seq &&
                     who.replica.epoch == centre.keys().epoch && request.epoch == who.replica.epoch;
  if (!ahead) return proven;
  proven = std::max<std::uint64_t>(proven, 1);
  for (const protocol::FeedRequest& feed : request.feeds)
    proven = std::max(proven, feed.cursor.seq);
  return proven;
}

Result<std::map<Intake::RecordKey, std::string>> take_offers(
    Centre& centre, const Principal& who, const Rights& rights,
    const std::vector<protocol::Offer>& offers, std::int64_t now) {
  std::map<Intake::RecordKey, std::string> told;
  if (offers.empty()) return told;
  NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(centre.store()));
  Taker taker(centre, who, rights, epochs, now);
  for (const protocol::Offer& offer : offers) {
    NHIP_TRY(taker.take(offer));
    told[{offer.type, offer.id}] = offer.scope;
  }
  NHIP_TRY(taker.finish());
  return told;
}

}  // namespace nhip::server
