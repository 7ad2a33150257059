#include "sim/script.h"

#include <array>
#include <map>

namespace nhip::sim {

namespace {

struct Weighted {
  Act act;
  std::size_t weight;
};

constexpr std::array<Weighted, 8> kWork = {{{Act::kCreate, 14},
                                            {Act::kEdit, 36},
                                            {Act::kPair, 4},
                                            {Act::kRemove, 6},
                                            {Act::kUndelete, 3},
                                            {Act::kSettle, 5},
                                            {Act::kTray, 3},
                                            {Act::kSync, 29}}};

struct Rare {
  Fault fault;
  Act act;
};

// Faults that are events of their own; the others happen to events.
constexpr std::array<Rare, 11> kRare = {{{Fault::kForeignId, Act::kForeignId},
                                         {Fault::kPlainSql, Act::kPlainSql},
                                         {Fault::kDeviceRestarted, Act::kRestartDevice},
                                         {Fault::kCentreRestarted, Act::kRestartCentre},
                                         {Fault::kClockJump, Act::kClockJump},
                                         {Fault::kClockFrozen, Act::kClockFrozen},
                                         {Fault::kRightsMoved, Act::kMoveRights},
                                         {Fault::kRevoked, Act::kRevoke},
                                         {Fault::kCopied, Act::kCopy},
                                         {Fault::kRolledBack, Act::kRollBack},
                                         {Fault::kRestored, Act::kRestore}}};

Act draw_work(Chance& chance) {
  std::size_t sum = 0;
  for (const Weighted& each : kWork) sum += each.weight;
  std::size_t at = chance.below(sum);
  for (const Weighted& each : kWork) {
    if (at < each.weight) return each.act;
    at -= each.weight;
  }
  return Act::kSync;
}

void draw_seats(Chance& chance, Script& script) {
  const std::size_t units = 1 + chance.below(3);
  // Small groups are the usual case and quick; every tenth run is a large one.
  const std::size_t devices = chance.permille(100) ? 5 + chance.below(4) : 2 + chance.below(3);
  const bool office = chance.permille(400);
  for (std::size_t i = 0; i < devices; ++i) {
    if (office && i + 1 == devices) {
      script.seats.push_back({"HQ", "office"});
      continue;
    }
    const std::size_t unit = i < 2 ? 0 : chance.below(units);
    script.seats.push_back(
        {"U-" + std::to_string(unit + 1), chance.permille(400) ? "lead" : "field"});
  }
}

// The kinds that came later, from a generator of their own.
class LaterKinds {
 public:
  LaterKinds(Script& script, const Switches& switches)
      : script_(script), chance_(mix(script.seed, 0xE7)) {
    script.plain = !switches.move && !switches.version;
    script.versions = chance_.permille(600) && switches.version;
    script.old_centre = chance_.permille(300) && script.versions;
    for (std::size_t i = 0; i < script.seats.size(); ++i)
      script.old_seats.push_back(chance_.permille(400) && script.versions);
  }

  void add_events(std::size_t step) {
    for (; !due_.empty() && due_.begin()->first <= step; due_.erase(due_.begin()))
      script_.events.push_back(due_.begin()->second);
    if (draws(Fault::kBundleCarried)) carry(step);
    if (draws(Fault::kSeededByBundle)) add(Act::kSeedByBundle);
    if (draws(Fault::kRowMoved)) add(chance_.permille(500) ? Act::kLoad : Act::kMoveRow);
    if (draws(Fault::kUnitAbsorbed)) add(Act::kAbsorb);
    if (draws(Fault::kRightWithdrawn)) add(Act::kWithdraw);
    if (draws(Fault::kMonthsPassed)) {
      add(Act::kMonths);
      plan(step + 2 + chance_.below(12), Act::kCollect, 0);
    }
    if (draws(Fault::kDeviceUpgraded)) add(Act::kUpgradeDevice);
    if (draws(Fault::kCentreUpgraded)) add(Act::kUpgradeCentre);
    if (draws(Fault::kReceiptForged)) add(Act::kForgeReceipt);
  }

 private:
  bool draws(Fault fault) {
    return chance_.permille(script_.rates[static_cast<std::size_t>(fault)]);
  }
  void add(Act act) { script_.events.push_back({act, chance_.below(64), chance_.next()}); }
  void plan(std::size_t step, Act act, std::size_t device) {
    due_.emplace(step, Event{act, device, chance_.next()});
  }
  // Written now, at the centre some time later, its answer on the device later still.
  void carry(std::size_t step) {
    const std::size_t device = chance_.below(64);
    script_.events.push_back({Act::kBundleOut, device, chance_.next()});
    const std::size_t there = step + 1 + chance_.below(6);
    plan(there, Act::kBundleToCentre, device);
    plan(there + chance_.below(6), Act::kBundleIn, device);
  }

  Script& script_;
  Chance chance_;
  std::multimap<std::size_t, Event> due_;
};

}  // namespace

std::string_view name_of(Act act) {
  constexpr std::array<std::string_view, 34> kNames = {"create",
                                                       "edit",
                                                       "pair",
                                                       "remove",
                                                       "undelete",
                                                       "settle",
                                                       "tray",
                                                       "sync",
                                                       "foreign id",
                                                       "plain SQL",
                                                       "restart",
                                                       "restart centre",
                                                       "clock jump",
                                                       "clock freeze",
                                                       "move rights",
                                                       "revoke",
                                                       "save files",
                                                       "copy",
                                                       "roll back",
                                                       "back up",
                                                       "restore",
                                                       "bundle out",
                                                       "bundle to centre",
                                                       "bundle in",
                                                       "seed by bundle",
                                                       "load",
                                                       "move row",
                                                       "absorb",
                                                       "withdraw",
                                                       "months",
                                                       "collect",
                                                       "upgrade device",
                                                       "upgrade centre",
                                                       "forge receipt"};
  return kNames[static_cast<std::size_t>(act)];
}

Script write_script(std::uint64_t seed, const Switches& switches) {
  Chance chance(seed);
  Script script;
  script.seed = seed;
  script.on_sqlite = chance.permille(150);
  script.relapse = switches.relapse;
  draw_seats(chance, script);
  script.rates = draw_rates(chance, seed, switches);
  script.restores = script.rates[static_cast<std::size_t>(Fault::kRestored)] > 0;
  const std::size_t steps = 60 + chance.below(180);
  const auto add = [&](Act act) {
    script.events.push_back({act, chance.below(64), chance.next()});
  };
  LaterKinds later(script, switches);
  for (std::size_t step = 0; step < steps; ++step) {
    later.add_events(step);
    for (const Rare& rare : kRare) {
      if (chance.permille(script.rates[static_cast<std::size_t>(rare.fault)])) add(rare.act);
    }
    if (switches.rollback && chance.permille(30)) add(Act::kSaveFiles);
    if (switches.restore && chance.permille(30)) add(Act::kBackUp);
    add(draw_work(chance));
  }
  return script;
}

}  // namespace nhip::sim
