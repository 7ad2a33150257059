// Order inside one answer: verdicts first, they take operations out of the outbox; then
// corrections, the true state of records whose operations were not taken exactly; then the pages of
// the feeds.

#include "replica/apply.h"

#include <algorithm>

#include "core/limits.h"
#include "core/merge.h"
#include "core/planted.h"
#include "nhip/version.h"
#include "protocol/token.h"
#include "replica/capture.h"
#include "replica/feed_position.h"
#include "replica/offer.h"
#include "replica/outbox.h"
#include "replica/page_values.h"
#include "replica/purge.h"
#include "replica/record_state.h"
#include "replica/tray.h"

namespace nhip::replica {

namespace {

class Applier {
 public:
  // How a record came: it decides what may replace what.
  enum class By { kFeed, kCorrection, kRepair };

  Applier(Store& store, const protocol::SyncRequest& asked, const protocol::SyncResponse& answer,
          Repair& repair)
      : store_(store), asked_(asked), answer_(answer), repair_(repair) {}

  Result<Applied> run() {
    NHIP_TRY_ASSIGN(const std::uint64_t queued, count_queued(store_));
    NHIP_TRY_ASSIGN(const bool under, any_under(store_));
    nothing_waits_ = queued == 0 && !under;
    NHIP_TRY_ASSIGN(applied_.more,
                    follow(store_, answer_.granted));  // a new feed has not been read yet
    NHIP_TRY(store_.load_feeds());
    for (const auto& [author, device] : answer_.devices) {
      if (const auto parsed = Author::parse(author)) NHIP_TRY(store_.name_device(*parsed, device));
    }
    store_.silence_watch();
    for (const protocol::GroupVerdict& verdict : answer_.verdicts) NHIP_TRY(settle(verdict));
    for (const protocol::RowUpdate& row : answer_.corrections) {
      NHIP_TRY(take(row, row.scope, By::kCorrection));
    }
    NHIP_TRY(drop_answered_offers());
    NHIP_TRY_ASSIGN(offers_, count_offers(store_));
    for (const protocol::FeedAnswer& feed : answer_.feeds) NHIP_TRY(take_feed(feed));
    for (const protocol::ReconcileAnswer& each : answer_.reconcile) NHIP_TRY(take_repair(each));
    if (!answer_.granted.empty()) NHIP_TRY(purge_feeds(store_, answer_.granted));
    NHIP_TRY(purges_are_known(store_, asked_.purged));
    NHIP_TRY(store_.arm_watch());
    NHIP_TRY(store_.receive(latest_));
    NHIP_TRY(agree());
    return applied_;
  }

 private:
  Status settle(const protocol::GroupVerdict& verdict) {
    NHIP_TRY_ASSIGN(const auto group, queued_range(store_, verdict.first, verdict.last));
    if (group.empty()) return {};  // an answer that was applied before
    NHIP_TRY(remove_queued(store_, verdict.first, verdict.last + NHIP_PLANTED(outbox_overshoot)));
    NHIP_TRY(move_token(group));
    switch (verdict.verdict) {
      case protocol::Verdict::kRejected:
        applied_.rejected += group.size();
        return put_in_tray(store_, group, verdict);
      case protocol::Verdict::kHeld:
        applied_.held += group.size();
        return put_in_tray(store_, group, verdict);
      case protocol::Verdict::kAccepted:
        applied_.sent += group.size();
        return take_accepted(group, verdict);
      default: applied_.sent += group.size(); return {};  // the corrections hold the truth
    }
  }

  Status move_token(const std::vector<core::Operation>& group) {
    NHIP_TRY_ASSIGN(const Value token, store_.setting("token"));
    const std::string next =
        protocol::next_token(token.text() ? *token.text() : std::string(), group);
    NHIP_TRY(store_.set_setting("token", Value(next)));
    return store_.set_setting("acked", Value(static_cast<std::int64_t>(group.back().seq)));
  }

