#include "centre/history.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include "core/planted.h"
#include "record/record_json.h"

namespace nhip::server {
namespace {

const core::CellKey kDeletedCell{kDeletedField, ""};

bool is_local(const VersionInfo& info) { return info.author.replica != 0; }

bool has_local_version(const StoredRow& live) {
  if (is_local(live.info) || live.row.versions.base.author.replica != 0) return true;
  return std::any_of(live.row.versions.exceptions.begin(), live.row.versions.exceptions.end(),
                     [](const auto& entry) { return entry.second.author.replica != 0; });
}

bool is_touched(const core::Versions& versions, const core::CellKey& key) {
  return key == kDeletedCell || versions.of(key).author.replica != 0;
}

// R1, made total: versions that R1 cannot tell apart are ordered by what they say.
bool is_older(const PastVersion& a, const PastVersion& b) {
  const auto order = [](const PastVersion& v) { return std::tie(v.info.rev, v.info.received_at); };
  if (order(a) != order(b)) return order(a) < order(b);
  if (a.cells != b.cells) return core::encode_cells(a.cells) < core::encode_cells(b.cells);
  return std::tie(a.info.updated_at, a.info.device_id) <
         std::tie(b.info.updated_at, b.info.device_id);
}

bool is_same(const PastVersion& a, const PastVersion& b) {
  return a.info.rev == b.info.rev && a.info.received_at == b.info.received_at &&
         a.info.updated_at == b.info.updated_at && a.info.device_id == b.info.device_id &&
         a.cells == b.cells;
}

PastVersion as_past(const StoredRow& row) { return {row.info, row.scope, row.row.cells}; }
PastVersion as_past(const LoadedVersion& version) {
  return {version.info, version.scope, version.cells};
}

const PastVersion* highest(const std::vector<PastVersion>& versions, bool local,
                           std::int64_t instant) {
  const PastVersion* best = nullptr;
  for (const PastVersion& version : versions) {
    if (is_local(version.info) != local || version.info.received_at > instant) continue;
    if (best == nullptr || is_older(*best, version)) best = &version;
  }
  return best;
}

constexpr std::int64_t kForEver = INT64_MAX;

// Live first, then all replaced versions.
Result<std::vector<PastVersion>> all_versions(Centre& centre, const StoredRow& live) {
  std::vector<PastVersion> versions{as_past(live)};
  NHIP_TRY_ASSIGN(const std::vector<PastVersion> past, centre.store().past(live.type, live.id));
  versions.insert(versions.end(), past.begin(), past.end());
  return versions;
}

// `local` with the cells no local version touched taken from `loaded`.
core::Cells overlaid(const core::Cells& local, const core::Cells& loaded,
                     const core::Versions& versions) {
  core::Cells cells;
  for (const auto& [key, value] : local) {
    if (is_touched(versions, key)) cells[key] = value;
  }
  for (const auto& [key, value] : loaded) {
    if (!is_touched(versions, key)) cells[key] = value;
  }
  return cells;
}

std::vector<core::CellKey> changed_cells(const core::Cells& before, const core::Cells& after) {
  std::vector<core::CellKey> changed;
  for (const auto& [key, value] : before) {
    if (core::cell_value(after, key) != value) changed.push_back(key);
  }
  for (const auto& [key, value] : after) {
    if (!before.contains(key)) changed.push_back(key);
  }
  return changed;
}

// The order of a loaded value among stamps: when it was received, but never in our future.
core::Hlc stamp_of(const VersionInfo& info, std::int64_t now) {
  return core::make_hlc(std::min(info.received_at, now));
}

// Puts a loaded version straight into history, as brought by the commit that is being made.
Status add_to_history(Centre& centre, const LoadedVersion& version) {
  NHIP_TRY_ASSIGN(const std::uint64_t last, centre.store().last_commit());
  PastVersion past = as_past(version);
  past.info.commit = last + 1;
  return centre.store().add_past(version.type, version.id, past);
}

// Stores `after` as the live version that follows `live`, or the first one.
Status put_live(Centre& centre, Sequencer& sequencer, const StoredRow* live, StoredRow after,
                core::Hlc stamp, bool replaced_is_past) {
  NHIP_TRY_ASSIGN(after.seq, sequencer.next(after.scope));
  const core::Version version{stamp, Author{}, after.seq};
  if (live == nullptr) {
    after.row.versions = {version, {}};
  } else {
    after.row.versions = live->row.versions;
    // Numbers of another scope mean nothing in this one. Who wrote a cell still does: a line that
    // is loaded later must not take back what a device wrote.
    if (live->scope != after.scope) {
      after.row.versions.base.seq = after.seq;
      if (NHIP_PLANTED(move_forgets_author)) after.row.versions = {version, {}};
      for (auto& [key, kept] : after.row.versions.exceptions) kept.seq = after.seq;
    }
    for (const core::CellKey& key : changed_cells(live->row.cells, after.row.cells)) {
      after.row.versions.exceptions[key] = version;
    }
  }
  NHIP_TRY(sequencer.store(live, after, replaced_is_past));
  const Type* type = centre.schema().type(after.type);
  if (type == nullptr || type->spread_as.empty()) return {};
  return spread(centre, sequencer, after);
}

// A loaded version of a record that devices have written: into history, and into the cells left to
// it.
Status amend(Centre& centre, Sequencer& sequencer, const StoredRow& live,
             const LoadedVersion& version, std::vector<PastVersion> known) {
  NHIP_TRY(add_to_history(centre, version));
  known.push_back(as_past(version));
  const PastVersion* loaded = highest(known, false, kForEver);
  StoredRow after = live;
  after.row.cells = overlaid(live.row.cells, loaded->cells, live.row.versions);
  // The next local version is numbered after every loaded one.
  if (version.info.rev >= live.info.rev) after.info.rev = version.info.rev + 1;
  const Type* type = centre.schema().type(live.type);
  NHIP_TRY_ASSIGN(after.scope, record::scope_of(*type, after.row.cells));
  if (after.row.cells == live.row.cells && after.info.rev == live.info.rev) return {};
  const bool renumbered = after.info.rev != live.info.rev;
  return put_live(centre, sequencer, &live, std::move(after),
                  stamp_of(version.info, sequencer.now()), renumbered);
}

}  // namespace

Result<Entered> enter_version(Centre& centre, Sequencer& sequencer, const LoadedVersion& version) {
  NHIP_TRY_ASSIGN(const std::optional<StoredRow> live,
                  centre.store().row(version.type, version.id));
  StoredRow fresh;
  fresh.type = version.type;
  fresh.id = version.id;
  fresh.scope = version.scope;
  fresh.row.cells = version.cells;
  fresh.info = version.info;
  fresh.source_id = version.source_id;
  const core::Hlc stamp = stamp_of(version.info, sequencer.now());
  if (!live) {
    NHIP_TRY(put_live(centre, sequencer, nullptr, std::move(fresh), stamp, false));
    return Entered{};
  }

  Entered entered;
  NHIP_TRY_ASSIGN(const std::vector<PastVersion> known, all_versions(centre, *live));
  const PastVersion incoming = as_past(version);
  for (const PastVersion& other : known) {
    if (!is_local(other.info) && is_same(other, incoming)) {
      return Entered{.repeated = true};
    }
    if (other.info.rev == incoming.info.rev && other.cells != incoming.cells) {
      entered.other_content = true;
    }
  }
  if (has_local_version(*live)) {
    entered.kept_edited = core::is_deleted(version.cells) && !core::is_deleted(live->row.cells);
    NHIP_TRY(amend(centre, sequencer, *live, version, known));
  } else if (is_older(as_past(*live), incoming)) {
    NHIP_TRY(put_live(centre, sequencer, &*live, std::move(fresh), stamp, true));
  } else {
    NHIP_TRY(add_to_history(centre, version));
  }
  return entered;
}

Result<Entered> enter_definition(Centre& centre, Sequencer& sequencer, LoadedVersion version) {
  NHIP_TRY_ASSIGN(const std::optional<StoredRow> live,
                  centre.store().row(version.type, version.id));
  version.info.rev = 1;
  if (live) {
    NHIP_TRY_ASSIGN(const std::vector<PastVersion> known, all_versions(centre, *live));
    const PastVersion* newest = highest(known, false, kForEver);
    if (newest != nullptr && newest->cells == version.cells) return Entered{.repeated = true};
    for (const PastVersion& other : known) {
      version.info.rev = std::max(version.info.rev, other.info.rev + 1);
    }
  }
  return enter_version(centre, sequencer, version);
}

Result<std::optional<StateAt>> state_as_of(Centre& centre, const StoredRow& live,
                                           std::int64_t instant) {
  NHIP_TRY_ASSIGN(const std::vector<PastVersion> versions, all_versions(centre, live));
  const PastVersion* local = highest(versions, true, instant);
  const PastVersion* loaded = highest(versions, false, instant);
  const PastVersion* chosen = local != nullptr ? local : loaded;
  if (chosen == nullptr) return std::optional<StateAt>{};
  StateAt state{chosen->info, chosen->scope, chosen->cells, 0};
  if (chosen == versions.data()) state.seq = live.seq;
  if (local != nullptr && loaded != nullptr) {
    state.cells = overlaid(local->cells, loaded->cells, live.row.versions);
  }
  return std::optional<StateAt>{std::move(state)};
}

std::vector<TimedState> timeline(const StoredRow& live, std::vector<PastVersion> past) {
  std::vector<TimedState> states;
  past.push_back(as_past(live));
  if (past.size() > 1) std::sort(past.begin(), past.end(), is_older);
  if (std::none_of(past.begin(), past.end(), [](const auto& v) { return is_local(v.info); })) {
    for (PastVersion& version : past) states.push_back({version.info, std::move(version.cells)});
    return states;
  }
  std::set<std::int64_t> instants;
  for (const PastVersion& version : past) instants.insert(version.info.received_at);
  std::uint32_t rev = 0;
  for (const std::int64_t instant : instants) {
    const PastVersion* local = highest(past, true, instant);
    const PastVersion* loaded = highest(past, false, instant);
    const PastVersion& chosen = local != nullptr ? *local : *loaded;
    TimedState state{chosen.info, chosen.cells};
    if (local != nullptr && loaded != nullptr) {
      state.cells = overlaid(local->cells, loaded->cells, live.row.versions);
    }
    // A later state must not lose to an earlier one by its number.
    rev = std::max(rev, chosen.info.rev);
    state.info.rev = rev;
    state.info.received_at = instant;
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace nhip::server
