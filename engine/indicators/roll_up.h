// Rolling up: the parts of all units → the figures of a period. Lineage (R4), derived denominators
// (R5) and the reach of predecessors (§5.2) are decided here.
#pragma once

#include <functional>
#include <vector>

#include "indicators/figures.h"
#include "indicators/lineage.h"
#include "indicators/unit_part.h"

namespace nhip::indicators {

struct RollUpInput {
  const Definitions& definitions;
  const Words& words;
  const Names& names;
  const Lineage& lineage;
  const PeriodDates& period;
  Instant as_of = kForEver;
  const std::vector<NameId>& units;    // every unit that anything names
  const std::vector<UnitPart>& parts;  // of each of them
  const std::vector<NameId>& owners;   // of each of them on the period's last day; 0: ended
  const std::vector<NameId>& base;
};

Figures roll_up(const RollUpInput& input);

}  // namespace nhip::indicators