  Status take_accepted(const std::vector<core::Operation>& group,
                       const protocol::GroupVerdict& verdict) {
    if (verdict.seqs.size() != group.size()) {
      return {Code::kMalformed, "bad_message", "The centre's answer does not fit what was sent."};
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      const core::Operation& op = group[i];
      const Type* type = store_.schema().type(op.type);
      if (type == nullptr) continue;
      NHIP_TRY_ASSIGN(const RecordState before, load_state(store_, op.type, op.id));
      RecordState after = before;
      const core::WriterView writer{store_.author(), std::max(op.seen, op.held), nullptr};
      const core::Row* current = before.centre ? &before.centre->row : nullptr;
      after.centre = CentreState{op.scope, verdict.seqs[i],
                                 core::merge(*type, current, op, writer, verdict.seqs[i]).row};
      NHIP_TRY(raise_held(store_, op.type, op.id, verdict.seqs[i]));
      NHIP_TRY(show_and_save(before, after));
      NHIP_TRY(add_have(store_, op.scope, verdict.seqs[i]));
    }
    return {};
  }

  Status take_feed(const protocol::FeedAnswer& feed) {
    if (feed.restart) {
      applied_.verified = false;
      return repair(feed.feed);
    }
    // Another life of the centre: its pages could replace what it lost before we offered that.
    if (is_of_another_epoch(feed.feed)) {
      applied_.verified = false;
      return repair(feed.feed);
    }
    const bool whole_feed = feed.feed == "*";
    page_.emplace(store_, feed);
    for (const protocol::RowUpdate& row : feed.rows) {
      NHIP_TRY(take(row, whole_feed ? row.scope : feed.feed, By::kFeed));
    }
    const bool values_agree = page_->agrees();
    page_.reset();
    NHIP_TRY(keep_receipts(store_, feed.feed, feed.receipts, answer_.server_ms));
    if (feed.collected > 0) NHIP_TRY(forget_collected(store_, feed.feed, feed.collected));
    applied_.rows_left += feed.rows_left;
    NHIP_TRY(move_cursor(store_, feed.feed, feed.cursor));
    if (feed.more) applied_.more = true;
    if (!values_agree) return repair_values(feed.feed);
    return feed.more ? Status() : compare(feed);
  }

  // Something was changed under a version that stayed. The page stands as it came; a tick waits
  // until the comparison has told which record it is.
  Status repair_values(const std::string& feed) {
    applied_.verified = false;
    NHIP_TRY(set_verified(store_, feed, false));
    return repair(feed, RepairKind::kValues);
  }

  bool is_of_another_epoch(const std::string& feed) const {
    if (NHIP_PLANTED(epoch_ignored)) return false;
    const auto asked = std::find_if(asked_.feeds.begin(), asked_.feeds.end(),
                                    [&](const auto& each) { return each.feed == feed; });
    return asked != asked_.feeds.end() && !asked->cursor.epoch.empty() &&
           asked->cursor.epoch != answer_.epoch;
  }

  // A feed that does not add up is reconciled; nothing is thrown away.
  Status compare(const protocol::FeedAnswer& feed) {
    const auto mine = store_.digests().find(feed.feed);
    const bool equal = mine != store_.digests().end() && mine->second == feed.digest;
    NHIP_TRY(set_verified(store_, feed.feed, equal));
    if (equal) return {};
    applied_.verified = false;
    if (offers_ > 0) {  // their records are still what they were
      applied_.more = true;
      return {};
    }
    return repair(feed.feed);
  }

  Status repair(const std::string& feed, RepairKind kind = RepairKind::kVersions) {
    NHIP_TRY_ASSIGN(const bool again, repair_.mark(store_, feed, kind));
    if (again)
      applied_.more = true;
    else
      gave_up_ = true;
    return {};
  }

  Status take_repair(const protocol::ReconcileAnswer& answer) {
    applied_.more = true;  // what changed meanwhile comes with the feed
    applied_.verified = false;
    const auto asked = std::find_if(asked_.reconcile.begin(), asked_.reconcile.end(),
                                    [&](const auto& each) { return each.feed == answer.feed; });
    if (asked == asked_.reconcile.end())
      return {Code::kMalformed, "bad_message", "The centre compares what was not asked."};
    if (asked->buckets.empty()) return repair_.take_sums(store_, *asked, answer).status();
    NHIP_TRY_ASSIGN(const auto nowhere, repair_.keep_unknown(store_, *asked, answer));
    NHIP_TRY_ASSIGN(offers_, count_offers(store_));
    for (const protocol::RowUpdate& row : answer.rows) NHIP_TRY(take(row, row.scope, By::kRepair));
    NHIP_TRY(keep_receipts(store_, answer.feed, answer.receipts, answer_.server_ms));
    for (const auto& [type, id] : nowhere) {
      protocol::RowUpdate gone;
      gone.type = type;
      gone.id = id;
      gone.left = true;
      NHIP_TRY(take(gone, asked->feed, By::kRepair));
    }
    return repair_.take_prints(store_, answer).status();
  }

