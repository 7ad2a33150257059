#include "protocol/session.h"

#include <algorithm>

#include "core/limits.h"

namespace nhip::protocol {

namespace {

// Packed it is a sixth or less: about a second on the slowest links.
constexpr std::uint64_t kChunkFirst = 32u << 10;
constexpr std::uint64_t kChunkMin = 8u << 10;
// Both sides hold a chunk several times over while it is taken apart and stored, so this is what a
// sync costs in memory. Twice as much saves a commit and a round trip for each megabyte.
constexpr std::uint64_t kChunkMost = 512u << 10;
// A chunk is what a cut costs. One that takes this long is large enough, and one that takes longer
// than a link may last is too large.
constexpr std::int64_t kChunkAimMs = 1'500;
constexpr std::int64_t kChunkLongMs = 3'000;
constexpr std::int64_t kWaitFirstMs = 200;
constexpr std::int64_t kWaitMaxMs = 5'000;
static_assert(kChunkMost <= core::kChunkBytesMax);
constexpr std::uint64_t kRoundBytes = 1'200;  // what a round costs before it carries anything
constexpr std::uint64_t kSmallestPage =
    2'000;  // less is not worth a round, and may be exceeded by one record

}  // namespace

Session::Session(const SessionOptions& options, std::int64_t now)
    : options_(options), chunk_(kChunkFirst), last_progress_(now) {}

Action Session::next(std::int64_t now) {
  Action action;
  if (fatal_) return {Action::Kind::kGiveUp, 0, 0, 0, last_failure_};
  if (done_) return {Action::Kind::kDone, 0, 0, 0, {}};
  if (now < wait_until_) return {Action::Kind::kWait, 0, 0, wait_until_ - now, {}};
  std::uint64_t room = chunk_;
  if (options_.budget_bytes > 0) {
    const std::uint64_t used = bytes_ + kRoundBytes;
    if (used + kSmallestPage >= options_.budget_bytes && !first_)
      return {Action::Kind::kDone, 0, 0, 0, {}};
    const std::uint64_t left =
        options_.budget_bytes > used ? options_.budget_bytes - used : kSmallestPage;
    // Both directions may use their share, and a page may exceed its size by one record.
    room = std::min(room, std::max<std::uint64_t>(left / 3, kSmallestPage / 2));
  }
  // While pages are coming the outbox waits: the last page then covers our own operations, too, and
  // nothing comes back as an echo.
  action.push_bytes = more_ ? 0 : room;
  action.answer_bytes_max = room;
  sent_at_ = now;
  ++rounds_;
  return action;
}

void Session::on_answer(const Outcome& outcome, std::int64_t now) {
  bytes_ += outcome.bytes;
  failures_ = 0;
  wait_until_ = 0;
  const std::int64_t took = now - sent_at_;
  if (took < kChunkAimMs) {
    const std::uint64_t factor = took * 4 < kChunkAimMs ? 4 : 2;
    chunk_ = std::min<std::uint64_t>(chunk_ * factor, kChunkMost);
  } else if (took > kChunkLongMs) {
    chunk_ = std::max(
        chunk_ * static_cast<std::uint64_t>(kChunkAimMs) / static_cast<std::uint64_t>(took),
        kChunkMin);
  }
  if (outcome.progress || first_) last_progress_ = now;
  first_ = false;
  more_ = outcome.more;
  outbox_left_ = outcome.outbox_left;
  if (more_ || outbox_left_) return;
  complete_ = true;
  done_ = true;
}

void Session::on_failure(const Status& status, std::uint32_t random, std::int64_t now) {
  last_failure_ = status;
  if (next_step(status.code()) != NextStep::kRetryLater || status.name() == "cancelled") {
    fatal_ = true;
    return;
  }
  const bool refused = status.name() == "connection_refused";
  const std::int64_t patience =
      refused ? std::min(options_.patience_ms, options_.refused_patience_ms) : options_.patience_ms;
  chunk_ = std::max(chunk_ / 2, kChunkMin);
  const std::int64_t ceiling = std::min(kWaitMaxMs, kWaitFirstMs << std::min(failures_, 6u));
  const std::int64_t wait = kWaitFirstMs / 2 + static_cast<std::int64_t>(random) % ceiling;
  ++failures_;
  wait_until_ = now + wait;
  if (wait_until_ - last_progress_ >= patience) fatal_ = true;
}

}  // namespace nhip::protocol
