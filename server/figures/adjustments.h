// Post-lock adjustments: what changed since a period's official figures, and which records did it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "figures/figure_book.h"

namespace nhip::server {

// {period, official_as_of, indicators: [{code, official, current}], records: [{type, id, unit_id,
// rev_then, rev_now, received_at, deleted}]}. The indicators are those whose figures differ; the
// records those that concern the period and changed or came after its official instant. The book is
// up to date. kInvalid "unknown_period", "not_locked".
Result<nlohmann::json> adjustments(FigureBook& book, const std::string& code);

// The instant the official figures are of. kInvalid "not_locked".
Result<std::int64_t> official_instant(FigureBook& book, const std::string& code);

}  // namespace nhip::server
