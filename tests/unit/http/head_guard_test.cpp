// What a request head must look like before the HTTP library sees it.
#include <catch2/catch.hpp>

#include <string>

#include "http/head_guard.h"

namespace nhip::server {
namespace {

HeadVerdict judge(const std::string& head) { return judge_head(head, {.body_bytes_max = 1000}); }

std::string post(const std::string& headers) {
  return "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + headers +
         "\r\n";
}

}  // namespace

TEST_CASE("http/head_guard: an ordinary request passes with its length", "[http][guard]") {
  CHECK(judge("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 0);
  CHECK(judge("GET /v1/hello?nonce=00ff HTTP/1.0\r\n\r\n").status == 0);
  const HeadVerdict verdict = judge(post("Content-Length: 12\r\nExpect: 100-continue\r\n"));
  CHECK(verdict.status == 0);
  CHECK(verdict.content_length == 12);
}

TEST_CASE("http/head_guard: what is in doubt is refused", "[http][guard]") {
  const std::pair<std::string, int> cases[] = {
      {"garbage\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET / HTTP/9.9\r\n\r\n", 400},
      {"GET\t/ HTTP/1.1\r\n\r\n", 400},
      {"GET / a HTTP/1.1\r\n\r\n", 400},
      {"GET http://other/ HTTP/1.1\r\n\r\n", 400},
      {std::string("GET /\0 HTTP/1.1\r\n\r\n", 19), 400},
      {"GET / HTTP/1.1\nHost: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\rY: z\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 400},
      {"PUT / HTTP/1.1\r\n\r\n", 405},
      {"TRACE / HTTP/1.1\r\n\r\n", 405},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
      {"GET / HTTP/1.1\r\nRange: bytes=0-1,2-3\r\n\r\n", 416},
      {post(""), 411},
      {post("Transfer-Encoding: chunked\r\n"), 411},
      {post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 411},
      {post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
      {post("Content-Length: 5, 5\r\n"), 400},
      {post("Content-Length: -1\r\n"), 400},
      {post("Content-Length: +2\r\n"), 400},
      {post("Content-Length: 0x2\r\n"), 400},
      {post("Content-Length: \r\n"), 400},
      {post("Content-Length: 1001\r\n"), 413},
      {post("Content-Length: 99999999999999999999999\r\n"), 413},
      {post("Content-Length: 5\r\nContent-Encoding: gzip\r\n"), 415},
      {post("Content-Length: 5\r\nExpect: more\r\n"), 417},
      {post("Content-Length: 5\r\nAuthorization: a\r\nAuthorization: b\r\n"), 400},
      {"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 415},
      {"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Type: multipart/form-data; "
       "boundary=x\r\n\r\n",
       415},
  };
  for (const auto& [head, status] : cases) {
    INFO(head.substr(0, 200));
    CHECK(judge(head).status == status);
  }
}

TEST_CASE("http/head_guard: a hundred lines pass, one more does not", "[http][guard]") {
  const auto with = [](int headers) {
    std::string head = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < headers; ++i) head += "A: b\r\n";
    return judge(head + "\r\n").status;
  };
  CHECK(with(98) == 0);  // with the request line and the empty one: 100
  CHECK(with(99) == 431);
}

}  // namespace nhip::server
