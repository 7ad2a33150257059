// Tables and pairs on a terminal.
#include "text_table.h"

#include <catch2/catch.hpp>

namespace nhip::cli {

TEST_CASE("client_cli/table: columns line up by letters, not bytes", "[client_cli]") {
  CHECK(render_table({"tên", "số"}, {{"Bệnh viện", "1"}, {"Mắt", "20"}}) ==
        "tên        số\n"
        "Bệnh viện  1\n"
        "Mắt        20\n");
}

TEST_CASE("client_cli/table: long cells are cut between letters", "[client_cli]") {
  CHECK(render_table({"a"}, {{"Đông Hưng"}}, 5) == "a\nĐông…\n");
  CHECK(render_table({"a"}, {{"Đông"}}, 4) == "a\nĐông\n");
}

TEST_CASE("client_cli/table: missing cells are blank", "[client_cli]") {
  CHECK(render_table({"a", "b"}, {{"1"}}) == "a  b\n1\n");
}

TEST_CASE("client_cli/table: what others entered cannot steer the terminal", "[client_cli]") {
  CHECK(printable("a\x1b[2Jb\nc\x7f") == "a [2Jb c ");
  CHECK(printable("x\xC2\x9By") == "x y");
  CHECK(printable("Tết ✓") == "Tết ✓");
}

TEST_CASE("client_cli/table: pairs have their values below each other", "[client_cli]") {
  CHECK(render_pairs({{"Máy", "D1"}, {"Đơn vị", "U-01"}}) == "Máy:     D1\nĐơn vị:  U-01\n");
}

}  // namespace nhip::cli
