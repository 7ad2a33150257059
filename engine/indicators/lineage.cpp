#include "indicators/lineage.h"

#include <algorithm>

namespace nhip::indicators {

namespace {
bool holds(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}
}  // namespace

Lineage::Lineage(const Definitions& definitions, Names& names,
                 const std::vector<UnitVersion>& versions)
    : definitions_(definitions), names_(names) {
  for (const UnitVersion& version : versions) {
    units_[names.of(version.unit_id)].versions.push_back(version);
  }
  units_.erase(0);
  std::vector<std::pair<NameId, Predecessor>> found;
  for (auto& [number, unit] : units_) {
    std::sort(unit.versions.begin(), unit.versions.end(),
              [](const auto& a, const auto& b) { return a.version < b.version; });
    const UnitVersion& end = unit.versions.back();
    if (!holds(definitions.inheriting_events, end.end_event)) continue;
    unit.successor = names.of(end.successor_id);
    found.push_back({unit.successor,
                     {number, end.end_event == definitions.merged_event,
                      end.end_event == definitions.absorbed_event}});
  }
  for (const auto& [successor, predecessor] : found) {
    if (const auto it = units_.find(successor); it != units_.end()) {
      it->second.predecessors.push_back(predecessor);
    }
  }
  for (auto& [number, unit] : units_) {
    std::sort(
        unit.predecessors.begin(), unit.predecessors.end(),
        [&](const auto& a, const auto& b) { return names.text(a.unit) < names.text(b.unit); });
  }
}

const Lineage::Unit* Lineage::find(NameId unit) const {
  const auto found = units_.find(unit);
  return found == units_.end() ? nullptr : &found->second;
}

const UnitVersion* Lineage::on(NameId unit, Day day) const {
  const Unit* known = find(unit);
  if (known == nullptr) return nullptr;
  for (auto it = known->versions.rbegin(); it != known->versions.rend(); ++it) {
    if (it->from <= day && day <= it->to) return &*it;
  }
  return nullptr;
}

const UnitVersion* Lineage::last(NameId unit) const {
  const Unit* known = find(unit);
  return known == nullptr ? nullptr : &known->versions.back();
}

NameId Lineage::owner(NameId unit, Day day) const {
  // A table with a cycle has no more steps than units.
  for (std::size_t steps = 0; unit != 0 && steps <= units_.size(); ++steps) {
    if (exists(unit, day)) return unit;
    const Unit* known = find(unit);
    if (known == nullptr) return 0;
    unit = known->successor;
  }
  return 0;
}

bool Lineage::is_base_type(const UnitVersion& version) const {
  return holds(definitions_.unit_types, version.org_type);
}

std::vector<NameId> Lineage::base(Day day) const {
  std::vector<NameId> base;
  for (const auto& [number, unit] : units_) {
    const UnitVersion* version = on(number, day);
    if (version != nullptr && is_base_type(*version)) base.push_back(number);
  }
  std::sort(base.begin(), base.end(),
            [&](NameId a, NameId b) { return names_.text(a) < names_.text(b); });
  return base;
}

const std::vector<Lineage::Predecessor>& Lineage::predecessors(NameId unit) const {
  static const std::vector<Predecessor> kNone;
  const Unit* known = find(unit);
  return known == nullptr ? kNone : known->predecessors;
}

std::vector<NameId> Lineage::chain(NameId unit) const {
  std::vector<NameId> chain;
  while (unit != 0 && std::find(chain.begin(), chain.end(), unit) == chain.end()) {
    chain.push_back(unit);
    const Unit* known = find(unit);
    unit = known == nullptr ? 0 : known->successor;
  }
  return chain;
}

bool Lineage::is_above(NameId unit) const {
  const Unit* known = find(unit);
  return known != nullptr && std::none_of(known->versions.begin(), known->versions.end(),
                                          [&](const auto& each) { return is_base_type(each); });
}

std::vector<NameId> Lineage::all() const {
  std::vector<NameId> all;
  for (const auto& [number, unit] : units_) all.push_back(number);
  std::sort(all.begin(), all.end(),
            [&](NameId a, NameId b) { return names_.text(a) < names_.text(b); });
  return all;
}

}  // namespace nhip::indicators
