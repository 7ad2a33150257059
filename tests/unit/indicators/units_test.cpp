// IND03 to IND09: what each unit did, reported, planned and has.
#include "ledger_fixture.h"

namespace nhip::indicators {

TEST_CASE("indicators: a child activity counts for its organiser and its co-organisers") {
  World world({unit("A"), unit("B"), unit("C")}, {period(2026, "FY")});
  world.activity({{"category", "TE05"}, {"co_organisers", {"B"}}});
  world.activity({{"unit_id", "C"}, {"category", "NC01"}});
  world.activity({{"unit_id", "U-CDN"},
                  {"category", "TE01"},
                  {"organiser_level", "CDN"},
                  {"co_organisers", {"C"}}});
  const json figure = world.now("2026-FY")["IND03"];
  CHECK(figure["num"] == 2);
  CHECK(figure["units_without"] == json({"C"}));
  CHECK(figure["all_met"] == false);
}

TEST_CASE("indicators: a report is on time by the device's clock within 72 hours of receipt") {
  const auto status = [](const std::string& submitted, const std::string& received) {
    World world({unit("A")}, {period(2026, "H1")});  // due on 10/07/2026
    world.add("report", {{"unit_id", "A"},
                         {"period", "2026-H1"},
                         {"status", "SUBMITTED"},
                         {"submitted_at", submitted},
                         {"received_at", received}});
    return world.now("2026-H1")["IND04"]["by_unit"]["A"];
  };
  CHECK(status("2026-07-10T16:59:59Z", "2026-07-13T16:59:59Z") == "ON_TIME");  // 72 h to the second
  CHECK(status("2026-07-10T16:59:59Z", "2026-07-13T17:00:00Z") == "LATE");
  CHECK(status("2026-07-10T17:00:00Z", "2026-07-10T17:00:00Z") == "LATE");  // the 11th in Vietnam
  // A clock that runs ahead is not believed.
  CHECK(status("2026-07-11T10:00:00Z", "2026-07-10T10:00:00Z") == "ON_TIME");
}

TEST_CASE("indicators: punctuality is that of the first version that was no draft") {
  World world({unit("A"), unit("B"), unit("C"), unit("D")}, {period(2026, "H1")});
  const auto version = [&](const std::string& id, int rev, const std::string& status,
                           const std::string& at, bool deleted = false) {
    world.add("report", {{"id", id},
                         {"unit_id", id},
                         {"rev", rev},
                         {"period", "2026-H1"},
                         {"status", status},
                         {"submitted_at", at},
                         {"received_at", at},
                         {"deleted", deleted}});
  };
  version("A", 1, "SUBMITTED", "2026-07-09T00:00:00Z");
  version("A", 2, "ACCEPTED", "2026-08-09T00:00:00Z");
  version("B", 1, "DRAFT", "2026-07-01T00:00:00Z");
  version("B", 2, "SUBMITTED", "2026-07-20T00:00:00Z");
  version("C", 1, "SUBMITTED", "2026-07-01T00:00:00Z");
  version("C", 2, "DRAFT", "2026-07-02T00:00:00Z");
  version("D", 1, "SUBMITTED", "2026-07-01T00:00:00Z");
  version("D", 2, "SUBMITTED", "2026-07-02T00:00:00Z", true);
  const json figure = world.now("2026-H1")["IND04"];
  CHECK(figure["by_unit"] ==
        json({{"A", "ON_TIME"}, {"B", "LATE"}, {"C", "MISSING"}, {"D", "MISSING"}}));
  CHECK(figure["counts"] == json({{"ON_TIME", 1}, {"LATE", 1}, {"MISSING", 2}}));
}

TEST_CASE("indicators: a plan needs its year, its issue by the last day, and child targets") {
  const json good{{"unit_id", "A"},
                  {"year", 2026},
                  {"status", "ISSUED"},
                  {"issue_date", "2026-01-20"},
                  {"children_integrated", true},
                  {"child_targets", {{{"code", "IND01"}, {"target_pct", 90}}}}};
  const auto has_plan = [&](const json& patch) {
    World world({unit("A")}, {period(2026, "FY")});
    json plan = good;
    plan.merge_patch(patch);
    world.add("plan", plan);
    return world.now("2026-FY")["IND05"]["num"] == 1;
  };
  CHECK(has_plan(json::object()));
  CHECK_FALSE(has_plan({{"year", 2025}}));
  CHECK_FALSE(has_plan({{"status", "DRAFT"}}));
  CHECK_FALSE(has_plan({{"issue_date", "2027-01-01"}}));
  CHECK_FALSE(has_plan({{"children_integrated", false}}));
  CHECK_FALSE(has_plan({{"child_targets", json::array()}}));
  CHECK_FALSE(has_plan({{"review_status", "DRAFT"}}));
}

TEST_CASE(
    "indicators: children that nobody summed are summed from the breakdown, money by source") {
  World world({unit("A")}, {period(2026, "FY")});
  world.activity(
      {{"category", "TE01"},
       {"reached", {{"children", nullptr}}},
       {"breakdown", {{{"unit_id", "A"}, {"children", 5}}, {{"unit_id", "B"}, {"children", 7}}}},
       {"funding", {{"union", 3}, {"employer", 4}, {"sponsor", 5}, {"other", 6}}}});
  world.activity(
      {{"reached", {{"children", 0}}}, {"breakdown", {{{"unit_id", "A"}, {"children", 5}}}}});
  const json now = world.now("2026-FY");
  CHECK(now["IND06"]["children_turns"] == 12);
  CHECK(now["IND06"]["by_category"] == json({{"TE01", 1}, {"TT01", 1}}));
  CHECK(now["IND07"] ==
        json({{"union", 3}, {"employer", 4}, {"sponsor", 5}, {"other", 6}, {"total", 18}}));
}

TEST_CASE("indicators: a women's committee is the unit's own latest word within a year") {
  World world({unit("A"), unit("B"), unit("C", "2021-01-01", "2026-06-30", "MERGED_INTO_NEW", "D"),
               unit("D", "2026-07-01"), unit("E")},
              {period(2026, "FY")});
  for (const char* id : {"A", "C"}) world.headcount(id, {{"workers_female", 10}});
  world.headcount("B", {{"workers_female", 9}});
  const auto say = [&](const std::string& id, const std::string& day, const json& answer) {
    world.add("survey_response", {{"unit_id", id},
                                  {"form_id", "KS-NC-03"},
                                  {"form_version", 1},
                                  {"answered_on", day},
                                  {"answers", {{"nc_established", answer}}}});
  };
  say("A", "2025-12-31", true);  // a year and a day ago
  json figure = world.now("2026-FY")["IND08"];
  CHECK(figure["den"] == 2);
  CHECK(figure["units_no_data"] == json({"A", "D"}));
  CHECK(figure["units_missing"] == json({"E"}));
  say("A", "2026-03-01", false);
  say("C", "2026-03-01", true);  // not inherited by D
  CHECK(world.now("2026-FY")["IND08"]["num"] == 0);
  say("A", "2026-04-01", true);
  figure = world.now("2026-FY")["IND08"];
  CHECK(figure["num"] == 1);
  CHECK(figure["units_no_data"] == json({"D"}));
}

TEST_CASE("indicators: rooms are recommended by the number of women, obliged from a thousand") {
  CHECK(definitions().rooms_recommended(99) == 1);
  CHECK(definitions().rooms_recommended(100) == 2);
  CHECK(definitions().rooms_recommended(499) == 2);
  CHECK(definitions().rooms_recommended(500) == 3);
  CHECK(definitions().rooms_recommended(999) == 3);
  CHECK(definitions().rooms_recommended(1000) == 4);
  CHECK(definitions().rooms_recommended(1200) == 4);
  CHECK(definitions().rooms_recommended(1201) == 5);
  World world({unit("A"), unit("B"), unit("C")}, {period(2026, "FY")});
  world.headcount("A", {{"workers_female", 1000}});
  world.headcount("B", {{"workers_female", 999}});
  world.headcount("C", {{"workers_female", 0}});
  const json features{{"private", true},   {"not_toilet", true},  {"power", true},
                      {"water", true},     {"table_chair", true}, {"fridge", true},
                      {"fan_or_ac", true}, {"screened", true}};
  const auto room = [&](const std::string& id, const std::string& opened, const json& closed,
                        const json& has) {
    world.add("lactation_room",
              {{"unit_id", id}, {"opened_on", opened}, {"closed_on", closed}, {"features", has}});
  };
  room("A", "2026-12-31", nullptr, features);
  room("A", "2027-01-01", nullptr, features);
  room("B", "2021-01-01", "2026-12-31", features);
  room("B", "2021-01-01", "2027-01-01", {{"private", true}});
  const json figure = world.now("2026-FY")["IND09"];
  CHECK(figure["rooms"] == 2);
  CHECK(figure["rooms_standard"] == 1);
  CHECK(figure["obligated_units"] == json({"A"}));
  CHECK(figure["obligated_with_room"]["num"] == 1);
  CHECK(figure["recommended"]["den"] == 2);
  CHECK(figure["recommended"]["num"] == 0);
}

}  // namespace nhip::indicators
