#include "http/guarded_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace nhip::server {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kSlice{100};  // how late a stop may be noticed
constexpr std::size_t kReceiveBytes = 8u << 10;
constexpr std::size_t kDrainBytesMax = 256u << 10;

void address_text(bool peer, int fd, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if ((peer ? ::getpeername(fd, generic, &size) : ::getsockname(fd, generic, &size)) != 0) return;
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    port = ntohs(v4->sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    port = ntohs(v6->sin6_port);
  }
  ip = text;
}

}  // namespace

GuardedStream::GuardedStream(int fd, SSL* tls, const ConnectionLimits& limits,
                             const std::atomic<bool>& stopping)
    : fd_(fd), tls_(tls), limits_(limits), stopping_(stopping) {}

GuardedStream::Clock::time_point GuardedStream::sooner_when_stopping(
    Clock::time_point deadline) const {
  if (!stopping_.load()) return deadline;
  if (stop_seen_ == Clock::time_point{}) stop_seen_ = Clock::now();
  return std::min(deadline, stop_seen_ + limits_.after_stop_max);
}

GuardedStream::Ready GuardedStream::wait(short events, Clock::time_point deadline) const {
  for (;;) {
    const auto left = sooner_when_stopping(deadline) - Clock::now();
    if (left <= Clock::duration::zero()) return Ready::kTimeout;
    const auto slice = std::min(std::chrono::ceil<milliseconds>(left), kSlice);
    pollfd asked{fd_, events, 0};
    const int ready = ::poll(&asked, 1, static_cast<int>(slice.count()));
    if (ready > 0) return (asked.revents & POLLNVAL) != 0 ? Ready::kClosed : Ready::kYes;
    if (ready < 0 && errno != EINTR) return Ready::kClosed;
  }
}

ssize_t GuardedStream::receive(char* out, std::size_t size, Clock::time_point deadline) {
  for (;;) {
    short wanted = POLLIN;
    if (tls_ != nullptr) {
      const int got = SSL_read(tls_, out, static_cast<int>(std::min(size, kReceiveBytes)));
      if (got > 0) return got;
      const int error = SSL_get_error(tls_, got);
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return -1;
      wanted = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
    } else {
      const ssize_t got = ::recv(fd_, out, size, 0);
      if (got >= 0) return got;
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
    }
    if (wait(wanted, deadline) != Ready::kYes) return -1;
  }
}

bool GuardedStream::accept_tls() {
  const auto deadline = Clock::now() + limits_.head_time_max;
  for (;;) {
    const int done = SSL_accept(tls_);
    if (done == 1) return true;
    const int error = SSL_get_error(tls_, done);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return false;
    const short wanted = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
    if (wait(wanted, deadline) != Ready::kYes) return false;
  }
}

bool GuardedStream::wait_for_request() {
  if (!buffer_.empty()) return true;
  const auto deadline = Clock::now() + limits_.idle_max;
  // A stop ends an idle connection at once.
  while (!stopping_.load() && Clock::now() < deadline) {
    char byte = 0;
    const ssize_t got = receive(&byte, 1, std::min(deadline, Clock::now() + kSlice));
    if (got == 0) return false;
    if (got == 1) {
      buffer_.push_back(byte);
      return true;
    }
    // No byte yet, or the connection broke: a broken one fails again without waiting.
    pollfd asked{fd_, 0, 0};
    if (::poll(&asked, 1, 0) < 0 || (asked.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
      return false;
  }
  return false;
}

HeadVerdict GuardedStream::read_head() {
  const auto deadline = Clock::now() + limits_.head_time_max;
  std::size_t searched = 0;
  for (;;) {
    const std::size_t end = buffer_.find("\r\n\r\n", searched);
    if (end != std::string::npos) {
      const HeadVerdict verdict =
          judge_head(std::string_view(buffer_).substr(0, end + 4), limits_.head);
      head_left_ = end + 4;
      body_left_ = verdict.content_length;
      head_written_ = false;
      body_deadline_ = Clock::now() + limits_.body_time_min +
                       milliseconds(2 * static_cast<std::int64_t>(verdict.content_length));
      return verdict;
    }
    if (buffer_.size() > limits_.head.head_bytes_max) return {431, "head_too_large", 0};
    // What cannot become a request of ours is answered at once: TLS on a plain port, other
    // protocols.
    if (const char first = buffer_.empty() ? 'G' : buffer_.front(); first < 'A' || first > 'Z') {
      return {400, "bad_request", 0};
    }
    searched = buffer_.size() < 3 ? 0 : buffer_.size() - 3;
    char bytes[kReceiveBytes];
    const ssize_t got = receive(bytes, sizeof bytes, deadline);
    if (got <= 0) return {-1, "", 0};
    buffer_.append(bytes, static_cast<std::size_t>(got));
  }
}

void GuardedStream::refuse(const HeadVerdict& verdict) {
  const std::string body = std::string(R"({"error":{"code":")") + verdict.code +
                           R"(","message":"the request was refused"}})";
  const std::string answer = "HTTP/1.1 " + std::to_string(verdict.status) +
                             " Refused\r\nContent-Type: application/json\r\nConnection: close\r\n"
                             "Content-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body;
  if (write(answer.data(), answer.size()) < 0) return;
  if (tls_ == nullptr) ::shutdown(fd_, SHUT_WR);
  const auto deadline = Clock::now() + std::chrono::seconds(1);
  std::size_t drained = 0;
  char bytes[kReceiveBytes];
  while (drained < kDrainBytesMax) {
    const ssize_t got = receive(bytes, sizeof bytes, deadline);
    if (got <= 0) return;
    drained += static_cast<std::size_t>(got);
  }
}

