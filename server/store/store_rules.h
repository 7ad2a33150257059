// What every implementation of ServerStore refuses in the same words, so that a caller that works
// over one of them cannot come to rely on something another one does not do.
#pragma once

#include <cstdint>
#include <limits>

#include "store/server_store.h"

namespace nhip::server {

// Sequence and commit numbers are compared, and SQL compares signed integers.
inline constexpr std::uint64_t kNumberMax =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

inline Status no_transaction() {
  return {Code::kInternal, "no_transaction", "the store was written outside a transaction"};
}

inline Status transaction_open() {
  return {Code::kInternal, "transaction_open", "a transaction of this store is already open"};
}

inline Status no_savepoint() {
  return {Code::kInternal, "no_savepoint", "no savepoint of this store is open"};
}

inline Status savepoint_open() {
  return {Code::kInternal, "savepoint_open", "a savepoint of this store is already open"};
}

inline Status seq_taken() {
  return {Code::kConflict, "seq_taken", "another record has this sequence number of the scope"};
}

inline Status commit_exists() {
  return {Code::kConflict, "commit_exists", "this commit, or its last number, is already recorded"};
}

inline Status check_number(std::uint64_t number) {
  if (number <= kNumberMax) return {};
  return {Code::kLimit, "number_too_large", "a sequence or commit number is 2^63 or more"};
}

// A cell without a value has no byte form: stored, it would make the whole state unreadable.
inline Status check_cells(const core::Cells& cells) {
  for (const auto& [key, value] : cells) {
    if (value.is_null())
      return {Code::kInternal, "null_cell", "a state holds a cell without value"};
  }
  return {};
}

inline Status check_row(const StoredRow& row) {
  NHIP_TRY(check_number(row.seq));
  NHIP_TRY(check_number(row.info.commit));
  return check_cells(row.row.cells);
}

inline Status check_past(const PastVersion& version) {
  NHIP_TRY(check_number(version.info.commit));
  return check_cells(version.cells);
}

inline Status check_commit(const ScopeCommit& commit) {
  NHIP_TRY(check_number(commit.commit));
  NHIP_TRY(check_number(commit.first));
  return check_number(commit.last);
}

inline bool holds(const core::Group& group, std::uint64_t seq) {
  for (const core::Operation& operation : group.operations) {
    if (operation.seq == seq) return true;
  }
  return false;
}

}  // namespace nhip::server
