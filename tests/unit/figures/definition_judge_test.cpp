// What would make figures senseless, or move locked ones, is kept out of a load by line and reason.
#include "figures/definition_judge.h"

#include "figures/form_publication.h"
#include "figures_fixture.h"

namespace nhip::server {
namespace {

constexpr const char* kHeading =
    "unit_id,version,code,name,type,host_type,parent_id,district,funding,valid_from,valid_to,"
    "start_event,end_event,successor_id,note\n";

struct JudgedCentre : FiguresFixture {
  JudgedCentre() { load(kWorkedExample); }

  // "line code" of every problem.
  std::vector<std::string> load_judged_folder() {
    const auto report = load_judged(centre, folder.path(), kNow, {});
    INFO(report.status().message());
    REQUIRE(report.ok());
    book.forget();
    warnings = report->warnings;
    std::vector<std::string> problems;
    for (const LoadProblem& each : report->problems) {
      problems.push_back(std::to_string(each.line) + " " + each.code);
    }
    return problems;
  }
  std::vector<std::string> publish(const std::string& text) {
    folder.write("form.json", text);
    const auto report = publish_forms(centre, folder.path() + "/form.json", false, kNow);
    REQUIRE(report.ok());
    std::vector<std::string> problems;
    for (const LoadProblem& each : report->problems) {
      problems.push_back(std::to_string(each.line) + " " + each.code);
    }
    return problems;
  }

  TempFolder folder;
  std::vector<LoadProblem> warnings;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("figures: a load refuses units in a circle, with a hole, or without their successor") {
  JudgedCentre centre;
  const json before = centre.figures();
  centre.folder.write(
      "org_units.csv",
      std::string(kHeading) +
          "X1,1,X1,A,CDCS,BVCK,U-CDN,,PART,2021-01-01,2025-12-31,FOUNDED,ABSORBED,X2,\n"
          "X2,1,X2,B,CDCS,BVCK,U-CDN,,PART,2021-01-01,2026-01-31,FOUNDED,ABSORBED,X1,\n"
          "X3,1,X3,C,CDCS,BVCK,U-CDN,,PART,2021-01-01,2022-01-31,FOUNDED,RENAMED,,\n"
          "X3,2,X3,C,CDCS,BVCK,U-CDN,,PART,2022-03-01,,RENAMED,,,\n"
          "X4,1,X4,D,CDCS,BVCK,U-CDN,,PART,2021-01-01,2022-01-31,FOUNDED,ABSORBED,X99,\n"
          "X6,1,X6,E,CDCS,BVCK,U-CDN,,PART,2021-01-01,2022-01-31,FOUNDED,ABSORBED,X4,\n");
  CHECK(centre.load_judged_folder() == Lines{"2 successor_cycle", "3 successor_cycle",
                                             "4 unit_at_fault", "5 unit_hole",
                                             "6 unknown_successor", "7 unknown_successor"});
  CHECK(centre.figures() == before);
}

TEST_CASE("figures: a load refuses a parent circle through a unit that is known already") {
  JudgedCentre centre;
  centre.folder.write("org_units.csv",
                      std::string(kHeading) +
                          "U-LDLD,1,L,L,LDLD,,W1,,PART,2021-01-01,,FOUNDED,,,\n"
                          "W9,1,W9,Mới,CDCS,BVCK,U-CDN,,PART,2021-01-01,,FOUNDED,,,\n");
  const Lines problems = centre.load_judged_folder();
  REQUIRE_FALSE(problems.empty());
  CHECK(problems[0] == "2 parent_cycle");
  // The rest of the table is taken.
  CHECK(centre.figures()["current"]["2026-FY"]["IND03"]["den"] == 3);
}

TEST_CASE("figures: a load refuses a period that overlaps, and takes the others") {
  JudgedCentre centre;
  centre.folder.write("periods.json", R"([
 {"code":"2026-XX","year":2026,"kind":"FY","start":"2026-12-31","end":"2027-01-31"},
 {"code":"2027-FY","year":2027,"kind":"FY","start":"2027-01-01","end":"2027-12-31"},
 {"code":"2027-YY","year":2027,"kind":"FY","start":"2027-12-31","end":"2028-12-31"},
 {"code":"2028-FY","year":2028,"kind":"FY","start":"2028-12-31","end":"2028-01-01"}
])");
  CHECK(centre.load_judged_folder() ==
        Lines{"2 period_overlap", "4 period_overlap", "5 period_ends_first"});
  CHECK(centre.records("period").size() == 2);
}

TEST_CASE("figures: a load neither opens a locked period again nor moves its dates") {
  JudgedCentre centre;
  const json before = centre.figures();
  centre.folder.write("periods.json", R"([
 {"code":"2026-FY","year":2026,"kind":"FY","start":"2026-01-01","end":"2026-12-31",
  "due_unit":"2027-01-10","due_sector":"2027-01-20","lock_at":null}
])");
  CHECK(centre.load_judged_folder().empty());
  REQUIRE(centre.warnings.size() == 1);
  CHECK(centre.warnings[0].code == "stays_locked");
  CHECK(centre.figures() == before);
  centre.folder.write("periods.json", R"([
 {"code":"2026-FY","year":2026,"kind":"FY","start":"2026-01-01","end":"2026-12-31",
  "due_unit":"2027-01-10","due_sector":"2027-01-20","lock_at":"2027-06-30T10:00:00Z"}
])");
  CHECK(centre.load_judged_folder() == Lines{"2 period_locked"});
  CHECK(centre.figures() == before);
}

TEST_CASE("figures: a response on a form version that nobody published is refused with its line") {
  JudgedCentre centre;
  const json response{{"id", "0b7c8f5e-0000-4000-8000-000000000001"},
                      {"unit_id", "W1"},
                      {"rev", 1},
                      {"received_at", "2026-01-02T00:00:00Z"},
                      {"form_id", "KS-CB-01"},
                      {"form_version", 9},
                      {"answered_on", "2026-01-01"},
                      {"answers", json::object()}};
  centre.folder.write("survey_responses.jsonl", response.dump() + "\n");
  CHECK(centre.load_judged_folder() == Lines{"1 unknown_form"});
  CHECK(centre.records("survey_response").empty());
}

TEST_CASE("figures: a form is published whole or not at all, and never changed afterwards") {
  JudgedCentre centre;
  CHECK(centre.publish(R"({"form_id":"KS-X","version":1,"questions":[
    {"id":"a","type":"bool","label_vi":"A","scored":true,"correct":"yes"},
    {"id":"a","type":"number","label_vi":"B"}]})") ==
        Lines{"1 bad_correct", "1 question_repeated", "1 bad_pass"});
  CHECK(centre.publish(R"({"forms":[
    {"form_id":"KS-Y","version":1,"questions":[{"id":"a","type":"text","label_vi":"A"}]},
    {"form_id":"KS-X","questions":[]}]})") ==
        Lines{"3 missing_field", "3 no_questions", "3 missing_field"});
  CHECK(centre.records("form").size() == 2);
  const std::string good =
      R"({"form_id":"KS-X","version":1,"pass_pct":50,"questions":[
      {"id":"a","type":"single","label_vi":"A","options":[{"code":"1"}],"scored":true,
       "correct":"1"}]})";
  CHECK(centre.publish(good).empty());
  CHECK(centre.publish(good).empty());
  CHECK(centre.records("form").size() == 3);
  std::string changed = good;
  changed.replace(changed.find("50"), 2, "60");
  CHECK(centre.publish(changed) == Lines{"1 form_published"});
}

}  // namespace nhip::server
