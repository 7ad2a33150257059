// Reports filled from records: a unit's, with what it wrote and overrode itself, and the sector's
// roll-up. An override is shown beside the computed figure and never feeds it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "figures/figure_book.h"

namespace nhip::server {

// {period, unit_id, name, status, doc_no, submitted_at, sections, overrides, lines: of
// report_lines.h}; `status` MISSING and nulls when there is no report. Of several live reports the
// first by id. kInvalid "unknown_unit" for what is no unit of the base on the period's last day.
Result<nlohmann::json> unit_report(FigureBook& book, const std::string& code,
                                   const std::string& unit_id);

// {period, view, lines, units: [{unit_id, name, IND01 … IND05}], units_without_activity,
// units_late, units_missing, units_without_base, verdicts, adjustments}. Of the official figures
// when the period is locked, else of the current ones.
Result<nlohmann::json> sector_report(FigureBook& book, const std::string& code);

// The period of the same kind a year earlier; empty when there is none.
std::string year_earlier(FigureBook& book, const std::string& code);

}  // namespace nhip::server