  Status drop_answered_offers() {
    for (const protocol::Offer& offer : asked_.offers) {
      NHIP_TRY(drop_offer(store_, offer.type, offer.id));
    }
    return {};
  }

  // Until everything that was here before has been compared in the new epoch, the old one stands,
  // and the centre takes no groups.
  Status agree() {
    NHIP_TRY_ASSIGN(const std::uint64_t offers, count_offers(store_));
    if (offers > 0) applied_.more = true;
    NHIP_TRY_ASSIGN(const Value epoch, store_.setting("epoch"));
    applied_.agreed = epoch.text() != nullptr && *epoch.text() == answer_.epoch;
    if (applied_.agreed) return {};
    const bool everything = !answer_.feeds.empty() || epoch.text() == nullptr;
    const bool done = everything && !applied_.more && (applied_.verified || gave_up_);
    if (!done) {
      applied_.more = true;
      return {};
    }
    applied_.agreed = true;
    return store_.set_setting("epoch", Value(answer_.epoch));
  }

  Status take(const protocol::RowUpdate& row, const std::string& scope, By by) {
    note_stamps(row);
    if (by == By::kCorrection && NHIP_PLANTED(correction_ignored)) return {};
    if (applied_fast(row, by)) {
      if (page_) page_->holds(row, row.row.cells);
      return insert_plain(row, scope);
    }
    // What is offered stays as people know it until the centre has answered: an edit of an older
    // state would look as if the newer one had been seen and given up.
    if (offers_ > 0 && by != By::kCorrection) {
      NHIP_TRY_ASSIGN(const bool offered, has_offer(store_, row.type, row.id));
      if (offered) return pass_over(row, nullptr);
    }
    NHIP_TRY_ASSIGN(const RecordState before, load_state(store_, row.type, row.id));
    const bool known = before.centre && before.centre->scope == scope;
    if (by == By::kFeed && known && before.centre->seq >= row.seq)
      return pass_over(row, &*before.centre);
    NHIP_TRY(rescue(before, row));
    RecordState after = before;
    if (row.left) {
      if (before.centre && before.centre->scope != scope && by == By::kFeed)
        return {};  // it moved to us
      after.centre.reset();
    } else if (row.whole || !before.centre) {
      if (!row.whole) return {Code::kMalformed, "bad_message", "The centre sent half a record."};
      after.centre = CentreState{scope, row.seq, row.row};
    } else {
      after.centre->scope = scope;
      after.centre->seq = row.seq;
      for (const auto& [cell, version] : row.row.versions.exceptions) {
        core::set_cell(after.centre->row.cells, cell, core::cell_value(row.row.cells, cell));
        after.centre->row.versions.exceptions.insert_or_assign(cell, version);
      }
    }
    if (before.centre && after.centre) {
      NHIP_TRY(follow_renumbering(store_, row.type, row.id, before.centre->row, after.centre->row,
                                  after.centre->seq));
    }
    count(row);
    if (page_ && after.centre) page_->holds(row, after.centre->row.cells);
    NHIP_TRY(show_and_save(before, after));
    return row.type == kMovedType ? forget_moved(row, scope) : Status();
  }

  // `held`: what is here of its record instead; null when that is not the centre's.
  Status pass_over(const protocol::RowUpdate& row, const CentreState* held) {
    if (page_) page_->passes_over(row, held);
    return {};
  }

