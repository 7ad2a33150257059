// Whether tables of units and periods make sense, before figures rest on them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "indicators/fact_reader.h"
#include "indicators/lineage.h"

namespace nhip::indicators {

struct DefinitionFault {
  std::size_t row = 0;  // index of the row at fault
  std::string code, message;

  friend bool operator==(const DefinitionFault&, const DefinitionFault&) = default;
};

// unit_repeated, unit_ends_first, unit_overlap, unit_hole (days without a version between two),
// unknown_successor, no_successor, successor_cycle, unknown_parent, parent_cycle. Ascending row.
std::vector<DefinitionFault> check_units(const Definitions& definitions,
                                         const std::vector<UnitVersion>& units);
// period_repeated, period_ends_first, period_overlap (two of one kind). Ascending row.
std::vector<DefinitionFault> check_periods(const std::vector<PeriodDates>& periods);

}  // namespace nhip::indicators
