#include "sim/faults.h"

#include <algorithm>

namespace nhip::sim {

namespace {

struct Kind {
  std::string_view name;
  unsigned rate_max;  // thousandths of its occasions
};

// In the order of the enum.
constexpr std::array<Kind, kFaultCount> kKinds = {{
    {"lost request", 250},
    {"lost answer", 250},
    {"repeated request", 200},
    {"replayed request", 200},
    {"delayed request", 150},
    {"cut request", 120},
    {"cut answer", 120},
    {"old answer", 100},
    {"portal page", 80},
    {"busy server", 80},
    {"small budget", 300},
    {"meanwhile", 300},
    {"device killed", 120},
    {"device killed in sync", 150},
    {"disk full", 80},
    {"device restarted", 60},
    {"centre killed", 120},
    {"centre restarted", 60},
    {"clock jump", 60},
    {"clock frozen", 40},
    {"foreign id", 60},
    {"plain SQL", 150},
    {"rights moved", 30},
    {"revoked", 12},
    {"replica copied", 25},
    {"replica rolled back", 25},
    {"centre restored", 25},
    {"bundle carried", 40},
    {"bundle repeated", 250},
    {"bundle damaged", 200},
    {"answer late", 250},
    {"seeded by bundle", 6},
    {"row moved", 40},
    {"unit absorbed", 20},
    {"right withdrawn", 20},
    {"months passed", 20},
    {"tombstones collected", 400},
    {"lease over", 300},
    {"device upgraded", 15},
    {"centre upgraded", 15},
    {"held for later", 1},
    {"receipt forged", 15},
}};

struct Named {
  std::string_view name;
  bool Switches::*on;
};

constexpr std::array<Named, 9> kSwitches = {{{"copy", &Switches::copy},
                                             {"rollback", &Switches::rollback},
                                             {"restore", &Switches::restore},
                                             {"relapse", &Switches::relapse},
                                             {"bundle", &Switches::bundle},
                                             {"move", &Switches::move},
                                             {"lease", &Switches::lease},
                                             {"version", &Switches::version},
                                             {"forge", &Switches::forge}}};

}  // namespace

bool is_on(Fault fault, const Switches& switches) {
  switch (fault) {
    case Fault::kCopied: return switches.copy;
    case Fault::kRolledBack: return switches.rollback;
    case Fault::kRestored: return switches.restore;
    case Fault::kBundleCarried:
    case Fault::kBundleRepeated:
    case Fault::kBundleDamaged:
    case Fault::kAnswerLate:
    case Fault::kSeededByBundle: return switches.bundle;
    case Fault::kRowMoved:
    case Fault::kUnitAbsorbed:
    case Fault::kRightWithdrawn: return switches.move;
    case Fault::kMonthsPassed:
    case Fault::kCollected:
    case Fault::kLeaseOver: return switches.lease;
    case Fault::kDeviceUpgraded:
    case Fault::kCentreUpgraded:
    case Fault::kHeldForLater: return switches.version;
    case Fault::kReceiptForged: return switches.forge && switches.restore;
    default: return true;
  }
}

bool switch_kinds(Switches& switches, std::string_view names, bool on) {
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    const auto found = std::find_if(kSwitches.begin(), kSwitches.end(),
                                    [&](const Named& each) { return each.name == name; });
    if (found == kSwitches.end()) return false;
    switches.*found->on = on;
  }
  return true;
}

std::string_view name_of(Fault fault) { return kKinds[static_cast<std::size_t>(fault)].name; }

// Each run has its own mixture; every kind is left out of some, so that a bug that one kind hides
// behind another's repair still shows.
FaultRates draw_rates(Chance& chance, std::uint64_t seed, const Switches& switches) {
  FaultRates rates{};
  Chance later(mix(seed, 0xFA));
  const bool calm = chance.permille(60);
  for (std::size_t i = 0; i < kFaultCount; ++i) {
    Chance& drawn = i < kFirstFaults ? chance : later;
    const bool left_out = drawn.permille(350);
    const auto rate = static_cast<unsigned>(1 + drawn.below(kKinds[i].rate_max));
    if (!calm && !left_out && is_on(static_cast<Fault>(i), switches)) rates[i] = rate;
  }
  return rates;
}

}  // namespace nhip::sim