  // A value that differs under one and the same version was changed behind everybody's back. The
  // centre's stands; the other one goes to the tray, where a person sees it.
  Status rescue(const RecordState& before, const protocol::RowUpdate& row) {
    if (!before.centre || !row.whole || row.left) return {};
    core::Operation op;
    for (const auto& [cell, value] : before.centre->row.cells) {
      const core::Version& mine = before.centre->row.versions.of(cell);
      const core::Version& theirs = row.row.versions.of(cell);
      const bool one_version = mine.stamp == theirs.stamp && mine.author == theirs.author;
      if (one_version && core::cell_value(row.row.cells, cell) != value)
        op.changes.push_back({cell, value});
    }
    if (op.changes.empty()) return {};
    op.type = row.type;
    op.id = row.id;
    op.scope = before.centre->scope;
    protocol::GroupVerdict verdict;
    verdict.verdict = protocol::Verdict::kRejected;
    verdict.code = "found_changed";
    verdict.text = "This value was changed outside the program and never recorded as a change.";
    ++applied_.rejected;
    return put_in_tray(store_, {op}, verdict);
  }

  // The record left this scope. If it is still known here as being in it, it is not ours to read
  // any more; if it came into another scope of ours, it is there already or comes with that feed.
  Status forget_moved(const protocol::RowUpdate& marker, const std::string& scope) {
    const Value& type = core::cell_value(marker.row.cells, {1, {}});
    const Value& record = core::cell_value(marker.row.cells, {2, {}});
    const auto id = record.blob() ? Id::from_bytes(*record.blob()) : std::nullopt;
    if (!id || type.integer() == nullptr) return {};
    NHIP_TRY_ASSIGN(const RecordState before,
                    load_state(store_, static_cast<std::uint16_t>(*type.integer()), *id));
    if (!before.centre || before.centre->scope != scope) return {};
    if (NHIP_PLANTED(moved_row_left)) return {};
    RecordState after = before;
    after.centre.reset();
    return show_and_save(before, after);
  }

  // The bulk of a first sync: a whole record that is not here in any form.
  bool applied_fast(const protocol::RowUpdate& row, By by) {
    if (by == By::kCorrection || row.left || !row.whole || !nothing_waits_) return false;
    RecordTable* table = store_.table(row.type);
    if (table == nullptr || core::is_deleted(row.row.cells)) return false;
    auto rid = table->find(row.id);
    if (!rid.ok() || rid->has_value()) return false;
    auto stmt = store_.db().cached("SELECT 1 FROM _nhip_shelf WHERE type=?1 AND id=?2");
    if (!stmt.ok()) return false;
    auto shelved = stmt->bind(1, std::int64_t{row.type}).bind(2, row.id).step();
    if (!shelved.ok() || *shelved) return false;
    for (const auto& [cell, value] : row.row.cells) {
      if (!table->has_column(cell)) return false;
    }
    return true;
  }

  Status insert_plain(const protocol::RowUpdate& row, const std::string& scope) {
    RecordTable& table = *store_.table(row.type);
    NHIP_TRY_ASSIGN(const std::int64_t rid, table.insert(row.id, row.row.cells));
    NHIP_TRY(write_version(store_, table.type(), rid, {scope, row.seq, {{}, row.row.versions}}));
    store_.digest_add(scope, row.type, row.id, row.seq, false);
    count(row);
    return {};
  }

  Status show_and_save(const RecordState& before, RecordState& after) {
    NHIP_TRY_ASSIGN(const auto pending, pending_of(store_, after.type, after.id));
    after.shown = predict(store_, after, pending);
    if (const Type* type = store_.schema().type(after.type)) applied_.types.insert(type->name);
    return save_state(store_, before, after);
  }

  void count(const protocol::RowUpdate& row) {
    ++applied_.rows;
    const Type* type = store_.schema().type(row.type);
    if (type == nullptr) return;
    applied_.types.insert(type->name);
    const bool open =
        type->name == "nhip_conflict" && row.whole && !core::is_deleted(row.row.cells);
    if (open) ++applied_.new_conflicts;
  }

  void note_stamps(const protocol::RowUpdate& row) {
    latest_ = std::max(latest_, row.row.versions.base.stamp);
    for (const auto& [cell, version] : row.row.versions.exceptions) {
      latest_ = std::max(latest_, version.stamp);
    }
  }

