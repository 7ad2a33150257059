#include "centre/intake.h"

#include <algorithm>

#include "centre/mint.h"
#include "centre/offers.h"
#include "core/limits.h"
#include "core/merge.h"
#include "core/planted.h"
#include "record/record_json.h"

namespace nhip::server {

namespace {

const core::CellKey kDeletedCell{kDeletedField, {}};

std::string text_of(const Value& value) { return value.text() ? *value.text() : std::string(); }

// What the record's cells would be if nothing stood against the operation; enough to find its
// scope.
core::Cells naive_result(const StoredRow* current, const core::Operation& op) {
  core::Cells cells = current ? current->row.cells : core::Cells{};
  for (const core::Change& change : op.changes) core::set_cell(cells, change.cell, change.value);
  return cells;
}

// Part of what names the record.
bool is_key(const Type& type, const core::CellKey& cell) {
  const Field* field = type.field(cell.field);
  return field != nullptr && (cell.field == type.scope.column ||
                              std::find(type.natural_key.begin(), type.natural_key.end(),
                                        field->path) != type.natural_key.end());
}

bool is_delete_only(const core::Operation& op) {
  return op.changes.size() == 1 && op.changes.front().cell == kDeletedCell;
}

// The scope of the record after the operation. A delete of a record that never came here says
// itself which scope it means; it leaves a tombstone, so that the record cannot come back from
// elsewhere.
Result<std::string> scope_after(const Type& type, const StoredRow* current,
                                const core::Operation& op) {
  if (current == nullptr && is_delete_only(op) && !op.scope.empty()) return op.scope;
  return record::scope_of(type, naive_result(current, op));
}

}  // namespace

Intake::Intake(Centre& centre, const Principal& who, const Rights& rights, std::int64_t now)
    : centre_(centre),
      who_(who),
      rights_(rights),
      now_(now),
      sequencer_(centre, who.replica.replica, who.device.device_id, now),
      review_(centre, now),
      received_seq_(who.replica.received_seq) {}

Status Intake::prepare() {
  NHIP_TRY_ASSIGN(epochs_, EpochHistory::read(centre_.store()));
  if (who_.replica.parent == Author{}) return {};
  core::Reader in(who_.replica.inherited);
  while (in.left() > 0) {
    const std::uint64_t replica = in.fixed64();
    const Author author{replica, static_cast<std::uint32_t>(in.varint())};
    inherited_[author] = in.fixed64();
  }
  if (!in.ok()) {
    return {Code::kCorrupt, "damaged_centre", "What the centre knows of a replica is damaged.",
            "Run nhipd verify, then restore the newest backup."};
  }
  NHIP_TRY_ASSIGN(const auto replicas, centre_.store().replicas());
  for (const ReplicaRecord& each : replicas) {
    if (each.device_id == who_.device.device_id && each.replica != who_.replica.replica)
      kin_.push_back(each.replica);
  }
  return {};
}

Status Intake::finish() { return sequencer_.finish(); }

Bytes Intake::inherited() const {
  core::Writer out;
  for (const auto& [author, stamp] : inherited_) {
    out.fixed64(author.replica);
    out.varint(author.incarnation);
    out.fixed64(stamp);
  }
  return out.take();
}

Status Intake::take(const core::Group& group) {
  const std::uint64_t first = group.operations.front().seq;
  const std::uint64_t last = group.operations.back().seq;
  if (last <= received_seq_ && !NHIP_PLANTED(repeat_counted)) return repeat(group);
  if (first != received_seq_ + 1 && !NHIP_PLANTED(repeat_counted)) {
    return {Code::kConflict, "seq_gap",
            "The centre expects operation " + std::to_string(received_seq_ + 1) + " next.",
            "Sync again; if this stays, the replica was put back from a copy."};
  }
  came_back_.clear();
  for (const core::Operation& op : group.operations) {
    NHIP_TRY_ASSIGN(const bool again, came_back(op));
    if (again) came_back_.insert(op.seq);
  }
  for (const core::Operation& op : group.operations) {
    if (came_back_.count(op.seq) > 0) continue;
    NHIP_TRY_ASSIGN(const auto refusal, examine(op));
    if (!refusal) continue;
    received_seq_ = last;
    return refuse(group, *refusal);
  }
  NHIP_TRY_ASSIGN(const bool too_late, settles_what_is_settled(group));
  if (too_late) {
    received_seq_ = last;
    return list_second_settlement(group);
  }
  protocol::GroupVerdict verdict;
  verdict.first = first;
  verdict.last = last;
  bool all_exact = true;
  for (const core::Operation& op : group.operations) {
    std::uint64_t seq = 0;
    NHIP_TRY_ASSIGN(const bool exact, merge_one(op, seq));
    verdict.seqs.push_back(seq);
    all_exact = all_exact && exact;
  }
  if (!all_exact) {
    verdict.verdict = protocol::Verdict::kMerged;
    verdict.seqs.clear();
    for (const core::Operation& op : group.operations) {
      to_correct_[{op.type, op.id}] = op.scope;
      exact_rows_.erase({op.type, op.id});
    }
  }
  received_seq_ = last;
  verdicts_.push_back(std::move(verdict));
  return {};
}

// Of two settlements of one conflict the first sequenced stands.
Result<bool> Intake::settles_what_is_settled(const core::Group& group) {
  const Type& type = *centre_.schema().type("nhip_conflict");
  const core::CellKey resolution{type.field("resolution")->number, {}};
  for (const core::Operation& op : group.operations) {
    if (op.type != type.number) continue;
    NHIP_TRY_ASSIGN(const auto row, centre_.store().row(op.type, op.id));
    if (!row || core::cell_value(row->row.cells, resolution).is_null()) continue;
    const core::Version& version = row->row.versions.of(resolution);
    if (version.seq > std::max(op.seen, op.held) && version.author != who_.replica.replica)
      return true;
  }
  return false;
}

// The other settlement changes nothing, but what it chose is listed where it differs from what
// stands.
Status Intake::list_second_settlement(const core::Group& group) {
  protocol::GroupVerdict verdict;
  verdict.first = group.operations.front().seq;
  verdict.last = group.operations.back().seq;
  verdict.verdict = protocol::Verdict::kMerged;
  for (const core::Operation& op : group.operations) {
    to_correct_[{op.type, op.id}] = op.scope;
    const Type& type = *centre_.schema().type(op.type);
    NHIP_TRY_ASSIGN(const auto row, centre_.store().row(op.type, op.id));
    if (type.number < 16 || !row) continue;
    std::vector<core::ConflictEntry> entries;
    for (const core::Change& change : op.changes) {
      core::ConflictEntry entry;
      entry.cell = change.cell;
      entry.winner = core::cell_value(row->row.cells, change.cell);
      entry.winner_version = row->row.versions.of(change.cell);
      entry.loser = change.value;
      entry.loser_version = {core::restamp(op.stamp, now_, 0), who_.replica.replica, op.seq};
      if (!core::same_for_people(entry.winner, entry.loser)) entries.push_back(std::move(entry));
    }
    NHIP_TRY(mint_conflicts(centre_, sequencer_, type, op, op.held, row->scope, entries));
  }
  verdicts_.push_back(std::move(verdict));
  return {};
}

// Sent before: its answer was lost. It has its effect already; the device is told what became of
// it.
Status Intake::repeat(const core::Group& group) {
  protocol::GroupVerdict verdict;
  verdict.first = group.operations.front().seq;
  verdict.last = group.operations.back().seq;
  verdict.verdict = protocol::Verdict::kDuplicate;
  NHIP_TRY_ASSIGN(const auto entry, centre_.store().inbox_of(who_.replica.replica, verdict.first));
  if (entry) {
    verdict.verdict =
        entry->state == "held" ? protocol::Verdict::kHeld : protocol::Verdict::kRejected;
    verdict.at_fault = entry->at_fault;
    verdict.code = entry->code;
    verdict.field = entry->field;
    verdict.text = entry->text;
  }
  for (const core::Operation& op : group.operations) to_correct_[{op.type, op.id}] = op.scope;
  verdicts_.push_back(std::move(verdict));
  return {};
}

Status Intake::refuse(const core::Group& group, const Refusal& refusal) {
  InboxEntry entry;
  entry.author = who_.replica.replica;
  entry.device_id = who_.device.device_id;
  entry.unit_id = who_.device.unit_id;
  entry.state = refusal.verdict == protocol::Verdict::kHeld ? "held" : "rejected";
  entry.code = refusal.code;
  entry.field = refusal.field;
  entry.text = refusal.text;
  entry.at_fault = refusal.at_fault;
  entry.received_at = now_;
  entry.group = group;
  NHIP_TRY(centre_.store().add_inbox(entry).status());
  protocol::GroupVerdict verdict;
  verdict.first = group.operations.front().seq;
  verdict.last = group.operations.back().seq;
  verdict.verdict = refusal.verdict;
  verdict.at_fault = refusal.at_fault;
  verdict.code = refusal.code;
  verdict.field = refusal.field;
  verdict.text = refusal.text;
  for (const core::Operation& op : group.operations) to_correct_[{op.type, op.id}] = op.scope;
  verdicts_.push_back(std::move(verdict));
  return {};
}

Result<std::optional<Intake::Refusal>> Intake::examine(const core::Operation& op) {
  const auto refusal = [&](const Status& status, const std::string& field = {}) {
    return std::optional<Refusal>(
        {protocol::Verdict::kRejected, op.seq, status.name(), field, status.message()});
  };
  const Type* type = centre_.schema().type(op.type);
  if (type == nullptr) {
    return std::optional<Refusal>(
        {protocol::Verdict::kHeld, op.seq, "unknown_type", "",
         "The centre does not know this kind of record yet; it is kept until it does."});
  }
  if (type->number < 16) return examine_conflict(op);
  const Status shape = record::check_changes(*type, op.changes);
  // The message begins with the field's path.
  if (!shape.ok()) return refusal(shape, shape.message().substr(0, shape.message().find(':')));
  for (const core::Change& change : op.changes) {
    const Field* field = type->field(change.cell.field);
    const bool sealed =
        field != nullptr &&
        (field->sealed || std::count(field->sealed_elements.begin(), field->sealed_elements.end(),
                                     change.cell.element) > 0);
    if (sealed && type->companion_of.empty()) {
      return refusal({Code::kForbidden, "sealed_field", "This field may only be stored sealed."},
                     field->path);
    }
  }
  NHIP_TRY_ASSIGN(const auto current, centre_.store().row(op.type, op.id));
  const StoredRow* row = current ? &*current : nullptr;
  if (row != nullptr && is_collected_scope(row->scope)) {
    if (is_delete_only(op)) return std::optional<Refusal>();
    if (op.held != 0) {
      return refusal({Code::kInvalid, "record_gone",
                      "The record was deleted long ago; this change came too late."});
    }
    row = nullptr;  // the same natural key, entered anew
  }
  if (core::encode_cells(naive_result(row, op)).size() > core::kOperationBytesMax) {
    return refusal({Code::kLimit, "record_too_large", "The record would be larger than 1 MB."});
  }
  const auto scope = scope_after(*type, row, op);
  if (!scope.ok()) return refusal(scope.status());
  if (row != nullptr && row->scope != *scope) {
    return refusal({Code::kForbidden, "scope_change", "A record stays with its unit.",
                    "Enter it anew for the other unit."});
  }
  if (Status allowed = rights_.may_write(*type, *scope); !allowed.ok()) return refusal(allowed);
  NHIP_TRY_ASSIGN(const bool gone, row ? edits_what_is_gone(op, *row) : Result<bool>(false));
  if (gone) return refusal({Code::kConflict, "deleted", "The record was deleted before this."});
  if (Status allowed = examine_transitions(*type, op, row); !allowed.ok()) {
    return refusal(allowed, allowed.message().substr(0, allowed.message().find(':')));
  }
  return std::optional<Refusal>();
}

// A device shows no deleted record, so an edit of one whose delete it had seen stood on work of its
// own that was not taken. It would take effect where nobody sees it.
Result<bool> Intake::edits_what_is_gone(const core::Operation& op, const StoredRow& row) const {
  const bool about_deletion =
      std::any_of(op.changes.begin(), op.changes.end(),
                  [](const core::Change& change) { return change.cell == kDeletedCell; });
  if (about_deletion || !core::is_deleted(row.row.cells)) return false;
  NHIP_TRY_ASSIGN(const core::WriterView view, view_of(op, row.scope));
  const core::Version& removal = row.row.versions.of(kDeletedCell);
  return removal.seq <= view.seen || removal.author == view.author;
}

// Fields with policy `server`: a unit may only make the transitions the schema lists, judged from
// the value the writer saw. Where somebody else changed it meanwhile, merging decides instead.
Status Intake::examine_transitions(const Type& type, const core::Operation& op,
                                   const StoredRow* current) const {
  if (rights_.office()) return {};
  for (const core::Change& change : op.changes) {
    const Field* field = type.field(change.cell.field);
    if (field == nullptr || field->policy != Policy::kServer) continue;
    const std::string to = text_of(change.value);
    std::string from;
    if (current != nullptr) {
      from = text_of(core::cell_value(current->row.cells, change.cell));
      const core::Version& version = current->row.versions.of(change.cell);
      // Somebody changed it unseen: what the writer started from is not known, but no unit may
      // reach a state that no listed transition ends in.
      const bool unseen =
          version.seq > std::max(op.seen, op.held) && version.author != who_.replica.replica;
      const bool reachable = std::any_of(field->transitions.begin(), field->transitions.end(),
                                         [&](const Transition& t) { return t.to == to; });
      if (unseen && reachable) continue;
    }
    const bool listed =
        std::any_of(field->transitions.begin(), field->transitions.end(),
                    [&](const Transition& t) { return t.from == from && t.to == to; });
    if (from != to && !listed) {
      return {Code::kForbidden, "not_allowed",
              field->path + ": only the office may make this change of state."};
    }
  }
  return {};
}

// Conflict records are minted here; a device may only settle them.
Result<std::optional<Intake::Refusal>> Intake::examine_conflict(const core::Operation& op) {
  const auto refusal = [&](const char* code, const char* text) {
    return std::optional<Refusal>({protocol::Verdict::kRejected, op.seq, code, "", text});
  };
  const Type& type = *centre_.schema().type(op.type);
  if (Status shape = record::check_changes(type, op.changes); !shape.ok()) {
    return refusal("bad_value", "A conflict was settled with a value of the wrong kind.");
  }
  NHIP_TRY_ASSIGN(const auto row, centre_.store().row(op.type, op.id));
  if (!row || !rights_.may_receive(row->scope))
    return refusal("not_found", "There is no such conflict.");
  const Value& number = core::cell_value(row->row.cells, {type.field("record_type")->number, {}});
  const Type* of = number.integer()
                       ? centre_.schema().type(static_cast<std::uint16_t>(*number.integer()))
                       : nullptr;
  if (of != nullptr && !rights_.may_write(*of, row->scope).ok()) {
    return refusal("office_only", "This conflict is settled by the office.");
  }
  for (const core::Change& change : op.changes) {
    const Field* field = type.field(change.cell.field);
    if (field == nullptr || field->group != "settled") {
      return refusal("read_only_type",
                     "Conflict records are made by the centre; they can be settled only.");
    }
  }
  const Value& needs = core::cell_value(row->row.cells, {type.field("needs_person")->number, {}});
  if (needs.integer() && *needs.integer() != 0 && !rights_.settles_review()) {
    return refusal("needs_lead",
                   "This conflict is settled by a lead of the unit or by the office.");
  }
  return std::optional<Refusal>();
}

Result<core::WriterView> Intake::view_of(const core::Operation& op,
                                         const std::string& scope) const {
  core::WriterView view;
  view.author = who_.replica.replica;
  view.inherited = inherited_;
  view.owns = [this, &op, scope](const core::Version& v) { return is_own_word(op, scope, v); };
  // The record moved since: the writer's position in the scope it left says nothing here. Commits
  // count all scopes, so the office's does.
  const bool moved = !op.scope.empty() && op.scope != scope;
  // What a writer saw in a history that a restore cut off counts up to the cut.
  if (rights_.office() || !moved)
    view.seen = epochs_.reached(rights_.office() ? "*" : scope, op.seen);
  if (rights_.office()) {  // the office's cursor is a commit number
    NHIP_TRY_ASSIGN(const auto share, centre_.store().commit_before(scope, view.seen));
    view.seen = share ? share->last : 0;
  }
  if (!moved) view.seen = std::max(view.seen, epochs_.reached(scope, op.held));
  view.is_office = [this](const Author& author) {
    if (author == Author{}) return true;
    if (author == who_.replica.replica) return rights_.office();
    const auto known = office_authors_.find(author);
    if (known != office_authors_.end()) return known->second;
    auto replica = centre_.store().replica(author);
    bool office = false;
    if (replica.ok() && *replica) {
      auto device = centre_.store().device((*replica)->device_id);
      office = device.ok() && *device && (*device)->role == "office";
    }
    return office_authors_[author] = office;
  };
  return view;
}

// A copy brings again, under its own name, what the original brought before: the same change of the
// same moment. It was merged then. Returns that version. What the copy has said itself
// comes after all that, so a record it has changed brings nothing of the original's any more, even
// when clocks that stand still make a later word look like an earlier one.
Result<std::optional<VersionInfo>> Intake::came_from_the_original(const core::Operation& op,
                                                                  const StoredRow* row) const {
  using Which = std::optional<VersionInfo>;
  if (kin_.empty() || row == nullptr || own_words_.count({op.type, op.id}) > 0) return Which();
  const auto is_it = [&](const VersionInfo& info, const core::Cells& cells) {
    return std::find(kin_.begin(), kin_.end(), info.author) != kin_.end() &&
           info.updated_at == core::hlc_ms(op.stamp) &&
           std::all_of(op.changes.begin(), op.changes.end(), [&](const core::Change& change) {
             return core::cell_value(cells, change.cell) == change.value;
           });
  };
  const auto is_ours = [&](const VersionInfo& info) { return info.author == who_.replica.replica; };
  NHIP_TRY_ASSIGN(const auto past, centre_.store().past(op.type, op.id));
  const bool spoke =
      is_ours(row->info) ||
      std::any_of(past.begin(), past.end(), [&](const auto& v) { return is_ours(v.info); });
  if (spoke) return Which();
  // The first one that fits: a later one of the same moment holds the same cells, and more.
  for (const PastVersion& version : past) {
    if (is_it(version.info, version.cells)) return Which(version.info);
  }
  if (is_it(row->info, row->row.cells)) return Which(row->info);
  return Which();
}

// The answer to an operation was lost, then the centre was put back, and somebody who had received
// its effect offered that. Taken as new it would contradict those who had seen it. A copy may have
// spoken at the same moment under the same name, so one of its values has to be found, too.
Result<bool> Intake::came_back(const core::Operation& op) {
  if (epochs_.marks().empty()) return false;
  NHIP_TRY_ASSIGN(const auto row, centre_.store().row(op.type, op.id));
  if (!row) return false;
  std::vector<Author> names = kin_;
  names.push_back(who_.replica.replica);
  std::optional<Author> author;
  for (const Author& name : names) {
    NHIP_TRY_ASSIGN(const auto taken,
                    centre_.store().offered(op.type, op.id, taken_word(name, op.stamp)));
    if (taken) author = name;
  }
  if (!author) return false;
  NHIP_TRY_ASSIGN(const auto past, centre_.store().past(op.type, op.id));
  const Type& type = *centre_.schema().type(op.type);
  const bool found =
      std::any_of(op.changes.begin(), op.changes.end(), [&](const core::Change& change) {
        if (is_key(type, change.cell)) return false;  // all that speak of the record say that
        const auto holds = [&](const core::Cells& cells) {
          return core::cell_value(cells, change.cell) == change.value;
        };
        return holds(row->row.cells) ||
               std::any_of(past.begin(), past.end(), [&](const auto& v) { return holds(v.cells); });
      });
  if (found && *author != who_.replica.replica) {
    core::Hlc& shared = inherited_[*author];
    shared = std::max(shared, op.stamp);
  }
  return found;
}

// After a restore somebody else may have brought back a word under this replica's name that a copy
// of it spoke. What the replica knows of it stands in its position, as with anybody's.
bool Intake::is_own_word(const core::Operation& op, const std::string& scope,
                         const core::Version& version) const {
  if (epochs_.marks().empty() || brought_.count(version.stamp) > 0) return true;
  const auto share = centre_.store().commit_at(scope, version.seq);
  if (!share.ok() || !*share || (*share)->author == who_.replica.replica) return true;
  const auto offered =
      centre_.store().offered(op.type, op.id, own_word(who_.replica.replica, version.stamp));
  return offered.ok() && offered->has_value();
}

// Merged before, under another name or in a life that a restore cut off.
Result<bool> Intake::is_repeated(const core::Operation& op, const StoredRow* before) {
  NHIP_TRY_ASSIGN(const auto known, came_from_the_original(op, before));
  if (known) {
    // Stamps from the far future were corrected then; what the original sent later is not shared.
    core::Hlc& shared = inherited_[known->author];
    shared = std::max(shared, core::restamp(op.stamp, known->received_at, 0));
    return true;
  }
  const bool back = came_back_.count(op.seq) > 0;
  if (back) brought_.insert(op.stamp);
  return back;
}

Result<bool> Intake::merge_one(const core::Operation& op, std::uint64_t& seq) {
  const Type& type = *centre_.schema().type(op.type);
  NHIP_TRY_ASSIGN(const auto found, centre_.store().row(op.type, op.id));
  const StoredRow* before = found ? &*found : nullptr;
  NHIP_TRY_ASSIGN(const bool was_here, is_repeated(op, before));
  if (was_here) {
    seq = before->seq;
    return false;
  }
  if (!kin_.empty()) own_words_.insert({op.type, op.id});
  const bool collected = before != nullptr && is_collected_scope(before->scope);
  if (collected && is_delete_only(op)) {
    seq = before->seq;
    return false;
  }
  const StoredRow* const base = collected ? nullptr : before;
  std::string scope = base ? base->scope : std::string();
  if (base == nullptr) {
    NHIP_TRY_ASSIGN(scope, scope_after(type, nullptr, op));
  }
  NHIP_TRY_ASSIGN(seq, sequencer_.next(scope));
  NHIP_TRY_ASSIGN(const core::WriterView view, view_of(op, scope));

  core::Operation ordered = op;
  ordered.stamp = core::restamp(op.stamp, now_, corrected_stamps_);
  brought_.insert(op.stamp);
  brought_.insert(ordered.stamp);
  const bool restamped = ordered.stamp != op.stamp;
  if (restamped) ++corrected_stamps_;
  core::MergeResult merged = core::merge(type, base ? &base->row : nullptr, ordered, view, seq);
  if (!merged.conflicts.empty()) {
    // Numbered before the record: wherever a page ends, who has the winner has the loser, too.
    NHIP_TRY(mint_conflicts(centre_, sequencer_, type, op, view.seen, scope, merged.conflicts));
    NHIP_TRY_ASSIGN(seq, sequencer_.next(scope));
    merged = core::merge(type, base ? &base->row : nullptr, ordered, view, seq);
  }
  const bool reopened =
      merged.changed && reopen(type, base, merged.row, {ordered.stamp, view.author, seq});
  bool judged = false;
  if (merged.changed) {
    NHIP_TRY_ASSIGN(judged, review_.judge(type, op.id, base, merged.row, ordered.stamp, seq));
  }

  const auto exact_row = exact_rows_.find({op.type, op.id});
  const std::uint64_t current = base ? base->seq : 0;
  const bool same_base =
      op.held == current || (exact_row != exact_rows_.end() && exact_row->second == current);
  const bool exact =
      NHIP_PLANTED(echo_filter_drops_merged) ||
      (merged.exact && !restamped && !reopened && !judged && same_base && op.scope == scope);
  if (!merged.changed) {
    seq = current;
  } else {
    StoredRow after{
        op.type, op.id, scope, seq, std::move(merged.row), {}, before ? before->source_id : ""};
    after.info = {before ? before->info.rev + 1 : 1,
                  now_,
                  core::hlc_ms(op.stamp),
                  view.author,
                  who_.device.device_id,
                  0};
    NHIP_TRY(sequencer_.store(before, after));
    review_.stored(type);
    if (!type.spread_as.empty()) NHIP_TRY(spread(centre_, sequencer_, after));
  }
  if (exact) {
    exact_rows_[{op.type, op.id}] = seq;
    exact_.insert({scope, seq});
  }
  return exact;
}

// A state that only the office can give (no unit may enter it) and that has exactly one way out for
// a unit is left by any edit a unit makes: an approved record that is changed is a submitted one
// again.
bool Intake::reopen(const Type& type, const StoredRow* before, core::Row& row,
                    const core::Version& version) const {
  if (rights_.office() || before == nullptr) return false;
  for (const Field& field : type.fields) {
    if (field.policy != Policy::kServer) continue;
    const core::CellKey cell{field.number, {}};
    const std::string state = text_of(core::cell_value(row.cells, cell));
    if (state.empty() || state != text_of(core::cell_value(before->row.cells, cell))) continue;
    const auto enters = std::count_if(field.transitions.begin(), field.transitions.end(),
                                      [&](const Transition& t) { return t.to == state; });
    const auto leaves = std::count_if(field.transitions.begin(), field.transitions.end(),
                                      [&](const Transition& t) { return t.from == state; });
    if (enters != 0 || leaves != 1) continue;
    const auto way = std::find_if(field.transitions.begin(), field.transitions.end(),
                                  [&](const Transition& t) { return t.from == state; });
    core::set_cell(row.cells, cell, Value(way->to));
    row.versions.exceptions.insert_or_assign(cell, version);
    return true;
  }
  return false;
}

}  // namespace nhip::server
