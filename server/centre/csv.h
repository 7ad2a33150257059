// CSV as RFC 4180 has it: fields in quotes may hold commas, line breaks and doubled quotes. A byte
// order mark at the beginning and bare line feeds are taken too, because spreadsheets and people
// write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nhip::server {

struct CsvRow {
  std::uint64_t line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
  bool ok = true;  // false: an unclosed quote or text after a closing one
};

// All rows, the heading first; empty lines are left out.
std::vector<CsvRow> read_csv(std::string_view text);

}  // namespace nhip::server
