// The driver: asks the session what to do and does it. The only part of the engine that waits.

#include "sync/driver.h"

#include <algorithm>

#include "protocol/session.h"
#include "replica/apply.h"
#include "replica/capture.h"
#include "replica/feed_position.h"
#include "replica/mend.h"
#include "replica/outbox.h"
#include "replica/tray.h"
#include "store/file_lock.h"
#include "sync/exchange.h"
#include "sync/identity.h"

namespace nhip::sync_driver {

namespace {

constexpr std::int64_t kWaitSliceMs = 50;  // how soon a cancel is noticed while waiting

class Driver {
 public:
  Driver(replica::Store& store, Transport& transport, const SyncOptions& options,
         const Notify& notify, crypto::KeyPair key, const Manner& manner)
      : store_(store),
        transport_(transport),
        options_(options),
        notify_(notify),
        key_(std::move(key)),
        manner_(manner),
        server_(options.server.empty() ? store_.enrolment()->server : options.server) {}

  Result<SyncReport> run() {
    const std::int64_t started = store_.steady_now();
    NHIP_TRY(look_around());
    protocol::Session session({options_.budget_bytes, options_.patience_ms, 4'000},
                              elapsed(started));
    for (;;) {
      if (options_.cancel != nullptr && options_.cancel->load()) return cancelled();
      const protocol::Action action = session.next(elapsed(started));
      if (action.kind == protocol::Action::Kind::kGiveUp) return action.reason;
      if (action.kind == protocol::Action::Kind::kDone) break;
      if (action.kind == protocol::Action::Kind::kWait) {
        store_.sleep(std::min(action.wait_ms, kWaitSliceMs));
        continue;
      }
      Status done = store_.numbers_broken() ? number_anew() : round(session, action, started);
      if (is_about_identity(done)) done = take_identity(done);
      if (done.ok()) continue;
      std::uint32_t random = 0;
      store_.random(reinterpret_cast<std::uint8_t*>(&random), sizeof random);
      session.on_failure(done, random, elapsed(started));
    }
    return finish(session, elapsed(started));
  }

 private:
  std::int64_t elapsed(std::int64_t started) const { return store_.steady_now() - started; }

  // What other programs did meanwhile: changed records are sealed, changed bookkeeping is noticed,
  // and either is a reason to compare values as well.
  Status look_around() {
    NHIP_TRY_ASSIGN(const bool others, store_.others_wrote());
    return store_.transact([&]() -> Status {
      std::set<std::string> touched;
      NHIP_TRY(replica::seal(store_, replica::SealAs::kManyGroups, &touched));
      bool wrong = false;
      if (others) {
        NHIP_TRY_ASSIGN(const auto mended, replica::mend(store_));
        NHIP_TRY_ASSIGN(wrong, replica::recount(store_));
        wrong = wrong || !mended.empty();
      }
      if (wrong) NHIP_TRY(repair_.compare_values(store_));  // at once: something is to be repaired
      if (!wrong && !touched.empty()) NHIP_TRY(replica::ask_for_values(store_));
      NHIP_TRY_ASSIGN(values_due_, replica::values_are_due(store_));
      NHIP_TRY_ASSIGN(const Value at, store_.setting("values_at"));
      return at.is_null() ? store_.set_setting("values_at", Value(store_.now())) : Status();
    });
  }

  // Once everything has moved: whether the records themselves are the same, too.
  Status compare_values() {
    values_due_ = false;
    return store_.transact([&]() -> Status {
      NHIP_TRY(store_.load_feeds());
      return repair_.compare_values(store_);
    });
  }

  // A copy goes on under a name of its own; a centre put back from a backup may have to be told
  // who we are. Neither needs a person, and neither is worth more than two tries in a sync.
  bool is_about_identity(const Status& status) const {
    const bool known = status.name() == "new_identity" || status.name() == "seq_gap" ||
                       status.name() == "not_enrolled";
    return known && identities_ < 2 && store_.has_certificate();
  }

  Status take_identity(const Status& why) {
    const Identity which = why.name() == "not_enrolled" ? Identity::kSame : Identity::kNew;
    NHIP_TRY(ask_identity(store_, transport_, server_, which));
    ++identities_;  // an answer that was lost is asked for again
    NHIP_TRY_ASSIGN(key_, store_.signing_key());
    return {};
  }

  // Under its old name the centre waits for numbers that are gone.
  Status number_anew() {
    if (!store_.has_certificate()) {
      return {Code::kCorrupt, "damaged_replica", "Waiting work is not numbered without a gap.",
              "Export the records, then enrol this device again."};
    }
    NHIP_TRY(ask_identity(store_, transport_, server_, Identity::kNew));
    NHIP_TRY_ASSIGN(key_, store_.signing_key());
    return {};
  }

  static Status cancelled() {
    return {Code::kUnavailable, "cancelled", "The sync was stopped.",
            "Nothing is lost; sync again any time."};
  }

  Status round(protocol::Session& session, const protocol::Action& action, std::int64_t started) {
    NHIP_TRY_ASSIGN(
        protocol::SyncRequest request,
        replica::next_request(store_, action.push_bytes, action.answer_bytes_max, repair_));
    NHIP_TRY_ASSIGN(const Reply reply,
                    exchange(store_, transport_, key_, server_, request, manner_));
    request.push.clear();  // the outbox has it; the answer's rows need the room
    NHIP_TRY_ASSIGN(const replica::Applied applied,
                    replica::apply(store_, request, reply.message, repair_));
    NHIP_TRY_ASSIGN(const std::uint64_t queued, replica::count_queued(store_));
    report_.bytes_up += reply.bytes_up;
    report_.bytes_down += reply.bytes_down;
    report_.sent += applied.sent;
    report_.received += applied.rows;
    report_.verified = applied.verified;
    protocol::Outcome outcome;
    outcome.bytes = reply.bytes_up + reply.bytes_down;
    outcome.progress =
        applied.rows > 0 || applied.sent > 0 || applied.rejected > 0 || applied.held > 0;
    // The very first answer only tells which feeds there are.
    outcome.more = applied.more || request.feeds.empty();
    outcome.outbox_left = queued > 0;
    if (values_due_ && applied.verified && !outcome.more && !outcome.outbox_left) {
      NHIP_TRY(compare_values());
      outcome.more = true;
    }
    session.on_answer(outcome, elapsed(started));
    tell(session, applied, queued);
    if (notify_ && !applied.types.empty()) notify_({applied.types.begin(), applied.types.end()});
    return {};
  }

  void tell(const protocol::Session& session, const replica::Applied& applied,
            std::uint64_t queued) {
    if (!options_.progress) return;
    SyncProgress progress;
    progress.rounds = session.rounds();
    progress.sent = report_.sent;
    progress.to_send = report_.sent + queued;
    progress.received = report_.received;
    progress.behind = applied.rows_left;
    progress.bytes_up = report_.bytes_up;
    progress.bytes_down = report_.bytes_down;
    options_.progress(progress);
  }

  Result<SyncReport> finish(const protocol::Session& session, std::int64_t duration) {
    report_.rounds = session.rounds();
    report_.duration_ms = duration;
    report_.complete = session.complete();
    report_.verified = report_.verified && report_.complete;
    report_.verified_by = !report_.verified           ? ""
                          : repair_.compared_values() ? "values"
                                                      : "versions";
    report_.ok = report_.complete || options_.budget_bytes > 0;
    NHIP_TRY_ASSIGN(const auto tray, replica::count_tray(store_));
    report_.rejected = tray.first;
    report_.held = tray.second;
    NHIP_TRY(
        store_.transact([&] { return store_.set_setting("last_sync_at", Value(store_.now())); }));
    return report_;
  }

  replica::Store& store_;
  Transport& transport_;
  const SyncOptions& options_;
  const Notify& notify_;
  crypto::KeyPair key_;
  Manner manner_;
  const std::string server_;
  replica::Repair repair_;
  int identities_ = 0;  // taken in this sync
  bool values_due_ = false;
  SyncReport report_;
};

}  // namespace

Result<SyncReport> run(replica::Store& store, Transport& transport, const SyncOptions& options,
                       const Notify& notify) {
  if (!store.enrolment()) {
    return Status(Code::kUnauthenticated, "not_enrolled",
                  "This device is not enrolled at a centre.",
                  "Ask the office for a code, then: nhip enrol --server URL --code CODE");
  }
  // One sync at a time for a replica; local work goes on beside it.
  NHIP_TRY_ASSIGN(auto lock, store::FileLock::take(store.path() + "-sync", 0));
  NHIP_TRY_ASSIGN(crypto::KeyPair key, store.signing_key());
  NHIP_TRY_ASSIGN(const Manner manner, Manner::of(store, options.json));
  return Driver(store, transport, options, notify, std::move(key), manner).run();
}

}  // namespace nhip::sync_driver
