// Figures: the fifteen indicators of one period, as integers and names. Percentages are derived
// where they are printed (R7), verdicts are decided here on the integers.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "indicators/facts.h"
#include "indicators/unit_part.h"

namespace nhip::indicators {

struct Ratio {
  std::int64_t num = 0, den = 0;
  std::optional<std::int64_t> threshold;

  // R7: strictly more than the threshold; nothing without one.
  std::optional<bool> met() const {
    if (!threshold) return std::nullopt;
    return 100 * num > *threshold * den;
  }
  // Tenths of a percent, half up; nothing when there is nothing to divide by.
  std::optional<std::int64_t> pct_tenths() const {
    if (den == 0) return std::nullopt;
    return (2000 * num + den) / (2 * den);
  }
  friend bool operator==(const Ratio&, const Ratio&) = default;
};

struct ReachOfUnit {
  NameId unit = 0;
  std::optional<std::int64_t> den;  // nothing: missing
  std::int64_t num = 0, reach = 0;
  bool derived = false, capped = false;

  bool counts() const { return den && *den > 0; }
  friend bool operator==(const ReachOfUnit&, const ReachOfUnit&) = default;
};

struct ReachFigure {
  Ratio total;
  std::vector<ReachOfUnit> by_unit;  // the base, by id
  std::map<std::string, Ratio> by_host_type, by_district, by_funding;
  std::vector<NameId> units_missing, units_zero;

  friend bool operator==(const ReachFigure&, const ReachFigure&) = default;
};

struct CaseFigure {
  std::int64_t cases = 0, amount = 0;
  friend bool operator==(const CaseFigure&, const CaseFigure&) = default;
};

enum class Handing : std::uint8_t { kMissing, kLate, kOnTime };

// What one unit of the base, or what stands beside the base, has in a period.
struct UnitRow {
  NameId unit = 0;
  bool has_child_activity = false, has_plan = false;
  Handing report = Handing::kMissing;
  Day reported = kNoDay;
  std::int64_t activities = 0, child_activities = 0, children = 0;
  std::array<std::int64_t, 4> funding{};
  std::optional<std::int64_t> women;
  bool women_derived = false;
  Answer committee = Answer::kNone;
  bool committee_said = false;
  std::int64_t rooms = 0, rooms_standard = 0;
  std::int64_t cases = 0, amount = 0;
  std::map<std::string, CaseFigure> cases_by_type;
  Ratio hardship;  // of the children it lists
  std::array<std::optional<std::int64_t>, kBaseCounts> base{};
  std::int64_t annual = 0, adhoc = 0, with_result = 0;
  std::int64_t acks_on_time = 0, acks_late = 0, acks_missing = 0;
  std::int64_t contributions = 0;

  friend bool operator==(const UnitRow&, const UnitRow&) = default;
};

struct SurveyFigure {
  Ratio passed, reached;
  bool small_sample = true;
  friend bool operator==(const SurveyFigure&, const SurveyFigure&) = default;
};

struct Figures {
  PeriodDates period;
  Instant as_of = kForEver;
  std::array<ReachFigure, kAudiences> reach;
  std::vector<UnitRow> units;  // the base, by id
  UnitRow sector, ended;       // not in any percentage
  std::vector<NameId> without_child_activity, without_plan;
  std::map<std::string, std::int64_t> by_category;
  std::int64_t activities = 0, child_activities = 0, children = 0;
  std::array<std::int64_t, 4> funding{};
  Ratio committee;
  std::vector<NameId> committee_missing, committee_no_data;
  std::int64_t rooms = 0, rooms_standard = 0;
  std::vector<NameId> obliged;
  Ratio obliged_with_room, recommended;
  std::map<std::string, CaseFigure> cases_by_type;
  std::int64_t cases = 0, amount = 0;
  Ratio hardship;
  std::int64_t annual = 0, adhoc = 0, with_result = 0;
  std::int64_t acks_on_time = 0, acks_late = 0, acks_missing = 0;
  std::map<std::string, std::int64_t> by_topic;
  std::int64_t contributions = 0;
  std::array<SurveyFigure, kAudiences> surveys;

  const UnitRow* row_of(NameId unit) const;
  friend bool operator==(const Figures&, const Figures&) = default;
};

}  // namespace nhip::indicators
