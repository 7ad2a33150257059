// ConnectionThreads: a thread for each open connection, made when it is needed and gone when it has
// had nothing to do for a while. A connection waits for its device most of the time; on 2G one
// request may take seconds to come in, so there have to be as many threads as devices at a time,
// and none when they have gone.
#pragma once

#include <httplib.h>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace nhip::server {

class ConnectionThreads final : public httplib::TaskQueue {
 public:
  explicit ConnectionThreads(std::size_t most) : most_(most) {}
  ~ConnectionThreads() override { shutdown(); }

  // Waits in line when there are `most` already.
  void enqueue(std::function<void()> job) override;
  // Returns when all jobs are done and all threads have ended.
  void shutdown() override;

 private:
  void work();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable job_came_, thread_ended_;
  std::deque<std::function<void()>> jobs_;
  std::size_t threads_ = 0, idle_ = 0;
  bool stopping_ = false;
};

}  // namespace nhip::server
