#include "sim/script.h"

#include <array>

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

}  // namespace

std::string_view name_of(Act act) {
  constexpr std::array<std::string_view, 21> kNames = {
      "create",     "edit",         "pair",        "remove",    "undelete",   "settle",
      "tray",       "sync",         "foreign id",  "plain SQL", "restart",    "restart centre",
      "clock jump", "clock freeze", "move rights", "revoke",    "save files", "copy",
      "roll back",  "back up",      "restore"};
  return kNames[static_cast<std::size_t>(act)];
}

Script write_script(std::uint64_t seed, const Switches& switches) {
  Chance chance(seed);
  Script script;
  script.seed = seed;
  script.on_sqlite = chance.permille(150);
  script.relapse = switches.relapse;
  draw_seats(chance, script);
  script.rates = draw_rates(chance, switches);
  script.restores = script.rates[static_cast<std::size_t>(Fault::kRestored)] > 0;
  const std::size_t steps = 60 + chance.below(180);
  const auto add = [&](Act act) {
    script.events.push_back({act, chance.below(64), chance.next()});
  };
  for (std::size_t step = 0; step < steps; ++step) {
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
