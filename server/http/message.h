// What a handler sees of a request and says in its answer; the HTTP library stays behind
// listener.h.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "nhip/value.h"

namespace nhip::server {

struct HttpRequest {
  std::string method, path;
  std::vector<std::pair<std::string, std::string>> query;
  std::string authorization, accept;
  Bytes body;

  // The only value of a query parameter; empty when it is absent or repeated.
  std::string parameter(std::string_view name) const {
    std::string value;
    int count = 0;
    for (const auto& [key, text] : query) {
      if (key == name && ++count == 1) value = text;
    }
    return count == 1 ? value : std::string();
  }
};

struct HttpReply {
  int status = 200;
  std::string content_type = "application/json";
  Bytes body;
  std::string signature;        // header Nhip-Signature, empty = none
  int retry_after_seconds = 0;  // header Retry-After, 0 = none
};

struct Route {
  std::string method;                                    // GET or POST
  std::string path;                                      // exact
  std::function<HttpReply(const HttpRequest&)> handler;  // from many threads at once
};

inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace nhip::server