  Store& store_;
  const protocol::SyncRequest& asked_;
  const protocol::SyncResponse& answer_;
  Repair& repair_;
  Applied applied_;
  bool gave_up_ = false;  // on a feed that cannot be repaired; said, and not for ever in the way
  core::Hlc latest_ = 0;
  bool nothing_waits_ = false;      // to be sent, nor is kept of what did
  std::uint64_t offers_ = 0;        // that wait
  std::optional<PageValues> page_;  // of the feed whose rows are being taken
};

Status note_answer(Store& store, const protocol::SyncRequest& asked,
                   const protocol::SyncResponse& answer) {
  NHIP_TRY(store.set_setting("clock_offset_ms", Value(answer.server_ms - asked.clock_ms)));
  core::Writer notices;
  notices.varint(answer.notices.size());
  for (const protocol::Notice& notice : answer.notices) {
    notices.zigzag(notice.at);
    notices.text(notice.code);
    notices.text(notice.what);
  }
  NHIP_TRY(store.set_setting("notices", Value(notices.take())));
  return store.set_setting("durable_seq", Value(static_cast<std::int64_t>(answer.durable_seq)));
}

}  // namespace

Result<Applied> apply(Store& store, const protocol::SyncRequest& asked,
                      const protocol::SyncResponse& answer, Repair& repair) {
  Applied applied;
  if (NHIP_PLANTED(cursor_before_rows) && !answer.feeds.empty())
    NHIP_TRY(move_cursor(store, answer.feeds[0].feed, answer.feeds[0].cursor));
  const Status done = store.transact([&]() -> Status {
    NHIP_TRY(seal(store, SealAs::kManyGroups));
    NHIP_TRY(note_answer(store, asked, answer));
    NHIP_TRY_ASSIGN(applied, Applier(store, asked, answer, repair).run());
    return {};
  });
  if (!done.ok()) return done;
  return applied;
}

Result<protocol::SyncRequest> next_request(Store& store, std::size_t push_bytes,
                                           std::uint64_t answer_bytes_max, Repair& repair) {
  protocol::SyncRequest request;
  request.protocol = kProtocolVersion;
  request.schema_version = store.schema().version();
  request.client = std::string("nhip ") + NHIP_VERSION;
  request.clock_ms = store.now();
  request.answer_bytes_max = answer_bytes_max;
  NHIP_TRY_ASSIGN(const Value epoch, store.setting("epoch"));
  NHIP_TRY_ASSIGN(const Value acked, store.setting("acked"));
  NHIP_TRY_ASSIGN(const Value token, store.setting("token"));
  if (epoch.text() != nullptr) request.epoch = *epoch.text();
  if (acked.integer() != nullptr) request.received = static_cast<std::uint64_t>(*acked.integer());
  if (token.text() != nullptr) request.token = *token.text();
  NHIP_TRY_ASSIGN(request.purged, purged_feeds(store));
  NHIP_TRY(repair.ask(store, request));
  NHIP_TRY_ASSIGN(request.feeds, feed_requests(store));
  NHIP_TRY_ASSIGN(const std::uint64_t offers, count_offers(store));
  if (offers > 0) {
    NHIP_TRY_ASSIGN(request.offers, read_offers(store, static_cast<std::size_t>(answer_bytes_max)));
  }
  const bool settled = request.reconcile.empty() && offers == 0 && !request.feeds.empty();
  if (push_bytes == 0 || !settled) return request;
  NHIP_TRY_ASSIGN(request.push, peek_groups(store, 0, push_bytes));
  request.token_next = request.token;
  for (const core::Group& group : request.push) {
    request.token_next = protocol::next_token(request.token_next, group);
  }
  return request;
}

Result<std::uint64_t> next_counter(Store& store) {
  constexpr std::int64_t kBlock = 64;
  std::int64_t& next = store.counter_next();
  if (next == 0 || next >= store.counter_reserved()) {
    NHIP_TRY(store.transact([&]() -> Status {
      NHIP_TRY_ASSIGN(const Value reserved, store.setting("counter_reserved"));
      next = std::max<std::int64_t>(reserved.integer() ? *reserved.integer() : 1, 1);
      store.counter_reserved() = next + kBlock;
      return store.set_setting("counter_reserved", Value(store.counter_reserved()));
    }));
  }
  return static_cast<std::uint64_t>(next++);
}

}  // namespace nhip::replica
