#include "http/head_guard.h"

#include <algorithm>
#include <string>

namespace nhip::server {
namespace {

HeadVerdict refuse(int status, const char* code) { return {status, code, 0}; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool has_controls(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

// What the headers of one request say that matters here.
struct Framing {
  int length_headers = 0, authorization_headers = 0, host_headers = 0;
  std::string length;
  bool transfer_encoding = false, content_encoding = false, many_ranges = false,
       expect_other = false;
  std::string content_type;
};

void note_header(const std::string& name, std::string_view value, Framing& framing) {
  if (name == "content-length") {
    ++framing.length_headers;
    framing.length = value;
  } else if (name == "transfer-encoding") {
    framing.transfer_encoding = true;
  } else if (name == "content-encoding") {
    framing.content_encoding = true;
  } else if (name == "authorization") {
    ++framing.authorization_headers;
  } else if (name == "host") {
    ++framing.host_headers;
  } else if (name == "content-type") {
    framing.content_type = lower(trimmed(value.substr(0, value.find(';'))));
  } else if (name == "range") {
    framing.many_ranges = value.find(',') != std::string_view::npos;
  } else if (name == "expect") {
    framing.expect_other = lower(value) != "100-continue";
  }
}

HeadVerdict judge_request_line(std::string_view line, const HeadLimits& limits,
                               std::string_view& method) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return refuse(400, "bad_request");
  method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  const bool one_of_ours = version == "HTTP/1.1" || version == "HTTP/1.0";
  if (!is_token(method) || !one_of_ours || target.find(' ') != std::string_view::npos) {
    return refuse(400, "bad_request");
  }
  if (method != "GET" && method != "HEAD" && method != "POST") {
    return refuse(405, "method_not_allowed");
  }
  if (target.size() > limits.target_bytes_max) return refuse(414, "uri_too_long");
  if (target.empty() || target.front() != '/') return refuse(400, "bad_request");
  return {};
}

HeadVerdict judge_body(std::string_view method, const Framing& framing, const HeadLimits& limits) {
  if (framing.transfer_encoding) return refuse(411, "length_required");
  if (framing.content_encoding) return refuse(415, "encoded_body");
  if (framing.length_headers > 1) return refuse(400, "bad_request");
  if (framing.length_headers == 0) {
    return method == "POST" ? refuse(411, "length_required") : HeadVerdict{};
  }
  const bool digits = !framing.length.empty() &&
                      framing.length.find_first_not_of("0123456789") == std::string::npos;
  if (!digits) return refuse(400, "bad_request");
  // Nineteen digits fit into 64 bits.
  if (framing.length.size() > 19) return refuse(413, "too_large");
  const unsigned long long length = std::stoull(framing.length);
  if (method != "POST" && length > 0) return refuse(400, "bad_request");
  if (length > limits.body_bytes_max) return refuse(413, "too_large");
  const bool known_type = framing.content_type == "application/json" ||
                          framing.content_type == "application/vnd.nhip" ||
                          framing.content_type == "application/octet-stream";
  if (method == "POST" && !known_type) return refuse(415, "unsupported_type");
  return {0, "", static_cast<std::size_t>(length)};
}

}  // namespace

HeadVerdict judge_head(std::string_view head, const HeadLimits& limits) {
  if (head.size() > limits.head_bytes_max) return refuse(431, "head_too_large");
  std::string_view method;
  Framing framing;
  std::size_t lines = 0;
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return refuse(400, "bad_request");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (has_controls(line)) return refuse(400, "bad_request");
    if (++lines > limits.lines_max) return refuse(431, "head_too_large");
    if (lines == 1) {
      const HeadVerdict verdict = judge_request_line(line, limits, method);
      if (verdict.status != 0) return verdict;
      continue;
    }
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    // A line that begins with a blank would continue the one before (obs-fold): is_token refuses
    // it.
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
      return refuse(400, "bad_request");
    }
    note_header(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)), framing);
  }
  if (!head.empty()) return refuse(400, "bad_request");
  if (framing.authorization_headers > 1 || framing.host_headers > 1) {
    return refuse(400, "bad_request");
  }
  if (framing.many_ranges) return refuse(416, "too_many_ranges");
  if (framing.expect_other) return refuse(417, "unknown_expectation");
  return judge_body(method, framing, limits);
}

}  // namespace nhip::server
