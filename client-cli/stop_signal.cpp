// The signals are blocked everywhere and taken by one thread with sigwait, so that what they cause
// runs as ordinary code and not inside a signal handler.
#include "stop_signal.h"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace nhip::cli {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignal::StopSignal(std::function<void()> on_stop) : on_stop_(std::move(on_stop)) {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { watch_signals(); });
}

StopSignal::~StopSignal() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignal::watch_signals() {
  const sigset_t set = stop_signals();
  int signal = 0;
  while (!ending_) {
    if (sigwait(&set, &signal) != 0 || ending_ || requested_) continue;
    {
      const std::lock_guard lock(mutex_);
      requested_ = true;
    }
    woken_.notify_all();
    on_stop_();
  }
}

bool StopSignal::wait(std::chrono::milliseconds duration) {
  std::unique_lock lock(mutex_);
  return !woken_.wait_for(lock, duration, [this] { return requested_.load(); });
}

}  // namespace nhip::cli
