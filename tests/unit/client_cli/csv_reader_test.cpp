// Reading and writing CSV as spreadsheets make it.
#include "csv_reader.h"

#include <catch2/catch.hpp>

#include <vector>

namespace nhip::cli {
namespace {

std::vector<CsvRow> read(std::string_view bytes) {
  CsvReader reader(bytes);
  std::vector<CsvRow> rows;
  for (CsvRow row; reader.next(row);) rows.push_back(row);
  return rows;
}

using Cells = std::vector<std::string>;

}  // namespace

TEST_CASE("client_cli/csv: plain rows give their cells and lines", "[client_cli]") {
  const auto rows = read("title,place\r\nTết,Hội trường\r\n");
  REQUIRE(rows.size() == 2);
  CHECK(rows[1].cells == Cells{"Tết", "Hội trường"});
  CHECK(rows[1].line == 2);
  CHECK(rows[1].well_formed);
}

TEST_CASE("client_cli/csv: a byte order mark is no part of the first name", "[client_cli]") {
  CHECK(read("\xEF\xBB\xBFid,title\n").at(0).cells == Cells{"id", "title"});
}

TEST_CASE("client_cli/csv: quoted cells keep commas, quotes and line ends", "[client_cli]") {
  const auto rows = read("a,b\n\"x, \"\"y\"\"\nz\",2\n3,4\n");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].cells == Cells{"x, \"y\"\nz", "2"});
  CHECK(rows[1].line == 2);
  CHECK(rows[2].line == 4);
}

TEST_CASE("client_cli/csv: empty cells stay, empty lines go", "[client_cli]") {
  const auto rows = read("a,b,c\n\n,,\n\r\n1,,3");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1].cells == Cells{"", "", ""});
  CHECK(rows[1].line == 3);
  CHECK(rows[2].cells == Cells{"1", "", "3"});
  CHECK(rows[2].line == 5);
}

TEST_CASE("client_cli/csv: semicolons separate where the first line has no comma", "[client_cli]") {
  CsvReader reader("title;place\nTết, 1/6;Hội trường\n");
  CHECK(reader.separator() == ';');
  CsvRow row;
  REQUIRE(reader.next(row));
  REQUIRE(reader.next(row));
  CHECK(row.cells == Cells{"Tết, 1/6", "Hội trường"});
}

TEST_CASE("client_cli/csv: an open quote spoils its own line only", "[client_cli]") {
  const auto rows = read("a,b\n1,\"open\n2,\"closed\"\n3,4\n");
  REQUIRE(rows.size() == 4);
  CHECK_FALSE(rows[1].well_formed);
  CHECK(rows[2].well_formed);
  CHECK(rows[2].cells == Cells{"2", "closed"});
  CHECK(rows[3].cells == Cells{"3", "4"});
  CHECK(rows[3].line == 4);
}

TEST_CASE("client_cli/csv: a quote in the middle of a cell spoils the line", "[client_cli]") {
  const auto rows = read("a,b\n1\"2,3\n\"x\"y,4\n5,6\n");
  REQUIRE(rows.size() == 4);
  CHECK_FALSE(rows[1].well_formed);
  CHECK_FALSE(rows[2].well_formed);
  CHECK(rows[3].cells == Cells{"5", "6"});
}

TEST_CASE("client_cli/csv: every cell written is read back", "[client_cli]") {
  for (const std::string text :
       {"", "a", "a,b", "a;b", "\"", "a\nb", "a\r\nb", " x ", "tab\there", "'"}) {
    const auto rows = read("x,y\n" + csv_cell(text) + ",end\r\n");
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].cells == Cells{text, "end"});
  }
}

TEST_CASE("client_cli/csv: text that a spreadsheet would run is guarded", "[client_cli]") {
  CHECK(guard_formula("=1+2") == "'=1+2");
  CHECK(guard_formula("@SUM") == "'@SUM");
  CHECK(guard_formula("+84 912") == "'+84 912");
  CHECK(guard_formula("-1") == "'-1");
  CHECK(guard_formula("\t=1") == "'\t=1");
  CHECK(guard_formula("Tết = vui") == "Tết = vui");
  CHECK(guard_formula("'ngày xưa") == "'ngày xưa");
}

TEST_CASE("client_cli/csv: the guard comes off again whatever stood there", "[client_cli]") {
  for (const std::string text : {"=1", "'=1", "''=1", "'", "''", "abc", "'abc", "-", "'-"}) {
    CHECK(unguard_formula(guard_formula(text)) == text);
  }
}

}  // namespace nhip::cli
