// Two listeners over one centre and one lock: the public one, and the control listener on loopback
// that commands of the same machine ask. The main thread waits for a signal; what it stops ends in
// time because every wait of a connection has a deadline, and the last resort is a clock of its
// own.
#include "commands/serve.h"

#include <nlohmann/json.hpp>

#include <sys/resource.h>
#include <unistd.h>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "centre/folder.h"
#include "centre/private_file.h"
#include "commands/backup.h"
#include "core/limits.h"
#include "http/centre_api.h"
#include "http/control.h"
#include "http/listener.h"
#include "http/memory.h"

namespace nhip::server {
namespace {

constexpr std::chrono::milliseconds kStopPatience{4'500};
constexpr std::size_t kControlThreads = 8;
constexpr rlim_t kDescriptors = 4096;

struct Address {
  std::string host;
  int port = 0;
};

Status bad_address(const std::string& text) {
  return Status(Code::kUsage, "bad_address", "--listen must be HOST:PORT: " + text,
                "for example 127.0.0.1:8787 or [::1]:0");
}

Result<Address> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad_address(text);
  Address address{text.substr(0, colon), 0};
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos) {
    return bad_address(text);
  }
  address.port = std::stoi(port);
  if (address.port > 65535) return bad_address(text);
  const bool brackets = address.host.front() == '[' && address.host.back() == ']';
  if (brackets) address.host = address.host.substr(1, address.host.size() - 2);
  if (address.host.empty() || (!brackets && address.host.find(':') != std::string::npos)) {
    return bad_address(text);
  }
  return address;
}

Status check_options(const ServeOptions& options, const Address& address) {
  if (options.tls_cert_file.empty() != options.tls_key_file.empty()) {
    return Status(Code::kUsage, "bad_certificate", "--tls-cert and --tls-key belong together");
  }
  if (options.tls_cert_file.empty() && !is_loopback(address.host)) {
    return Status(Code::kUsage, "plain_http",
                  "without TLS the server listens on loopback only, not on " + address.host,
                  "give --tls-cert and --tls-key, or put a proxy that speaks HTTPS in front");
  }
  return {};
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Before any thread starts, so that all inherit it and the signals wait for sigwait.
void prepare_process() {
  give_memory_back();
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kDescriptors) {
    limit.rlim_cur = std::min(kDescriptors, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

std::string new_secret() {
  std::array<std::uint8_t, 32> bytes{};
  crypto::random_bytes(bytes.data(), bytes.size());
  return crypto::hex(bytes);
}

// The control listener, and the file that tells commands where it is.
Result<std::unique_ptr<Listener>> open_control(CentreFolder& folder, FigureBook& figures,
                                               std::mutex& mutex) {
  const FolderPaths& paths = folder.paths();
  const std::string secret = new_secret();
  const auto handle = [&folder, &figures, &mutex](const std::string& request) {
    std::unique_lock lock(mutex);
    return answer_control(folder, figures, request, [&lock](const std::function<void()>& work) {
      lock.unlock();
      work();
      lock.lock();
    });
  };
  ListenerOptions options;
  options.body_bytes_max = 1u << 20;
  options.threads = kControlThreads;
  NHIP_TRY_ASSIGN(std::unique_ptr<Listener> control,
                  Listener::open(options, {control_route(secret, handle)}));
  control->start();
  NHIP_TRY(make_folder(paths.run));
  const nlohmann::json text{{"port", control->port()}, {"secret", secret}};
  NHIP_TRY(write_whole(paths.control, json_text(text) + "\n", 0600));
  return control;
}

Status announce(const Globals& globals, const ServeOptions& options, const Address& address,
                int port) {
  const std::string host =
      address.host.find(':') == std::string::npos ? address.host : "[" + address.host + "]";
  const std::string url =
      (options.tls_cert_file.empty() ? "http://" : "https://") + host + ":" + std::to_string(port);
  if (!options.port_file.empty()) {
    NHIP_TRY(write_whole(options.port_file, std::to_string(port) + "\n", 0644));
  }
  if (globals.json) {
    std::printf("%s\n", json_text({{"url", url}, {"port", port}}).c_str());
  } else {
    std::printf("nhipd listening on %s\n", url.c_str());
  }
  std::fflush(stdout);
  return {};
}

// A command that is still working may take longer than a stop may. What it committed is on the
// disk, and what it did not is undone when the database is opened again.
void exit_in_time() {
  std::thread([] {
    std::this_thread::sleep_for(kStopPatience);
    std::_Exit(0);
  }).detach();
}

Status serve_until_stopped(const Globals& globals, const ServeOptions& options) {
  NHIP_TRY_ASSIGN(const Address address, parse_address(options.listen));
  NHIP_TRY(check_options(options, address));
  NHIP_TRY_ASSIGN(const Schema* schema, union_schema());
  NHIP_TRY_ASSIGN(const std::unique_ptr<CentreFolder> folder,
                  CentreFolder::open(globals.data, *schema, kLockPatienceMs, clock_now()));
  for (const std::string& remark : folder->remarks()) {
    std::fprintf(stderr, "nhipd: %s\n", remark.c_str());
  }
  std::mutex mutex;
  CentreApi api(folder->centre(), mutex, clock_now);
  ListenerOptions listen;
  listen.host = address.host;
  listen.port = address.port;
  listen.tls_cert_file = options.tls_cert_file;
  listen.tls_key_file = options.tls_key_file;
  listen.body_bytes_max = core::kMessageBytesMax;
  NHIP_TRY_ASSIGN(const std::unique_ptr<Listener> listener, Listener::open(listen, api.routes()));
  listener->start();
  FigureBook figures(folder->centre());
  NHIP_TRY_ASSIGN(const std::unique_ptr<Listener> control, open_control(*folder, figures, mutex));
  NHIP_TRY(announce(globals, options, address, listener->port()));

  // Ends before the centre is closed.
  const BackupThread backups(*folder, mutex);
  const sigset_t signals = stop_signals();
  int signal = 0;
  sigwait(&signals, &signal);
  exit_in_time();
  ::unlink(folder->paths().control.c_str());
  listener->stop();
  control->stop();
  return {};
}

}  // namespace

int serve(const Globals& globals, const ServeOptions& options) {
  prepare_process();
  const Status status = serve_until_stopped(globals, options);
  return status.ok() ? 0 : fail(globals, status);
}

}  // namespace nhip::server
