#include "indicators/inheritance.h"

#include <algorithm>

namespace nhip::indicators {

Inheritance::Denominator Inheritance::people(NameId unit, Audience audience) {
  std::set<NameId> path;
  return derive(
      unit, [audience](const UnitPart& part) { return part.total[at(audience)]; }, path);
}

Inheritance::Denominator Inheritance::women(NameId unit) {
  std::set<NameId> path;
  return derive(
      unit, [](const UnitPart& part) { return part.women; }, path);
}

Inheritance::Denominator Inheritance::base_count(NameId unit, std::size_t field) {
  std::set<NameId> path;
  return derive(
      unit, [field](const UnitPart& part) { return part.base[field]; }, path);
}

// `path`: the units on the way here, so that a table with a cycle ends.
Inheritance::Denominator Inheritance::derive(NameId unit, const Own& own, std::set<NameId>& path) {
  if (const UnitPart* part = part_of_(unit); part != nullptr && own(*part) != kUnknown) {
    return {own(*part), false};
  }
  if (!path.insert(unit).second) return {};
  std::int64_t sum = 0;
  bool any = false, all = true;
  for (const Lineage::Predecessor& each : lineage_.predecessors(unit)) {
    if (!each.merged) continue;
    const Denominator value = derive(each.unit, own, path);
    any = true;
    all = all && value.value.has_value();
    sum += value.value.value_or(0);
  }
  path.erase(unit);
  if (!any || !all) return {};
  return {sum, true};
}

std::int64_t Inheritance::reach(NameId unit, Audience audience) {
  std::set<NameId> path;
  return reach(unit, audience, path);
}

std::int64_t Inheritance::reach(NameId unit, Audience audience, std::set<NameId>& path) {
  const UnitPart* part = part_of_(unit);
  const std::int64_t own = part == nullptr ? 0 : part->own[at(audience)];
  if (lineage_.predecessors(unit).empty() || !path.insert(unit).second) return own;
  std::int64_t merged = 0, absorbed = 0;
  for (const Lineage::Predecessor& each : lineage_.predecessors(unit)) {
    if (lineage_.exists(each.unit, day_)) continue;
    (each.absorbed ? absorbed : merged) += reach(each.unit, audience, path);
  }
  path.erase(unit);
  // People of the units that became this one may have been reached again by it; those of an
  // absorbed unit are other people.
  return std::max(own, merged) + absorbed;
}

}  // namespace nhip::indicators
