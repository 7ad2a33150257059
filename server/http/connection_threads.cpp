#include "http/connection_threads.h"

#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace nhip::server {
namespace {

constexpr std::chrono::seconds kIdleMax{5};

}  // namespace

void ConnectionThreads::enqueue(std::function<void()> job) {
  std::unique_lock lock(mutex_);
  jobs_.push_back(std::move(job));
  if (idle_ >= jobs_.size()) {
    job_came_.notify_one();
    return;
  }
  if (threads_ >= most_) return;
  ++threads_;
  lock.unlock();
  try {
    std::thread([this] { work(); }).detach();
  } catch (const std::system_error&) {
    // The system gives no more threads: the connection waits until one is free. When there is none
    // at all, whoever brought it does the work.
    lock.lock();
    --threads_;
    if (threads_ > 0 || jobs_.empty()) return;
    const std::function<void()> waiting = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    waiting();
  }
}

void ConnectionThreads::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    job_came_.wait_for(lock, kIdleMax, [this] { return !jobs_.empty() || stopping_; });
    --idle_;
    if (jobs_.empty()) break;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
  --threads_;
  thread_ended_.notify_all();  // under the lock: behind it this object may be gone
}

void ConnectionThreads::shutdown() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  job_came_.notify_all();
  thread_ended_.wait(lock, [this] { return threads_ == 0; });
}

}  // namespace nhip::server
