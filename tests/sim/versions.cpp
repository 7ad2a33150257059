// Devices and a centre of two versions: what the older of them does not know it keeps, passes on,
// and shows once it was upgraded.
#include "sim/versions.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

#include "sim/run.h"

namespace nhip::sim {

using nlohmann::json;

namespace {

// The list without elements whose `key` is one of these names.
json without(const json& list, const char* key, const std::set<std::string>& names) {
  json kept = json::array();
  for (const json& each : list) {
    if (names.count(each.value(key, "")) == 0) kept.push_back(each);
  }
  return kept;
}

}  // namespace

Registries registries_from(const std::string& later) {
  json first = json::parse(later, nullptr, false);
  first["version"] = 1;
  first["types"] = without(first["types"], "name", {"visit"});
  for (json& type : first["types"])
    type["fields"] = without(type["fields"], "path", {"origin", "moods"});
  json plain = first;
  plain["types"] = without(first["types"], "name", {"org_unit"});
  return {first.dump(), later, plain.dump()};
}

const std::string& Run::registry(bool old_program) const {
  if (script_.plain) return registries_.plain;
  return old_program ? registries_.first : registries_.later;
}

// Whatever files it opened, a program knows by them which version it is.
void Run::note_version(const DeviceNode& device) {
  ledger_.member(device.number).old = device.is_old();
}

void Run::upgrade_device(DeviceNode& device, Chance& chance) {
  if (!device.is_old() || device.revoked || script_.plain) return;
  const bool kill = draws(Fault::kDeviceKilled, chance);
  device.close();
  if (kill) device.disk.arm(Disk::Trouble::kKill, chance.between(0, 40));
  const Status done = device.open(registry(false));
  if (kill && device.disk.disarm()) {
    outcome_.faults.note(Fault::kDeviceKilled);
    return start_again(device);
  }
  if (!done.ok()) return find("cannot_open", "upgraded: " + done.name() + ": " + done.message());
  outcome_.faults.note(Fault::kDeviceUpgraded);
  note_version(device);
}

void Run::upgrade_centre() {
  if (!centre_->is_old() || script_.plain) return;
  outcome_.faults.note(Fault::kCentreUpgraded);
  centre_->upgrade(registries_.later);
  // Work that was held for this is tried again, as the people do whose trays show it.
  for (const auto& device : devices_) {
    if (device->revoked) continue;
    for (const json& entry : device->tray()) {
      if (entry.value("state", "") != "held") continue;
      attempt(*device, later_, {},
              [&] { return device->replica().retry(*Id::parse(entry.value("id", ""))); });
      if (!outcome_.findings.empty()) return;
    }
  }
}

// Devices that are still old show what they know of the centre's records; upgraded, they show all
// of it at once, with nothing sent or received.
void Run::upgrade_the_rest() {
  const std::map<std::string, json> centre = centre_view();
  for (const auto& device : devices_) {
    if (!device->is_old() || device->revoked || script_.plain) continue;
    for (const oracle::Finding& finding : oracle::judge_equal(ledger_, centre, view_of(*device)))
      find(finding.check, finding.text);
    device->close();
    if (const Status done = device->open(registry(false)); !done.ok())
      return find("cannot_open", "upgraded: " + done.name() + ": " + done.message());
    outcome_.faults.note(Fault::kDeviceUpgraded);
    note_version(*device);
    for (const oracle::Finding& finding : oracle::judge_equal(ledger_, centre, view_of(*device)))
      find("upgrade_incomplete", finding.text);
    Line line(*network_, device->number);
    const auto report = nhip::sync(device->replica(), line, {});
    if (!report.ok()) return find("device_stuck", "upgraded: " + report.status().name());
    if (report->sent > 0 || report->received > 0)
      find("upgrade_downloads", std::to_string(report->received) + " records came again");
  }
}

// In place of other work, a record of the type that only the later version has. False: not now.
bool Run::visit(DeviceNode& device, Chance& chance) {
  if (!script_.versions || device.is_old() || !later_.permille(150)) return false;
  const json all = device.list("visit");
  json record;
  if (all.is_array() && !all.empty() && later_.permille(600)) {
    record["id"] = all[later_.below(all.size())]["id"];
  } else {
    record = {{"id", fresh_id(later_)}, {"unit", device.unit}};
  }
  const std::string id = record["id"];
  if (!record.contains("unit") && later_.permille(200)) {
    attempt(device, chance, {{"visit", id}},
            [&] { return device.replica().remove("visit", *Id::parse(id)); });
    return true;
  }
  record["place"] = fresh_text(device);
  if (later_.permille(400)) record["guests"] = {fresh_text(device)};
  attempt(device, chance, {{"visit", id}},
          [&] { return device.replica().put("visit", record.dump()).status(); });
  return true;
}

// Of an edit or a new card, what only the later version has.
void Run::add_later_fields(const DeviceNode& device, const std::string& type, const json& record,
                           json& change) {
  if (type != "card" || !script_.versions || device.is_old()) return;
  if (later_.permille(250)) change["origin"] = fresh_text(device);
  if (!later_.permille(150)) return;
  json moods = record.is_object() ? record.value("moods", json::array()) : json::array();
  if (moods.size() > 4) return;
  moods.push_back(fresh_text(device));
  change["moods"] = moods;
}

}  // namespace nhip::sim
