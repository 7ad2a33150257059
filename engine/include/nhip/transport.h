// Transport: how a request reaches the centre. The engine's only door to a network; leaves
// implement it (libcurl, an in-process call, later a file).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "nhip/status.h"
#include "nhip/value.h"

namespace nhip {

struct Request {
  std::string url;  // scheme, host, port and path
  bool post = true;
  std::string authorization;  // value of that header, empty = none
  std::string content_type = "application/json";
  std::string accept;  // value of the header Accept, empty = none
  Bytes body;
};

struct Response {
  int status = 0;         // HTTP status code
  std::string signature;  // value of the header Nhip-Signature
  Bytes body;
  std::uint64_t bytes_up = 0;  // headers included
  std::uint64_t bytes_down = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Sends one request and waits for its answer. MUST NOT follow redirects, MUST refuse plain HTTP
  // to anything but loopback (kUsage), MUST bound the answer's size. kUnavailable when there is no
  // connection or no whole answer; name "connection_refused" when nobody listens. Any HTTP status
  // is an answer, not an error. Confined: one thread at a time.
  virtual Result<Response> send(const Request& request) = 0;

  // May be called from any thread; the running and all later sends end with kUnavailable
  // "cancelled".
  virtual void cancel() = 0;
};

}  // namespace nhip
