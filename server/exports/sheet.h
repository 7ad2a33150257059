// Sheet: a table that leaves the office, with typed cells; written as CSV or as one sheet of an
// XLSX file, both from the same cells.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "nhip/status.h"

namespace nhip::server {

// YYYY-MM-DD.
struct SheetDate {
  std::string day;
  friend bool operator==(const SheetDate&, const SheetDate&) = default;
};
// Tenths of a percent.
struct SheetPercent {
  std::int64_t tenths = 0;
  friend bool operator==(const SheetPercent&, const SheetPercent&) = default;
};
using SheetCell = std::variant<std::monostate, std::int64_t, std::string, SheetDate, SheetPercent>;

struct SheetColumn {
  std::string name;     // of the heading
  std::string meaning;  // for the codebook
};

struct Sheet {
  std::string name;  // at most 31 characters, as spreadsheets have it
  std::vector<SheetColumn> columns;
  std::vector<std::vector<SheetCell>> rows;
};

// With a byte order mark, so that spreadsheets read it as UTF-8, CRLF, and text that a spreadsheet
// would take for a formula behind an apostrophe.
std::string csv_of(const Sheet& sheet);

// One file with all sheets and a codebook; headings frozen, numbers, days and percentages as such.
// Never a formula. kUnavailable "cannot_write".
Status write_xlsx(const std::string& path, const std::vector<Sheet>& sheets);

}  // namespace nhip::server
