// Many devices at one centre: after an outage, and with nothing to do.
//
//     crowd [--devices 500] [--rows 5000] [--group 1] [--chunk 500] [--folder /tmp] [--idle 10]
//
// Every device first enters, without a connection, `rows` activities in groups of `group`; then all
// of them come at once and push chunk after chunk. Beside them some people go on with their work:
// one record at a time over a kept connection; how long they wait is the figure. Then every device
// asks with nothing to move, as fast as answers come.
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "bench/activities.h"
#include "bench/crowd/centre_process.h"
#include "bench/crowd/device.h"
#include "bench/crowd/tls_bytes.h"
#include "bench/measure.h"
#include "nhip/replica.h"
#include "nhip_embedded/union_registry.h"
#include "replica/outbox.h"

namespace nhip::bench {
namespace {

constexpr std::size_t kTemplates = 1'000;
constexpr std::size_t kPeople = 4;
constexpr std::size_t kIdleAtATime = 64;

struct Options {
  std::size_t devices = 500, rows = 5'000, group = 1, chunk = 500;
  double idle_seconds = 10;
  std::string folder = std::filesystem::temp_directory_path().string();
};

Options read_options(int argc, char** argv) {
  Options options;
  std::map<std::string, std::size_t*> numbers = {{"--devices", &options.devices},
                                                 {"--rows", &options.rows},
                                                 {"--group", &options.group},
                                                 {"--chunk", &options.chunk}};
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    const auto number = numbers.find(name);
    if (number != numbers.end()) {
      *number->second = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "--idle") {
      options.idle_seconds = std::strtod(value.c_str(), nullptr);
    } else if (name == "--folder") {
      options.folder = value;
    } else {
      require(false, "unknown option " + name);
    }
  }
  return options;
}

// Operations as the engine makes them of invented activities.
std::vector<core::Operation> make_templates(const std::string& folder) {
  OpenOptions options;
  options.path = folder + "/template.db";
  options.schema_json = embedded::union_registry();
  options.create = true;
  options.default_unit = "U-01";
  const auto replica = Replica::open(std::move(options));
  require(replica.ok(), "no replica");
  require((*replica)
              ->write([&](Transaction& transaction) -> Status {
                for (std::size_t i = 0; i < kTemplates; ++i)
                  NHIP_TRY(transaction.put("activity", make_activity(i).json()).status());
                return {};
              })
              .ok(),
          "no activities");
  const auto groups = replica::peek_groups((*replica)->store(), 0, std::size_t{64} << 20);
  require(groups.ok(), "no operations");
  std::vector<core::Operation> all;
  for (const core::Group& group : *groups)
    all.insert(all.end(), group.operations.begin(), group.operations.end());
  require(all.size() == kTemplates, "operations are missing");
  return all;
}

double at_share(std::vector<double>& values, double share) {
  require(!values.empty(), "nothing was measured");
  std::sort(values.begin(), values.end());
  const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(place, values.size() - 1)];
}

// The devices are to burn time beside the centre, not to take it away from it: in life each has a
// processor of its own.
void step_aside() { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), 5); }

class Crowd {
 public:
  Crowd(const Options& options, CentreProcess& centre, std::vector<core::Operation> templates)
      : options_(options), centre_(centre), templates_(std::move(templates)) {
    for (std::size_t i = 0; i < options.devices + kPeople; ++i) {
      devices_.push_back(std::make_unique<CrowdDevice>(centre.url(), CentreProcess::unit(i), i));
      devices_.back()->enrol(centre.codes()[i]);
    }
  }

