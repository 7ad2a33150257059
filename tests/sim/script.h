// Script: what a seed means. A plan (who takes part, how likely each fault is) and a list of
// events, each with a seed of its own, so that a failing run can be cut down by leaving events out:
// the rest keep their meaning.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/faults.h"

namespace nhip::sim {

enum class Act {
  kCreate,
  kEdit,
  kPair,  // two records in one transaction
  kRemove,
  kUndelete,
  kSettle,  // a conflict
  kTray,    // tries again or gives up what was refused
  kSync,
  kForeignId,
  kPlainSql,
  kRestartDevice,
  kRestartCentre,
  kClockJump,
  kClockFrozen,
  kMoveRights,
  kRevoke,
  kSaveFiles,
  kCopy,
  kRollBack,
  kBackUp,
  kRestore,
  kBundleOut,
  kBundleToCentre,
  kBundleIn,
  kSeedByBundle,
  kLoad,  // the office loads a record, as from an older system
  kMoveRow,
  kAbsorb,
  kWithdraw,
  kMonths,
  kCollect,
  kUpgradeDevice,
  kUpgradeCentre,
  kForgeReceipt,
};
std::string_view name_of(Act act);

struct Event {
  Act act = Act::kSync;
  std::size_t device = 0;  // modulo the number of devices there are
  std::uint64_t seed = 0;
};

struct Seat {
  std::string unit, role;
};

struct Script {
  std::uint64_t seed = 0;
  bool on_sqlite = false;
  bool relapse = false;         // Switches::relapse
  bool restores = false;        // the centre may be put back; stays when a script is cut down
  bool plain = false;           // neither units nor two versions of the registry
  bool versions = false;        // of the registry: two
  bool old_centre = false;      // begins under the first version of the registry
  std::vector<bool> old_seats;  // likewise
  std::vector<Seat> seats;
  FaultRates rates{};
  std::vector<Event> events;
};

Script write_script(std::uint64_t seed, const Switches& switches);

}  // namespace nhip::sim
