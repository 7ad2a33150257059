// Tables and languages of the screen, and the exit codes.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "commands/command.h"
#include "commands/language.h"
#include "commands/table.h"

namespace nhip::server {

TEST_CASE("commands/table: columns align by characters, composed or not", "[commands][table]") {
  // "Tết" once as NFC and once as NFD.
  CHECK(print_table({"a", "b"}, {{"Tết", "x"}, {"Te\xCC\x82\xCC\x81t", "y"}}) ==
        "a    b\nTết  x\nTe\xCC\x82\xCC\x81t  y\n");
}

TEST_CASE("commands/table: long cells are cut and controls never reach the terminal",
          "[commands][table]") {
  CHECK(print_table({"h"}, {{"đườngdài"}}, 5) == "h\nđườn…\n");
  CHECK(print_table({"h"}, {{"a\x1B[2Jb\n"}}) == "h\na [2Jb\n");
}

TEST_CASE("commands/language: only vi and en are languages", "[commands][language]") {
  CHECK(parse_language("vi") == Language::kVietnamese);
  CHECK(parse_language("en") == Language::kEnglish);
  CHECK_FALSE(parse_language("fr"));
}

TEST_CASE("commands/command: exit codes follow the contract", "[commands][exit]") {
  CHECK(exit_code(Code::kOk) == 0);
  CHECK(exit_code(Code::kInternal) == 1);
  CHECK(exit_code(Code::kUsage) == 2);
  CHECK(exit_code(Code::kInvalid) == 3);
  CHECK(exit_code(Code::kUnavailable) == 4);
  CHECK(exit_code(Code::kForbidden) == 5);
  CHECK(exit_code(Code::kBusy) == 7);
  CHECK(exit_code(Code::kCorrupt) == 7);
}

TEST_CASE("commands/command: text that is not UTF-8 prints, as replacement characters",
          "[commands]") {
  CHECK(json_text(nlohmann::json{{"a", "x\xFF"}}) == "{\"a\":\"x\xEF\xBF\xBD\"}");
}

}  // namespace nhip::server
