// Review: what the centre does to a record by itself after a merge. A record in a submitted state
// that breaks a rule of severity error goes back to its unit with the reason, in the commit that
// broke it. Rules, states and fields are data of the schema.
#pragma once

#include "centre/centre.h"
#include "centre/store_others.h"
#include "core/row.h"

namespace nhip::server {

class Review {
 public:
  Review(Centre& centre, std::int64_t now) : centre_(centre), now_(now), others_(centre) {}

  // `before` is the record as it stood, null for a new one. Returns the merged one to its unit, or
  // takes back a reason of the centre's own that holds no longer;
  // true when it changed `row`. What it writes has the centre as author.
  Result<bool> judge(const Type& type, const Id& id, const StoredRow* before, core::Row& row,
                     core::Hlc stamp, std::uint64_t seq);
  // A record of this type was stored.
  void stored(const Type& type) { others_.forget(type.number); }

 private:
  Centre& centre_;
  const std::int64_t now_;
  StoreOthers others_;
};

}  // namespace nhip::server
