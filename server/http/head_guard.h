// The guard before the HTTP library: judges a whole request head before the library sees a byte of
// it.
//
// The library of Debian 12 (cpp-httplib 0.11.4) bounds neither the number of headers nor a line
// without an end, ignores its own limit for chunked bodies and inflates what it is told to. So a
// head must be complete, small and of one plain form, and a body must announce its length; anything
// in doubt is refused and the connection closed, so that nothing can hide behind it. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace nhip::server {

struct HeadLimits {
  std::size_t head_bytes_max = 16u << 10;
  std::size_t lines_max = 100;
  std::size_t target_bytes_max = 8u << 10;
  std::size_t body_bytes_max = 0;
};

struct HeadVerdict {
  int status = 0;         // 0: let it pass; else the HTTP status to refuse with
  const char* code = "";  // snake_case, for the error's JSON
  std::size_t content_length = 0;
};

// `head` is everything up to and including the empty line.
HeadVerdict judge_head(std::string_view head, const HeadLimits& limits);

}  // namespace nhip::server
