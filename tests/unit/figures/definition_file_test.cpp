// Bad tables are refused whole, with line and reason, and move nothing.
#include "figures/definition_file.h"

#include "figures_fixture.h"

namespace nhip::server {

namespace {
constexpr const char* kHeading =
    "unit_id,version,code,name,type,host_type,parent_id,district,funding,valid_from,valid_to,"
    "start_event,end_event,successor_id,note\n";
}

TEST_CASE("figures: a table of units with an unknown successor is refused with its line") {
  FiguresFixture centre;
  centre.load(kWorkedExample);
  const json before = centre.figures();
  const TempFolder folder;
  folder.write("new.csv", std::string(kHeading) +
                              "W9,1,W9,Mới,CDCS,BVCK,U-CDN,,PART,2021-01-01,,FOUNDED,,,\n"
                              "W8,1,W8,Cũ,CDCS,BVCK,U-CDN,,PART,2021-01-01,2026-01-31,FOUNDED,"
                              "ABSORBED,W77,\n");
  const auto load = [&](bool dry_run) {
    REQUIRE(centre.book.refresh().ok());
    return load_definitions(centre.book, DefinitionKind::kUnits, folder.path() + "/new.csv",
                            dry_run, kNow);
  };
  const auto refused = load(false);
  REQUIRE(refused.ok());
  REQUIRE(refused->problems.size() == 1);
  CHECK(refused->problems[0].line == 3);
  CHECK(refused->problems[0].code == "unknown_successor");
  CHECK(centre.figures() == before);
  folder.write("new.csv", std::string(kHeading) +
                              "W9,1,W9,Mới,CDCS,BVCK,U-CDN,,PART,2021-01-01,,FOUNDED,,,\n");
  REQUIRE(load(true)->problems.empty());
  CHECK(centre.figures() == before);
  REQUIRE(load(false)->problems.empty());
  CHECK(centre.figures()["current"]["2026-FY"]["IND03"]["den"] == 3);
}

TEST_CASE("figures: a period that overlaps a known one is refused with its line") {
  FiguresFixture centre;
  centre.load(kWorkedExample);
  const TempFolder folder;
  folder.write("more.json", R"([
 {"code":"2026-XX","year":2026,"kind":"FY","start":"2026-12-31","end":"2027-01-31"}
])");
  REQUIRE(centre.book.refresh().ok());
  const auto refused = load_definitions(centre.book, DefinitionKind::kPeriods,
                                        folder.path() + "/more.json", false, kNow);
  REQUIRE(refused.ok());
  REQUIRE(refused->problems.size() == 1);
  CHECK(refused->problems[0].line == 2);
  CHECK(refused->problems[0].code == "period_overlap");
  CHECK(centre.records("period").size() == 1);
}

}  // namespace nhip::server
