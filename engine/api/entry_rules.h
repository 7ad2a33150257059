// The schema's rules on a device: other records are those of the replica.
#pragma once

#include <vector>

#include "nhip/replica.h"
#include "replica/store.h"

namespace nhip::api {

Result<std::vector<RuleFinding>> findings_of(replica::Store& store, const Type& type, const Id& id,
                                             const core::Cells& cells);

// kInvalid "breaks_rule" when the record would come to stand in a submitted state against a rule of
// severity error; `before` is null for a new one. A draft passes: it may wait for what is missing.
Status may_stand(replica::Store& store, const Type& type, const Id& id, const core::Cells* before,
                 const core::Cells& after);

}  // namespace nhip::api
