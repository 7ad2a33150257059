#include "centre/collect.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "centre/epoch.h"
#include "centre/rights.h"
#include "centre/transaction.h"
#include "core/planted.h"

namespace nhip::server {

namespace {

// After a restore devices come back one by one; nobody is hurried.
constexpr std::int64_t kQuietAfterRestoreMs = std::int64_t{30} * 24 * 3600 * 1000;

std::string setting_of(const std::string& scope) { return "collected " + scope; }

struct Leased {
  std::vector<std::string> feeds;
  std::map<std::string, std::uint64_t> positions;
};

class Collector {
 public:
  Collector(Centre& centre, std::int64_t now)
      : centre_(centre), now_(now), sequencer_(centre, Author{}, "centre", now) {}

  Result<Collected> run() {
    NHIP_TRY(read_leases());
    NHIP_TRY_ASSIGN(const auto scopes, centre_.store().scopes());
    for (const std::string& scope : scopes) {
      if (!is_collected_scope(scope)) NHIP_TRY(collect(scope));
    }
    NHIP_TRY(sequencer_.finish());
    return done_;
  }

 private:
  Status read_leases() {
    NHIP_TRY_ASSIGN(const auto replicas, centre_.store().replicas());
    for (const ReplicaRecord& replica : replicas) {
      if (now_ - replica.last_contact > kLeaseMs || NHIP_PLANTED(lease_ignored)) continue;
      NHIP_TRY_ASSIGN(const auto device, centre_.store().device(replica.device_id));
      if (!device || device->revoked_at) continue;
      NHIP_TRY_ASSIGN(const Rights rights, Rights::of(centre_, *device));
      leased_.push_back({rights.feeds(), read_positions(replica.positions)});
    }
    return {};
  }

  // The last number of the scope that every leased replica has passed.
  Result<std::uint64_t> passed(const std::string& scope) {
    std::uint64_t least = UINT64_MAX;
    for (const Leased& each : leased_) {
      for (const std::string& feed : each.feeds) {
        if (feed != scope && (feed != "*" || !is_in_office_feed(scope))) continue;
        const auto position = each.positions.find(feed);
        std::uint64_t at = position == each.positions.end() ? 0 : position->second;
        if (feed == "*" && at > 0) {
          NHIP_TRY_ASSIGN(const auto share, centre_.store().commit_before(scope, at));
          at = share ? share->last : 0;
        }
        least = std::min(least, at);
      }
    }
    return least;
  }

  Status collect(const std::string& scope) {
    NHIP_TRY_ASSIGN(std::uint64_t upto, passed(scope));
    NHIP_TRY_ASSIGN(const ScopeHead head, centre_.store().head(scope));
    upto = std::min(upto, head.seq);
    NHIP_TRY_ASSIGN(const std::uint64_t before, collected_to(centre_.store(), scope));
    std::vector<StoredRow> tombstones;
    NHIP_TRY(centre_.store().each_in_scope(scope, 0, upto, [&](const StoredRow& row) {
      const bool gone = core::is_deleted(row.row.cells) || row.type == kMovedType;
      const bool old =
          now_ - row.info.received_at >= kTombstoneAgeMs || NHIP_PLANTED(tombstone_age_ignored);
      if (gone && !old) {
        upto = row.seq - 1;  // the devices forget by number, so none may be passed over
        return false;
      }
      if (gone) tombstones.push_back(row);
      return true;
    }));
    if (tombstones.empty() || upto <= before) return {};
    for (const StoredRow& row : tombstones) NHIP_TRY(sequencer_.collect(row));
    done_.records += tombstones.size();
    ++done_.scopes;
    return centre_.store().put_setting(setting_of(scope), std::to_string(upto));
  }

  Centre& centre_;
  const std::int64_t now_;
  Sequencer sequencer_;
  std::vector<Leased> leased_;
  Collected done_;
};

}  // namespace

Result<std::uint64_t> collected_to(ServerStore& store, const std::string& scope) {
  NHIP_TRY_ASSIGN(const auto text, store.setting(setting_of(scope)));
  return text ? std::strtoull(text->c_str(), nullptr, 10) : std::uint64_t{0};
}

Result<Collected> collect_tombstones(Centre& centre, std::int64_t now) {
  NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(centre.store()));
  if (!epochs.marks().empty() && now - epochs.marks().back().opened_at < kQuietAfterRestoreMs)
    return Collected{};
  Transaction transaction(centre.store());
  NHIP_TRY(transaction.begin());
  NHIP_TRY_ASSIGN(const Collected done, Collector(centre, now).run());
  NHIP_TRY(transaction.commit());
  return done;
}

std::map<std::string, std::uint64_t> read_positions(const std::string& text) {
  std::map<std::string, std::uint64_t> positions;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) continue;
    positions[line.substr(space + 1)] = std::strtoull(line.c_str(), nullptr, 10);
  }
  return positions;
}

std::string write_positions(const std::map<std::string, std::uint64_t>& positions) {
  std::string text;
  for (const auto& [feed, seq] : positions) text += std::to_string(seq) + ' ' + feed + '\n';
  return text;
}

}  // namespace nhip::server
