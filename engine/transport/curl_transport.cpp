// One request over libcurl: options, bounds, byte counts and what its errors mean.
#include "transport/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/limits.h"

namespace nhip::transport {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// An answer may exceed a message by what a later version may put around it.
constexpr std::size_t kAnswerBytesMax = core::kMessageBytesMax + (std::size_t{1} << 20);
constexpr std::size_t kHeaderBytesMax = std::size_t{16} << 10;
// A connection that trickles is as useless as one that stands still.
constexpr long kTrickleBytesPerSecond = 50;
constexpr std::string_view kSignatureHeader = "nhip-signature:";

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct HeadersDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, HeadersDeleter>;

void initialise_curl() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)ready;
}

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Four decimal parts, the first of them 127. libcurl has brought other ways of writing it to this
// form.
bool is_loopback_ipv4(std::string_view host) {
  int dots = 0;
  for (const char c : host) {
    if (c == '.') ++dots;
    if (c != '.' && (c < '0' || c > '9')) return false;
  }
  return dots == 3 && host.substr(0, 4) == "127.";
}

bool is_loopback(std::string host) {
  std::transform(host.begin(), host.end(), host.begin(), lower);
  return host == "localhost" || host == "[::1]" || is_loopback_ipv4(host);
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

bool append_header(Headers& headers, const std::string& line) {
  curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) return false;
  static_cast<void>(headers.release());
  headers.reset(longer);
  return true;
}

}  // namespace

Result<Target> check_url(const std::string& url) {
  const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
  const Status bad_url(Code::kUsage, "bad_url", "this is no http or https address",
                       "write it like https://centre.example.org");
  if (parsed == nullptr || has_line_break(url) ||
      curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK) {
    return bad_url;
  }
  const std::string scheme = url_part(parsed.get(), CURLUPART_SCHEME);
  const bool named = !url_part(parsed.get(), CURLUPART_USER).empty() ||
                     !url_part(parsed.get(), CURLUPART_PASSWORD).empty();
  if ((scheme != "http" && scheme != "https") || named) return bad_url;
  Target target;
  target.https = scheme == "https";
  target.loopback = is_loopback(url_part(parsed.get(), CURLUPART_HOST));
  if (!target.https && !target.loopback) {
    return Status(Code::kUsage, "plain_http", "plain http is for this machine alone",
                  "use https://");
  }
  return target;
}

// Everything one request needs while libcurl works on it.
struct HttpTransport::Exchange {
  const Request& request;
  Target target;
  const std::atomic<bool>& cancelled;
  milliseconds stall_timeout;
  Headers headers{};
  Response response{};
  std::size_t header_bytes = 0;
  bool too_large = false;
  bool stalled = false;
  std::uint64_t moved = 0;
  steady_clock::time_point moved_at = steady_clock::now();

  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    Bytes& body = exchange.response.body;
    if (size > kAnswerBytesMax - body.size()) {
      exchange.too_large = true;
      return 0;
    }
    body.insert(body.end(), data, data + size);
    return size;
  }

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.header_bytes += size;
    if (exchange.header_bytes > kHeaderBytesMax) {
      exchange.too_large = true;
      return 0;
    }
    exchange.take_header({data, size});
    return size;
  }

  void take_header(std::string_view line) {
    // An interim answer (1xx) is followed by another status line; only the last one's headers
    // count.
    if (line.substr(0, 5) == "HTTP/") response.signature.clear();
    if (line.size() < kSignatureHeader.size()) return;
    for (std::size_t i = 0; i < kSignatureHeader.size(); ++i) {
      if (lower(line[i]) != kSignatureHeader[i]) return;
    }
    line.remove_prefix(kSignatureHeader.size());
    const auto first = line.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return;
    const auto last = line.find_last_not_of(" \t\r\n");
    response.signature = line.substr(first, last - first + 1);
  }

  static int on_progress(void* self, curl_off_t, curl_off_t down, curl_off_t, curl_off_t up) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (exchange.cancelled) return 1;
    const auto moved = static_cast<std::uint64_t>(down) + static_cast<std::uint64_t>(up);
    const auto now = steady_clock::now();
    if (moved != exchange.moved) {
      exchange.moved = moved;
      exchange.moved_at = now;
    }
    exchange.stalled = now - exchange.moved_at > exchange.stall_timeout;
    return exchange.stalled ? 1 : 0;
  }

  // Exact for HTTP itself; libcurl's own counters overlap when a body goes out with its header.
  static int on_trace(CURL*, curl_infotype type, char*, std::size_t size, void* self) {
    auto& response = static_cast<Exchange*>(self)->response;
    if (type == CURLINFO_HEADER_OUT || type == CURLINFO_DATA_OUT) response.bytes_up += size;
    if (type == CURLINFO_HEADER_IN || type == CURLINFO_DATA_IN) response.bytes_down += size;
    return 0;
  }
};

namespace {

Status unavailable(const char* name, std::string message, std::string hint = {}) {
  return Status(Code::kUnavailable, name, std::move(message), std::move(hint));
}

Status connect_fault(CURL* handle) {
  long error = 0;
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &error);
  if (error == ECONNREFUSED) {
    return unavailable("connection_refused", "nobody answers at this address",
                       "is the server running?");
  }
  return unavailable("no_connection", "the server cannot be reached",
                     "nothing is lost; try again later");
}

