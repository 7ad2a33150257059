// GuardedStream: one connection, plain or TLS, that never waits without an end.
//
// It reads a whole request head itself, has it judged (head_guard.h), and only then hands the bytes
// to the HTTP library, followed by exactly the body that was announced. Heads, bodies, writes and
// idle time have deadlines of their own; a stop of the server shortens all of them. Confined: one
// thread.
#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <string>

#include "http/head_guard.h"

namespace nhip::server {

struct ConnectionLimits {
  HeadLimits head;
  std::chrono::milliseconds idle_max{2'000};  // between requests
  std::chrono::milliseconds head_time_max{10'000};
  std::chrono::milliseconds body_time_min{30'000};   // and 2 ms for each byte: 500 bytes a second
  std::chrono::milliseconds write_time_min{30'000};  // likewise
  std::chrono::milliseconds after_stop_max{3'000};
};

class GuardedStream final : public httplib::Stream {
 public:
  // `tls` is owned by the caller and may be null. `fd` must not block.
  GuardedStream(int fd, SSL* tls, const ConnectionLimits& limits,
                const std::atomic<bool>& stopping);

  bool accept_tls();
  // The first byte of a request came before the idle time ended.
  bool wait_for_request();
  // Reads the head. `status` of the verdict is -1 when the connection ended or stalled.
  HeadVerdict read_head();
  // All of the announced body was read.
  bool body_done() const { return body_left_ == 0; }
  // Answers with an error of our own and reads on for a moment, so that the answer is not lost in a
  // reset.
  void refuse(const HeadVerdict& verdict);

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* out, std::size_t size) override;
  ssize_t write(const char* bytes, std::size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return fd_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class Ready { kYes, kTimeout, kClosed };

  Ready wait(short events, Clock::time_point deadline) const;
  // Bytes into the buffer; 0 at the end, -1 on a fault or when the deadline passed.
  ssize_t receive(char* out, std::size_t size, Clock::time_point deadline);
  ssize_t send_all(const char* bytes, std::size_t size);
  Clock::time_point sooner_when_stopping(Clock::time_point deadline) const;

  int fd_;
  SSL* tls_;
  const ConnectionLimits& limits_;
  const std::atomic<bool>& stopping_;
  mutable Clock::time_point stop_seen_{};
  std::string buffer_;         // received, not yet handed over
  std::size_t head_left_ = 0;  // bytes of the judged head still in the buffer
  std::size_t body_left_ = 0;
  Clock::time_point body_deadline_{};
  bool head_written_ = true;  // of the answer to the request read last
};

}  // namespace nhip::server
