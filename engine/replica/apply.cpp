// Order inside one answer: verdicts first, they take operations out of the outbox; then
// corrections, the true state of records whose operations were not taken exactly; then the pages of
// the feeds.

#include "replica/apply.h"

#include <algorithm>

#include "core/limits.h"
#include "core/merge.h"
#include "nhip/version.h"
#include "replica/capture.h"
#include "replica/feed_position.h"
#include "replica/outbox.h"
#include "replica/record_state.h"
#include "replica/tray.h"

namespace nhip::replica {

namespace {

class Applier {
 public:
  Applier(Store& store, const protocol::SyncResponse& answer) : store_(store), answer_(answer) {}

  Result<Applied> run() {
    NHIP_TRY_ASSIGN(const std::uint64_t queued, count_queued(store_));
    outbox_empty_ = queued == 0;
    NHIP_TRY_ASSIGN(applied_.more,
                    follow(store_, answer_.granted));  // a new feed has not been read yet
    NHIP_TRY(store_.load_feeds());
    for (const auto& [author, device] : answer_.devices) {
      if (const auto parsed = Author::parse(author)) NHIP_TRY(store_.name_device(*parsed, device));
    }
    NHIP_TRY(store_.silence_triggers());
    for (const protocol::GroupVerdict& verdict : answer_.verdicts) NHIP_TRY(settle(verdict));
    for (const protocol::RowUpdate& row : answer_.corrections) NHIP_TRY(take(row, row.scope, true));
    for (const protocol::FeedAnswer& feed : answer_.feeds) NHIP_TRY(take_feed(feed));
    NHIP_TRY(store_.arm_triggers());
    NHIP_TRY(store_.receive(latest_));
    return applied_;
  }

 private:
  Status settle(const protocol::GroupVerdict& verdict) {
    NHIP_TRY_ASSIGN(const auto group, queued_range(store_, verdict.first, verdict.last));
    if (group.empty()) return {};  // an answer that was applied before
    NHIP_TRY(remove_queued(store_, verdict.first, verdict.last));
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
      NHIP_TRY(raise_held(op, verdict.seqs[i]));
      NHIP_TRY(show_and_save(before, after));
      NHIP_TRY(add_have(store_, op.scope, verdict.seqs[i]));
    }
    return {};
  }

  // Later operations on the record were made on top of this one, which is now a version of the
  // centre's.
  Status raise_held(const core::Operation& op, std::uint64_t seq) {
    NHIP_TRY_ASSIGN(auto stmt,
                    store_.db().cached("UPDATE _nhip_op SET held=?3 WHERE type=?1 AND id=?2"));
    return stmt.bind(1, std::int64_t{op.type})
        .bind(2, op.id)
        .bind(3, static_cast<std::int64_t>(seq))
        .run();
  }

  Status take_feed(const protocol::FeedAnswer& feed) {
    if (feed.restart) {
      applied_.restarted = true;
      applied_.more = true;
      return restart_feed(store_, feed.feed);
    }
    const bool whole_feed = feed.feed == "*";
    for (const protocol::RowUpdate& row : feed.rows) {
      NHIP_TRY(take(row, whole_feed ? row.scope : feed.feed, false));
    }
    applied_.rows_left += feed.rows_left;
    NHIP_TRY(move_cursor(store_, feed.feed, feed.cursor));
    if (feed.more) {
      applied_.more = true;
      return {};
    }
    return compare(feed);
  }

  // A feed that does not add up is read again from its beginning, once per sync; nothing is thrown
  // away.
  Status compare(const protocol::FeedAnswer& feed) {
    const auto mine = store_.digests().find(feed.feed);
    const bool equal = mine != store_.digests().end() && mine->second == feed.digest;
    if (!equal) applied_.verified = false;
    return set_verified(store_, feed.feed, equal);
  }

  Status take(const protocol::RowUpdate& row, const std::string& scope, bool correction) {
    note_stamps(row);
    if (applied_fast(row, correction)) return insert_plain(row, scope);
    NHIP_TRY_ASSIGN(const RecordState before, load_state(store_, row.type, row.id));
    const bool known = before.centre && before.centre->scope == scope;
    if (!correction && known && before.centre->seq >= row.seq) return {};
    RecordState after = before;
    if (row.left) {
      if (before.centre && before.centre->scope != scope && !correction)
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
    count(row);
    NHIP_TRY(show_and_save(before, after));
    return row.type == kMovedType ? forget_moved(row, scope) : Status();
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
    RecordState after = before;
    after.centre.reset();
    return show_and_save(before, after);
  }

  // The bulk of a first sync: a whole record that is not here in any form.
  bool applied_fast(const protocol::RowUpdate& row, bool correction) {
    if (correction || row.left || !row.whole || !outbox_empty_) return false;
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
  const protocol::SyncResponse& answer_;
  Applied applied_;
  core::Hlc latest_ = 0;
  bool outbox_empty_ = false;
};

Status note_answer(Store& store, const protocol::SyncRequest& asked,
                   const protocol::SyncResponse& answer) {
  NHIP_TRY(store.set_setting("epoch", Value(answer.epoch)));
  NHIP_TRY(store.set_setting("clock_offset_ms", Value(answer.server_ms - asked.clock_ms)));
  return store.set_setting("received_seq", Value(static_cast<std::int64_t>(answer.received_seq)));
}

}  // namespace

Result<Applied> apply(Store& store, const protocol::SyncRequest& asked,
                      const protocol::SyncResponse& answer) {
  Applied applied;
  const Status done = store.transact([&]() -> Status {
    NHIP_TRY(seal(store, SealAs::kManyGroups));
    NHIP_TRY(note_answer(store, asked, answer));
    NHIP_TRY_ASSIGN(applied, Applier(store, answer).run());
    return {};
  });
  if (!done.ok()) return done;
  return applied;
}

Result<protocol::SyncRequest> next_request(Store& store, std::size_t push_bytes,
                                           std::uint64_t answer_bytes_max) {
  protocol::SyncRequest request;
  request.protocol = kProtocolVersion;
  request.schema_version = store.schema().version();
  request.client = std::string("nhip ") + NHIP_VERSION;
  request.clock_ms = store.now();
  request.answer_bytes_max = answer_bytes_max;
  NHIP_TRY_ASSIGN(request.feeds, feed_requests(store));
  if (push_bytes == 0 || request.feeds.empty()) return request;
  NHIP_TRY_ASSIGN(request.push, peek_groups(store, 0, push_bytes));
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
