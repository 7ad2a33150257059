// The centre as `nhipd serve` puts it together, without its commands.
#include "bench/loopback_centre.h"

#include <filesystem>

#include "bench/measure.h"
#include "core/limits.h"
#include "nhip/replica.h"
#include "nhip_embedded/union_registry.h"

namespace nhip::bench {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

template <typename T>
T unwrap(Result<T> result) {
  require(result.ok(), result.status().message());
  return std::move(result).value();
}

std::int64_t now() { return system_environment().unix_ms(); }

// A folder that `load` reads, with the units alone.
std::string units_only(const std::string& folder) {
  const std::string path = folder + "-units";
  std::filesystem::create_directories(path);
  std::filesystem::copy_file(std::string(NHIP_SCHEMA_DIR) + "/demo/org_units.csv",
                             path + "/org_units.csv");
  return path;
}

}  // namespace

LoopbackCentre::LoopbackCentre(const std::string& folder)
    : schema_(unwrap(Schema::parse(embedded::union_registry()))) {
  unwrap(server::CentreFolder::create(folder, 0));
  folder_ = unwrap(server::CentreFolder::open(folder, schema_, 0, now()));
  unwrap(server::load_folder(folder_->centre(), units_only(folder), now(), {}));
  api_ = std::make_unique<server::CentreApi>(folder_->centre(), mutex_, now);
  server::ListenerOptions options;
  options.body_bytes_max = core::kMessageBytesMax;
  listener_ = unwrap(server::Listener::open(options, api_->routes()));
  listener_->start();
}

LoopbackCentre::~LoopbackCentre() { listener_->stop(); }

std::string LoopbackCentre::url() const {
  return "http://127.0.0.1:" + std::to_string(listener_->port());
}

std::string LoopbackCentre::code_for(const std::string& unit, const std::string& role) {
  const std::lock_guard lock(mutex_);
  return unwrap(server::make_code(folder_->centre(), unit, role, "bench", kHourMs, now())).code;
}

}  // namespace nhip::bench
