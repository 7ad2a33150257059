// The HTTP transport against a server of raw bytes: what it sends, what it accepts, how it fails.
#include "transport/curl_transport.h"

#include <catch2/catch.hpp>

#include <condition_variable>

#include "loopback_server.h"

using namespace nhip;
using namespace nhip::transport;
using Say = LoopbackServer::Say;

namespace {

std::string answer_of(const std::string& body, const std::string& more = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more +
         "\r\n" + body;
}

Request post_to(const std::string& url, const std::string& body) {
  Request request;
  request.url = url;
  request.body.assign(body.begin(), body.end());
  return request;
}

// Fails with this status, whatever the server says.
void check_unavailable(const std::string& says, const std::string& name) {
  LoopbackServer server([&](std::size_t, const std::string&) { return Say{says, true}; });
  HttpTransport transport({});
  const auto response = transport.send(post_to(server.url(), "x"));
  CAPTURE(response.status().message());
  CHECK(response.status().code() == Code::kUnavailable);
  CHECK(response.status().name() == name);
}

}  // namespace

TEST_CASE("transport/http: a post carries its body and only the headers that mean something",
          "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) {
    return Say{answer_of("{}"), false};
  });
  {
    HttpTransport transport({});
    Request request = post_to(server.url("/v1/sync?a=b"), "{\"a\":1}");
    request.authorization = "Nhip x";
    const auto response = transport.send(request);
    REQUIRE(response.ok());
    CHECK(response->status == 200);
    CHECK(response->body == Bytes{'{', '}'});
  }
  CHECK(server.requests().at(0) ==
        "POST /v1/sync?a=b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nAuthorization: Nhip x\r\nContent-Type: application/json\r\n"
            "Content-Length: 7\r\n\r\n{\"a\":1}");
}

TEST_CASE("transport/http: a large body is sent at once, without asking first", "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) { return Say{answer_of(""), false}; });
  const std::string body(3'000'000, 'x');
  {
    HttpTransport transport({});
    const auto response = transport.send(post_to(server.url(), body));
    REQUIRE(response.ok());
    CHECK(response->bytes_up == server.requests().at(0).size());
  }
  CHECK(server.requests().at(0).find("Expect") == std::string::npos);
  CHECK(server.requests().at(0).size() > body.size());
}

TEST_CASE("transport/http: bytes are counted with headers, both ways", "[transport]") {
  const std::string said = answer_of(std::string(5000, 'y'), "Nhip-Signature: abc\r\n");
  LoopbackServer server([&](std::size_t, const std::string&) { return Say{said, false}; });
  HttpTransport transport({});
  for (const std::size_t size : {0U, 7U, 100'000U}) {
    const auto response = transport.send(post_to(server.url(), std::string(size, 'x')));
    REQUIRE(response.ok());
    CHECK(response->bytes_up == server.requests().back().size());
    CHECK(response->bytes_down == said.size());
  }
}

TEST_CASE("transport/http: a get has no body", "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) {
    return Say{answer_of("hi"), false};
  });
  {
    HttpTransport transport({});
    Request request;
    request.url = server.url("/v1/hello?nonce=00");
    request.post = false;
    REQUIRE(transport.send(request).ok());
  }
  const std::string sent = server.requests().at(0);
  CHECK(sent.substr(0, 33) == "GET /v1/hello?nonce=00 HTTP/1.1\r\n");
  CHECK(sent.find("Content-") == std::string::npos);
}

TEST_CASE("transport/http: several requests share one connection", "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) {
    return Say{answer_of("{}"), false};
  });
  {
    HttpTransport transport({});
    for (int i = 0; i < 5; ++i) REQUIRE(transport.send(post_to(server.url(), "x")).ok());
  }
  CHECK(server.connections() == 1);
  CHECK(server.requests().size() == 5);
}

TEST_CASE("transport/http: a connection that was closed meanwhile is opened again", "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) { return Say{answer_of("{}"), true}; });
  {
    HttpTransport transport({});
    for (int i = 0; i < 3; ++i) REQUIRE(transport.send(post_to(server.url(), "x")).ok());
  }
  CHECK(server.requests().size() == 3);
}

