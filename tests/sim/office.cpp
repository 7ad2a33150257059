// What the office does at the centre: loads records and moves them between units, enters that a
// unit was absorbed and takes that back, lets months go by and collects tombstones.
#include <nlohmann/json.hpp>

#include <algorithm>

#include "sim/run.h"

namespace nhip::sim {

using nlohmann::json;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kLeaseMs = 180 * kDayMs;
constexpr std::size_t kUnits = 3;

std::string any_unit(Chance& chance) { return "U-" + std::to_string(1 + chance.below(kUnits)); }

}  // namespace

void Run::load_card(Chance& chance) {
  const std::string unit = any_unit(chance);
  const auto text = [&] { return "@" + unit + "#" + std::to_string(++words_); };
  json card = {{"id", fresh_id(chance)}, {"unit", unit}, {"title", text()}};
  if (chance.permille(500)) card["note"] = text();
  if (chance.permille(500)) card["price"] = ++words_;
  if (chance.permille(500)) card["tags"] = {text()};
  if (chance.permille(300)) card["size"] = {{"a", ++words_}, {"b", ++words_}};
  json line = card;
  line["rev"] = 1;
  line["received_at"] = centre_->now_text();
  if (const Status done = centre_->load("card", line); !done.ok())
    return find("cannot_load", done.name() + ": " + done.message());
  loaded_.push_back(line);
  ledger_.note(oracle::kOffice, "card", card["id"], nullptr, card, times_.true_ms);
}

// The same record with the next rev, for another unit: the only way in which a record moves.
void Run::move_row(Chance& chance) {
  if (loaded_.empty()) return load_card(chance);
  const std::string id = loaded_[chance.below(loaded_.size())]["id"];
  json line;
  for (const json& each : loaded_) {
    if (each["id"] == id) line = each;
  }
  const std::string from = line["unit"];
  const std::string to = any_unit(chance);
  if (from == to) return;
  line["unit"] = to;
  line["rev"] = line["rev"].get<int>() + 1;
  line["received_at"] = centre_->now_text();
  if (const Status done = centre_->load("card", line); !done.ok())
    return find("cannot_load", done.name() + ": " + done.message());
  log("  " + id + " from " + from + " to " + to);
  outcome_.faults.note(Fault::kRowMoved);
  loaded_.push_back(line);
  ledger_.note(oracle::kOffice, "card", id, {{"unit", from}}, {{"unit", to}}, times_.true_ms);
  ledger_.note_moved(id);
}

void Run::absorb(Chance& chance) {
  const std::string from = any_unit(chance), to = any_unit(chance);
  if (from == to || absorbed_.count(from) > 0 || ledger_.readable(from).count(to) > 0) return;
  outcome_.faults.note(Fault::kUnitAbsorbed);
  log("  " + from + " into " + to);
  absorbed_[from] = to;
  units_named_ = {"HQ", "U-1", "U-2", "U-3"};
  ledger_.note_absorbed(from, to);
  if (const Status done = centre_->name_units(units_named_, absorbed_); !done.ok())
    find("cannot_load", done.name() + ": " + done.message());
  for (auto& [device, units] : expected_purges_) {
    for (const std::string& unit : ledger_.readable(devices_[device]->unit)) units.erase(unit);
  }
}

void Run::withdraw(Chance& chance) {
  if (absorbed_.empty()) return;
  auto at = absorbed_.begin();
  std::advance(at, chance.below(absorbed_.size()));
  outcome_.faults.note(Fault::kRightWithdrawn);
  log("  " + at->first + " out of " + at->second);
  ledger_.note_withdrawn(at->first);
  absorbed_.erase(at);
  if (const Status done = centre_->name_units(units_named_, absorbed_); !done.ok())
    find("cannot_load", done.name() + ": " + done.message());
  // Who held its records says that they are gone.
  for (const auto& [device, units] : held_units_) {
    if (devices_[device]->role == "office") continue;
    const auto still = ledger_.readable(devices_[device]->unit);
    for (const std::string& unit : units) {
      if (still.count(unit) == 0) expected_purges_[device].insert(unit);
    }
  }
}

// What a restored centre has forgotten and the office has not: revocations, units, loads.
void Run::office_repeats() {
  for (const auto& each : devices_) {
    if (!each->revoked) continue;
    if (const Status again = centre_->revoke(each->device_id); !again.ok())
      find("cannot_revoke", again.name());
  }
  Status done;
  if (!units_named_.empty()) done = centre_->name_units(units_named_, absorbed_);
  for (const json& line : loaded_) {
    if (done.ok()) done = centre_->load("card", line);
  }
  if (!done.ok()) find("cannot_load", done.name() + ": " + done.message());
}

void Run::pass_months(Chance& chance) {
  outcome_.faults.note(Fault::kMonthsPassed);
  times_.true_ms += chance.between(20, 120) * kDayMs;
}

void Run::in_touch(const DeviceNode& device) {
  std::int64_t& last = contact_[device.number];
  if (times_.true_ms - last > kLeaseMs) {
    outcome_.faults.note(Fault::kLeaseOver);
    watch_.excuse(device.number);
  }
  last = times_.true_ms;
}

void Run::collect() {
  if (script_.restores) centre_->back_up();  // `serve` collects after a backup
  const auto collected = centre_->collect();
  if (!collected.ok()) return find("cannot_collect", collected.status().name());
  if (collected->rows == 0) return;
  outcome_.faults.note(Fault::kCollected);
  log("  collected " + std::to_string(collected->rows));
  if (times_.true_ms - restored_at_ < 30 * kDayMs)
    find("collected_too_early", "within 30 days of a restore");
  for (const auto& device : devices_) {
    const oracle::Member& member = ledger_.members()[device->number];
    const std::int64_t away = times_.true_ms - contact_[device->number];
    // The office counts in numbers of its own, so it forgets by comparing; so does who was away.
    if (device->role == "office") watch_.excuse(device->number);
    if (device->revoked || member.put_back || away > kLeaseMs) continue;
    for (const auto& name : collected->names) {
      const json shown = device->get(name.first, name.second);
      if (shown.is_null() || ledger_.wrote_last(device->number, name)) continue;
      find("collected_too_early", "device " + std::to_string(device->number) + " still shows " +
                                      name.first + " " + name.second);
    }
  }
  for (const auto& name : collected->names) {
    if (!ledger_.deleted_before(name, times_.true_ms - 90 * kDayMs))
      find("collected_too_early", name.second + " was deleted less than 90 days ago");
    ledger_.note_collected(name);
  }
}

// Another program gives a receipt an earlier time: a report that came too late shall pass for one
// that came in time. Only the centre can tell, and only when it is offered what it lost.
void Run::forge_receipt(DeviceNode& device, Chance& chance) {
  const std::int64_t earlier = chance.between(1, 400) * kDayMs;
  const Status done = device.plain_sql("UPDATE _nhip_receipt SET received_at=received_at-" +
                                       std::to_string(earlier));
  if (!done.ok()) return find("plain_sql_failed", done.message());
  outcome_.faults.note(Fault::kReceiptForged);
}

}  // namespace nhip::sim
