// Syncs by file: a device writes its requests, somebody carries them to the centre, and the answer
// back. Files come late, twice, cut, to the wrong device; connections go on meanwhile.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "protocol/bundle_file.h"
#include "sim/run.h"

namespace nhip::sim {

namespace {

constexpr std::size_t kLettersMax = 12;
constexpr std::size_t kReplicasMax = 8;

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

void write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

// Returns the name it must be refused by; empty: one of several.
std::string damage(Bytes& bytes, Chance& chance) {
  const std::size_t at = chance.below(bytes.size());
  if (chance.permille(500)) {
    bytes.resize(at);
    return at >= 8 ? "bundle_cut" : "";
  }
  bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1 + chance.below(255)));
  return at >= 16 ? "bundle_damaged" : "";  // before that stand its kind and its length
}

bool names_damage(const std::string& name, const std::string& expected) {
  static const std::set<std::string> kNames = {"bundle_cut", "bundle_damaged", "not_a_bundle",
                                               "newer_bundle"};
  return expected.empty() ? kNames.count(name) > 0 : name == expected;
}

}  // namespace

void Run::bundle_out(DeviceNode& device) {
  const std::string path = folder_ + "/letter";
  const bool kill = draws(Fault::kDeviceKilledInSync, *chance_);
  if (kill) device.disk.arm(Disk::Trouble::kKill, chance_->between(0, 20));
  const auto report = nhip::bundle_out(device.replica(), path);
  if (kill && device.disk.disarm()) {
    outcome_.faults.note(Fault::kDeviceKilledInSync);
    return start_again(device);
  }
  if (!report.ok())
    return find("bundle_refused",
                "out: " + report.status().name() + ": " + report.status().message());
  Letter letter{device.number, read_file(path), 0, false, false};
  const auto bundle = protocol::decode_bundle(letter.bytes);
  if (!bundle.ok()) return find("bundle_refused", "a device wrote " + bundle.status().name());
  for (const protocol::BundlePart& part : bundle->parts) {
    for (const auto& [check, text] : watch_.asked(device.number, part.body)) find(check, text);
  }
  log("  bundle of " + std::to_string(report->operations) + " operations");
  if (to_centre_.size() == kLettersMax) to_centre_.erase(to_centre_.begin());
  to_centre_.push_back(std::move(letter));
}

void Run::bundle_to_centre(Chance& chance) {
  if (to_centre_.empty()) return;
  const auto waiting = std::find_if(to_centre_.begin(), to_centre_.end(),
                                    [](const Letter& each) { return !each.arrived; });
  const bool again = draws(Fault::kBundleRepeated, chance) || waiting == to_centre_.end();
  Letter& letter = again ? to_centre_[chance.below(to_centre_.size())] : *waiting;
  Bytes bytes = letter.bytes;
  if (draws(Fault::kBundleDamaged, chance)) {
    outcome_.faults.note(Fault::kBundleDamaged);
    const std::string expected = damage(bytes, chance);
    const auto refused = centre_->take_bundle(bytes);
    if (!names_damage(refused.status().name(), expected))
      find("bundle_damage_passed", "a damaged bundle was answered " + refused.status().name());
    return;
  }
  outcome_.faults.note(letter.arrived ? Fault::kBundleRepeated : Fault::kBundleCarried);
  const bool kill = centre_->on_sqlite() && draws(Fault::kCentreKilled, chance);
  if (kill) centre_->arm_kill(chance.between(0, 40));
  const auto outcome = centre_->take_bundle(bytes);
  if (kill && centre_->take_kill()) return outcome_.faults.note(Fault::kCentreKilled);
  if (!outcome.ok()) {
    return find("bundle_refused",
                "at the centre: " + outcome.status().name() + ": " + outcome.status().message());
  }
  log("  bundle of device " + std::to_string(letter.device) + ": accepted " +
      std::to_string(outcome->accepted) + " repeated " + std::to_string(outcome->repeated) +
      " rejected " + std::to_string(outcome->rejected) + " rows " + std::to_string(outcome->rows) +
      " " + outcome->refused);
  const bool counted = letter.takes_all && letter.life == ledger_.restores();
  if (counted && outcome->accepted > 0)
    find("bundle_counted_twice", std::to_string(outcome->accepted) + " groups of one file");
  letter.arrived = true;
  letter.life = ledger_.restores();
  letter.takes_all = outcome->refused.empty();
  if (to_device_.size() == kLettersMax) to_device_.erase(to_device_.begin());
  to_device_.push_back({letter.device, outcome->answer, 0, false, false});
}

