// Listener: an HTTP server on one address. The only door to the HTTP library, with limits around
// it. Confined; its handlers run on many threads at once.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/message.h"
#include "nhip/status.h"

namespace nhip::server {

struct ListenerOptions {
  std::string host = "127.0.0.1";
  int port = 0;               // 0 picks a free one
  std::string tls_cert_file;  // PEM; empty = plain HTTP
  std::string tls_key_file;
  std::size_t body_bytes_max = 0;
  std::size_t threads = 1024;  // at most, one connection each
};

class Listener {
 public:
  // Bound and listening when it returns. kUnavailable "address_in_use"; kUsage "bad_certificate".
  static Result<std::unique_ptr<Listener>> open(const ListenerOptions& options,
                                                std::vector<Route> routes);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const;
  // Serves on a thread of its own until `stop`, which returns when the last running request was
  // answered. Each works once.
  void start();
  void stop();

 private:
  class Server;
  explicit Listener(std::unique_ptr<Server> server);
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

// Is this host the machine itself, so that plain HTTP is allowed on it?
bool is_loopback(const std::string& host);

}  // namespace nhip::server
