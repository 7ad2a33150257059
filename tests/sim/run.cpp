#include "sim/run.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace nhip::sim {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kRoundsMax = 3;
constexpr std::uint64_t kHashSeed = 0xcbf2'9ce4'8422'2325ULL;  // FNV-1a
constexpr std::uint64_t kHashPrime = 0x0000'0100'0000'01b3ULL;

}  // namespace

Run::Run(const Script& script, const std::string& folder, const Registries& registries,
         bool keep_log)
    : script_(script), folder_(folder), registries_(registries), keep_log_(keep_log) {
  outcome_.seed = script.seed;
  outcome_.trace = kHashSeed;
  centre_ = std::make_unique<CentreNode>(folder_, registry(script.old_centre), script.on_sqlite,
                                         script.seed, times_);
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

bool Run::enrol_device(DeviceNode& device, bool old_program) {
  Status done = device.open(registry(old_program));
  const auto code = centre_->make_code(device.unit, device.role);
  if (done.ok()) done = code.status();
  Line line(*network_, device.number);
  if (done.ok()) done = enrol(device.replica(), line, {"http://127.0.0.1:1", *code, "sim"});
  if (!done.ok()) {
    find("enrolment_failed", done.name() + ": " + done.message());
    return false;
  }
  const auto status = device.replica().status();
  device.device_id = status.ok() ? status->device_id : "";
  ledger_.member(device.number).device_id = device.device_id;
  ledger_.member(device.number).old = old_program;
  contact_[device.number] = times_.true_ms;
  return true;
}

void Run::enrol_all() {
  for (std::size_t i = 0; i < script_.seats.size(); ++i) {
    const Seat& seat = script_.seats[i];
    if (!enrol_device(*add_device(seat.unit, seat.role), script_.old_seats[i])) return;
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
  later_ = Chance(mix(event.seed, 0x1A));
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
    case Act::kBundleOut: bundle_out(device); break;
    case Act::kBundleToCentre: bundle_to_centre(chance); break;
    case Act::kBundleIn: bundle_in(chance); break;
    case Act::kSeedByBundle: seed_by_bundle(device); break;
    case Act::kLoad: load_card(chance); break;
    case Act::kMoveRow: move_row(chance); break;
    case Act::kAbsorb: absorb(chance); break;
    case Act::kWithdraw: withdraw(chance); break;
    case Act::kMonths: pass_months(chance); break;
    case Act::kCollect: collect(); break;
    case Act::kUpgradeDevice: upgrade_device(device, chance); break;
    case Act::kUpgradeCentre: upgrade_centre(); break;
    case Act::kForgeReceipt: forge_receipt(device, chance); break;
  }
  chance_ = nullptr;
}

// The faults have stopped; clocks stay as wrong as they are. After at most three rounds a further
// one has nothing to do.
void Run::settle_down() {
  upgrade_centre();
  network_->draw_from(nullptr);
  network_->deliver_late(1'000);
  for (std::size_t round = 1; round <= kRoundsMax + 1; ++round) {
    const bool quiet = quiet_round(round);
    if (!outcome_.findings.empty()) return;
    outcome_.rounds = round - 1;
    if (quiet) return upgrade_the_rest();
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
    in_touch(*device);
    held_units_[device->number] = ledger_.readable(device->unit);
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
  view.records["org_unit"] = device.list("org_unit");
  view.tray = device.tray();
  const auto status = device.replica().status();
  view.pending = status.ok() ? status->pending : 0;
  if (!device.revoked || view.pending == 0) return view;
  for (const auto& [name, line] : ledger_.records())
    view.waiting[name.first + " " + name.second] = device.waiting(name.first, name.second);
  return view;
}

std::map<std::string, json> Run::centre_view() {
  std::map<std::string, json> view;
  for (const oracle::TypeFacts& type : oracle::all_types())
    view[type.name] = centre_->records(type.name);
  for (const char* type : {"nhip_conflict", "org_unit"}) view[type] = centre_->records(type);
  return view;
}

// No trace of another unit's words in any file, bookkeeping included. What a device wrote itself
// about a record that was taken from it stays its own, and what moved was once its to read.
void Run::judge_files(DeviceNode& device) {
  if (device.role == "office" || device.revoked) return;
  const std::set<std::string> readable = ledger_.readable(device.unit);
  const auto may_have = [&](const oracle::Write& write) {
    const oracle::RecordName name{write.type, write.record};
    const std::string& unit = ledger_.records().at(name).unit;
    // Who took an id of another unit for a record of its own wrote for itself.
    const bool by_reader =
        write.device != oracle::kOffice && readable.count(ledger_.members()[write.device].unit) > 0;
    return unit.empty() || by_reader || readable.count(unit) > 0 ||
           ledger_.was_moved(write.record) || ledger_.ever_touched(device.number, name);
  };
  std::set<std::string> allowed;
  for (const oracle::Write& write : ledger_.writes()) {
    if (may_have(write)) allowed.merge(oracle::words_in(write));
  }
  const std::set<std::string> words = device.words_of(allowed);
  for (const oracle::Write& write : ledger_.writes()) {
    if (may_have(write)) continue;
    const std::set<std::string> said = oracle::words_in(write);
    if (std::none_of(said.begin(), said.end(), [&](const auto& w) { return words.count(w) > 0; }))
      continue;
    const std::string& unit = ledger_.records().at({write.type, write.record}).unit;
    return find("scope_crossed", "device " + std::to_string(device.number) + " of " + device.unit +
                                     " has words of " + unit + " in its files: " + write.cell +
                                     " of " + write.type + " " + write.record);
  }
}

void Run::judge_all() {
  oracle::FinalView view;
  view.centre = centre_view();
  view.inbox = centre_->inbox();
  view.purges_due = expected_purges_;
  for (const json& device : centre_->devices()) {
    for (const json& purge : device["purged"])
      view.purges[device.value("device_id", "")].insert(purge.value("feed", ""));
  }
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
  for (const auto& device : devices_) judge_files(*device);
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
