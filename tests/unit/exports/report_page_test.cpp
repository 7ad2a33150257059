// The report on paper: numbers and days as Vietnamese readers write them, and nothing left out.
#include "exports/report_page.h"

#include "../figures/figures_fixture.h"
#include "exports/public_figures.h"
#include "figures/report.h"

namespace nhip::server {
namespace {

struct ReportingCentre : FiguresFixture {
  ReportingCentre() {
    load(kWorkedExample);
    load_lines("headcounts.jsonl", {line("h1", "W1",
                                         {{"as_of", "2026-06-30"},
                                          {"workers_total", 1200},
                                          {"workers_female", 800},
                                          {"officials_total", 44},
                                          {"families_total", 160}})});
    load_lines("support_cases.jsonl", {support("c1"), support("c2")});
    load_lines(
        "reports.jsonl",
        {line("r1", "W1",
              {{"period", "2026-FY"},
               {"status", "SUBMITTED"},
               {"submitted_at", "2027-01-05T03:00:00Z"},
               {"doc_no", "5/BC-CĐCS"},
               {"sections", {{"uu_diem", "Tốt <b>"}, {"khac", "Việc khác"}}},
               {"overrides",
                {{{"field", "PL-20"}, {"auto", 5}, {"manual", 6}, {"reason", "sổ giấy"}}}}})});
    REQUIRE(book.refresh().ok());
  }
  static json line(const std::string& id, const std::string& unit, json fields) {
    fields.update({{"id", id},
                   {"unit_id", unit},
                   {"rev", 1},
                   {"review_status", "SUBMITTED"},
                   {"received_at", "2026-07-01T00:00:00Z"}});
    return fields;
  }
  static json support(const std::string& id) {
    return line(id, "W1",
                {{"case_type", "SPECIAL_HARDSHIP"},
                 {"status", "DISBURSED"},
                 {"child_key", "TE-1"},
                 {"disbursed_on", "2026-05-01"},
                 {"amount_vnd", 2500000}});
  }
  static json value_of(const json& report, const std::string& code) {
    for (const json& each : report["lines"]) {
      if (each["code"] == code) return each["value"];
    }
    return "no such line";
  }
};

bool has(const std::string& page, const std::string& text) {
  return page.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("exports: a unit's report has its people, its cases by type and what it wrote") {
  ReportingCentre centre;
  const auto report = unit_report(centre.book, "2026-FY", "W1");
  REQUIRE(report.ok());
  CHECK(ReportingCentre::value_of(*report, "PL-01") == 1200);
  CHECK(ReportingCentre::value_of(*report, "PL-01.1") == 800);
  CHECK(ReportingCentre::value_of(*report, "PL-02").is_null());
  CHECK(ReportingCentre::value_of(*report, "PL-38") == 2);
  CHECK(ReportingCentre::value_of(*report, "PL-34") == 0);
  const std::string page = report_page(centre.book, *report, kNow);
  CHECK(has(page, "ngày 05 tháng 01 năm 2027"));
  CHECK(has(page, "Số: 5/BC-CĐCS"));
  CHECK(has(page, "CNVCLĐ (PL-01): 1.200 người"));
  CHECK(has(page, "(PL-11): 90,9%"));
  CHECK(has(page, "5.000.000"));
  CHECK(has(page, "Tốt &lt;b&gt;"));
  CHECK(has(page, "Việc khác"));
  CHECK(has(page, "Nhập tay: 6 (sổ giấy)"));
  CHECK(has(page, "TM. BAN CHẤP HÀNH"));
}

TEST_CASE(
    "exports: the sector's report hides small counts on every page and names who is missing") {
  ReportingCentre centre;
  auto report = sector_report(centre.book, "2026-FY");
  REQUIRE(report.ok());
  REQUIRE(make_report_public(centre.book, "2026-FY", *report).ok());
  CHECK(ReportingCentre::value_of(*report, "PL-38") == "<5");
  CHECK(ReportingCentre::value_of(*report, "PL-38.1") == "…");
  CHECK(ReportingCentre::value_of(*report, "PL-39.2") == "<5");
  for (const json& each : (*report)["adjustments"]["records"]) {
    CHECK(each["type"] != "support_case");
  }
  const std::string page = report_page(centre.book, *report, kNow);
  CHECK(has(page, "TM. BAN THƯỜNG VỤ"));
  CHECK(has(page, "chưa nộp báo cáo:</b> Công đoàn cơ sở Ví dụ W4."));
  CHECK_FALSE(has(page, "5.000.000"));
}

}  // namespace nhip::server
