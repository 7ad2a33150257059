// §5.2 and R4, R5, R7, R8: who was reached, of how many, and whether that is enough.
#include "ledger_fixture.h"

namespace nhip::indicators {

TEST_CASE("indicators: a key named in two activities is one person") {
  World world({unit("A")}, {period(2026, "FY")});
  world.headcount("A", {{"officials_total", 10}});
  for (const char* day : {"2026-03-10", "2026-04-10"}) {
    world.activity({{"attendance_mode", "NAMED"},
                    {"start_date", day},
                    {"participants",
                     {{{"key", "CB-1"}, {"kind", "OFFICIAL"}, {"unit_id", "A"}},
                      {{"key", std::string("CB-") + day}, {"kind", "OFFICIAL"}}}}});
  }
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["A"]["reach"] == 3);
}

TEST_CASE("indicators: the participant's unit is credited, not the organiser's") {
  World world({unit("A"), unit("B")}, {period(2026, "FY")});
  world.headcount("B", {{"officials_total", 10}});
  world.activity({{"attendance_mode", "NAMED"},
                  {"participants", {{{"key", "CB-1"}, {"kind", "OFFICIAL"}, {"unit_id", "B"}}}}});
  const json by_unit = world.now("2026-FY")["IND01"]["by_unit"];
  CHECK(by_unit["A"]["reach"] == 0);
  CHECK(by_unit["B"]["reach"] == 1);
}

TEST_CASE("indicators: a participant without a unit counts for a unit's activity only") {
  World world({unit("A")}, {period(2026, "FY")});
  const json participants = {{{"key", "CB-1"}, {"kind", "OFFICIAL"}}};
  world.activity({{"attendance_mode", "NAMED"}, {"participants", participants}});
  world.activity({{"attendance_mode", "NAMED"},
                  {"unit_id", "U-CDN"},
                  {"organiser_level", "CDN"},
                  {"participants", {{{"key", "CB-2"}, {"kind", "OFFICIAL"}}}}});
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["A"]["reach"] == 1);
}

TEST_CASE("indicators: counts add up inside a series, and the largest group stands") {
  World world({unit("A")}, {period(2026, "FY")});
  world.activity({{"reached", {{"families", 100}}}});
  world.activity({{"series_id", "s1"}, {"reached", {{"families", 80}}}});
  world.activity({{"series_id", "s1"}, {"reached", {{"families", 70}}}});
  CHECK(world.now("2026-FY")["IND02"]["by_unit"]["A"]["reach"] == 150);
}

TEST_CASE("indicators: names and counts are never added, the larger one stands") {
  World world({unit("A")}, {period(2026, "FY")});
  world.activity({{"reached", {{"officials", 2}}}});
  world.activity({{"attendance_mode", "NAMED"},
                  {"reached", {{"officials", 99}}},  // not used beside names
                  {"participants",
                   {{{"key", "1"}, {"kind", "OFFICIAL"}},
                    {{"key", "2"}, {"kind", "OFFICIAL"}},
                    {{"key", "3"}, {"kind", "OFFICIAL"}}}}});
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["A"]["reach"] == 3);
}

TEST_CASE("indicators: a sector activity credits through its breakdown alone") {
  World world({unit("A"), unit("B")}, {period(2026, "FY")});
  const json of_sector{
      {"unit_id", "U-CDN"}, {"organiser_level", "CDN"}, {"reached", {{"officials", 50}}}};
  world.activity(of_sector);
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["A"]["reach"] == 0);
  json broken_down = of_sector;
  broken_down["breakdown"] = {{{"unit_id", "A"}, {"officials", 4}}, {{"unit_id", "B"}}};
  world.activity(broken_down);
  const json by_unit = world.now("2026-FY")["IND01"]["by_unit"];
  CHECK(by_unit["A"]["reach"] == 4);
  CHECK(by_unit["B"]["reach"] == 0);
}

TEST_CASE("indicators: topics T8 and T9 reach officials and no families") {
  World world({unit("A")}, {period(2026, "FY")});
  world.activity({{"topics", {"T8"}}, {"reached", {{"officials", 5}, {"families", 6}}}});
  const json now = world.now("2026-FY");
  CHECK(now["IND01"]["by_unit"]["A"]["reach"] == 5);
  CHECK(now["IND02"]["by_unit"]["A"]["reach"] == 0);
}

TEST_CASE("indicators: only done, reviewed and single activities of the period count") {
  World world({unit("A")}, {period(2026, "FY")});
  const json patches[] = {{{"status", "PLANNED"}},
                          {{"status", "CANCELLED"}},
                          {{"review_status", "DRAFT"}},
                          {{"review_status", "RETURNED"}},
                          {{"duplicate_of", "6f1d9c1e-63c0-4a5e-9d1b-cd0000000063"}},
                          {{"start_date", "2025-12-31"}, {"end_date", "2026-01-02"}},
                          {{"start_date", "2027-01-01"}},
                          {{"deleted", true}}};
  for (json patch : patches) {
    patch["reached"] = {{"officials", 7}};
    world.activity(patch);
  }
  CHECK(world.now("2026-FY")["IND06"]["activities"] == 0);
  CHECK(world.now("2026-FY")["IND01"]["by_unit"]["A"]["reach"] == 0);
  world.activity({{"start_date", "2026-12-31"}, {"review_status", "SUBMITTED"}});
  world.activity({{"start_date", "2026-01-01"}});
  CHECK(world.now("2026-FY")["IND06"]["activities"] == 2);
}

