#include "http/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <httplib.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "http/connection_threads.h"
#include "http/guarded_stream.h"

namespace nhip::server {
namespace {

constexpr int kBacklog = 1024;
constexpr std::size_t kRequestsPerConnection = 100'000;
constexpr int kConnectionsPerAddress = 32;
constexpr int kListenTries = 100;

struct TlsContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct TlsFree {
  void operator()(SSL* tls) const { SSL_free(tls); }
};
using TlsContext = std::unique_ptr<SSL_CTX, TlsContextFree>;

Result<TlsContext> make_tls(const ListenerOptions& options) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (!context) return Status(Code::kInternal, "no_tls", "OpenSSL gave no context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  const bool loaded =
      SSL_CTX_use_certificate_chain_file(context.get(), options.tls_cert_file.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context.get(), options.tls_key_file.c_str(), SSL_FILETYPE_PEM) ==
          1 &&
      SSL_CTX_check_private_key(context.get()) == 1;
  if (!loaded) {
    return Status(Code::kUsage, "bad_certificate", "certificate or key cannot be used",
                  "give PEM files that belong together: --tls-cert FILE --tls-key FILE");
  }
  return context;
}

// Connections per address, so that one machine cannot take every thread. Loopback is not counted:
// it is the programs beside us, or a proxy that stands for everybody.
class AddressCount {
 public:
  bool enter(const std::string& address) {
    const std::lock_guard lock(mutex_);
    if (counts_[address] >= kConnectionsPerAddress) return false;
    ++counts_[address];
    return true;
  }
  void leave(const std::string& address) {
    const std::lock_guard lock(mutex_);
    if (--counts_[address] <= 0) counts_.erase(address);
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> counts_;
};

HttpRequest request_of(const httplib::Request& request) {
  HttpRequest out;
  out.method = request.method;
  out.path = request.path;
  for (const auto& [key, value] : request.params) out.query.emplace_back(key, value);
  out.authorization = request.get_header_value("Authorization");
  out.accept = request.get_header_value("Accept");
  out.body.assign(request.body.begin(), request.body.end());
  return out;
}

void fill(const HttpReply& reply, bool cacheable, httplib::Response& response) {
  response.status = reply.status;
  if (!reply.signature.empty()) response.set_header("Nhip-Signature", reply.signature);
  if (reply.retry_after_seconds > 0) {
    response.set_header("Retry-After", std::to_string(reply.retry_after_seconds));
  }
  // An answer to a POST is stored by nobody unless it says so.
  if (cacheable) response.set_header("Cache-Control", "no-store");
  response.set_content(reinterpret_cast<const char*>(reply.body.data()), reply.body.size(),
                       reply.content_type);
}

std::string escaped(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (std::string_view(".+*?^$()[]{}|\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

class Listener::Server : public httplib::Server {
 public:
  Server(const ListenerOptions& options, TlsContext tls) : options_(options), tls_(std::move(tls)) {
    limits_.head.body_bytes_max = options.body_bytes_max;
    set_tcp_nodelay(true);
    set_keep_alive_max_count(kRequestsPerConnection);
    set_keep_alive_timeout(2);
    set_payload_max_length(options.body_bytes_max);
    new_task_queue = [threads = options.threads] { return new ConnectionThreads(threads); };
    // Not SO_REUSEPORT, the library's default: a second server would silently share the port.
    set_socket_options([](socket_t sock) {
      const int yes = 1;
      ::setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    set_exception_handler([](const httplib::Request&, httplib::Response& response,
                             std::exception_ptr) { response.status = 500; });
    set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (!response.body.empty()) return;
      const char* code = response.status == 404   ? "not_found"
                         : response.status == 500 ? "internal"
                                                  : "bad_request";
      response.set_content(std::string(R"({"error":{"code":")") + code +
                               R"(","message":"the request was refused"}})",
                           "application/json");
    });
  }

  void add(const Route& route) {
    const auto handler = [handle = route.handler](const httplib::Request& request,
                                                  httplib::Response& response) {
      fill(handle(request_of(request)), request.method != "POST", response);
    };
    if (route.method == "POST") {
      Post(escaped(route.path), handler);
    } else {
      Get(escaped(route.path), handler);
    }
  }

  bool bind() {
    if (port_ == 0 && options_.port == 0) {
      port_ = bind_to_any_port(options_.host);
    } else {
      if (port_ == 0) port_ = options_.port;
      if (!bind_to_port(options_.host, port_)) return false;
    }
    // The library listens with a backlog of five; calling again raises it.
    return port_ > 0 && ::listen(svr_sock_, kBacklog) == 0;
  }

  void run() {
    // accept() fails for passing reasons too (a full table of files); then we listen again.
    for (int tries = 0; !stopping_ && tries < kListenTries; ++tries) {
      if (tries > 0 && !bind()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        continue;
      }
      listen_after_bind();
    }
    finished_ = true;
  }

  // The library takes a stop only while it listens.
  void wait_until_running() {
    while (!is_running() && !finished_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  void end() {
    stopping_ = true;
    stop();
  }

  int port() const { return port_; }

 private:
  bool process_and_close_socket(socket_t sock) override {
    try {
      serve(sock);
    } catch (...) {  // e.g. no memory: this connection ends, the server does not
    }
    ::shutdown(sock, SHUT_RDWR);
    ::close(sock);
    return true;
  }

  void serve(socket_t sock) {
    ::fcntl(sock, F_SETFL, ::fcntl(sock, F_GETFL) | O_NONBLOCK);
    std::unique_ptr<SSL, TlsFree> tls;
    if (tls_) {
      tls.reset(SSL_new(tls_.get()));
      if (!tls || SSL_set_fd(tls.get(), sock) != 1) return;
    }
    GuardedStream stream(sock, tls.get(), limits_, stopping_);
    std::string address;
    int port = 0;
    stream.get_remote_ip_and_port(address, port);
    const bool counted = !is_loopback(address);
    if (counted && !addresses_.enter(address)) return;
    if (!tls || stream.accept_tls()) requests(stream);
    if (tls) SSL_shutdown(tls.get());
    if (counted) addresses_.leave(address);
  }

  void requests(GuardedStream& stream) {
    for (std::size_t left = kRequestsPerConnection; left > 0; --left) {
      if (!stream.wait_for_request()) return;
      const HeadVerdict verdict = stream.read_head();
      if (verdict.status < 0) return;
      if (verdict.status > 0) return stream.refuse(verdict);
      bool closed = false;
      const bool last = left == 1 || stopping_;
      const auto prepare = [](httplib::Request& request) {
        // Answers are not compressed by the library, whose brotli at its highest quality costs a
        // second for each megabyte.
        request.headers.erase("Accept-Encoding");
        request.headers.erase("Range");
        request.ranges.clear();
      };
      if (!process_request(stream, last, closed, prepare)) return;
      if (last || closed || !stream.body_done()) return;
    }
  }

  ListenerOptions options_;
  TlsContext tls_;
  ConnectionLimits limits_;
  AddressCount addresses_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> finished_{false};
  int port_ = 0;
};

Listener::Listener(std::unique_ptr<Server> server) : server_(std::move(server)) {}
Listener::~Listener() { stop(); }

Result<std::unique_ptr<Listener>> Listener::open(const ListenerOptions& options,
                                                 std::vector<Route> routes) {
  TlsContext tls;
  if (!options.tls_cert_file.empty()) {
    NHIP_TRY_ASSIGN(tls, make_tls(options));
  }
  auto server = std::make_unique<Server>(options, std::move(tls));
  for (const Route& route : routes) server->add(route);
  if (!server->bind()) {
    return Status(Code::kUnavailable, "address_in_use",
                  "cannot listen on " + options.host + ":" + std::to_string(options.port),
                  "is another server running there? port 0 picks a free one");
  }
  return std::unique_ptr<Listener>(new Listener(std::move(server)));
}

int Listener::port() const { return server_->port(); }

void Listener::start() {
  thread_ = std::thread([this] { server_->run(); });
  server_->wait_until_running();
}

void Listener::stop() {
  if (!thread_.joinable()) return;
  server_->end();
  thread_.join();
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  // By value, not by the look of the text: "127.example.org" is somebody else's name.
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
  }
  return host == "localhost";
}

}  // namespace nhip::server
