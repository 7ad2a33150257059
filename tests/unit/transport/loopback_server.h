// A server that says exactly what a test tells it to, on a port the system picks.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace nhip::transport {

class LoopbackServer {
 public:
  // What to say after a whole request. `close` ends the connection behind it; an empty text with
  // `close` false says nothing until the client goes away.
  struct Say {
    std::string text;
    bool close = false;
  };
  using Answer = std::function<Say(std::size_t number, const std::string& request)>;

  explicit LoopbackServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(listener_ >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(listener_, any, size) == 0);
    REQUIRE(listen(listener_, 8) == 0);
    REQUIRE(getsockname(listener_, any, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }

  ~LoopbackServer() { stop(); }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  // The transport's connections must be gone, or this waits for them.
  void stop() {
    if (!thread_.joinable()) return;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  std::string url(const std::string& path = "/v1/sync") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int port() const { return port_; }

  // Whole requests as they came, head and body.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int connections() {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  void serve() {
    for (;;) {
      const int connection = accept(listener_, nullptr, nullptr);
      if (connection < 0) return;
      {
        const std::lock_guard lock(mutex_);
        ++connections_;
      }
      talk(connection);
      close(connection);
    }
  }

  void talk(int connection) {
    for (;;) {
      const std::string request = read_request(connection);
      if (request.empty()) return;
      std::size_t number = 0;
      {
        const std::lock_guard lock(mutex_);
        number = requests_.size();
        requests_.push_back(request);
      }
      const Say say = answer_(number, request);
      std::string_view rest = say.text;
      while (!rest.empty()) {
        const ssize_t sent = send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
      if (say.close) return;
    }
  }

  static std::string read_request(int connection) {
    std::string request;
    std::size_t whole = std::string::npos;
    while (request.size() < whole) {
      char buffer[65536];
      const ssize_t size = recv(connection, buffer, sizeof buffer, 0);
      if (size <= 0) return {};
      request.append(buffer, static_cast<std::size_t>(size));
      const std::size_t head = request.find("\r\n\r\n");
      if (whole != std::string::npos || head == std::string::npos) continue;
      const std::size_t length = request.find("Content-Length: ");
      whole = head + 4;
      if (length < head) whole += std::strtoul(request.c_str() + length + 16, nullptr, 10);
    }
    return request;
  }

  Answer answer_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  int connections_ = 0;
};

}  // namespace nhip::transport
