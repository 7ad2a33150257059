#include "http/control.h"

#include <httplib.h>

namespace nhip::server {
namespace {

constexpr const char* kPath = "/control";
constexpr time_t kConnectSeconds = 2;
constexpr time_t kLongestCommandSeconds = 24 * 3600;

// Takes the same time wherever the texts differ.
bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

}  // namespace

Route control_route(std::string secret, ControlHandler handler) {
  const auto answer = [expected = "Bearer " + std::move(secret),
                       handle = std::move(handler)](const HttpRequest& request) {
    HttpReply reply;
    if (!same_secret(request.authorization, expected)) {
      reply.status = 401;
      reply.body = to_bytes("{}");
      return reply;
    }
    reply.body = to_bytes(handle(std::string(request.body.begin(), request.body.end())));
    return reply;
  };
  return {"POST", kPath, answer};
}

std::optional<std::string> ask_control(int port, const std::string& secret,
                                       const std::string& body) {
  httplib::Client client("127.0.0.1", port);
  client.set_tcp_nodelay(true);
  client.set_connection_timeout(kConnectSeconds);
  client.set_read_timeout(kLongestCommandSeconds);
  client.set_keep_alive(false);
  const httplib::Headers headers{{"Authorization", "Bearer " + secret}};
  const httplib::Result answer = client.Post(kPath, headers, body, "application/json");
  if (!answer || answer->status != 200) return std::nullopt;
  return answer->body;
}

}  // namespace nhip::server
