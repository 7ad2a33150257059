// Locks: what a period's figures were when the office locked them (R2).
//
// A lock made here stores results, the (id, rev) they used and the definitions, all in its own
// transaction; nothing but a restatement replaces what is official, and earlier ones stay readable.
// They are settings of the store, so backups carry them and no sync touches them. A period that
// arrived locked by a load has no stored result: its official figures follow from its lock by R1.
// A lock may be ordered for a later instant; until then the period stands as a loaded one does, and
// the first command after that instant stores it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "figures/figure_book.h"

namespace nhip::server {

struct StoredLock {
  std::uint64_t number = 0;  // 1: the lock; above: restatements
  std::int64_t at = 0;       // the instant it is of
  std::int64_t made_at = 0;
  std::string reason;   // of a restatement
  bool stored = false;  // false: ordered for later
};

// Of one period, ascending.
Result<std::vector<StoredLock>> locks_of(Centre& centre, const std::string& code);
// {definitions_version, definitions, figures, units, records: [[type, id, rev]]}. kNotFound
// "no_such_lock".
Result<nlohmann::json> stored_result(Centre& centre, const std::string& code, std::uint64_t number);

struct LockOrder {
  std::string code;
  std::int64_t at = 0;  // not before `now`; of a restatement: `now`
  bool restate = false;
  std::string reason;  // a restatement needs one
};
// kInvalid "unknown_period", "lock_in_the_past", "already_locked", "not_locked", "no_reason".
Result<StoredLock> order_lock(FigureBook& book, const LockOrder& order, std::int64_t now);
// Stores the results of ordered locks whose instant has come.
Status store_due_locks(FigureBook& book, std::int64_t now);

// The official figures of a period: what was stored last, else what follows from its lock; null
// when it is not locked. The book is up to date.
Result<nlohmann::json> official_figures(FigureBook& book, const std::string& code);
Result<nlohmann::json> current_figures(FigureBook& book, const std::string& code);
// The same by unit, as units_json gives them.
Result<nlohmann::json> official_units(FigureBook& book, const std::string& code);
Result<nlohmann::json> current_units(FigureBook& book, const std::string& code);

}  // namespace nhip::server
