#include "centre/offers.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "centre/epoch.h"
#include "centre/mint.h"
#include "centre/receipt.h"
#include "core/limits.h"
#include "core/planted.h"
#include "record/record_json.h"

namespace nhip::server {

namespace {

// A replica's own word, without a receipt, opens an epoch at most once an hour.
constexpr std::int64_t kBareWordEveryMs = 3'600'000;
constexpr std::uint64_t kBelievable = std::uint64_t{1} << 32;

const core::CellKey kDeletedCell{kDeletedField, {}};

// The receipt is ours and covers the version's number.
bool is_proven(const Centre& centre, const protocol::Offer& offer) {
  if (!offer.receipt) return false;
  if (NHIP_PLANTED(receipt_unverified)) return true;
  const protocol::Receipt& receipt = *offer.receipt;
  return receipt.first <= offer.seq && offer.seq <= receipt.last &&
         receipt.proof == receipt_proof(centre.keys(), offer.scope, receipt.first, receipt.last,
                                        receipt.received_at);
}

std::uint64_t short_hash(const std::string& text) {
  const crypto::Hash hash = crypto::hash(crypto::as_bytes(text));
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | hash[i];
  return number >> 1;
}

// Names one lost history, within which numbers can be compared: by the epoch that cut it off, since
// a device may hold work of two lives, and by the one the device lived in, since two restores of
// one backup cut off two lives of which the centre knows one.
std::uint64_t life_of(const EpochMark& cut, const std::string& epoch) {
  return short_hash(cut.epoch + '\n' + epoch);
}

// Names what was taken back under one of our numbers, so that whoever comes later with a further
// state of that history is known to have seen it.
std::uint64_t part_of(std::uint64_t life, std::uint64_t seq) {
  return short_hash(std::to_string(life) + '\n' + std::to_string(seq));
}

// An edit that had not seen a delete brought the record back; the delete stands listed since. An
// undelete is a word about the delete alone.
bool is_revival(const core::Operation& op) {
  const auto back = std::find_if(op.changes.begin(), op.changes.end(), [](const auto& change) {
    return change.cell == kDeletedCell && change.value.is_null();
  });
  return back != op.changes.end() && op.changes.size() > 1;
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
        epoch_(epoch),
        now_(now),
        sequencer_(centre, who.replica.replica, who.device.device_id, now) {}

  Status take(const protocol::Offer& offer) {
    const EpochMark* cut = epochs_.cut_by(offer.scope, offer.seq);
    const Type* type = centre_.schema().type(offer.type);
    // Markers of moves are the centre's own; a load that moved a record does so again.
    if (cut == nullptr || offer.type == kMovedType) return {};
    NHIP_TRY(note_own_words(offer));
    life_ = life_of(*cut, epoch_);
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

  // The state holds a value of that very word.
  static bool holds_word(const core::Versions& versions, const core::Version& word) {
    const auto is_it = [&](const core::Version& each) {
      return each.stamp == word.stamp && each.author == word.author;
    };
    return is_it(versions.base) ||
           std::any_of(versions.exceptions.begin(), versions.exceptions.end(),
                       [&](const auto& each) { return is_it(each.second); });
  }

  // Whose words came back with this state. One that its author brings again, because it never
  // learnt that it was received, has had its effect (Intake::came_back).
  Status note_taken_words(const protocol::Offer& offer, std::uint64_t after, std::uint64_t end,
                          std::uint64_t now_at) {
    std::set<std::pair<Author, core::Hlc>> words;
    const auto add = [&](const core::Version& each) {
      if (each.seq > after && each.seq < end && each.author != Author{})
        words.insert({each.author, each.stamp});
    };
    add(offer.row.versions.base);
    for (const auto& [cell, version] : offer.row.versions.exceptions) add(version);
    for (const auto& [author, stamp] : words) {
      NHIP_TRY(centre_.store().put_offered(offer.type, offer.id,
                                           {taken_word(author, stamp), offer.seq, now_at}));
    }
    return {};
  }

  Status note_own_words(const protocol::Offer& offer) {
    const Author& self = who_.replica.replica;
    std::set<core::Hlc> stamps;
    const core::Versions& versions = offer.row.versions;
    if (versions.base.author == self) stamps.insert(versions.base.stamp);
    for (const auto& [cell, version] : versions.exceptions) {
      if (version.author == self) stamps.insert(version.stamp);
    }
    for (const core::Hlc stamp : stamps) {
      NHIP_TRY(
          centre_.store().put_offered(offer.type, offer.id, {own_word(self, stamp), offer.seq, 0}));
    }
    return {};
  }

  bool is_well_formed(const Type& type, const protocol::Offer& offer) const {
    std::vector<core::Change> changes;
    for (const auto& [cell, value] : offer.row.cells) changes.push_back({cell, value});
    return record::check_changes(type, changes).ok() &&
           core::encode_cells(offer.row.cells).size() <= core::kOperationBytesMax;
  }

  // What is judged as one: the fields of a schema group, or one cell.
  static std::vector<core::CellKey> unit_of(const Type& type, const core::CellKey& cell) {
    const Field* field = type.field(cell.field);
    if (field == nullptr || field->group.empty() || !field->is_scalar()) return {cell};
    std::vector<core::CellKey> unit;
    for (const Field& member : type.fields) {
      if (member.group == field->group) unit.push_back({member.number, {}});
    }
    return unit;
  }

  // The latest version of a unit; of a group only the last word is known as a whole.
  static const core::Version& last_of(const core::Versions& versions,
                                      const std::vector<core::CellKey>& unit) {
    const auto order = [](const core::Version& v) { return Written{v.seq, v.stamp, v.author}; };
    return versions.of(
        *std::max_element(unit.begin(), unit.end(), [&](const auto& a, const auto& b) {
          return order(versions.of(a)) < order(versions.of(b));
        }));
  }

  // The record as it is, its versions since the cut and before it, and which words came back
  // already, with a state of whichever life.
  struct Since {
    const StoredRow* row = nullptr;
    std::vector<PastVersion> past, before;
    std::set<std::pair<Author, core::Hlc>> taken;
  };
  Result<Since> since(const EpochMark& cut, const protocol::Offer& offer,
                      const StoredRow* row) const {
    Since found{row, {}, {}, {}};
    if (row == nullptr) return found;
    NHIP_TRY_ASSIGN(const auto past, centre_.store().past(row->type, row->id));
    for (const PastVersion& each : past)
      (each.info.received_at < cut.opened_at ? found.before : found.past).push_back(each);
    for (const auto& [author, stamp] : words_of(offer.row.versions)) {
      NHIP_TRY_ASSIGN(const auto taken,
                      centre_.store().offered(offer.type, offer.id, taken_word(author, stamp)));
      if (taken) found.taken.insert({author, stamp});
    }
    return found;
  }

  static std::set<std::pair<Author, core::Hlc>> words_of(const core::Versions& versions) {
    std::set<std::pair<Author, core::Hlc>> words{{versions.base.author, versions.base.stamp}};
    for (const auto& [cell, version] : versions.exceptions)
      words.insert({version.author, version.stamp});
    return words;
  }

  // The word came back before, with a state of this life or of an earlier one, and had its effect.
  static bool came_back(const Since& now, const core::Version& version, const core::CellKey& cell,
                        const Value& value) {
    if (now.taken.count({version.author, version.stamp}) == 0) return false;
    const auto holds = [&](const PastVersion& each) {
      return core::cell_value(each.cells, cell) == value;
    };
    return core::cell_value(now.row->row.cells, cell) == value ||
           std::any_of(now.past.begin(), now.past.end(), holds) ||
           std::any_of(now.before.begin(), now.before.end(), holds);
  }

  // The author of a lost value has brought it again since, and perhaps replaced it then. A later
  // word alone proves nothing: a copy, or older files, may have spoken under the same name.
  static bool was_said_since(const Since& now, const core::Version& version,
                             const core::CellKey& cell, const Value& value) {
    if (now.row == nullptr) return false;
    const core::Version& current = now.row->row.versions.of(cell);
    if (current.author != version.author || current.stamp < version.stamp) return false;
    if (version.author == Author{}) return true;  // the centre's own: it says the same thing again
    if (core::cell_value(now.row->row.cells, cell) == value) return true;
    return std::any_of(now.past.begin(), now.past.end(), [&](const PastVersion& each) {
      return each.info.author == version.author && core::cell_value(each.cells, cell) == value;
    });
  }

  // What was written in the lost history and not taken over before, in its order. Left out is what
  // its author has brought again, or written anew, since.
  static std::map<Written, Lost> lost_of(const Type& type, const protocol::Offer& offer,
                                         std::uint64_t after, const EpochMark& cut,
                                         const Since& now) {
    std::map<Written, Lost> lost;
    std::set<core::CellKey> cells;
    for (const auto& [cell, value] : offer.row.cells) cells.insert(cell);
    for (const auto& [cell, version] : offer.row.versions.exceptions) cells.insert(cell);
    while (!cells.empty()) {
      const std::vector<core::CellKey> unit = unit_of(type, *cells.begin());
      cells.erase(cells.begin());
      for (const core::CellKey& member : unit) cells.erase(member);
      const core::Version& version = last_of(offer.row.versions, unit);
      if (version.seq <= after || version.seq >= cut.begins) continue;
      const bool said_since = std::all_of(unit.begin(), unit.end(), [&](const auto& cell) {
        const Value& value = core::cell_value(offer.row.cells, cell);
        return offer.row.versions.of(cell) != version || came_back(now, version, cell, value) ||
               was_said_since(now, version, cell, value);
      });
      if (said_since) continue;
      Lost& one = lost[{version.seq, version.stamp, version.author}];
      one.author = version.author;
      one.operation.seq = version.seq;
      one.operation.type = offer.type;
      one.operation.id = offer.id;
      one.operation.scope = offer.scope;
      one.operation.stamp = version.stamp;
      for (const core::CellKey& cell : unit)
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
    NHIP_TRY_ASSIGN(std::uint64_t seq, sequencer_.next(offer.scope));
    NHIP_TRY_ASSIGN(const auto known, taken_before(offer, before));
    NHIP_TRY_ASSIGN(const Since now, since(cut, offer, before));
    const std::map<Written, Lost> all = lost_of(type, offer, after, cut, now);
    Merged merged = merge_all(type, offer, all, before, shared, known, seq);
    if (!merged.losers.empty()) {
      // Numbered before the record, as everywhere: who is given the winner has the loser then.
      for (const auto& [op, entries] : merged.losers) {
        NHIP_TRY(mint_conflicts(centre_, sequencer_, type, op, shared, offer.scope, entries));
      }
      NHIP_TRY_ASSIGN(seq, sequencer_.next(offer.scope));
      merged = merge_all(type, offer, all, before, shared, known, seq);
    }
    if (merged.changed) {
      NHIP_TRY(store(type, offer, before, std::move(*merged.row), seq, all.rbegin()->second));
      NHIP_TRY(
          centre_.store().put_offered(offer.type, offer.id, {part_of(life_, seq), offer.seq, seq}));
    }
    const std::uint64_t now_at = merged.changed ? seq : (before != nullptr ? before->seq : 0);
    NHIP_TRY(note_taken_words(offer, after, cut.begins, now_at));
    return centre_.store().put_offered(offer.type, offer.id, {life_, offer.seq, now_at});
  }

  // What the lost operations make of the record under the number `seq`, and what lost.
  struct Merged {
    std::optional<core::Row> row;
    bool changed = false;
    std::vector<std::pair<core::Operation, std::vector<core::ConflictEntry>>> losers;
  };
  static Merged merge_all(const Type& type, const protocol::Offer& offer,
                          const std::map<Written, Lost>& all, const StoredRow* before,
                          std::uint64_t shared, const std::set<std::uint64_t>& known,
                          std::uint64_t seq) {
    Merged result;
    if (before != nullptr) result.row = before->row;
    for (const auto& [written, lost] : all) {
      // The lost writer had seen everything before the cut, the lost states taken over before,
      // what this very offer already brought, and what of it its author brought again.
      core::WriterView writer;
      writer.author = lost.author;
      writer.seen = shared;
      // Of what was written since the cut it has seen nothing, under its own name neither.
      writer.owns = [](const core::Version&) { return false; };
      writer.knows = [&](const core::Version& at) {
        return at.seq == seq || known.count(at.seq) > 0 || holds_word(offer.row.versions, at);
      };
      core::MergeResult merged =
          core::merge(type, result.row ? &*result.row : nullptr, lost.operation, writer, seq);
      if (result.row && is_revival(lost.operation)) list_delete(lost, *result.row, seq, merged);
      result.changed = result.changed || merged.changed;
      result.row = std::move(merged.row);
      if (!merged.conflicts.empty())
        result.losers.emplace_back(lost.operation, std::move(merged.conflicts));
    }
    return result;
  }

  // The numbers in `row` under which work of this lost history was taken back before.
  Result<std::set<std::uint64_t>> taken_before(const protocol::Offer& offer,
                                               const StoredRow* row) const {
    std::set<std::uint64_t> numbers, known;
    if (row == nullptr) return known;
    numbers.insert(row->row.versions.base.seq);
    for (const auto& [cell, version] : row->row.versions.exceptions) numbers.insert(version.seq);
    for (const std::uint64_t number : numbers) {
      NHIP_TRY_ASSIGN(const auto part,
                      centre_.store().offered(offer.type, offer.id, part_of(life_, number)));
      if (part) known.insert(number);
    }
    return known;
  }

  // The conflict over the delete may be lost with the record's later state.
  static void list_delete(const Lost& lost, const core::Row& before, std::uint64_t seq,
                          core::MergeResult& merged) {
    const core::Version& removal = before.versions.of(kDeletedCell);
    const bool listed = std::any_of(merged.conflicts.begin(), merged.conflicts.end(),
                                    [](const auto& each) { return each.cell == kDeletedCell; });
    const bool revived = core::is_deleted(before.cells) && !core::is_deleted(merged.row.cells);
    if (!revived || listed || removal.author == lost.author) return;
    core::ConflictEntry entry;
    entry.cell = kDeletedCell;
    entry.winner_version = {lost.operation.stamp, lost.author, seq};
    entry.loser = Value(std::int64_t{1});
    entry.loser_version = removal;
    merged.conflicts.push_back(std::move(entry));
  }

  Status store(const Type& type, const protocol::Offer& offer, const StoredRow* before,
               core::Row row, std::uint64_t seq, const Lost& last) {
    NHIP_TRY_ASSIGN(const auto replica, centre_.store().replica(last.author));
    StoredRow after{offer.type,
                    offer.id,
                    offer.scope,
                    seq,
                    std::move(row),
                    {},
                    before != nullptr ? before->source_id : ""};
    after.info = {before != nullptr ? before->info.rev + 1 : 1,
                  is_proven(centre_, offer) ? offer.receipt->received_at : now_,
                  core::hlc_ms(last.operation.stamp),
                  last.author,
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
  const std::string& epoch_;
  std::uint64_t life_ = 0;  // of the offer in hand
  const std::int64_t now_;
  Sequencer sequencer_;
};

}  // namespace

std::uint64_t own_word(const Author& author, core::Hlc stamp) {
  return short_hash(author.text() + '\n' + std::to_string(stamp));
}

std::uint64_t taken_word(const Author& author, core::Hlc stamp) {
  return short_hash("taken " + author.text() + '\n' + std::to_string(stamp));
}

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