void Run::bundle_in(Chance& chance) {
  if (to_device_.empty()) return;
  const bool late = draws(Fault::kAnswerLate, chance);
  const Letter letter = late ? to_device_[chance.below(to_device_.size())] : to_device_.back();
  DeviceNode* device = devices_[letter.device].get();
  if (late && chance.permille(200)) device = devices_[chance.below(devices_.size())].get();
  if (device->revoked) return;
  if (late) outcome_.faults.note(Fault::kAnswerLate);
  Bytes bytes = letter.bytes;
  const bool damaged = draws(Fault::kBundleDamaged, chance);
  const std::string expected = damaged ? damage(bytes, chance) : "";
  const std::string path = folder_ + "/letter";
  write_file(path, bytes);
  const bool kill = draws(Fault::kDeviceKilledInSync, chance);
  if (kill) device->disk.arm(Disk::Trouble::kKill, chance.between(0, 60));
  const auto report = nhip::bundle_in(device->replica(), path);
  if (kill && device->disk.disarm()) {
    outcome_.faults.note(Fault::kDeviceKilledInSync);
    return start_again(*device);
  }
  if (damaged) {
    outcome_.faults.note(Fault::kBundleDamaged);
    if (report.ok() || !names_damage(report.status().name(), expected))
      find("bundle_damage_passed", "a damaged answer was taken as " + report.status().name());
    return;
  }
  if (report.ok()) return judge_bundle_in(*device, *report);
  log("  bundle in: " + report.status().name());
  // A copy draws a name of its own, and then the answer is another replica's.
  const std::string& name = report.status().name();
  if (name != "other_replica" && name != "device_revoked")
    find("bundle_refused", "in: " + name + ": " + report.status().message());
}

void Run::judge_bundle_in(DeviceNode& device, const BundleReport& report) {
  log("  bundle in: operations " + std::to_string(report.operations) + " received " +
      std::to_string(report.received) + (report.applied ? " applied" : " overtaken") +
      (report.complete ? " complete" : ""));
  if (!report.applied || !report.complete) return;
  clean_since_[device.number] = ledger_.lines();
  held_units_[device.number] = ledger_.readable(device.unit);
  if (!report.verified) find("not_verified", "a whole bundle ended without equal digests");
}

// A new device of the same unit gets everything from one file.
void Run::seed_by_bundle(const DeviceNode& like) {
  if (devices_.size() >= kReplicasMax) return;
  const std::string unit = like.unit, role = like.role;
  DeviceNode* device = add_device(unit, role);
  device->came_later = true;
  if (!enrol_device(*device, false)) return;
  outcome_.faults.note(Fault::kSeededByBundle);
  const std::string path = folder_ + "/letter";
  const auto out = nhip::bundle_out(device->replica(), path);
  if (!out.ok()) return find("bundle_refused", "first: " + out.status().name());
  const auto answer = centre_->take_bundle(read_file(path));
  if (!answer.ok()) return find("bundle_refused", "first: " + answer.status().name());
  write_file(path, answer->answer);
  const auto in = nhip::bundle_in(device->replica(), path);
  if (!in.ok()) return find("bundle_refused", "full: " + in.status().name());
  log("  seeded with " + std::to_string(in->received) + " records");
  if (!in->complete || !in->verified)
    return find("not_verified", "a full bundle ended without equal digests");
  judge_bundle_in(*device, *in);
  judge_seeded(*device);
}

// What the file brought is all there is, and a connection brings none of it again.
void Run::judge_seeded(DeviceNode& device) {
  std::map<std::string, nlohmann::json> centre = centre_view();
  for (const oracle::Finding& finding :
       oracle::judge_equal(ledger_, centre, view_of(device), centre_->is_old()))
    find(finding.check, finding.text);
  Line line(*network_, device.number);
  const auto report = nhip::sync(device.replica(), line, {});
  if (!report.ok()) return find("device_stuck", "seeded: " + report.status().name());
  in_touch(device);
  if (report->received > 0)
    find("seeded_twice", std::to_string(report->received) + " records came again");
}

}  // namespace nhip::sim
