// StopSignal: Ctrl+C and SIGTERM as an orderly request instead of a sudden end.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace nhip::cli {

// While it lives, SIGINT and SIGTERM set `requested`, call `on_stop` once (on a thread of its own)
// and wake `wait`. Make one before starting other threads: the signals are blocked for these too.
class StopSignal {
 public:
  explicit StopSignal(std::function<void()> on_stop);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& requested() const { return requested_; }
  // True after `duration`, false as soon as a stop is requested.
  bool wait(std::chrono::milliseconds duration);

 private:
  void watch_signals();

  std::function<void()> on_stop_;
  std::atomic<bool> requested_{false};
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::condition_variable woken_;
  std::thread thread_;
};

}  // namespace nhip::cli
