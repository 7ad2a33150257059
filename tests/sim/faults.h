// Faults: the kinds a run may suffer, how likely each is in one run, and how often each came.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "sim/chance.h"

namespace nhip::sim {

enum class Fault {
  kLostRequest,
  kLostAnswer,
  kRepeatedRequest,  // arrives twice, one right after the other
  kReplayedRequest,  // an old one arrives again, after newer ones
  kDelayedRequest,   // given up by the device, arrives later
  kCutRequest,       // a part of it, or with a byte changed
  kCutAnswer,
  kOldAnswer,    // the answer to an earlier request of the same device
  kPortal,       // somebody else's page
  kBusyServer,   // 503 from something before the centre
  kSmallBudget,  // the sync stops after some kilobytes
  kMeanwhile,    // others go on while a request is on its way
  kDeviceKilled,
  kDeviceKilledInSync,
  kDiskFull,
  kDeviceRestarted,
  kCentreKilled,
  kCentreRestarted,
  kClockJump,
  kClockFrozen,
  kForeignId,  // a device writes a record with another unit's id or for another unit
  kPlainSql,
  kRightsMoved,
  kRevoked,
  kCopied,
  kRolledBack,
  kRestored,
  // From here on rates and events are drawn from generators of their own, so that a seed keeps its
  // meaning where these are left out.
  kBundleCarried,   // a device's requests come to the centre as a file
  kBundleRepeated,  // a file that was there before comes again
  kBundleDamaged,   // cut, or with a byte changed, on either way
  kAnswerLate,      // an answer that a newer bundle or a sync has overtaken, or of another device
  kSeededByBundle,  // a new device gets its records from a file
  kRowMoved,        // the office loads a record again, for another unit
  kUnitAbsorbed,    // another unit's devices get to read a unit
  kRightWithdrawn,  // and may no longer
  kMonthsPassed,
  kCollected,       // tombstones left their feeds
  kLeaseOver,       // a device came back after its lease
  kDeviceUpgraded,  // a device goes on under the later registry
  kCentreUpgraded,  // so does the centre
  kHeldForLater,    // work of a type that the centre did not know
  kReceiptForged,   // another program changed a receipt on a device
};
inline constexpr std::size_t kFaultCount = static_cast<std::size_t>(Fault::kReceiptForged) + 1;
inline constexpr std::size_t kFirstFaults = static_cast<std::size_t>(Fault::kRestored) + 1;

std::string_view name_of(Fault fault);

// Kinds that may be left out of a run, or are in it only when named.
struct Switches {
  bool copy = true;
  bool rollback = true;
  bool restore = true;
  // Off unless named, until the seeds that fail with them (README.md) are looked into.
  bool bundle = false;
  bool move = false;     // records and rights between units
  bool lease = false;    // months, collected tombstones
  bool version = false;  // two versions of the registry
  bool forge = false;    // receipts that another program changed
  // What happens once may happen again: a copy of a copy, a second rollback, a restore from a
  // backup that is older than the last restore.
  bool relapse = false;
};

// In thousandths of the occasions; 0 = not in this run.
using FaultRates = std::array<unsigned, kFaultCount>;
FaultRates draw_rates(Chance& chance, std::uint64_t seed, const Switches& switches);
bool is_on(Fault fault, const Switches& switches);
// "copy,restore" and so on, as on the command line; false: an unknown name.
bool switch_kinds(Switches& switches, std::string_view names, bool on);

class FaultCounts {
 public:
  void note(Fault fault) { ++counts_[static_cast<std::size_t>(fault)]; }
  std::uint64_t of(Fault fault) const { return counts_[static_cast<std::size_t>(fault)]; }
  void add(const FaultCounts& other) {
    for (std::size_t i = 0; i < kFaultCount; ++i) counts_[i] += other.counts_[i];
  }
  std::array<std::uint64_t, kFaultCount>& raw() { return counts_; }

 private:
  std::array<std::uint64_t, kFaultCount> counts_{};
};

}  // namespace nhip::sim
