#include "sim/run.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace nhip::sim {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kRoundsMax = 3;
constexpr std::uint64_t kHashSeed = 0xcbf2'9ce4'8422'2325ULL;  // FNV-1a
constexpr std::uint64_t kHashPrime = 0x0000'0100'0000'01b3ULL;

Schema parse(const std::string& text) {
  auto schema = Schema::parse(text);
  if (!schema.ok()) std::abort();  // the registry stands beside this file
  return std::move(*schema);
}

}  // namespace

Run::Run(const Script& script, const std::string& folder, const std::string& schema_json,
         bool keep_log)
    : script_(script),
      folder_(folder),
      schema_json_(schema_json),
      keep_log_(keep_log),
      schema_(parse(schema_json)) {
  outcome_.seed = script.seed;
  outcome_.trace = kHashSeed;
  centre_ = std::make_unique<CentreNode>(folder_, schema_, script.on_sqlite, script.seed, times_);
  Network::Listener listener;
  listener.asked = [this](std::size_t device, const Bytes& body) {
    for (const auto& [check, text] : watch_.asked(device, body)) find(check, text);
  };
  listener.meanwhile = [this] { meanwhile(); };
  listener.log = [this](std::string_view what) { log("  " + std::string(what)); };
  network_ = std::make_unique<Network>(*centre_, times_, script_.rates, outcome_.faults,
                                       std::move(listener));
}

Run::~Run() {
  devices_.clear();
  network_.reset();
  centre_.reset();
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) fs::remove_all(entry, ignored);
}

void Run::log(const std::string& line) {
  for (const char c : line) {
    outcome_.trace = (outcome_.trace ^ static_cast<unsigned char>(c)) * kHashPrime;
  }
  if (keep_log_) outcome_.log.push_back(line);
}

void Run::find(const std::string& check, const std::string& text) {
  log("FOUND " + check + ": " + text);
  if (outcome_.findings.size() < 20) outcome_.findings.push_back({check, text});
}

bool Run::draws(Fault fault, Chance& chance) {
  return chance.permille(script_.rates[static_cast<std::size_t>(fault)]);
}

DeviceNode* Run::add_device(const std::string& unit, const std::string& role) {
  const std::size_t number = devices_.size();
  devices_.push_back(std::make_unique<DeviceNode>(
      number, folder_ + "/device-" + std::to_string(number), unit, role, script_.seed, times_));
  ledger_.add_member({unit, role, "", false, false});
  return devices_.back().get();
}

void Run::enrol_all() {
  for (const Seat& seat : script_.seats) {
    DeviceNode* device = add_device(seat.unit, seat.role);
    Status done = device->open(schema_json_);
    const auto code = centre_->make_code(seat.unit, seat.role);
    if (done.ok()) done = code.status();
    Line line(*network_, device->number);
    if (done.ok()) done = enrol(device->replica(), line, {"http://127.0.0.1:1", *code, "sim"});
    if (!done.ok()) return find("enrolment_failed", done.name() + ": " + done.message());
    const auto status = device->replica().status();
    device->device_id = status.ok() ? status->device_id : "";
    ledger_.member(device->number).device_id = device->device_id;
  }
}

Outcome Run::play() {
  enrol_all();
  if (outcome_.findings.empty()) {
    for (std::size_t i = 0; i < script_.events.size() && outcome_.findings.empty(); ++i) {
      const Event& event = script_.events[i];
      DeviceNode& device = *devices_[event.device % devices_.size()];
      log(std::to_string(i) + " " + std::string(name_of(event.act)) + " device " +
          std::to_string(device.number));
      perform(event);
    }
  }
  if (outcome_.findings.empty()) settle_down();
  if (outcome_.findings.empty()) judge_all();
  return std::move(outcome_);
}

