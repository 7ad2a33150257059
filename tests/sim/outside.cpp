// What happens to programs, files, clocks and rights, and the syncs.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

#include "sim/run.h"

namespace nhip::sim {

using nlohmann::json;

namespace {

constexpr std::int64_t kYearMs = 365LL * 86'400'000;

// How a sync may end while the network and the programs fail.
bool is_expected_end(const Status& status, bool killed) {
  if (killed || status.code() == Code::kUnavailable || status.code() == Code::kBusy) return true;
  static const std::set<std::string> kNames = {"bad_signature",  // a damaged request
                                               "bad_message", "bad_json", "bad_box",
                                               "bad_certificate"};
  return kNames.count(status.name()) > 0;
}

}  // namespace

void Run::sync(DeviceNode& device, Chance& chance) {
  if (&device == busy_) return;
  SyncOptions options;
  options.patience_ms = chance.between(0, 4'000);
  if (draws(Fault::kSmallBudget, chance)) {
    outcome_.faults.note(Fault::kSmallBudget);
    options.budget_bytes = 3'000 + chance.below(6'000);
  }
  const bool kill = !nested_ && draws(Fault::kDeviceKilledInSync, chance);
  if (kill) device.disk.arm(Disk::Trouble::kKill, chance.between(0, 60));
  armed_ = armed_ || kill;
  DeviceNode* const before = busy_;
  if (before == nullptr) busy_ = &device;
  network_->draw_from(&chance);
  Line line(*network_, device.number);
  ++outcome_.syncs;
  const auto report = nhip::sync(device.replica(), line, options);
  network_->draw_from(before == nullptr ? nullptr : chance_);
  busy_ = before;
  bool killed = false;
  if (kill) {
    armed_ = false;
    killed = device.disk.disarm();
  }
  if (killed) {
    outcome_.faults.note(Fault::kDeviceKilledInSync);
    start_again(device);
  }
  if (outcome_.findings.empty()) judge_sync(device, report, killed, chance);
}

void Run::judge_sync(DeviceNode& device, const Result<SyncReport>& report, bool killed,
                     Chance& chance) {
  if (!report.ok()) {
    const Status& status = report.status();
    log("  sync: " + status.name());
    if (device.revoked && status.name() == "device_revoked") return;
    if (!is_expected_end(status, killed))
      find("sync_refused", "device " + std::to_string(device.number) + ": " + status.name() + ": " +
                               status.message());
    return;
  }
  log("  sync: sent " + std::to_string(report->sent) + " received " +
      std::to_string(report->received) + " rejected " + std::to_string(report->rejected) +
      (report->complete ? " complete" : ""));
  if (device.revoked) return find("revoked_synced", "a revoked device was served");
  in_touch(device);
  if (report->held > 0) outcome_.faults.note(Fault::kHeldForLater);
  if (!report->complete) return;
  clean_since_[device.number] = ledger_.lines();
  held_units_[device.number] = ledger_.readable(device.unit);
  if (!report->verified) return find("not_verified", "a whole sync ended without equal digests");
  if (!chance.permille(150) || busy_ != nullptr) return;
  const oracle::DeviceView view = view_of(device);
  for (const oracle::Finding& finding : oracle::judge_scopes(ledger_, view))
    find(finding.check, finding.text);
  if (ledger_.restores() > 0) return;  // what comes back comes record by record
  for (const oracle::Finding& finding : oracle::judge_pairs(ledger_, view))
    find(finding.check, finding.text);
}

// Others go on while a request is on its way; so does the person at the syncing device itself.
void Run::meanwhile() {
  if (nested_ || chance_ == nullptr || busy_ == nullptr) return;
  nested_ = true;
  Chance chance(chance_->next());
  DeviceNode& other = *devices_[chance.below(devices_.size())];
  log("  meanwhile device " + std::to_string(other.number));
  const bool untouched = &other != busy_ || !armed_;
  switch (chance.below(4)) {
    case 0:
    case 1:
      if (untouched) edit(other, chance);
      break;
    case 2:
      if (untouched) create(other, chance);
      break;
    default: sync(other, chance); break;
  }
  network_->draw_from(chance_);
  nested_ = false;
}

void Run::start_again(DeviceNode& device) {
  if (const Status opened = device.start_again(); !opened.ok())
    find("cannot_open", "device " + std::to_string(device.number) + ": " + opened.name() + ": " +
                            opened.message());
  note_version(device);
}

void Run::turn_clock(DeviceNode& device, Chance& chance, bool freeze) {
  outcome_.faults.note(freeze ? Fault::kClockFrozen : Fault::kClockJump);
  if (freeze) {
    device.frozen_at =
        device.frozen_at ? std::nullopt : std::optional(times_.true_ms + device.clock_error_ms);
    return;
  }
  device.frozen_at.reset();
  switch (chance.below(6)) {
    case 0: device.clock_error_ms = -times_.true_ms; break;                       // 1970
    case 1: device.clock_error_ms = 2'147'483'647'000LL - times_.true_ms; break;  // 2038
    case 2: device.clock_error_ms = 10 * kYearMs; break;
    case 3: device.clock_error_ms = -10 * kYearMs; break;
    case 4: device.clock_error_ms = chance.between(-86'400'000, 86'400'000); break;
    default: device.clock_error_ms = 0; break;
  }
}

void Run::move_rights(DeviceNode& device, Chance& chance) {
  if (device.role == "office") return;
  outcome_.faults.note(Fault::kRightsMoved);
  const std::string role = chance.permille(500) ? "lead" : "field";
  const Status done = centre_->change_role(device.device_id, role);
  const bool forgotten = device.came_later && done.name() == "unknown_device";
  if (!done.ok() && !forgotten) find("cannot_move_rights", done.name());
}

void Run::revoke(DeviceNode& device) {
  std::size_t alive = 0;
  for (const auto& each : devices_) alive += !each->revoked;
  if (device.revoked || alive < 3) return;
  // A backup may not know a device that came later; what the office keeps beside it for that
  // (server/DESIGN.md, "Admissions") is no part of a simulated centre.
  if (device.came_later && script_.restores) return;
  outcome_.faults.note(Fault::kRevoked);
  const Status done = centre_->revoke(device.device_id);
  if (!done.ok()) return find("cannot_revoke", done.name());
  // All copies of the device at once.
  for (const auto& each : devices_) {
    if (each->device_id != device.device_id) continue;
    each->revoked = true;
    ledger_.member(each->number).gone = true;
  }
  write_off();
}

void Run::save_files(DeviceNode& device) {
  if (device.revoked) return;
  const std::string folder = folder_ + "/saved-" + std::to_string(device.number);
  device.save_files(folder);
  saved_[device.number] = {folder, ledger_.lines()};
  start_again(device);
}

void Run::copy(DeviceNode& device) {
  if (device.revoked || devices_.size() > 9) return;
  const bool again = ledger_.member(device.number).put_back;
  if (again && !script_.relapse) return;
  outcome_.faults.note(Fault::kCopied);
  const std::string folder = folder_ + "/copy-" + std::to_string(devices_.size());
  device.save_files(folder);
  start_again(device);
  DeviceNode* twin = add_device(device.unit, device.role);
  twin->device_id = device.device_id;
  twin->came_later = device.came_later;
  contact_[twin->number] = contact_[device.number];
  held_units_[twin->number] = held_units_[device.number];
  twin->put_files(folder);
  start_again(*twin);
  for (const std::size_t number : {device.number, twin->number}) {
    ledger_.member(number).device_id = device.device_id;
    ledger_.member(number).put_back = true;
    watch_.excuse(number);
  }
}

void Run::roll_back(DeviceNode& device) {
  const auto saved = saved_.find(device.number);
  if (device.revoked || saved == saved_.end()) return;
  if (ledger_.member(device.number).put_back && !script_.relapse) return;
  outcome_.faults.note(Fault::kRolledBack);
  const auto status = device.replica().status();
  const auto clean = clean_since_.find(device.number);
  // What was never sent stood in these files alone.
  if (status.ok() && status->pending > 0)
    ledger_.note_overwritten(
        device.number,
        std::max(saved->second.line, clean == clean_since_.end() ? 0 : clean->second));
  device.put_files(saved->second.folder);
  start_again(device);
  ledger_.member(device.number).put_back = true;
  ledger_.note_roll_back();
  watch_.excuse(device.number);
  watch_.forget(device.number);
  write_off();
}

// A restored centre gets back what devices hold; a device that was put back gets back what the
// centre holds. Both in one life can lose what only these two had, and nobody can help that.
void Run::write_off() {
  if (ledger_.restores() == 0 || ledger_.roll_backs() == 0 || !outcome_.findings.empty()) return;
  std::set<std::string> places, there;
  const auto add = [&](const std::string& type, const std::string& id, const json& record) {
    there.insert(type + " " + id);
    for (const auto& [cell, value] : oracle::cells_of(oracle::facts_of(type), record))
      places.insert(oracle::place_of(type + " " + id, cell, value));
  };
  for (const oracle::TypeFacts& type : oracle::all_types()) {
    for (const json& record : centre_->records(type.name))
      add(type.name, record.value("id", ""), record);
    for (const auto& device : devices_) {
      if (device->revoked) continue;  // it gives nothing back
      for (const json& record : device->list(type.name))
        add(type.name, record.value("id", ""), record);
    }
  }
  for (const auto& device : devices_) {
    if (device->revoked) continue;
    for (const json& entry : device->tray())
      add(entry.value("type", ""), entry.value("record_id", ""), entry.value("record", json()));
    for (const json& row : device->list("nhip_conflict")) {
      const oracle::TypeFacts* type = oracle::facts_of(row.value("record_type", 0));
      if (type == nullptr) continue;
      places.insert(oracle::place_of(type->name + " " + row.value("record_id", ""),
                                     row.value("field", ""), row["loser"].value("value", json())));
    }
  }
  ledger_.note_out_of_reach(places, there);
}

void Run::restore(Chance& chance) {
  const std::size_t backups = centre_->backups(script_.relapse);
  if (backups == 0) return;
  outcome_.faults.note(Fault::kRestored);
  ledger_.note_restore();
  watch_.excuse_all();
  network_->forget();
  if (const Status done = centre_->restore(chance.below(std::min<std::size_t>(backups, 4)));
      !done.ok())
    return find("cannot_restore", done.name() + ": " + done.message());
  restored_at_ = times_.true_ms;
  office_repeats();
  write_off();
}

}  // namespace nhip::sim
