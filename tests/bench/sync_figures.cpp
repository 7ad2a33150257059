// First syncs, idle syncs, and the weight of the bookkeeping afterwards.
#include "bench/sync_figures.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "bench/activities.h"
#include "bench/loopback_centre.h"
#include "bench/plain_database.h"
#include "nhip/sync.h"
#include "nhip_embedded/union_registry.h"

namespace nhip::bench {
namespace {

constexpr int kIdleSyncs = 7;

struct Measured {
  std::vector<double> up_seconds, up_bytes, up_rounds;
  std::vector<double> down_seconds, down_bytes, down_rounds;
  std::vector<double> idle_ms, idle_bytes, idle_rounds;
  double device_bytes = 0, device_fixed = 0, server_bytes = 0, server_fixed = 0;  // of the last run
};

// One enrolled replica with its connection.
class Device {
 public:
  Device(const std::string& path, LoopbackCentre& centre) : transport_(make_http_transport()) {
    OpenOptions options;
    options.path = path;
    options.schema_json = embedded::union_registry();
    options.create = true;
    options.default_unit = "U-01";
    auto opened = Replica::open(std::move(options));
    require(opened.ok(), opened.status().message());
    replica_ = std::move(opened).value();
    const Status enrolled =
        enrol(*replica_, *transport_, {centre.url(), centre.code_for("U-01", "lead"), "bench"});
    require(enrolled.ok(), enrolled.message());
  }

  Replica& replica() { return *replica_; }

  SyncReport sync() {
    const auto report = nhip::sync(*replica_, *transport_);
    require(report.ok(), report.status().message());
    require(report->ok && report->verified, "a sync did not end verified");
    return *report;
  }

 private:
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<Replica> replica_;
};

void enter(Replica& replica, const std::vector<std::string>& records, std::uint64_t batch) {
  for (std::size_t first = 0; first < records.size(); first += batch) {
    const std::size_t last = std::min<std::size_t>(records.size(), first + batch);
    const Status written = replica.write([&](Transaction& transaction) -> Status {
      for (std::size_t i = first; i < last; ++i) {
        const auto id = transaction.put("activity", records[i]);
        if (!id.ok()) return id.status();
      }
      return {};
    });
    require(written.ok(), written.message());
  }
}

double bytes_of(const SyncReport& report) {
  return static_cast<double>(report.bytes_up + report.bytes_down);
}

// What bookkeeping adds to the record tables of a replica file.
double bookkeeping(const std::string& path, const std::string& scratch) {
  return static_cast<double>(compact_size(path, scratch, false) -
                             compact_size(path, scratch, true));
}

// Everything of one run; the two devices and the centre are new.
void run_once(const std::string& folder, const std::vector<std::string>& records,
              const Sizes& sizes, Measured& measured) {
  const std::string here = folder + "/here.db", there = folder + "/there.db";
  const std::string scratch = folder + "/compact.db";
  std::string database;
  double plain_empty = 0;
  {
    LoopbackCentre centre(folder + "/centre");
    database = centre.database();
    {
      Device empty(folder + "/empty.db", centre);
      empty.sync();
    }
    measured.device_fixed = bookkeeping(folder + "/empty.db", scratch);
    plain_empty = static_cast<double>(compact_size(folder + "/empty.db", scratch, true));
    measured.server_fixed = static_cast<double>(compact_size(database, scratch, false));

    Device sender(here, centre), receiver(there, centre);
    sender.sync();
    receiver.sync();
    enter(sender.replica(), records, sizes.batch);

    const Stopwatch up;
    const SyncReport sent = sender.sync();
    measured.up_seconds.push_back(up.seconds());
    require(sent.sent >= records.size(), "not everything was sent");
    measured.up_bytes.push_back(bytes_of(sent));
    measured.up_rounds.push_back(static_cast<double>(sent.rounds));

    const Stopwatch down;
    const SyncReport received = receiver.sync();
    measured.down_seconds.push_back(down.seconds());
    require(received.received >= records.size(), "not everything was received");
    measured.down_bytes.push_back(bytes_of(received));
    measured.down_rounds.push_back(static_cast<double>(received.rounds));

    sender.sync();
    for (int i = 0; i < kIdleSyncs; ++i) {
      const Stopwatch idle;
      const SyncReport nothing = sender.sync();
      measured.idle_ms.push_back(idle.seconds() * 1000);
      measured.idle_bytes.push_back(bytes_of(nothing));
      measured.idle_rounds.push_back(static_cast<double>(nothing.rounds));
    }
  }
  measured.device_bytes = bookkeeping(there, scratch);
  const auto plain = static_cast<double>(compact_size(there, scratch, true));
  const auto server = static_cast<double>(compact_size(database, scratch, false));
  measured.server_bytes = (server - measured.server_fixed) - (plain - plain_empty);
}

void add_first_sync(const std::string& way, const std::vector<double>& seconds,
                    const std::vector<double>& bytes, const std::vector<double>& rounds,
                    const Sizes& sizes, Report& report) {
  const auto rows = static_cast<double>(sizes.rows);
  const bool upload = way == "upload";
  report.add("first_sync_" + way, median(seconds), "s",
             {{"rows", rows},
              {"rounds", median(rounds)},
              {"bytes", median(bytes)},
              {"runs", static_cast<double>(sizes.runs)}},
             std::to_string(sizes.rows) + " activities, " +
                 (upload ? "device to centre" : "centre to device"));
  report.add("wire_bytes_per_row_" + way, median(bytes) / rows, "B", {{"rows", rows}},
             "both directions, HTTP headers included, no TLS");
}

void add_all(const Measured& measured, const Sizes& sizes, Report& report) {
  const auto rows = static_cast<double>(sizes.rows);
  add_first_sync("upload", measured.up_seconds, measured.up_bytes, measured.up_rounds, sizes,
                 report);
  add_first_sync("download", measured.down_seconds, measured.down_bytes, measured.down_rounds,
                 sizes, report);
  report.add("rows_applied_per_second", rows / median(measured.down_seconds), "1/s",
             {{"rows", rows}}, "received, checked, merged and committed on the device");
  report.add("idle_sync_round_trips", median(measured.idle_rounds), "",
             {{"ms", median(measured.idle_ms)}}, "a sync with nothing to do");
  report.add("idle_sync_bytes", median(measured.idle_bytes), "B", {},
             "the same, both directions, headers included");
  report.add("bookkeeping_device", (measured.device_bytes - measured.device_fixed) / rows, "B/row",
             {{"rows", rows}, {"fixed_bytes", measured.device_fixed}},
             "beyond the record tables alone, after the sync, vacuumed");
  report.add("bookkeeping_server", measured.server_bytes / rows, "B/row",
             {{"rows", rows}, {"fixed_bytes", measured.server_fixed}},
             "centre.db beyond typed tables of the same rows, vacuumed");
}

}  // namespace

void sync_figures(const std::string& folder, const Sizes& sizes, Report& report) {
  std::vector<std::string> records;
  for (std::uint64_t i = 0; i < sizes.rows; ++i) records.push_back(make_activity(i).json());
  Measured measured;
  for (int run = 0; run < sizes.runs; ++run) {
    const std::string place = folder + "/" + std::to_string(run);
    std::filesystem::create_directories(place);
    run_once(place, records, sizes, measured);
    std::filesystem::remove_all(place);
  }
  add_all(measured, sizes, report);
}

}  // namespace nhip::bench
