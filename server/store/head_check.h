// The consistency every store checks in `verify`: a scope's head against what the scope really
// holds.
#pragma once

#include <optional>
#include <string>

#include "store/server_store.h"

namespace nhip::server {

// What was found of one scope. Without a head, `head` stays all zero, as ServerStore::head answers.
struct ScopeFound {
  ScopeHead head;
  std::uint64_t rows = 0;
  std::uint64_t seq_max = 0;
  std::optional<ScopeCommit> newest;  // its share in the newest commit that has one
};

// A head may be ahead of its rows, since a record can leave the scope with the newest number; never
// behind them. kCorrupt "head_disagrees".
inline Status check_head(const std::string& scope, const ScopeFound& found) {
  const auto disagrees = [&scope](const std::string& what) {
    return Status(Code::kCorrupt, "head_disagrees", "scope " + scope + ": " + what,
                  "keep the folder as it is and restore the last backup beside it");
  };
  const ScopeHead& head = found.head;
  if (head.rows != found.rows) {
    return disagrees("its head counts " + std::to_string(head.rows) + " records, " +
                     std::to_string(found.rows) + " are stored");
  }
  if (head.seq < found.seq_max) {
    return disagrees("its head stands at " + std::to_string(head.seq) + ", a record at " +
                     std::to_string(found.seq_max));
  }
  if (!found.newest) return {};
  if (head.seq < found.newest->last || head.commit < found.newest->commit) {
    return disagrees("its head is older than its newest commit");
  }
  if (head.seq == found.newest->last && head.salt != found.newest->salt) {
    return disagrees("its head and its newest commit have different salts");
  }
  return {};
}

}  // namespace nhip::server
