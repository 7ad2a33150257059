// What leaves the office: cells that no spreadsheet computes, and counts that point at nobody.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "exports/sheet.h"
#include "exports/suppression.h"

namespace nhip::server {

TEST_CASE("exports: a CSV begins with a byte order mark and types its cells") {
  const Sheet sheet{"S",
                    {{"a", ""}, {"b", ""}},
                    {{std::int64_t{-5}, std::string("x,\"y\"")},
                     {SheetDate{"2026-03-01"}, SheetPercent{924}},
                     {SheetCell(), std::string("Bệnh viện")}}};
  CHECK(csv_of(sheet) ==
        "\xEF\xBB\xBF"
        "a,b\r\n-5,\"x,\"\"y\"\"\"\r\n2026-03-01,92.4\r\n,Bệnh viện\r\n");
}

TEST_CASE("exports: text that a spreadsheet would compute stands behind an apostrophe") {
  for (const char* text : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1",
                           "\xEF\xBC\x9D"
                           "1"}) {
    const Sheet sheet{"S", {{"a", ""}}, {{std::string(text)}}};
    CHECK(csv_of(sheet).find("\"'" + std::string(text)) != std::string::npos);
  }
}

TEST_CASE("exports: counts from one to four are not shown, and nor is one that gives them away") {
  using enum Shown;
  CHECK(cover({0, 5, 100}).counts == std::vector{kAsIs, kAsIs, kAsIs});
  CHECK(cover({3, 4, 100}).counts == std::vector{kFewer, kFewer, kAsIs});
  CHECK(cover({0, 3, 9, 7}).counts == std::vector{kAsIs, kFewer, kAsIs, kHidden});
  CHECK(cover({4}).counts == std::vector{kFewer});
  CHECK(cover({4}).sum == kFewer);
  // Two ones beside a sum are two ones, and so are two fours.
  CHECK(cover({1, 1, 50}).counts == std::vector{kFewer, kFewer, kHidden});
  CHECK(cover({4, 4, 50}).counts == std::vector{kFewer, kFewer, kHidden});
  // The hidden one is known to be five at least.
  CHECK(cover({1, 5, 50}).counts == std::vector{kFewer, kHidden, kHidden});
  CHECK(cover({1, 1, 1, 1, 1}).sum == kHidden);
  CHECK(cover({9, 7}, true).counts == std::vector{kAsIs, kHidden});
  CHECK(std::get<std::string>(shown_cell(3, kFewer)) == "<5");
}

TEST_CASE("exports: an XLSX file has its sheets and a codebook, and holds no formula") {
  std::string pattern = (std::filesystem::temp_directory_path() / "nhip-xlsx-XXXXXX").string();
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const std::string path = pattern + "/out.xlsx";
  const Sheet sheet{"Chi tieu",
                    {{"a", "what a is"}},
                    {{std::string("=1+1")}, {SheetDate{"2026-03-01"}}, {std::int64_t{7}}}};
  REQUIRE(write_xlsx(path, {sheet}).ok());
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  CHECK(bytes.str().starts_with("PK"));
  CHECK(bytes.str().find("xl/worksheets/sheet2.xml") != std::string::npos);
  CHECK_FALSE(write_xlsx(pattern + "/none/out.xlsx", {sheet}).ok());
  std::filesystem::remove_all(pattern);
}

}  // namespace nhip::server
