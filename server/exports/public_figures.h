// Figures as they may leave the office: one decision about small cells per period and view, which
// every table, report and JSON that shows any of them repeats, so that no two of them together say
// what each of them hides.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "figures/figure_book.h"

namespace nhip::server {

// {figures: of figures_json, units: of units_json}, where what is hidden is "<5" or "…"; both null
// for the official view of a period that is not locked. The book is up to date.
Result<nlohmann::json> public_figures(FigureBook& book, const std::string& code,
                                      indicators::ViewKind view);
// The same over figures in hand.
nlohmann::json make_public(nlohmann::json figures, nlohmann::json units);

// A report of the sector (figures/report.h): its lines and what changed since the lock. Records
// about single people are counted there, not listed.
Status make_report_public(FigureBook& book, const std::string& code, nlohmann::json& report);

// Types whose every record is about one person or child.
bool is_about_people(std::string_view type);

}  // namespace nhip::server