  void outage(Report& report) {
    centre_.forget_peak();
    const double cpu_before = centre_.cpu_seconds();
    const Stopwatch watch;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < options_.devices; ++i) threads.emplace_back([this, i] { push(i); });
    std::vector<std::thread> people;
    for (std::size_t i = 0; i < kPeople; ++i)
      people.emplace_back([this, i] { work_on(*devices_[options_.devices + i]); });
    for (std::thread& thread : threads) thread.join();
    const double seconds = watch.seconds();
    ended_ = true;
    for (std::thread& thread : people) thread.join();
    const auto rows = static_cast<double>(options_.devices * options_.rows);
    require(accepted_ == options_.devices * options_.rows, "rows are missing");
    const double cpu = centre_.cpu_seconds() - cpu_before;
    report.add("outage_rows_per_second", rows / seconds, "rows/s",
               {{"rows", rows}, {"seconds", seconds}, {"centre_cpu_us_a_row", cpu * 1e6 / rows}},
               "devices that come back at once");
    report.add(
        "outage_chunk_p99_ms", at_share(chunks_, 0.99) * 1e3, "ms",
        {{"chunks", static_cast<double>(chunks_.size())}, {"median", at_share(chunks_, 0.5) * 1e3}},
        "how long one of their chunks waits");
    report.add("small_sync_p99_ms", at_share(waits_, 0.99) * 1e3, "ms",
               {{"syncs", static_cast<double>(waits_.size())},
                {"median", at_share(waits_, 0.5) * 1e3},
                {"worst", at_share(waits_, 1) * 1e3}},
               "a record of somebody else meanwhile");
    report.add("outage_centre_peak_kb", static_cast<double>(centre_.peak_kb()), "kB", {},
               "memory of the centre");
  }

  void idle(Report& report) {
    for (auto& device : devices_) device->sync({});
    std::vector<double> one_by_one;
    DeviceReply reply;
    for (int i = 0; i < 300; ++i) {
      reply = devices_[0]->sync({});
      one_by_one.push_back(reply.seconds);
    }
    report.add("idle_sync_ms", at_share(one_by_one, 0.5) * 1e3, "ms",
               {{"p99", at_share(one_by_one, 0.99) * 1e3},
                {"bytes", static_cast<double>(reply.bytes_up + reply.bytes_down)}},
               "one at a time over a kept connection");
    std::atomic<std::uint64_t> answered{0};
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    const double cpu_before = centre_.cpu_seconds();
    const Stopwatch watch;
    for (std::size_t i = 0; i < std::min(kIdleAtATime, devices_.size()); ++i) {
      threads.emplace_back([&, i] {
        // The answer's signature costs a device twice what its own costs; it is checked above.
        while (!stop) {
          devices_[i]->sync({}, false);
          ++answered;
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(options_.idle_seconds));
    const double seconds = watch.seconds();
    const auto count = static_cast<double>(answered.load());
    const double cpu = centre_.cpu_seconds() - cpu_before;
    stop = true;
    for (std::thread& thread : threads) thread.join();
    report.add("idle_syncs_per_second", count / seconds, "1/s",
               {{"seconds", seconds}, {"centre_cpu_us_each", cpu * 1e6 / count}},
               "devices and centre on one machine, signatures checked");
    report.add("idle_syncs_per_second_of_two_cores", 2 * count / cpu, "1/s", {},
               "what the centre's share of the time makes of two cores");
  }

  void tls(Report& report) {
    CrowdDevice& device = *devices_[0];
    const Bytes first = device.idle_body(), second = device.idle_body(), third = device.idle_body();
    tls_figures(centre_.tls_port(), first, second, third, report);
  }

 private:
  void push(std::size_t which) {
    step_aside();
    CrowdDevice& device = *devices_[which];
    for (std::size_t sent = 0; sent < options_.rows;) {
      const std::size_t count = std::min(options_.chunk, options_.rows - sent);
      std::vector<core::Group> groups;
      {
        const std::lock_guard lock(making_);  // one at a time: the devices' memory is not the point
        groups = device.work(templates_, sent, count, options_.group);
      }
      const DeviceReply reply = device.sync(std::move(groups));
      const std::lock_guard lock(figures_);
      chunks_.push_back(reply.seconds);
      accepted_ += reply.accepted;
      sent += count;
    }
  }

  void work_on(CrowdDevice& device) {
    for (std::size_t i = 0; !ended_; ++i) {
      const DeviceReply reply = device.sync(device.work(templates_, i, 1, 1));
      const std::lock_guard lock(figures_);
      waits_.push_back(reply.seconds);
    }
  }

  const Options& options_;
  CentreProcess& centre_;
  const std::vector<core::Operation> templates_;
  std::vector<std::unique_ptr<CrowdDevice>> devices_;
  std::mutex making_, figures_;
  std::vector<double> chunks_, waits_;
  std::size_t accepted_ = 0;
  std::atomic<bool> ended_{false};
};

int run(const Options& options) {
  std::string folder = options.folder + "/nhip-crowd.XXXXXX";
  require(mkdtemp(folder.data()) != nullptr, "cannot make a folder");
  {
    CentreProcess centre(folder + "/centre", options.devices + kPeople);
    Report report;
    Crowd crowd(options, centre, make_templates(folder));
    report.add("centre_idle_kb", static_cast<double>(centre.resident_kb()), "kB", {},
               "memory of the centre with everybody enrolled");
    crowd.outage(report);
    crowd.idle(report);
    crowd.tls(report);
    report.print_table();
  }
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return 0;
}

}  // namespace
}  // namespace nhip::bench

int main(int argc, char** argv) { return nhip::bench::run(nhip::bench::read_options(argc, argv)); }
