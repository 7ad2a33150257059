// The conversation of a sync as a function of what happened, without a socket or a clock.
#include "protocol/session.h"

#include <catch2/catch.hpp>

#include "core/limits.h"

using namespace nhip;
using namespace nhip::protocol;

namespace {

const Status kLost(Code::kUnavailable, "connection_lost", "The connection broke.");
const Status kRefused(Code::kUnavailable, "connection_refused", "Nobody listens.");

Outcome settled() {
  Outcome outcome;
  return outcome;
}

}  // namespace

TEST_CASE("protocol/session: a sync with nothing to do is one round", "[protocol]") {
  Session session({}, 0);
  CHECK(session.next(0).kind == Action::Kind::kSend);
  session.on_answer(settled(), 10);
  CHECK(session.next(10).kind == Action::Kind::kDone);
  CHECK(session.rounds() == 1);
  CHECK(session.complete());
}

TEST_CASE("protocol/session: while pages are coming the outbox waits", "[protocol]") {
  Session session({}, 0);
  CHECK(session.next(0).push_bytes > 0);
  Outcome more = settled();
  more.more = true;
  more.outbox_left = true;
  session.on_answer(more, 1);
  CHECK(session.next(1).push_bytes == 0);
  more.more = false;
  session.on_answer(more, 2);
  CHECK(session.next(2).push_bytes > 0);
}

TEST_CASE("protocol/session: chunks grow on success and shrink on failure, within their limits",
          "[protocol]") {
  Session session({}, 0);
  Outcome more = settled();
  more.more = true;
  more.progress = true;
  for (int i = 0; i < 12; ++i) {
    (void)session.next(i);
    session.on_answer(more, i);
  }
  CHECK(session.next(20).answer_bytes_max == core::kChunkBytesMax / 2);
  session.on_failure(kLost, 0, 20);
  CHECK(session.next(60'000).answer_bytes_max == core::kChunkBytesMax / 4);
}

TEST_CASE("protocol/session: on a slow link chunks stay as large as a few seconds carry",
          "[protocol]") {
  // A link that carries 10,000 bytes in a second.
  Session session({}, 0);
  Outcome more;
  more.more = more.progress = true;
  std::int64_t now = 0;
  std::uint64_t asked = 0;
  for (int i = 0; i < 12; ++i) {
    asked = session.next(now).answer_bytes_max;
    now += static_cast<std::int64_t>(asked) / 10;
    session.on_answer(more, now);
  }
  CHECK(asked >= 10'000);
  CHECK(asked <= 30'000);
  // A faster one later: they grow again.
  for (int i = 0; i < 12; ++i) {
    asked = session.next(now).answer_bytes_max;
    session.on_answer(more, now += 100);
  }
  CHECK(asked == core::kChunkBytesMax / 2);
}

TEST_CASE("protocol/session: a failure waits, longer each time, and gives up after its patience",
          "[protocol][L1]") {
  Session session({}, 0);
  std::int64_t now = 0;
  int sends = 0;
  for (;;) {
    const Action action = session.next(now);
    if (action.kind == Action::Kind::kGiveUp) break;
    if (action.kind == Action::Kind::kWait) {
      CHECK(action.wait_ms <= 5'100);
      now += action.wait_ms;
      continue;
    }
    ++sends;
    session.on_failure(kLost, 4'999, now);
    REQUIRE(sends < 100);
  }
  CHECK(now < 30'000);
  CHECK(now > 20'000);
  CHECK(sends > 4);
}

TEST_CASE("protocol/session: when nobody listens it ends within five seconds", "[protocol]") {
  Session session({}, 0);
  std::int64_t now = 0;
  while (session.next(now).kind != Action::Kind::kGiveUp) {
    const Action action = session.next(now);
    if (action.kind == Action::Kind::kWait)
      now += action.wait_ms;
    else
      session.on_failure(kRefused, 100, now);
  }
  CHECK(now <= 5'000);
}

TEST_CASE("protocol/session: progress renews the patience", "[protocol]") {
  Session session({}, 0);
  (void)session.next(0);
  session.on_failure(kLost, 0, 29'000);
  Outcome outcome = settled();
  outcome.progress = true;
  outcome.more = true;
  session.on_answer(outcome, 29'500);
  session.on_failure(kLost, 0, 40'000);
  CHECK(session.next(45'000).kind == Action::Kind::kSend);
}

TEST_CASE("protocol/session: a refusal that needs a person is not retried", "[protocol]") {
  Session session({}, 0);
  (void)session.next(0);
  session.on_failure({Code::kUnauthenticated, "device_revoked", "Revoked."}, 0, 0);
  const Action action = session.next(0);
  CHECK(action.kind == Action::Kind::kGiveUp);
  CHECK(action.reason.name() == "device_revoked");
}

TEST_CASE("protocol/session: a budget shrinks the chunks and ends the sync before it is exceeded",
          "[protocol]") {
  SessionOptions options;
  options.budget_bytes = 10'000;
  Session session(options, 0);
  CHECK(session.next(0).answer_bytes_max <= 5'000);
  Outcome more = settled();
  more.more = true;
  more.bytes = 9'500;
  session.on_answer(more, 1);
  CHECK(session.next(1).kind == Action::Kind::kDone);
  CHECK_FALSE(session.complete());
}