TEST_CASE("transport/http: the signature header is read whatever its case", "[transport]") {
  LoopbackServer server([](std::size_t number, const std::string&) {
    const char* lines[] = {"Nhip-Signature: abc=\r\n", "nhip-signature:abc=\r\n",
                           "NHIP-SIGNATURE:  abc= \r\n", ""};
    return Say{answer_of("{}", lines[number]), false};
  });
  HttpTransport transport({});
  for (int i = 0; i < 3; ++i)
    CHECK(transport.send(post_to(server.url(), "x"))->signature == "abc=");
  CHECK(transport.send(post_to(server.url(), "x"))->signature.empty());
}

TEST_CASE("transport/http: an interim answer gives neither status nor signature", "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) {
    return Say{"HTTP/1.1 103 Early Hints\r\nNhip-Signature: early\r\n\r\n" + answer_of("{}"),
               false};
  });
  HttpTransport transport({});
  const auto response = transport.send(post_to(server.url(), "x"));
  REQUIRE(response.ok());
  CHECK(response->status == 200);
  CHECK(response->signature.empty());
}

TEST_CASE("transport/http: every status is an answer, and redirects are not followed",
          "[transport]") {
  LoopbackServer server([](std::size_t number, const std::string&) {
    const char* lines[] = {"401 No", "503 Later", "302 Found"};
    return Say{std::string("HTTP/1.1 ") + lines[number] +
                   "\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 2\r\n\r\nno",
               false};
  });
  HttpTransport transport({});
  for (const int status : {401, 503, 302}) {
    const auto response = transport.send(post_to(server.url(), "x"));
    REQUIRE(response.ok());
    CHECK(response->status == status);
    CHECK(response->body == Bytes{'n', 'o'});
  }
}

TEST_CASE("transport/http: when nobody listens the connection is refused", "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) { return Say{}; });
  const std::string url = server.url();
  server.stop();
  HttpTransport transport({});
  const auto response = transport.send(post_to(url, "x"));
  CHECK(response.status().code() == Code::kUnavailable);
  CHECK(response.status().name() == "connection_refused");
}

