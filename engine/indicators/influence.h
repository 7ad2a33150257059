// Influence: which records the figures of a period rest on.
#pragma once

#include <functional>

#include "indicators/ledger.h"

namespace nhip::indicators {

// Calls back with every record whose state as of an instant may count in the period: it is there,
// not deleted, and its dates concern the period. Of an ack, where its document does.
void each_used_record(const Ledger& ledger, const PeriodDates& period, Instant as_of,
                      const std::function<void(const Record&, const Facts&)>& each);

}  // namespace nhip::indicators