void Run::perform(const Event& event) {
  DeviceNode& device = *devices_[event.device % devices_.size()];
  Chance chance(event.seed);
  times_.true_ms +=
      chance.permille(50) ? chance.between(0, 12 * 3'600'000) : chance.between(0, 90'000);
  chance_ = &chance;
  switch (event.act) {
    case Act::kCreate: create(device, chance); break;
    case Act::kEdit: edit(device, chance); break;
    case Act::kPair: pair(device, chance); break;
    case Act::kRemove: remove(device, chance); break;
    case Act::kUndelete: undelete(device, chance); break;
    case Act::kSettle: settle(device, chance); break;
    case Act::kTray: tray(device, chance); break;
    case Act::kSync: sync(device, chance); break;
    case Act::kForeignId: foreign_id(device, chance); break;
    case Act::kPlainSql: plain_sql(device, chance); break;
    case Act::kRestartDevice:
      outcome_.faults.note(Fault::kDeviceRestarted);
      start_again(device);
      break;
    case Act::kRestartCentre:
      outcome_.faults.note(Fault::kCentreRestarted);
      centre_->restart();
      break;
    case Act::kClockJump: turn_clock(device, chance, false); break;
    case Act::kClockFrozen: turn_clock(device, chance, true); break;
    case Act::kMoveRights: move_rights(device, chance); break;
    case Act::kRevoke: revoke(device); break;
    case Act::kSaveFiles: save_files(device); break;
    case Act::kCopy: copy(device); break;
    case Act::kRollBack: roll_back(device); break;
    case Act::kBackUp: centre_->back_up(); break;
    case Act::kRestore: restore(chance); break;
  }
  chance_ = nullptr;
}

// The faults have stopped; clocks stay as wrong as they are. After at most three rounds a further
// one has nothing to do.
void Run::settle_down() {
  network_->draw_from(nullptr);
  network_->deliver_late(1'000);
  for (std::size_t round = 1; round <= kRoundsMax + 1; ++round) {
    const bool quiet = quiet_round(round);
    if (!outcome_.findings.empty()) return;
    outcome_.rounds = round - 1;
    if (quiet) return;
  }
  find("rounds_exceeded", "after " + std::to_string(kRoundsMax) + " rounds there is still work");
}

bool Run::quiet_round(std::size_t round) {
  bool quiet = true;
  for (const auto& device : devices_) {
    if (device->revoked) continue;
    Line line(*network_, device->number);
    SyncOptions options;
    options.patience_ms = 20'000;
    times_.true_ms += 1'000;
    const auto report = nhip::sync(device->replica(), line, options);
    const std::string who =
        "round " + std::to_string(round) + " device " + std::to_string(device->number);
    if (!report.ok()) {
      find("device_stuck", who + ": " + report.status().name() + ": " + report.status().message());
      return false;
    }
    log(who + " sent " + std::to_string(report->sent) + " received " +
        std::to_string(report->received));
    if (!report->complete || !report->verified) {
      find("not_verified", who + " ended without equal digests");
      return false;
    }
    quiet = quiet && report->sent == 0 && report->received == 0;
  }
  return quiet;
}

oracle::DeviceView Run::view_of(DeviceNode& device) {
  oracle::DeviceView view;
  view.device = device.number;
  for (const oracle::TypeFacts& type : oracle::all_types())
    view.records[type.name] = device.list(type.name);
  view.records["nhip_conflict"] = device.list("nhip_conflict");
  view.tray = device.tray();
  const auto status = device.replica().status();
  view.pending = status.ok() ? status->pending : 0;
  if (!device.revoked || view.pending == 0) return view;
  for (const auto& [name, line] : ledger_.records())
    view.waiting[name.first + " " + name.second] = device.waiting(name.first, name.second);
  return view;
}

void Run::judge_all() {
  oracle::FinalView view;
  for (const oracle::TypeFacts& type : oracle::all_types())
    view.centre[type.name] = centre_->records(type.name);
  view.centre["nhip_conflict"] = centre_->records("nhip_conflict");
  view.inbox = centre_->inbox();
  for (const auto& device : devices_) view.devices.push_back(view_of(*device));
  for (const oracle::Finding& finding : oracle::judge(ledger_, view))
    find(finding.check, finding.text);
  for (const oracle::DeviceView& device : view.devices) {
    if (ledger_.member_gone(device.device)) continue;
    for (const oracle::Finding& finding : oracle::judge_pairs(ledger_, device))
      find(finding.check, finding.text);
  }
  if (const Status sound = centre_->verify(); !sound.ok())
    find("centre_unsound", sound.name() + ": " + sound.message());
  // No trace of another unit's words in any file, bookkeeping included.
  for (const auto& device : devices_) {
    if (device->role == "office") continue;
    for (const Seat& other : script_.seats) {
      if (other.unit == device->unit || other.unit == "HQ") continue;
      if (device->contains_bytes("@" + other.unit + "#"))
        find("scope_crossed", "device " + std::to_string(device->number) + " of " + device->unit +
                                  " has words of " + other.unit + " in its files");
    }
  }
  log("end");
  if (!keep_log_ || outcome_.findings.empty()) return;
  for (const auto& [type, list] : view.centre) {
    for (const json& record : list) outcome_.log.push_back("centre " + type + " " + record.dump());
  }
  for (const json& entry : view.inbox) outcome_.log.push_back("inbox " + entry.dump());
  for (const oracle::DeviceView& device : view.devices) {
    if (!device.tray.empty())
      outcome_.log.push_back("tray " + std::to_string(device.device) + " " + device.tray.dump());
  }
}

}  // namespace nhip::sim
