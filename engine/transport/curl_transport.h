// HttpTransport: requests over HTTP and HTTPS by libcurl.
//
// One easy handle is kept and reused, so that a sync of several rounds pays for one connection.
// Every option of libcurl that matters is set for every request; nothing is taken from its
// defaults, and from the environment only the proxy, and that never for loopback.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "nhip/sync.h"
#include "nhip/transport.h"

namespace nhip::transport {

class HttpTransport final : public Transport {
 public:
  explicit HttpTransport(HttpOptions options);
  ~HttpTransport() override;
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  Result<Response> send(const Request& request) override;
  // Noticed within about a second.
  void cancel() override { cancelled_ = true; }

 private:
  struct Exchange;
  Status prepare(Exchange& exchange);

  HttpOptions options_;
  void* handle_ = nullptr;  // CURL*, whose header stays out of this one
  std::atomic<bool> cancelled_{false};
};

// What a URL allows: kUsage "bad_url" for what is no http or https URL or carries a user name,
// "plain_http" for http to anything but 127.0.0.0/8, ::1 and localhost.
struct Target {
  bool https = false;
  bool loopback = false;
};
Result<Target> check_url(const std::string& url);

}  // namespace nhip::transport