TEST_CASE("transport/http: an answer that breaks off is no answer", "[transport]") {
  check_unavailable("", "connection_lost");
  check_unavailable("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "connection_lost");
  check_unavailable("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
                    "connection_lost");
}

TEST_CASE("transport/http: what is no HTTP is no answer", "[transport]") {
  check_unavailable("hello\r\n", "no_answer");
  check_unavailable("SSH-2.0-OpenSSH_9.2\r\n", "no_answer");
}

TEST_CASE("transport/http: an answer beyond the bound is not taken in", "[transport]") {
  const std::size_t size = std::size_t{6} << 20;
  SECTION("announced") {
    check_unavailable("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n",
                      "answer_too_large");
  }
  SECTION("until the connection closes") {
    check_unavailable("HTTP/1.1 200 OK\r\n\r\n" + std::string(size, 'x'), "answer_too_large");
  }
  SECTION("endless headers") {
    check_unavailable("HTTP/1.1 200 OK\r\nA: " + std::string(30'000, 'x') + "\r\n\r\n",
                      "answer_too_large");
  }
  SECTION("many headers") {
    std::string lines;
    for (int i = 0; i < 2000; ++i) lines += "A: xxxxxxxxxx\r\n";
    check_unavailable("HTTP/1.1 200 OK\r\n" + lines + "\r\n", "answer_too_large");
  }
}

TEST_CASE("transport/http: a server that says nothing is given up", "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) { return Say{}; });
  HttpOptions options;
  options.stall_timeout_ms = 200;
  {
    HttpTransport transport(options);
    const auto response = transport.send(post_to(server.url(), "x"));
    CHECK(response.status().code() == Code::kUnavailable);
    CHECK(response.status().name() == "timed_out");
  }
}

TEST_CASE("transport/http: cancelling ends the running request and all later ones", "[transport]") {
  std::mutex mutex;
  std::condition_variable asked_changed;
  bool asked = false;
  LoopbackServer server([&](std::size_t, const std::string&) {
    const std::lock_guard lock(mutex);
    asked = true;
    asked_changed.notify_one();
    return Say{};
  });
  {
    HttpTransport transport({});
    std::thread canceller([&] {
      std::unique_lock lock(mutex);
      asked_changed.wait(lock, [&] { return asked; });
      transport.cancel();
    });
    const auto running = transport.send(post_to(server.url(), "x"));
    canceller.join();
    CHECK(running.status().code() == Code::kUnavailable);
    CHECK(running.status().name() == "cancelled");
    CHECK(transport.send(post_to(server.url(), "x")).status().name() == "cancelled");
  }
  CHECK(server.requests().size() == 1);
}

TEST_CASE("transport/http: a proxy of the environment is not asked about loopback", "[transport]") {
  LoopbackServer server([](std::size_t, const std::string&) {
    return Say{answer_of("{}"), false};
  });
  REQUIRE(setenv("http_proxy", "http://127.0.0.1:1", 1) == 0);
  HttpTransport transport({});
  const auto response = transport.send(post_to(server.url(), "x"));
  unsetenv("http_proxy");
  CHECK(response.ok());
}

TEST_CASE("transport/http: a header with a line break is refused before anything is sent",
          "[transport]") {
  HttpTransport transport({});
  Request request = post_to("http://127.0.0.1:1/", "x");
  request.authorization = "Nhip x\r\nHost: other";
  CHECK(transport.send(request).status().name() == "bad_header");
}

TEST_CASE("transport/url: plain http is for loopback alone", "[transport]") {
  for (const char* url :
       {"http://127.0.0.1", "http://127.0.0.1:8787/v1/sync", "http://127.9.8.7/",
        "http://localhost:1/", "http://LOCALHOST/", "http://[::1]:8787/", "HTTP://127.0.0.1/"}) {
    CAPTURE(url);
    const auto target = check_url(url);
    REQUIRE(target.ok());
    CHECK(target->loopback);
    CHECK_FALSE(target->https);
  }
  for (const char* url : {"http://example.org/", "http://10.0.0.1/", "http://128.0.0.1/",
                          "http://[::2]/", "http://[::ffff:10.0.0.1]/",
                          "http://localhost.example.org/", "http://127.0.0.1.example.org/",
                          "http://127.example.org/", "http://0.0.0.0/", "http://1270.0.0.1/"}) {
    CAPTURE(url);
    CHECK(check_url(url).status().code() == Code::kUsage);
    CHECK(check_url(url).status().name() == "plain_http");
  }
}

TEST_CASE("transport/url: https goes anywhere", "[transport]") {
  const auto target = check_url("https://example.org:8443/v1/sync");
  REQUIRE(target.ok());
  CHECK(target->https);
  CHECK_FALSE(target->loopback);
}

TEST_CASE("transport/url: other schemes, user names and nonsense are refused", "[transport]") {
  for (const std::string& url :
       {std::string(), std::string("127.0.0.1"), std::string("ftp://127.0.0.1/"),
        std::string("file:///etc/passwd"), std::string("http://127.0.0.1@example.org/"),
        std::string("https://user:word@example.org/"), std::string("http:///"),
        std::string("https://a b/"), std::string("http://127.0.0.1/\r\nX: y"),
        std::string("http://127.0.0.1/\0x", 19)}) {
    CAPTURE(url);
    CHECK(check_url(url).status().code() == Code::kUsage);
    CHECK(check_url(url).status().name() == "bad_url");
  }
}

TEST_CASE("transport/http: the public maker gives this transport", "[transport]") {
  const auto transport = make_http_transport();
  REQUIRE(transport);
  CHECK(transport->send(post_to("http://example.org/", "x")).status().name() == "plain_http");
}
