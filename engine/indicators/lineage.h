// Lineage: which units there are on a day, and which of them answers for a unit that is gone (R4).
//
// Units are named by number; a unit has versions with validity, and the end_event of its last
// version says what became of it. Chains of any length, and broken tables (cycles, unknown
// successors), end; what is wrong with a table is said by check_units (unit_check.h).
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "indicators/calendar.h"
#include "indicators/definitions.h"
#include "indicators/names.h"

namespace nhip::indicators {

struct UnitVersion {
  std::string unit_id, name, org_type, host_type, parent_id, district, funding;
  std::string start_event, end_event, successor_id;
  std::int64_t version = 0;
  Day from = kNoDay, to = kLastDay;  // both inclusive

  friend bool operator==(const UnitVersion&, const UnitVersion&) = default;
};

class Lineage {
 public:
  struct Predecessor {
    NameId unit = 0;
    bool merged = false;    // MERGED_INTO_NEW
    bool absorbed = false;  // ABSORBED; neither: SPLIT
  };

  Lineage(const Definitions& definitions, Names& names, const std::vector<UnitVersion>& versions);

  bool exists(NameId unit, Day day) const { return on(unit, day) != nullptr; }
  // The version valid on a day; of several (a broken table) the highest.
  const UnitVersion* on(NameId unit, Day day) const;
  // The version with the highest number; null for a unit that the table does not know.
  const UnitVersion* last(NameId unit) const;
  // 0: ended, or never known.
  NameId owner(NameId unit, Day day) const;
  // The units of the base on a day, ascending by the bytes of their ids.
  std::vector<NameId> base(Day day) const;
  const std::vector<Predecessor>& predecessors(NameId unit) const;
  // The unit itself, its successor, that one's successor …
  std::vector<NameId> chain(NameId unit) const;
  // A unit that was never in the base: the sector, the federation.
  bool is_above(NameId unit) const;
  std::vector<NameId> all() const;

 private:
  struct Unit {
    std::vector<UnitVersion> versions;  // ascending version
    NameId successor = 0;               // followed by R4
    std::vector<Predecessor> predecessors;
  };
  bool is_base_type(const UnitVersion& version) const;
  const Unit* find(NameId unit) const;

  const Definitions& definitions_;
  const Names& names_;
  std::unordered_map<NameId, Unit> units_;
};

}  // namespace nhip::indicators
