#include "indicators/definition_check.h"

#include <algorithm>
#include <map>
#include <set>

namespace nhip::indicators {
namespace {

using Faults = std::vector<DefinitionFault>;

class UnitCheck {
 public:
  UnitCheck(const Definitions& definitions, const std::vector<UnitVersion>& units)
      : definitions_(definitions), units_(units) {
    for (std::size_t i = 0; i < units.size(); ++i) rows_[units[i].unit_id].push_back(i);
    for (auto& [unit, rows] : rows_) {
      std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
        return units[a].version < units[b].version;
      });
    }
  }

  Faults run() {
    for (const auto& [unit, rows] : rows_) {
      check_validity(rows);
      check_successor(unit, rows.back());
      check_parent(unit, rows.back());
    }
    std::stable_sort(faults_.begin(), faults_.end(),
                     [](const auto& a, const auto& b) { return a.row < b.row; });
    return std::move(faults_);
  }

 private:
  void fault(std::size_t row, std::string code, const std::string& message) {
    faults_.push_back({row, std::move(code), units_[row].unit_id + ": " + message});
  }

  void check_validity(const std::vector<std::size_t>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const UnitVersion& version = units_[rows[i]];
      if (version.to < version.from) {
        fault(rows[i], "unit_ends_first", "valid_to lies before valid_from");
      }
      if (i == 0) continue;
      const UnitVersion& before = units_[rows[i - 1]];
      if (before.version == version.version) {
        fault(rows[i], "unit_repeated",
              "version " + std::to_string(version.version) + " stands twice");
      } else if (before.to == kLastDay || version.from <= before.to) {
        fault(rows[i], "unit_overlap", "begins before the version in front of it ends");
      } else if (version.from > before.to + 1) {
        fault(rows[i], "unit_hole",
              "no version is valid from " + day_text(before.to + 1) + " to " +
                  day_text(version.from - 1));
      }
    }
  }

  bool inherits(const UnitVersion& version) const {
    const auto& events = definitions_.inheriting_events;
    return std::find(events.begin(), events.end(), version.end_event) != events.end();
  }

  // Follows a column from unit to unit; true when it comes back to where it began.
  template <typename Next>
  bool comes_back(const std::string& unit, Next next) const {
    std::set<std::string> seen;
    for (std::string at = unit; seen.insert(at).second;) {
      const auto rows = rows_.find(at);
      if (rows == rows_.end()) return false;
      at = next(units_[rows->second.back()]);
      if (at == unit) return true;
      if (at.empty()) return false;
    }
    return false;
  }

  void check_successor(const std::string& unit, std::size_t row) {
    const UnitVersion& last = units_[row];
    if (inherits(last) && last.successor_id.empty()) {
      return fault(row, "no_successor", last.end_event + " needs a successor_id");
    }
    if (!last.successor_id.empty() && !rows_.contains(last.successor_id)) {
      return fault(row, "unknown_successor", "the successor is not in the table");
    }
    if (!last.successor_id.empty() &&
        comes_back(unit, [](const UnitVersion& each) { return each.successor_id; })) {
      fault(row, "successor_cycle", "following the successors leads back to the unit");
    }
  }

  void check_parent(const std::string& unit, std::size_t row) {
    const UnitVersion& last = units_[row];
    if (last.parent_id.empty()) return;
    if (!rows_.contains(last.parent_id)) {
      return fault(row, "unknown_parent", "the parent is not in the table");
    }
    if (comes_back(unit, [](const UnitVersion& each) { return each.parent_id; })) {
      fault(row, "parent_cycle", "following the parents leads back to the unit");
    }
  }

  const Definitions& definitions_;
  const std::vector<UnitVersion>& units_;
  std::map<std::string, std::vector<std::size_t>> rows_;
  Faults faults_;
};

}  // namespace

Faults check_units(const Definitions& definitions, const std::vector<UnitVersion>& units) {
  return UnitCheck(definitions, units).run();
}

Faults check_periods(const std::vector<PeriodDates>& periods) {
  Faults faults;
  for (std::size_t i = 0; i < periods.size(); ++i) {
    const PeriodDates& period = periods[i];
    if (period.end < period.start) {
      faults.push_back({i, "period_ends_first", period.code + ": end lies before start"});
      continue;
    }
    for (std::size_t k = 0; k < i; ++k) {
      const PeriodDates& other = periods[k];
      if (other.code == period.code) {
        faults.push_back({i, "period_repeated", period.code + " stands twice"});
      } else if (other.kind == period.kind && other.start <= period.end &&
                 period.start <= other.end) {
        faults.push_back({i, "period_overlap", period.code + " shares days with " + other.code});
      }
    }
  }
  return faults;
}

}  // namespace nhip::indicators
