// The centre as `nhipd serve` puts it together, over the harness's own schema.
#include <csignal>
#include <mutex>

#include "bench/peers/peer.h"
#include "centre/centre.h"
#include "centre/folder.h"
#include "core/limits.h"
#include "http/centre_api.h"
#include "http/listener.h"
#include "http/memory.h"
#include "nhip/replica.h"

namespace nhip::bench {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

template <typename T>
T unwrap(Result<T> result) {
  require(result.ok(), result.status().message());
  return std::move(result).value();
}

std::int64_t now() { return system_environment().unix_ms(); }

}  // namespace

int serve_peer(const Arguments& arguments) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before any thread starts

  server::give_memory_back();
  const std::string folder = arguments.at("dir") + "/centre";
  const Schema schema = unwrap(Schema::parse(read_text(arguments.at("schema"))));
  unwrap(server::CentreFolder::create(folder, 0));
  const auto centre = unwrap(server::CentreFolder::open(folder, schema, 0, now()));
  for (const char* device : {"A", "B"}) {
    std::ofstream(code_path(arguments.at("dir"), device))
        << unwrap(server::make_code(centre->centre(), "U", "lead", device, kHourMs, now())).code;
  }
  std::mutex mutex;
  server::CentreApi api(centre->centre(), mutex, now);
  server::ListenerOptions options;
  options.port = std::atoi(arguments.at("port").c_str());
  options.body_bytes_max = core::kMessageBytesMax;
  options.threads = 4;
  const auto listener = unwrap(server::Listener::open(options, api.routes()));
  listener->start();
  std::puts("ready");
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  listener->stop();
  return 0;
}

}  // namespace nhip::bench
