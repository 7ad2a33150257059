// Rules over a folder: they flag lines by file and line, refuse none, and do not care about order.
#include "centre_fixture.h"

namespace nhip::server {

namespace {

std::string id_of(int number) {
  return "01890000-0000-7000-8000-0000000000" + std::to_string(10 + number);
}

json headcount(int number, int rev, const std::string& as_of, int workers, int members) {
  return {{"id", id_of(number)},
          {"unit_id", "U-01"},
          {"rev", rev},
          {"received_at", "2026-04-0" + std::to_string(rev) + "T00:00:00Z"},
          {"as_of", as_of},
          {"workers_total", workers},
          {"members_total", members}};
}

std::vector<std::string> told(const LoadReport& report, const std::string& code) {
  std::vector<std::string> lines;
  for (const LoadProblem& warning : report.warnings) {
    if (warning.code == code) lines.push_back(warning.file + ":" + std::to_string(warning.line));
  }
  return lines;
}

}  // namespace

TEST_CASE("centre/load_rules: the demo records break no rule, and what was not checked is counted",
          "[centre][load]") {
  CentreFixture f;
  const LoadReport report = f.load(NHIP_SCHEMA_DIR "/demo");
  CHECK(report.refused == 0);
  CHECK(report.by_rule.empty());
  // One headcount per unit has none before it, and the sector's own activities have no headcount.
  CHECK(report.not_checked ==
        std::map<std::string, std::uint64_t>{{"V07", 2}, {"V08", 1}, {"V12", 15}});
}

TEST_CASE("centre/load_rules: a line that breaks a rule counts and is named with the rule",
          "[centre][load]") {
  CentreFixture f;
  const LoadReport report = f.load_lines(
      "headcounts.jsonl",
      {headcount(0, 1, "2025-03-31", 100, 100), headcount(1, 1, "2026-03-31", 100, 101)});
  CHECK(report.stored == 2);
  CHECK(report.refused == 0);
  CHECK(report.problems.empty());
  CHECK(report.flagged == 1);
  CHECK(told(report, "V11") == std::vector<std::string>{"headcounts.jsonl:2"});
  CHECK(report.by_rule == std::map<std::string, std::uint64_t>{{"V11", 1}});
  CHECK(f.records("headcount").size() == 2);
}

TEST_CASE("centre/load_rules: a line that breaks two rules is one flagged line", "[centre][load]") {
  CentreFixture f;
  const LoadReport report = f.load_lines(
      "headcounts.jsonl",
      {headcount(0, 1, "2025-03-31", 100, 100), headcount(1, 1, "2026-03-31", 300, 301)});
  CHECK(report.flagged == 1);
  CHECK(told(report, "V11").size() == 1);
  CHECK(told(report, "V12").size() == 2);  // workers and members
}

TEST_CASE("centre/load_rules: what rules find does not depend on the order of lines and files",
          "[centre][load]") {
  const std::string units = "unit_id,version,valid_from,valid_to\nU-01,1,2021-01-01,2026-01-31\n";
  std::vector<json> lines{headcount(0, 1, "2025-03-31", 100, 100),
                          headcount(1, 1, "2026-03-31", 120, 120),
                          headcount(1, 2, "2026-03-31", 200, 100)};
  std::sort(lines.begin(), lines.end());
  do {
    CentreFixture f;
    const TempFolder folder;
    std::string text;
    for (const json& line : lines) text += line.dump() + "\n";
    folder.write("headcounts.jsonl", text);
    folder.write("org_units.csv", units);
    const LoadReport report = f.load(folder.path());
    // Of the record with two revisions the newer one stands: 200 is far from 100, its unit ended.
    CHECK(report.by_rule == std::map<std::string, std::uint64_t>{{"V04", 1}, {"V12", 1}});
    const auto newest =
        std::find_if(lines.begin(), lines.end(), [](const json& line) { return line["rev"] == 2; });
    const std::string place = "headcounts.jsonl:" + std::to_string(newest - lines.begin() + 1);
    CHECK(told(report, "V12") == std::vector<std::string>{place});
    CHECK(told(report, "V04") == std::vector<std::string>{place});
  } while (std::next_permutation(lines.begin(), lines.end()));
}

TEST_CASE("centre/load_rules: a line is judged as of its receipt and not by today's clock",
          "[centre][load]") {
  json line = activity(id_of(0), 1, "2026-05-01T00:00:00Z", "Tết");
  line["status"] = "DONE";
  line["start_date"] = "2026-06-01";
  CentreFixture f;  // its clock stands in 2027
  CHECK(told(f.load_lines("activities.jsonl", {line}), "V03").size() == 1);
  line["received_at"] = "2026-05-31T00:00:00Z";
  CentreFixture g;
  CHECK(told(g.load_lines("activities.jsonl", {line}), "V03").empty());
}

TEST_CASE("centre/load_rules: a folder that is loaded again tells the same again",
          "[centre][load]") {
  const std::vector<json> lines{headcount(0, 1, "2025-03-31", 100, 100),
                                headcount(1, 1, "2026-03-31", 200, 201)};
  CentreFixture f;
  const LoadReport first = f.load_lines("headcounts.jsonl", lines);
  const LoadReport again = f.load_lines("headcounts.jsonl", lines);
  CHECK(again.repeated == 2);
  CHECK(again.by_rule == first.by_rule);
  CHECK(again.flagged == first.flagged);
}

TEST_CASE("centre/load_rules: sensitive values are dropped and counted in every type",
          "[centre][load]") {
  json line = activity(id_of(0), 1, "2026-05-01T00:00:00Z", "Trại hè");
  line["sensitive"] = {{"child_name", "Cháu Ví Dụ"}, {"diagnosis", nullptr}};
  CentreFixture f;
  const LoadReport report = f.load_lines("activities.jsonl", {line});
  CHECK(report.sealed_dropped == 1);
  CHECK(report.stored == 1);
  CHECK(f.records("activity").dump().find("Ví Dụ") == std::string::npos);
}

}  // namespace nhip::server
