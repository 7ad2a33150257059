// The listener over loopback: framing it refuses, ports it does not share, a stop that ends.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <string>

#include "http/control.h"
#include "http/listener.h"

namespace nhip::server {
namespace {

// A client that says exactly what it is told to.
class RawClient {
 public:
  explicit RawClient(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~RawClient() { ::close(fd_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(const std::string& text) const {
    REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  // Everything until the server closes.
  std::string read_all() const {
    std::string text;
    char bytes[4096];
    for (ssize_t got = 0; (got = ::recv(fd_, bytes, sizeof bytes, 0)) > 0;) {
      text.append(bytes, static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  int fd_;
};

struct ListenerFixture {
  std::atomic<int> posts{0};
  std::unique_ptr<Listener> listener = open(0);

  std::unique_ptr<Listener> open(int port) {
    ListenerOptions options;
    options.port = port;
    options.body_bytes_max = 1000;
    options.threads = 8;
    auto opened = Listener::open(options, {{"GET", "/hi",
                                            [](const HttpRequest&) {
                                              HttpReply reply;
                                              reply.content_type = "text/plain";
                                              reply.body = to_bytes("hello");
                                              reply.signature = "sig";
                                              return reply;
                                            }},
                                           {"POST", "/echo", [this](const HttpRequest& request) {
                                              ++posts;
                                              HttpReply reply;
                                              reply.body = request.body;
                                              return reply;
                                            }}});
    INFO(opened.status().message());
    REQUIRE(opened.ok());
    (*opened)->start();
    return std::move(opened).value();
  }

  std::string say(const std::string& request) const {
    const RawClient client(listener->port());
    client.send(request);
    return client.read_all();
  }
};

int status_of(const std::string& answer) {
  return answer.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(answer.substr(9, 3)) : 0;
}

std::string post(const std::string& headers, const std::string& body) {
  return "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
         "application/json\r\n" +
         headers + "\r\n" + body;
}

}  // namespace

TEST_CASE("http/listener: a route answers with its body and its signature", "[http][listener]") {
  ListenerFixture f;
  const std::string answer = f.say("GET /hi HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(status_of(answer) == 200);
  CHECK(answer.find("Nhip-Signature: sig\r\n") != std::string::npos);
  CHECK(answer.substr(answer.size() - 5) == "hello");
}

TEST_CASE("http/listener: a body arrives whole, also in pieces and behind 100-continue",
          "[http][listener]") {
  ListenerFixture f;
  const RawClient client(f.listener->port());
  client.send(post("Content-Length: 10\r\nExpect: 100-continue\r\n", ""));
  client.send("01234");
  client.send("56789");
  const std::string answer = client.read_all();
  CHECK(answer.rfind("HTTP/1.1 100 ", 0) == 0);
  CHECK(answer.substr(answer.size() - 10) == "0123456789");
}

TEST_CASE("http/listener: two requests on one connection are answered in order",
          "[http][listener]") {
  ListenerFixture f;
  const std::string answer = f.say(
      "GET /hi HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  CHECK(answer.find("hello") < answer.find("404"));
}

TEST_CASE("http/listener: framing in doubt ends the connection and runs nothing",
          "[http][listener]") {
  ListenerFixture f;
  const std::string smuggled = "POST /echo HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
  CHECK(status_of(f.say(
            post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n" + smuggled))) == 411);
  CHECK(status_of(f.say(post("Content-Length: 0\r\nContent-Length: 3\r\n", smuggled))) == 400);
  CHECK(status_of(f.say(post("Content-Length: 1001\r\n", std::string(1001, 'a')))) == 413);
  CHECK(status_of(f.say("GET /hi HTTP/1.1\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n")) == 431);
  CHECK(status_of(f.say(std::string(20'000, 'A'))) == 431);
  CHECK(status_of(f.say("\x16\x03\x01 a TLS hello\r\n\r\n")) == 400);
  CHECK(status_of(f.say("DELETE /echo HTTP/1.1\r\n\r\n")) == 405);
  CHECK(f.posts == 0);
}

TEST_CASE("http/listener: a second listener on the port is refused", "[http][listener]") {
  ListenerFixture f;
  ListenerOptions options;
  options.port = f.listener->port();
  CHECK(Listener::open(options, {}).status().name() == "address_in_use");
}

TEST_CASE("http/listener: a stop ends although connections stay open", "[http][listener]") {
  ListenerFixture f;
  const RawClient idle(f.listener->port());
  const RawClient halfway(f.listener->port());
  halfway.send("GET /hi HT");
  const auto begin = std::chrono::steady_clock::now();
  f.listener->stop();
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("http/control: only the secret opens the control channel", "[http][control]") {
  ListenerOptions options;
  options.body_bytes_max = 1000;
  options.threads = 4;
  const auto handler = [](const std::string& body) { return body + "!"; };
  const auto listener = Listener::open(options, {control_route("s3cret", handler)});
  REQUIRE(listener.ok());
  (*listener)->start();
  CHECK(ask_control((*listener)->port(), "s3cret", "ask") == "ask!");
  CHECK_FALSE(ask_control((*listener)->port(), "s3creT", "ask"));
  CHECK_FALSE(ask_control((*listener)->port(), "", "ask"));
  (*listener)->stop();
  CHECK_FALSE(ask_control((*listener)->port(), "s3cret", "ask"));
}

TEST_CASE("http/listener: loopback is known in all its spellings", "[http][listener]") {
  for (const char* host : {"127.0.0.1", "127.9.9.9", "localhost", "::1", "::ffff:127.0.0.1"}) {
    CHECK(is_loopback(host));
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "example.org", "127.example.org"}) {
    CHECK_FALSE(is_loopback(host));
  }
}

}  // namespace nhip::server
