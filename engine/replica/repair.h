// Repair: a feed that does not add up is reconciled with the centre, record by record, and nothing
// is thrown away: what the centre does not have is kept to be offered to it.
//
// Which feeds need it stands in _nhip_feed and survives a restart; where each one is in its steps
// lives as long as one sync.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocol/messages.h"
#include "protocol/reconcile.h"
#include "replica/store.h"

namespace nhip::replica {

enum class RepairKind { kNone = 0, kVersions = 1, kValues = 2 };

class Repair {
 public:
  // Adds the next step of every feed under repair. A feed of which nothing is held begins at its
  // beginning instead.
  Status ask(Store& store, protocol::SyncRequest& request);

  // Marks `feed` for another reconciliation. False when it was tried often enough in this sync: it
  // was then set to be read from its beginning, once, and after that left as it is. Values are
  // compared in every feed, and left to the next sync after as many tries.
  Result<bool> mark(Store& store, const std::string& feed, RepairKind kind);

  // After sums: what to name next. True when nothing of the feed differed and it is done.
  Result<bool> take_sums(Store& store, const protocol::ReconcileRequest& asked,
                         const protocol::ReconcileAnswer& answer);
  // Keeps the states that the centre may have lost, to be offered. Call before its rows are
  // applied. Returns the records that it never had in this form and sends no other form of: it has
  // none.
  Result<std::vector<std::pair<std::uint16_t, Id>>> keep_unknown(
      Store& store, const protocol::ReconcileRequest& asked,
      const protocol::ReconcileAnswer& answer);
  // After the rows of an answer to prints were applied. True when the feed is done.
  Result<bool> take_prints(Store& store, const protocol::ReconcileAnswer& answer);

  // Compares values of every feed, not only versions. Inside a transaction.
  Status compare_values(Store& store);
  // Where the feeds are in their steps, for syncs whose answers come days later. `save` inside a
  // transaction.
  Status load(Store& store);
  Status save(Store& store) const;

  bool compared_values() const { return values_done_; }

 private:
  struct Steps {
    std::uint64_t nonce = 0;
    bool values = false;
    protocol::Cursor cursor;           // the head when the first step was answered
    std::uint32_t depth = 0;           // of `parts`
    std::vector<std::uint32_t> parts;  // differ, still to be named; empty: begin with sums
    bool cut = false;                  // more parts differ than one step names
  };

  Status ask_sums(Store& store, const std::string& feed, Steps& steps,
                  protocol::SyncRequest& request, std::uint64_t records);
  Status ask_prints(Store& store, const std::string& feed, Steps& steps,
                    protocol::SyncRequest& request);
  Status finish(Store& store, const std::string& feed, const Steps& steps);

  std::map<std::string, Steps> steps_;
  std::map<std::string, int> tries_;
  bool values_done_ = false;
};

// Adds up the digests of all feeds from the bookkeeping and stores what they should be. True when
// one was wrong: somebody else wrote there. Inside a transaction.
Result<bool> recount(Store& store);

// The instant of the last comparison of values, and how often one is due.
Result<bool> values_are_due(Store& store);
Status ask_for_values(Store& store);

}  // namespace nhip::replica
