#include "centre/idle_answers.h"

#include <algorithm>

namespace nhip::server {
namespace {

constexpr std::int64_t kHoldsMs = 3'600'000;
// Some kilobytes each. One that has to go costs its replica a look into the store.
constexpr std::size_t kEntriesMax = 4'096;

// The clock differs in every request and is measured once in an hour.
bool same_question(const protocol::SyncRequest& a, const protocol::SyncRequest& b) {
  protocol::SyncRequest at_the_same_time = a;
  at_the_same_time.clock_ms = b.clock_ms;
  return at_the_same_time == b;
}

}  // namespace

bool is_idle(const protocol::SyncRequest& request) {
  return request.push.empty() && request.offers.empty() && request.reconcile.empty() &&
         request.purged.empty() && !request.feeds.empty();
}

bool is_idle(const protocol::SyncResponse& answer) {
  const bool feeds_idle = std::all_of(answer.feeds.begin(), answer.feeds.end(), [](const auto& f) {
    return f.rows.empty() && f.receipts.empty() && !f.more && !f.restart;
  });
  return feeds_idle && answer.verdicts.empty() && answer.corrections.empty() &&
         answer.reconcile.empty();
}

std::optional<IdleAnswers::Used> IdleAnswers::used(const Author& replica) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(replica);
  if (found == entries_.end()) return std::nullopt;
  return found->second.used;
}

void IdleAnswers::remember(const Author& replica, const crypto::PublicKey& key, const Used& used,
                           const protocol::SyncRequest& request,
                           const protocol::SyncResponse& answer, const IdleBasis& basis) {
  const std::lock_guard lock(mutex_);
  if (!is_idle(request) || !is_idle(answer)) {
    entries_.erase(replica);  // its counter was stored with what it brought
    return;
  }
  if (entries_.size() >= kEntriesMax) entries_.erase(entries_.begin());
  entries_[replica] = {key, used, request, answer, basis};
}

bool IdleAnswers::Entry::holds(const IdleBasis& at, std::uint64_t counter) const {
  return basis.version == at.version && at.now >= basis.now && at.now - basis.now < kHoldsMs &&
         counter > used.counter;
}

std::optional<crypto::PublicKey> IdleAnswers::key_for(const protocol::RequestProof& proof,
                                                      const IdleBasis& basis) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(proof.replica);
  if (found == entries_.end() || !found->second.holds(basis, proof.counter)) return std::nullopt;
  return found->second.key;
}

std::optional<protocol::SyncResponse> IdleAnswers::repeat(const Author& replica, const Used& used,
                                                          const protocol::SyncRequest& request,
                                                          const IdleBasis& basis) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(replica);
  // What held when the signature was checked may have changed since.
  if (found == entries_.end() || !found->second.holds(basis, used.counter) ||
      !same_question(request, found->second.request)) {
    return std::nullopt;
  }
  found->second.used = used;
  protocol::SyncResponse answer = found->second.answer;
  answer.server_ms = basis.now;
  return answer;
}

void IdleAnswers::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

}  // namespace nhip::server
