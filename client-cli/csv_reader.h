// CSV after RFC 4180, from spreadsheets: with or without BOM, CRLF or LF, commas or (where a
// spreadsheet with Vietnamese settings wrote it) semicolons.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nhip::cli {

struct CsvRow {
  std::uint64_t line = 0;  // where it begins, from 1
  std::vector<std::string> cells;
  bool well_formed = true;  // false: a quote is not closed or stands in the middle of a bare cell
};

// Reads rows one by one; empty lines are skipped. A row whose quotes are wrong ends at its line's
// end, so the rows behind it are still read.
class CsvReader {
 public:
  // The bytes outlive the reader. The separator is taken from the first line: a semicolon or tab
  // where that stands there and no comma does.
  explicit CsvReader(std::string_view bytes);

  bool next(CsvRow& row);
  char separator() const { return separator_; }

 private:
  bool read_quoted(std::string& cell);
  void skip_line();

  std::string_view rest_;
  std::uint64_t line_ = 1;
  char separator_ = ',';
};

// One cell for a CSV file: quoted where needed.
std::string csv_cell(std::string_view text);

// A text that a spreadsheet would run as a formula gets an apostrophe in front; reading takes it
// off again, so a text survives the way there and back whatever it begins with.
std::string guard_formula(std::string_view text);
std::string_view unguard_formula(std::string_view text);

}  // namespace nhip::cli
