#include "sim/faults.h"

namespace nhip::sim {

namespace {

struct Kind {
  std::string_view name;
  unsigned rate_max;  // thousandths of its occasions
};

// In the order of the enum.
constexpr std::array<Kind, kFaultCount> kKinds = {{
    {"lost request", 250},     {"lost answer", 250},
    {"repeated request", 200}, {"replayed request", 200},
    {"delayed request", 150},  {"cut request", 120},
    {"cut answer", 120},       {"old answer", 100},
    {"portal page", 80},       {"busy server", 80},
    {"small budget", 300},     {"meanwhile", 300},
    {"device killed", 120},    {"device killed in sync", 150},
    {"disk full", 80},         {"device restarted", 60},
    {"centre killed", 120},    {"centre restarted", 60},
    {"clock jump", 60},        {"clock frozen", 40},
    {"foreign id", 60},        {"plain SQL", 150},
    {"rights moved", 30},      {"revoked", 12},
    {"replica copied", 25},    {"replica rolled back", 25},
    {"centre restored", 25},
}};

bool is_on(Fault fault, const Switches& switches) {
  switch (fault) {
    case Fault::kCopied: return switches.copy;
    case Fault::kRolledBack: return switches.rollback;
    case Fault::kRestored: return switches.restore;
    default: return true;
  }
}

}  // namespace

std::string_view name_of(Fault fault) { return kKinds[static_cast<std::size_t>(fault)].name; }

// Each run has its own mixture; every kind is left out of some, so that a bug that one kind hides
// behind another's repair still shows.
FaultRates draw_rates(Chance& chance, const Switches& switches) {
  FaultRates rates{};
  const bool calm = chance.permille(60);
  for (std::size_t i = 0; i < kFaultCount; ++i) {
    const bool left_out = chance.permille(350);
    const auto rate = static_cast<unsigned>(1 + chance.below(kKinds[i].rate_max));
    if (!calm && !left_out && is_on(static_cast<Fault>(i), switches)) rates[i] = rate;
  }
  return rates;
}

}  // namespace nhip::sim
