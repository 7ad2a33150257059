// UnitPart: what the records that touch one unit give to one period, before anything is summed over
// units. It depends on nothing but these records, so it is what is kept and replaced when a record
// changes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "indicators/counting.h"
#include "indicators/facts.h"
#include "indicators/lineage.h"

namespace nhip::indicators {

struct Respondent {
  NameId key = 0;
  Day answered = kNoDay;
  Instant received_at = 0;
  Id id;
  bool passed = false;
  Answer reached = Answer::kNone;

  friend bool operator==(const Respondent&, const Respondent&) = default;
};

struct CaseSum {
  NameId kind = 0;
  std::int64_t cases = 0, amount = 0;

  friend bool operator==(const CaseSum&, const CaseSum&) = default;
};

using Tally = std::vector<std::pair<NameId, std::int64_t>>;  // ascending name number

struct UnitPart {
  std::array<std::int64_t, kAudiences> own{};                      // own(v) of §5.2
  std::array<std::int32_t, kAudiences> total{kUnknown, kUnknown};  // R5, of its own headcounts
  std::int32_t women = kUnknown;
  std::array<std::int32_t, kBaseCounts> base = no_base_counts();
  bool child_activity = false;  // organised or co-organised by it
  Day reported = kNoDay;        // when its earliest report counts as handed in
  bool plan = false;
  Tally activities;  // by category
  std::int64_t children = 0;
  std::array<std::int64_t, 4> funding{};
  Answer committee = Answer::kNone;
  bool committee_said = false;  // there is a response
  std::int64_t rooms = 0, rooms_standard = 0;
  std::vector<CaseSum> cases;
  std::vector<NameId> listed, supported;  // child keys, ascending
  std::int64_t annual = 0, adhoc = 0, with_result = 0;
  std::int64_t acks_on_time = 0, acks_late = 0, acks_missing = 0;
  Tally contributions;  // by topic
  std::array<std::vector<Respondent>, kAudiences> respondents;

  friend bool operator==(const UnitPart&, const UnitPart&) = default;
};

// What computing a part needs to look at beside the unit's own records.
struct PartContext {
  const Definitions& definitions;
  const Words& words;
  const Lineage& lineage;
  const PeriodDates& period;
  NameId period_name = 0;
  Instant as_of = kForEver;
  // Calls back with every ack record that a unit ever gave for a document.
  std::function<void(const Id& document, NameId unit,
                     const std::function<void(const Record&)>& each)>
      each_ack;
};

// How a document stands with one of the units it is addressed to (IND12): the day it was
// acknowledged by the unit or its successors, kNoDay: not at all.
Day acknowledged(const Id& document, NameId target, const PartContext& context);

// `touching`: the records that name the unit, in any order.
UnitPart compute_part(NameId unit, const std::vector<const Record*>& touching,
                      const PartContext& context);

// The units that a version of a record touches: its own and those it credits or addresses.
std::vector<NameId> touched_units(const Facts& facts);
// Whether a version can matter to a period at all; may say yes too often, never no wrongly. Acks
// are not asked here: they matter where their document does.
bool may_concern(const Facts& facts, const PeriodDates& period, NameId period_name,
                 const Words& words);

}  // namespace nhip::indicators
