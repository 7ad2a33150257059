#include "http/turns.h"

namespace nhip::server {
namespace {

// A large one takes about as long as this many small ones.
constexpr std::size_t kSmallInARowMax = 16;

}  // namespace

void Turns::take(Size size) {
  std::unique_lock lock(mutex_);
  if (!busy_) {
    busy_ = true;
    return;
  }
  Waiter waiter;
  (size == Size::kSmall ? small_ : large_).push_back(&waiter);
  // Whoever releases leaves `busy_` set: the turn is handed over, nobody comes in between.
  waiter.called.wait(lock, [&] { return waiter.ready; });
}

void Turns::release() {
  const std::lock_guard lock(mutex_);
  Waiter* waiter = next();
  if (waiter == nullptr) {
    busy_ = false;
    return;
  }
  waiter->ready = true;
  waiter->called.notify_one();  // under the lock: the waiter may end as soon as it has it
}

Turns::Waiter* Turns::next() {
  const bool small_first = !small_.empty() && (large_.empty() || small_in_a_row_ < kSmallInARowMax);
  std::deque<Waiter*>& queue = small_first ? small_ : large_;
  if (queue.empty()) return nullptr;
  small_in_a_row_ = small_first && !large_.empty() ? small_in_a_row_ + 1 : 0;
  Waiter* waiter = queue.front();
  queue.pop_front();
  return waiter;
}

std::size_t Turns::waiting() const {
  const std::lock_guard lock(mutex_);
  return small_.size() + large_.size();
}

}  // namespace nhip::server
