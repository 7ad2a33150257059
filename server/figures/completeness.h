// Completeness: who handed in a report, when, with anything in it, and who has to be reminded.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "figures/figure_book.h"

namespace nhip::server {

// {period, due_unit, expected, received, non_empty, on_time, late, missing, units: [{unit_id, name,
// status, handed_in, non_empty}], reminders: [unit_id]} of the current state. A report is non-empty
// when the unit has a record that counts in the period. Names are those of the period's last day.
nlohmann::json completeness(FigureBook& book, const std::string& code);

}  // namespace nhip::server
