// What leaves the office as tables: figures, completeness, and lists of records that name nobody.
#pragma once

#include <string>
#include <vector>

#include "exports/sheet.h"
#include "figures/figure_book.h"

namespace nhip::server {

// Per period: the sector's figures, and those of the units. The book is up to date.
Result<std::vector<Sheet>> figure_sheets(FigureBook& book, const std::vector<std::string>& codes);
Sheet completeness_sheet(FigureBook& book, const std::vector<std::string>& codes);
// All records of a type without what names people. kForbidden "not_exported" for types that are
// about single people; kUsage "unknown_type".
Result<Sheet> record_sheet(Centre& centre, const std::string& type);

}  // namespace nhip::server
