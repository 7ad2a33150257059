// Inheritance: what a unit has of the units that went into it. Denominators are derived for a
// merger only (R5), reach passes on along every kind of succession (§5.2, 4).
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <unordered_map>

#include "indicators/lineage.h"
#include "indicators/unit_part.h"

namespace nhip::indicators {

class Inheritance {
 public:
  using PartOf = std::function<const UnitPart*(NameId unit)>;  // null: nothing is known of it
  Inheritance(const Lineage& lineage, Day day, PartOf part_of)
      : lineage_(lineage), day_(day), part_of_(std::move(part_of)) {}

  struct Denominator {
    std::optional<std::int64_t> value;  // nothing: missing
    bool derived = false;
  };
  Denominator people(NameId unit, Audience audience);
  Denominator women(NameId unit);
  Denominator base_count(NameId unit, std::size_t field);  // of kBaseFields
  std::int64_t reach(NameId unit, Audience audience);

 private:
  using Own = std::function<std::int32_t(const UnitPart& part)>;
  Denominator derive(NameId unit, const Own& own, std::set<NameId>& path);
  std::int64_t reach(NameId unit, Audience audience, std::set<NameId>& path);

  const Lineage& lineage_;
  Day day_;
  PartOf part_of_;
};

}  // namespace nhip::indicators
