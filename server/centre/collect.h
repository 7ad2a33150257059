// Collecting tombstones: a deleted record leaves its feed once every leased replica has seen the
// deletion and it is old enough. It stays in the store, with its history, in a scope that nobody
// follows; so nothing that comes later can take its id for a new record's.
//
// A lease is a contact within 180 days. A replica that comes back after it finds its digest
// different, compares, and forgets what is gone; work of its own on such a record goes to its tray.
#pragma once

#include <cstdint>
#include <string>

#include "centre/centre.h"

namespace nhip::server {

inline constexpr std::int64_t kLeaseMs = std::int64_t{180} * 24 * 3600 * 1000;
inline constexpr std::int64_t kTombstoneAgeMs = std::int64_t{90} * 24 * 3600 * 1000;

struct Collected {
  std::uint64_t records = 0, scopes = 0;
};

// One transaction of its own. Rare: once a day is plenty.
Result<Collected> collect_tombstones(Centre& centre, std::int64_t now);

// Tombstones of `scope` up to this number are collected; 0: none yet.
Result<std::uint64_t> collected_to(ServerStore& store, const std::string& scope);

// Where a replica holds everything, per feed: from ReplicaRecord::positions and into it.
std::map<std::string, std::uint64_t> read_positions(const std::string& text);
std::string write_positions(const std::map<std::string, std::uint64_t>& positions);

}  // namespace nhip::server
