// A report on paper: one HTML page with everything in it, laid out as Decree 30/2020 and domain §9
// have it, to be printed on A4 or opened in a word processor. Vietnamese, as the report itself.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "figures/figure_book.h"

namespace nhip::server {

// "1.234", "88,4" (of "%"), "có", "17/05/2021", "–" for what nobody knows.
std::string report_cell(const nlohmann::json& value, const std::string& measure);

// `report`: of unit_report or sector_report. `now` dates a report that bears no date of its own.
std::string report_page(FigureBook& book, const nlohmann::json& report, std::int64_t now);

}  // namespace nhip::server
