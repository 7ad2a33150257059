// The lines of a report's annex (domain §9, PL-01 to PL-41): where each takes its value from.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace nhip::server {

enum class ReportOf { kUnit, kSector };

// `figures`: of a unit its row of units_json, of the sector its figures with the sums of its units
// under "headcount"; `last_year`: the same of the period a year before, null when there is none.
// [{code, name, measure, value, previous}]; `measure` "" for yes or no and
// days; of "%" the value is in tenths.
nlohmann::json report_lines(ReportOf of, const nlohmann::json& figures,
                            const nlohmann::json& last_year);

}  // namespace nhip::server
