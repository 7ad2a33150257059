// Offers: the centre's state of records that the centre lost. They wait here, in the transaction
// that replaced them, until the centre has answered; nothing else would remember them.
#pragma once

#include <vector>

#include "protocol/messages.h"
#include "replica/record_state.h"
#include "replica/store.h"

namespace nhip::replica {

// Keeps `state.centre`. An offer of the same record that waits already stays: it is the older
// history's. Inside a transaction.
Status keep_offer(Store& store, const RecordState& state);
// As many as fit in `bytes`, at least one, with their receipts.
Result<std::vector<protocol::Offer>> read_offers(Store& store, std::size_t bytes);
// A receipt of the centre's covers this number of a scope.
Result<bool> has_receipt(Store& store, const std::string& scope, std::uint64_t seq);
// A state of this record waits to be offered.
Result<bool> has_offer(Store& store, std::uint16_t type, const Id& id);
Status drop_offer(Store& store, std::uint16_t type, const Id& id);
Result<std::uint64_t> count_offers(Store& store);

// Receipts of a page, and what is too old to matter. Inside a transaction.
Status keep_receipts(Store& store, const std::string& feed,
                     const std::vector<protocol::Receipt>& receipts, std::int64_t server_ms);

}  // namespace nhip::replica
