// R4, R5 and §5.2, 4: units that are renamed, merged, absorbed, split, dissolved, and chains of it.
#include "ledger_fixture.h"

namespace nhip::indicators {
namespace {

UnitVersion merged(const std::string& id, const std::string& into, const std::string& to) {
  return unit(id, "2021-01-01", to, "MERGED_INTO_NEW", into);
}

}  // namespace

TEST_CASE("indicators: the base is what exists on the period's last day") {
  World world({unit("A", "2021-01-01", "2026-12-30"), unit("B", "2026-12-31"),
               unit("C", "2027-01-01"), unit("D", "2021-01-01", "2026-12-31")},
              {period(2026, "FY")});
  const json by_unit = world.now("2026-FY")["IND04"]["by_unit"];
  CHECK(by_unit.size() == 2);
  CHECK(by_unit.contains("B"));
  CHECK(by_unit.contains("D"));
}

TEST_CASE("indicators: a unit that is renamed keeps its records and its place") {
  UnitVersion before = unit("A", "2021-01-01", "2026-05-31", "RENAMED");
  UnitVersion after = unit("A", "2026-06-01");
  after.version = 2;
  after.host_type = "TTYT";
  World world({before, after}, {period(2026, "FY")});
  world.headcount("A", {{"officials_total", 10}});
  world.activity({{"reached", {{"officials", 5}}}});
  CHECK(world.now("2026-FY")["IND01"]["num"] == 5);
  CHECK(world.now("2026-FY")["IND01"]["by_host_type"]["TTYT"]["den"] == 10);
}

TEST_CASE("indicators: a merger without headcount has the sum of all its predecessors") {
  World world(
      {merged("A", "C", "2026-06-30"), merged("B", "C", "2026-06-30"), unit("C", "2026-07-01")},
      {period(2026, "FY")});
  world.headcount("A", {{"officials_total", 20}});
  CHECK(world.now("2026-FY")["IND01"]["units_missing"] == json({"C"}));
  world.headcount("B", {{"officials_total", 12}});
  const json c = world.now("2026-FY")["IND01"]["by_unit"]["C"];
  CHECK(c["den"] == 32);
  CHECK(c["flags"] == json({"DERIVED_DENOM"}));
  world.headcount("C", {{"officials_total", 30}}, "2026-10-15");
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["C"]["den"] == 30);
}

TEST_CASE("indicators: denominators are derived through a chain of mergers") {
  World world({merged("A", "C", "2026-03-31"), merged("B", "C", "2026-03-31"),
               unit("C", "2026-04-01", "2026-08-31", "MERGED_INTO_NEW", "E"),
               merged("D", "E", "2026-08-31"), unit("E", "2026-09-01")},
              {period(2026, "FY")});
  for (const char* id : {"A", "B", "D"}) {
    world.headcount(id, {{"officials_total", 10}}, "2026-02-01");
  }
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["E"]["den"] == 30);
}

TEST_CASE("indicators: a unit that absorbs another never derives its denominator") {
  World world({unit("A"), unit("B", "2021-01-01", "2026-06-30", "ABSORBED", "A")},
              {period(2026, "FY")});
  world.headcount("B", {{"officials_total", 12}});
  CHECK(world.now("2026-FY")["IND01"]["units_missing"] == json({"A"}));
}

TEST_CASE(
    "indicators: reach of merged units is compared with the new unit's, of absorbed ones added") {
  World world({merged("A", "C", "2026-06-30"), merged("B", "C", "2026-06-30"),
               unit("C", "2026-07-01"), unit("D", "2021-01-01", "2026-06-30", "ABSORBED", "C")},
              {period(2026, "FY")});
  for (const auto& [id, officials] :
       std::vector<std::pair<std::string, int>>{{"A", 18}, {"B", 9}, {"C", 25}, {"D", 4}}) {
    world.activity({{"unit_id", id}, {"reached", {{"officials", officials}}}});
  }
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["C"]["reach"] == 31);  // max(25, 18 + 9) + 4
}

