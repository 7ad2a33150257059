#include "bench/crowd/tls_bytes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace nhip::bench {
namespace {

class Connection {
 public:
  Connection(SSL_CTX* context, int port, SSL_SESSION* session) : ssl_(SSL_new(context)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    require(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0,
            "no connection");
    SSL_set_fd(ssl_, socket_);
    if (session != nullptr) SSL_set_session(ssl_, session);
    require(SSL_connect(ssl_) == 1, "no TLS");
  }
  ~Connection() {
    SSL_shutdown(ssl_);  // a session that ends without it is not to be resumed
    SSL_free(ssl_);
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  double up() const { return static_cast<double>(BIO_number_written(SSL_get_wbio(ssl_))); }
  double down() const { return static_cast<double>(BIO_number_read(SSL_get_rbio(ssl_))); }
  SSL_SESSION* session() const { return SSL_get1_session(ssl_); }
  bool resumed() const { return SSL_session_reused(ssl_) == 1; }

  // One request and its whole answer; the bytes of HTTP in both directions.
  double ask(const Bytes& body) {
    std::string text =
        "POST /v1/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/vnd.nhip\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n";
    text.append(body.begin(), body.end());
    require(SSL_write(ssl_, text.data(), static_cast<int>(text.size())) > 0, "nothing sent");
    std::string answer;
    std::size_t whole = 0;
    while (whole == 0 || answer.size() < whole) {
      char part[4096];
      const int got = SSL_read(ssl_, part, sizeof part);
      require(got > 0, "no whole answer");
      answer.append(part, static_cast<std::size_t>(got));
      const std::size_t end = answer.find("\r\n\r\n"), length = answer.find("Content-Length: ");
      if (end != std::string::npos && length != std::string::npos)
        whole = end + 4 + std::stoul(answer.substr(length + 16));
    }
    require(answer.rfind("HTTP/1.1 200", 0) == 0, "refused: " + answer);
    return static_cast<double>(text.size() + answer.size());
  }

 private:
  SSL* ssl_;
  int socket_ = -1;
};

}  // namespace

void tls_figures(int port, const Bytes& first, const Bytes& second, const Bytes& third,
                 Report& report) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_SESSION* session = nullptr;
  {
    Connection whole(context, port, nullptr);
    const double http = whole.ask(first);  // the session's tickets come with the first answer
    const double all = whole.up() + whole.down();
    report.add("tls_new_connection_bytes", all - http, "bytes",
               {{"http", http}, {"up", whole.up()}, {"down", whole.down()}},
               "added by TLS to a sync on a new connection");
    const double http_again = whole.ask(second);
    report.add("tls_kept_connection_bytes", whole.up() + whole.down() - all - http_again, "bytes",
               {{"http", http_again}}, "the same on a kept connection");
    session = whole.session();
  }
  {
    Connection again(context, port, session);
    const double http = again.ask(third);
    require(again.resumed(), "the session was not resumed");
    report.add("tls_resumed_bytes", again.up() + again.down() - http, "bytes", {{"http", http}},
               "the same on a new connection that resumes a session");
  }
  SSL_SESSION_free(session);
  SSL_CTX_free(context);
}

}  // namespace nhip::bench
