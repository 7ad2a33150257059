// History: how versions that an older system brings stand beside those that devices wrote.
//
// A version is loaded (its author is zero) or local. Without a local version the loaded ones are
// ordered by R1 of the domain: the highest (rev, received_at) is live, the others are past,
// whatever order they came in. Once a device has written the record, loaded versions enter history
// by received_at and change only cells that no local version touched; a cell is touched when its
// version has an author. So the state at an instant is a function of the set of versions alone,
// never of the order of loading:
//
//   state(T) = the newest local version received by T, with its untouched cells taken from
//              the highest loaded version received by T
//
// An edit beats a deletion that did not know of it, so `deleted` counts as touched by any local
// version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "centre/centre.h"

namespace nhip::server {

struct LoadedVersion {
  std::uint16_t type = 0;
  Id id;
  std::string source_id;
  std::string scope;
  VersionInfo info;  // author zero
  core::Cells cells;
};

struct Entered {
  bool repeated = false;       // the very same version is known: nothing was done
  bool other_content = false;  // the same rev is known with other cells; both are kept
  bool kept_edited = false;    // a deletion that a device's edit outlives
};

// Inside a transaction. Definitions (no rev of their own) are entered by `enter_definition`: a
// content that differs from the newest loaded one becomes the next rev.
Result<Entered> enter_version(Centre& centre, Sequencer& sequencer, const LoadedVersion& version);
Result<Entered> enter_definition(Centre& centre, Sequencer& sequencer, LoadedVersion version);

struct StateAt {
  VersionInfo info;
  std::string scope;
  core::Cells cells;
  std::uint64_t seq = 0;  // 0 unless it is the live version
};

// The record as it was known here at `instant`; nothing when it was not. A deleted state is
// returned too.
Result<std::optional<StateAt>> state_as_of(Centre& centre, const StoredRow& live,
                                           std::int64_t instant);

// What a record was from an instant on, until the next of its states.
struct TimedState {
  VersionInfo info;  // received_at is that instant
  core::Cells cells;
};
// A record's versions such that R1 over them gives what state_as_of gives: of any instant, the one
// with the highest (rev, received_at) among those received by then. Without a local version these
// are the versions themselves; with one, a state for every instant at which it changed. `past` in
// any order.
std::vector<TimedState> timeline(const StoredRow& live, std::vector<PastVersion> past);

}  // namespace nhip::server