// Every fault of the way there and back leaves both ends as they were.
Status transfer_fault(CURL* handle, CURLcode result) {
  switch (result) {
    case CURLE_URL_MALFORMAT:
      return Status(Code::kUsage, "bad_url", "this is no http or https address");
    case CURLE_OUT_OF_MEMORY: return unavailable("out_of_memory", "not enough memory");
    case CURLE_COULDNT_CONNECT: return connect_fault(handle);
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unavailable("unknown_host", "the server's name is not known",
                         "is there a connection at all?");
    case CURLE_OPERATION_TIMEDOUT:
      return unavailable("timed_out", "the server did not answer in time");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return unavailable("bad_certificate", "the server's certificate is not accepted",
                         "is the clock of this machine right, and the address?");
    case CURLE_SSL_CACERT_BADFILE:
      return Status(Code::kUsage, "bad_ca_file", "the file of certificates cannot be read");
    case CURLE_SSL_CONNECT_ERROR:
      return unavailable("no_tls", "no secure connection could be made");
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return unavailable("connection_lost", "the connection broke off");
    default:
      return unavailable("no_answer",
                         std::string("no answer that can be read: ") + curl_easy_strerror(result));
  }
}

}  // namespace

HttpTransport::HttpTransport(HttpOptions options) : options_(std::move(options)) {
  initialise_curl();
  handle_ = curl_easy_init();
}

HttpTransport::~HttpTransport() { curl_easy_cleanup(static_cast<CURL*>(handle_)); }

// Options are set anew each time; a reset keeps the open connection.
Status HttpTransport::prepare(Exchange& exchange) {
  CURL* const handle = static_cast<CURL*>(handle_);
  const Request& request = exchange.request;
  curl_easy_reset(handle);
  bool fine = true;
  const auto set = [&](CURLoption option, auto value) {
    fine = curl_easy_setopt(handle, option, value) == CURLE_OK && fine;
  };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, exchange.target.https ? "https" : "http");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_HTTP09_ALLOWED, 0L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
  if (exchange.target.loopback) set(CURLOPT_PROXY, "");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TCP_NODELAY, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout_ms));
  set(CURLOPT_LOW_SPEED_LIMIT, kTrickleBytesPerSecond);
  set(CURLOPT_LOW_SPEED_TIME,
      std::max(1L, static_cast<long>(options_.stall_timeout_ms) * 2 / 1000));
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(kAnswerBytesMax));
  set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &Exchange::on_progress);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
  set(CURLOPT_DEBUGFUNCTION, &Exchange::on_trace);
  set(CURLOPT_DEBUGDATA, static_cast<void*>(&exchange));
  set(CURLOPT_VERBOSE, 1L);  // calls on_trace; nothing is printed
  // No header but those that mean something: a small request is mostly headers.
  for (const char* line : {"Expect:", "User-Agent:"}) {
    fine = append_header(exchange.headers, line) && fine;
  }
  // Without a value the line takes libcurl's own header away.
  const std::string accept = request.accept.empty() ? "" : " " + request.accept;
  fine = append_header(exchange.headers, "Accept:" + accept) && fine;
  if (!request.authorization.empty()) {
    fine = append_header(exchange.headers, "Authorization: " + request.authorization) && fine;
  }
  if (request.post) {
    fine = append_header(exchange.headers, "Content-Type: " + request.content_type) && fine;
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    // Not copied: the request outlives the transfer. A null pointer would mean a read callback.
    set(CURLOPT_POSTFIELDS,
        request.body.empty() ? "" : reinterpret_cast<const char*>(request.body.data()));
  } else {
    set(CURLOPT_HTTPGET, 1L);
  }
  set(CURLOPT_HTTPHEADER, exchange.headers.get());
  if (!fine) return Status(Code::kInternal, "curl_fault", "libcurl refuses an option");
  return {};
}

Result<Response> HttpTransport::send(const Request& request) {
  CURL* const handle = static_cast<CURL*>(handle_);
  if (handle == nullptr) return unavailable("out_of_memory", "not enough memory");
  const Status was_cancelled = unavailable("cancelled", "cancelled");
  if (cancelled_) return was_cancelled;
  NHIP_TRY_ASSIGN(const Target target, check_url(request.url));
  if (has_line_break(request.authorization) || has_line_break(request.content_type) ||
      has_line_break(request.accept)) {
    return Status(Code::kUsage, "bad_header", "a header has no line breaks");
  }
  Exchange exchange{request, target, cancelled_, milliseconds(options_.stall_timeout_ms)};
  NHIP_TRY(prepare(exchange));
  const CURLcode result = curl_easy_perform(handle);
  if (result == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    return std::move(exchange.response);
  }
  if (exchange.too_large || result == CURLE_FILESIZE_EXCEEDED) {
    return unavailable("answer_too_large", "the answer is larger than any of ours",
                       "is something else answering at this address?");
  }
  if (exchange.stalled) return unavailable("timed_out", "the connection stands still");
  if (cancelled_) return was_cancelled;
  return transfer_fault(handle, result);
}

}  // namespace nhip::transport

namespace nhip {

std::unique_ptr<Transport> make_http_transport(HttpOptions options) {
  return std::make_unique<transport::HttpTransport>(std::move(options));
}

}  // namespace nhip
