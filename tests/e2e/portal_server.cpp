// One visitor at a time is enough here.
#include "e2e/portal_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

namespace nhip::test {

PortalServer::PortalServer(std::string answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, plain, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, plain, &size) != 0) {
    std::abort();
  }
  url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  thread_ = std::thread([this] { answer_all(); });
}

PortalServer::~PortalServer() {
  // Ends a waiting accept; close alone would not.
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void PortalServer::answer_all() {
  while (true) {
    const int visitor = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (visitor < 0) return;
    std::array<char, 4096> request{};
    // A visitor who left in the meantime misses nothing.
    if (read(visitor, request.data(), request.size()) > 0) {
      [[maybe_unused]] const auto sent =
          send(visitor, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
    close(visitor);
  }
}

}  // namespace nhip::test
