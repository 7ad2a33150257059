// Tray: work the centre did not take. It stays here, visible and editable, until a person deals
// with it.
#pragma once

#include <vector>

#include "core/operation.h"
#include "protocol/messages.h"
#include "replica/store.h"

namespace nhip::replica {

// Moves the operations of a group there. Inside a transaction.
Status put_in_tray(Store& store, const std::vector<core::Operation>& group,
                   const protocol::GroupVerdict& verdict);

Result<std::vector<TrayEntry>> read_tray(Store& store);
Result<std::pair<std::uint64_t, std::uint64_t>> count_tray(Store& store);  // rejected, held

// Writes an entry's changes into the record tables again, as a new local change, and takes the
// entries of its group out of the tray. `key` is an entry's or a record's id. Inside a transaction
// that is sealed afterwards. kNotFound when there is none.
Status take_from_tray(Store& store, const Id& key);

// Forgets the entries of its group: only ever by a person's decision. kNotFound as above.
Status drop_from_tray(Store& store, const Id& key);

}  // namespace nhip::replica