TEST_CASE("indicators: reach over the denominator is capped and flagged") {
  World world({unit("A")}, {period(2026, "FY")});
  world.headcount("A", {{"officials_total", 10}});
  world.activity({{"reached", {{"officials", 12}}}});
  const json a = world.now("2026-FY")["IND01"]["by_unit"]["A"];
  CHECK(a["num"] == 10);
  CHECK(a["reach"] == 12);
  CHECK(a["flags"] == json({"CAPPED"}));
}

TEST_CASE("indicators: a headcount is used within one year before the period's end") {
  const auto denominator = [](const std::string& as_of) {
    World world({unit("A")}, {period(2026, "FY")});
    world.headcount("A", {{"officials_total", 10}}, as_of);
    return world.now("2026-FY")["IND01"]["by_unit"]["A"]["den"];
  };
  CHECK(denominator("2025-12-31") == nullptr);
  CHECK(denominator("2026-01-01") == 10);
  CHECK(denominator("2026-12-31") == 10);
  CHECK(denominator("2027-01-01") == nullptr);
}

TEST_CASE(
    "indicators: the newest headcount that knows the field counts, the later received of two") {
  World world({unit("A")}, {period(2026, "FY")});
  world.headcount("A", {{"officials_total", 10}, {"families_total", 5}}, "2026-03-31");
  world.headcount("A", {{"officials_total", nullptr}, {"families_total", 6}}, "2026-09-30");
  CHECK(world.now("2026-FY")["IND01"]["den"] == 10);
  CHECK(world.now("2026-FY")["IND02"]["den"] == 6);
  world.headcount("A", {{"families_total", 8}, {"received_at", "2026-10-02T00:00:00Z"}},
                  "2026-09-30");
  world.headcount("A", {{"families_total", 7}, {"received_at", "2026-10-01T00:00:00Z"}},
                  "2026-09-30");
  CHECK(world.now("2026-FY")["IND02"]["den"] == 8);
}

TEST_CASE("indicators: units without people known, or with none, are left out and listed") {
  World world({unit("A"), unit("B"), unit("C")}, {period(2026, "FY")});
  world.headcount("A", {{"officials_total", 10}});
  world.headcount("B", {{"officials_total", 0}});
  for (const char* id : {"A", "B", "C"}) {
    world.activity({{"unit_id", id}, {"reached", {{"officials", 5}}}});
  }
  const json figure = world.now("2026-FY")["IND01"];
  CHECK(figure["num"] == 5);
  CHECK(figure["den"] == 10);
  CHECK(figure["units_zero"] == json({"B"}));
  CHECK(figure["units_missing"] == json({"C"}));
  CHECK(figure["by_unit"]["B"]["flags"] == json({"ZERO_DENOM"}));
  CHECK(figure["by_unit"]["C"]["flags"] == json({"MISSING_DENOM"}));
}

TEST_CASE("indicators: exactly 90 percent is not over 90, the integers decide") {
  const auto total = [](int officials, int reached) {
    World world({unit("A")}, {period(2026, "FY")});
    world.headcount("A", {{"officials_total", officials}});
    world.activity({{"reached", {{"officials", reached}}}});
    return world.now("2026-FY")["IND01"];
  };
  CHECK(total(1000, 900)["met"] == false);
  CHECK(total(1000, 901)["met"] == true);
  CHECK(total(10000, 9001)["met"] == true);
  CHECK(total(10000, 9001)["pct_tenths"] == 900);  // prints like 90 and passes
}

TEST_CASE("indicators: percent is rounded half up to a tenth") {
  CHECK(Ratio{1, 2000, {}}.pct_tenths() == 1);
  CHECK(Ratio{1, 2001, {}}.pct_tenths() == 0);
  CHECK(Ratio{1, 3, {}}.pct_tenths() == 333);
  CHECK(Ratio{2, 3, {}}.pct_tenths() == 667);
  CHECK_FALSE(Ratio{0, 0, {}}.pct_tenths().has_value());
}

TEST_CASE("indicators: the threshold goes by year, and a half year has none") {
  const auto threshold = [](int year, const char* kind) {
    return definitions().threshold(Audience::kOfficials, year, kind);
  };
  CHECK_FALSE(threshold(2024, "FY").has_value());
  CHECK(threshold(2025, "FY") == 90);
  CHECK(threshold(2029, "FY") == 90);
  CHECK(threshold(2030, "FY") == 95);
  CHECK(threshold(2041, "FY") == 95);
  CHECK_FALSE(threshold(2026, "H1").has_value());
}

}  // namespace nhip::indicators