TEST_CASE("indicators: a split unit's reach goes to the unit that inherits its records") {
  World world({unit("A", "2021-01-01", "2026-06-30", "SPLIT", "B"), unit("B", "2026-07-01"),
               unit("C", "2026-07-01")},
              {period(2026, "FY")});
  world.activity({{"unit_id", "A"}, {"reached", {{"officials", 9}}}});
  world.activity({{"unit_id", "B"}, {"reached", {{"officials", 4}}}});
  const json by_unit = world.now("2026-FY")["IND01"]["by_unit"];
  CHECK(by_unit["B"]["reach"] == 9);
  CHECK(by_unit["C"]["reach"] == 0);
}

TEST_CASE("indicators: a predecessor that still exists on the last day gives nothing") {
  World world({unit("A", "2021-01-01", "2026-09-30", "ABSORBED", "B"), unit("B")},
              {period(2026, "H1"), period(2026, "FY")});
  world.activity({{"reached", {{"officials", 9}}}});
  CHECK(world.now("2026-H1")["IND01"]["by_unit"]["A"]["reach"] == 9);
  CHECK(world.now("2026-H1")["IND01"]["by_unit"]["B"]["reach"] == 0);
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["B"]["reach"] == 9);
}

TEST_CASE("indicators: records of ended units stay in the sums and in no percentage") {
  World world({unit("A", "2021-01-01", "2026-06-30", "DISSOLVED"), unit("B")},
              {period(2026, "FY")});
  world.activity({{"category", "TE01"}, {"reached", {{"children", 12}}}});
  world.activity({{"unit_id", "U-CDN"}, {"category", "TE01"}, {"organiser_level", "CDN"}});
  const json now = world.now("2026-FY");
  CHECK(now["IND06"]["activities"] == 2);
  CHECK(now["IND06"]["by_unit"]["__ENDED__"]["children_turns"] == 12);
  CHECK(now["IND06"]["by_unit"]["__SECTOR__"]["activities"] == 1);
  CHECK(now["IND03"]["den"] == 1);
  CHECK(now["IND03"]["num"] == 0);
}

TEST_CASE("indicators: the nearest successor that exists on the last day owns the records") {
  World world({merged("A", "B", "2026-02-28"),
               unit("B", "2026-03-01", "2026-08-31", "ABSORBED", "C"), unit("C")},
              {period(2026, "H1"), period(2026, "FY")});
  world.activity({{"category", "TE01"}, {"start_date", "2026-01-20"}});
  CHECK(world.now("2026-H1")["IND06"]["by_unit"]["B"]["activities"] == 1);
  CHECK(world.now("2026-FY")["IND06"]["by_unit"]["C"]["activities"] == 1);
  CHECK(world.now("2026-FY")["IND03"]["num"] == 1);
}

TEST_CASE("indicators: a table with a cycle still ends") {
  World world({unit("A", "2021-01-01", "2026-02-28", "MERGED_INTO_NEW", "B"),
               unit("B", "2021-01-01", "2026-02-28", "MERGED_INTO_NEW", "A"), unit("C")},
              {period(2026, "FY")});
  world.activity({{"reached", {{"officials", 3}}}});
  CHECK(world.now("2026-FY")["IND06"]["by_unit"]["__ENDED__"]["activities"] == 1);
}

TEST_CASE("indicators: a change of the organisation moves the figures of what is known") {
  World world({unit("A"), unit("B")}, {period(2026, "FY")});
  world.activity({{"category", "TE01"}});
  CHECK(world.now("2026-FY")["IND03"]["units_without"] == json({"B"}));
  world.ledger.set_units({unit("A", "2021-01-01", "2026-06-30", "ABSORBED", "B"), unit("B")});
  CHECK(world.now("2026-FY")["IND03"]["units_without"] == json::array());
}

}  // namespace nhip::indicators