bool GuardedStream::is_readable() const {
  if (head_left_ > 0 || body_left_ == 0 || buffer_.size() > head_left_) return true;
  return wait(POLLIN, body_deadline_) == Ready::kYes;
}

bool GuardedStream::is_writable() const {
  return wait(POLLOUT, Clock::now() + limits_.write_time_min) == Ready::kYes;
}

ssize_t GuardedStream::read(char* out, std::size_t size) {
  const bool in_head = head_left_ > 0;
  std::size_t& left = in_head ? head_left_ : body_left_;
  size = std::min(size, left);
  if (size == 0) return 0;
  if (!buffer_.empty()) {
    size = std::min(size, buffer_.size());
    std::memcpy(out, buffer_.data(), size);
    buffer_.erase(0, size);
    left -= size;
    return static_cast<ssize_t>(size);
  }
  const ssize_t got = receive(out, size, body_deadline_);
  if (got > 0) left -= static_cast<std::size_t>(got);
  return got;
}

// The library tells in every answer how long it keeps a connection, 35 bytes that no client of ours
// reads. The head of an answer is what it writes first.
ssize_t GuardedStream::write(const char* bytes, std::size_t size) {
  const std::string_view head(bytes, size);
  const std::size_t begin = head_written_ ? std::string_view::npos : head.find("\r\nKeep-Alive: ");
  head_written_ = true;
  const std::size_t end = begin == std::string_view::npos ? begin : head.find("\r\n", begin + 2);
  if (end == std::string_view::npos) return send_all(bytes, size);
  const std::string shorter = std::string(head.substr(0, begin)) + std::string(head.substr(end));
  return send_all(shorter.data(), shorter.size()) < 0 ? -1 : static_cast<ssize_t>(size);
}

ssize_t GuardedStream::send_all(const char* bytes, std::size_t size) {
  // One deadline for all of it, so that a reader who takes a byte now and then cannot hold the
  // thread.
  const auto deadline =
      Clock::now() + limits_.write_time_min + milliseconds(2 * static_cast<std::int64_t>(size));
  std::size_t sent = 0;
  while (sent < size) {
    short wanted = POLLOUT;
    if (tls_ != nullptr) {
      const std::size_t part = std::min(size - sent, std::size_t{1} << 14);
      const int done = SSL_write(tls_, bytes + sent, static_cast<int>(part));
      if (done > 0) {
        sent += static_cast<std::size_t>(done);
        continue;
      }
      const int error = SSL_get_error(tls_, done);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return -1;
      wanted = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    } else {
      const ssize_t done = ::send(fd_, bytes + sent, size - sent, MSG_NOSIGNAL);
      if (done >= 0) {
        sent += static_cast<std::size_t>(done);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
    }
    if (wait(wanted, deadline) != Ready::kYes) return -1;
  }
  return static_cast<ssize_t>(size);
}

void GuardedStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  address_text(true, fd_, ip, port);
}

void GuardedStream::get_local_ip_and_port(std::string& ip, int& port) const {
  address_text(false, fd_, ip, port);
}

}  // namespace nhip::server
