// Tables that would not make sense are found, with the row at fault.
#include "indicators/definition_check.h"

#include "ledger_fixture.h"

namespace nhip::indicators {
namespace {

std::vector<std::pair<std::size_t, std::string>> faults(const std::vector<UnitVersion>& units) {
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const DefinitionFault& each : check_units(definitions(), units)) {
    found.emplace_back(each.row, each.code);
  }
  return found;
}

using Found = std::vector<std::pair<std::size_t, std::string>>;

UnitVersion second(UnitVersion version) {
  version.version = 2;
  return version;
}

}  // namespace

TEST_CASE("indicators: a sound table of units has no faults") {
  CHECK(faults({unit("A", "2021-01-01", "2022-12-31", "RENAMED"), second(unit("A", "2023-01-01")),
                unit("B", "2021-01-01", "2022-12-31", "ABSORBED", "A"),
                unit("C", "2021-01-01", "2022-12-31", "DISSOLVED")})
            .empty());
}

TEST_CASE("indicators: cycles, holes, overlaps and unknown successors are found") {
  CHECK(faults({unit("A", "2021-01-01", "2022-12-31", "MERGED_INTO_NEW", "B"),
                unit("B", "2021-01-01", "2022-12-31", "ABSORBED", "A")}) ==
        Found{{0, "successor_cycle"}, {1, "successor_cycle"}});
  CHECK(faults({unit("A", "2021-01-01", "2022-12-30", "RENAMED"),
                second(unit("A", "2023-01-01"))}) == Found{{1, "unit_hole"}});
  CHECK(faults({unit("A", "2021-01-01", "2023-01-01", "RENAMED"),
                second(unit("A", "2023-01-01"))}) == Found{{1, "unit_overlap"}});
  CHECK(faults({unit("A", "2021-01-01", "2022-12-31", "SPLIT", "X")}) ==
        Found{{0, "unknown_successor"}});
  CHECK(faults({unit("A", "2021-01-01", "2022-12-31", "SPLIT")}) == Found{{0, "no_successor"}});
  CHECK(faults({unit("A", "2021-01-02", "2021-01-01")}) == Found{{0, "unit_ends_first"}});
  CHECK(faults({unit("A"), unit("A")}) == Found{{1, "unit_repeated"}});
  UnitVersion child = unit("A"), parent = unit("B");
  child.parent_id = "B";
  parent.parent_id = "A";
  CHECK(faults({child, parent}) == Found{{0, "parent_cycle"}, {1, "parent_cycle"}});
  child.parent_id = "X";
  CHECK(faults({child}) == Found{{0, "unknown_parent"}});
}

TEST_CASE("indicators: periods of one kind must not share days, of two kinds they may") {
  CHECK(check_periods({period(2026, "H1"), period(2026, "FY"), period(2027, "FY")}).empty());
  PeriodDates late = period(2027, "FY");
  late.start = parse_day("2026-12-31");
  const auto found = check_periods({period(2026, "FY"), late});
  REQUIRE(found.size() == 1);
  CHECK(found[0].row == 1);
  CHECK(found[0].code == "period_overlap");
  PeriodDates backwards = period(2026, "FY");
  backwards.end = backwards.start - 1;
  CHECK(check_periods({backwards})[0].code == "period_ends_first");
}

}  // namespace nhip::indicators
