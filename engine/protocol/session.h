// Session: the conversation of one sync without sockets, clocks or storage. It is told what
// happened and says what to do next, so every decision about rounds, chunk sizes, retries and
// giving up is a function of its arguments and can be tested in microseconds.
//
//     Session session(options, now);
//     for (;;) switch (session.next(now).kind) {
//       case kSend: …; session.on_answer(outcome, now) or session.on_failure(status, random, now)
//       case kWait: sleep action.wait_ms
//       case kDone: …
//       case kGiveUp: …
//     }
//
// Confined. Times are ms of any one clock.
#pragma once

#include <cstdint>

#include "nhip/status.h"

namespace nhip::protocol {

struct SessionOptions {
  std::uint64_t budget_bytes = 0;            // 0 = no limit
  std::int64_t patience_ms = 30'000;         // without progress
  std::int64_t refused_patience_ms = 4'000;  // nobody listens at all
};

struct Action {
  enum class Kind { kSend, kWait, kDone, kGiveUp };
  Kind kind = Kind::kSend;
  std::uint64_t push_bytes = 0;        // kSend: how much of the outbox to carry; 0 = none
  std::uint64_t answer_bytes_max = 0;  // kSend: how large an answer is welcome
  std::int64_t wait_ms = 0;            // kWait
  Status reason;                       // kGiveUp
};

// What an applied answer meant.
struct Outcome {
  std::uint64_t bytes = 0;   // moved in both directions
  bool progress = false;     // something was stored on either side
  bool more = false;         // a feed has more pages, or is being repaired
  bool outbox_left = false;  // operations wait to be sent
};

class Session {
 public:
  Session(const SessionOptions& options, std::int64_t now);

  Action next(std::int64_t now);
  void on_answer(const Outcome& outcome, std::int64_t now);
  // `random` spreads the waits of many devices (full jitter).
  void on_failure(const Status& status, std::uint32_t random, std::int64_t now);

  std::uint64_t rounds() const { return rounds_; }
  bool complete() const { return complete_; }  // nothing left on either side

 private:
  const SessionOptions options_;
  std::uint64_t rounds_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t chunk_;  // as it would be unpacked; the link's speed decides
  std::int64_t sent_at_ = 0;
  std::int64_t last_progress_;
  std::int64_t wait_until_ = 0;
  std::uint32_t failures_ = 0;
  bool more_ = false;
  bool first_ = true;
  bool outbox_left_ = true;
  bool complete_ = false;
  bool done_ = false;
  Status last_failure_;
  bool fatal_ = false;
};

}  // namespace nhip::protocol
