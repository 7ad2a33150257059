// R2: locking, what comes later, restating; completeness.
#include "figures/adjustments.h"
#include "figures/completeness.h"
#include "figures/report.h"
#include "figures_fixture.h"

namespace nhip::server {
namespace {

json open_period() {
  return {{"code", "2026-FY"},          {"year", 2026},        {"kind", "FY"},
          {"start", "2026-01-01"},      {"end", "2026-12-31"}, {"due_unit", "2027-01-10"},
          {"due_sector", "2027-01-20"}, {"lock_at", nullptr}};
}

json child_day(int rev, const std::string& received_at, int children) {
  json line = activity("x1", rev, received_at, "Vui Tết Thiếu nhi");
  line.merge_patch({{"category", "TE01"},
                    {"status", "DONE"},
                    {"review_status", "APPROVED"},
                    {"organiser_level", "CDCS"},
                    {"start_date", "2026-06-01"},
                    {"reached", {{"children", children}}}});
  return line;
}

constexpr const char* kUnits =
    "unit_id,version,code,name,type,host_type,parent_id,district,funding,valid_from,valid_to,"
    "start_event,end_event,successor_id,note\n"
    "U-01,1,A,Công đoàn A,CDCS,BVCK,U-CDN,,PART,2021-01-01,,FOUNDED,,,\n"
    "U-02,1,B,Công đoàn B,CDCS,BVCK,U-CDN,,PART,2021-01-01,,FOUNDED,,,\n";

struct LockedCentre : FiguresFixture {
  LockedCentre() {
    const TempFolder folder;
    folder.write("org_units.csv", kUnits);
    folder.write("periods.json", json::array({open_period()}).dump());
    folder.write("activities.jsonl", child_day(1, "2026-06-02T00:00:00Z", 10).dump() + "\n");
    load(folder.path());
  }
  json children(const char* view) { return figures()[view]["2026-FY"]["IND06"]["children_turns"]; }
  // As a later load of an older system's records would bring it.
  void revise(int rev, const std::string& received_at, int children) {
    load_lines("activities.jsonl", {child_day(rev, received_at, children)});
    book.forget();
  }
  Result<StoredLock> lock(std::int64_t at, std::int64_t now = kNow) {
    return order_lock(book, {"2026-FY", at, false, ""}, now);
  }
  Result<StoredLock> restate(const std::string& reason) {
    return order_lock(book, {"2026-FY", kNow + 1000, true, reason}, kNow + 1000);
  }
};

}  // namespace

TEST_CASE("figures: what was locked here does not move, whatever a load brings") {
  LockedCentre centre;
  REQUIRE(centre.lock(kNow).ok());
  CHECK(centre.children("official") == 10);
  centre.revise(2, "2026-06-03T00:00:00Z", 20);  // even with a receipt before the lock
  CHECK(centre.children("official") == 10);
  CHECK(centre.children("current") == 20);
}

TEST_CASE("figures: a lock stores the records used by id and rev, and the definitions") {
  LockedCentre centre;
  REQUIRE(centre.lock(kNow).ok());
  const auto stored = stored_result(centre.centre, "2026-FY", 1);
  REQUIRE(stored.ok());
  REQUIRE((*stored)["records"].size() == 1);
  CHECK((*stored)["records"][0][0] == "activity");
  CHECK((*stored)["records"][0][2] == 1);
  CHECK((*stored)["definitions_version"] == "1.0");
  CHECK((*stored)["definitions"]["definitions_version"] == "1.0");
}

TEST_CASE("figures: a lock is told to devices by the period's record") {
  LockedCentre centre;
  REQUIRE(centre.lock(kNow).ok());
  CHECK(centre.records("period")[0]["lock_at"] == iso_text(kNow));
}

TEST_CASE("figures: changes after the lock are listed with their records") {
  LockedCentre centre;
  REQUIRE(centre.lock(kNow).ok());
  centre.revise(2, "2027-02-03T00:00:00Z", 20);
  REQUIRE(centre.book.refresh().ok());
  const auto changes = adjustments(centre.book, "2026-FY");
  REQUIRE(changes.ok());
  CHECK((*changes)["indicators"].size() == 1);
  CHECK((*changes)["indicators"][0]["code"] == "IND06");
  REQUIRE((*changes)["records"].size() == 1);
  CHECK((*changes)["records"][0]["rev_then"] == 1);
  CHECK((*changes)["records"][0]["rev_now"] == 2);
}

TEST_CASE(
    "figures: only a restatement with a reason replaces official figures, and keeps the old") {
  LockedCentre centre;
  REQUIRE(centre.lock(kNow).ok());
  centre.revise(2, "2027-02-03T00:00:00Z", 20);
  const auto without = centre.restate("");
  REQUIRE_FALSE(without.ok());
  CHECK(without.status().name() == "no_reason");
  REQUIRE(centre.restate("biên bản 12").ok());
  CHECK(centre.children("official") == 20);
  const auto first = stored_result(centre.centre, "2026-FY", 1);
  REQUIRE(first.ok());
  CHECK((*first)["figures"]["IND06"]["children_turns"] == 10);
  CHECK(locks_of(centre.centre, "2026-FY")->back().reason == "biên bản 12");
}

TEST_CASE("figures: a lock in the past is refused, and a second lock too") {
  LockedCentre centre;
  const auto past = centre.lock(kNow - 1);
  REQUIRE_FALSE(past.ok());
  CHECK(past.status().name() == "lock_in_the_past");
  CHECK(centre.figures()["official"].empty());
  REQUIRE(centre.lock(kNow).ok());
  CHECK(centre.lock(kNow).status().name() == "already_locked");
  CHECK(order_lock(centre.book, {"2031-FY", kNow, false, ""}, kNow).status().name() ==
        "unknown_period");
}

TEST_CASE("figures: a lock for a later instant is stored when the instant has come") {
  LockedCentre centre;
  const std::int64_t later = centre.instant("2027-03-01T00:00:00Z");
  REQUIRE(centre.lock(later).ok());
  centre.revise(2, "2027-02-03T00:00:00Z", 20);
  CHECK(centre.children("official") == 20);
  REQUIRE(store_due_locks(centre.book, later - 1).ok());
  CHECK_FALSE(locks_of(centre.centre, "2026-FY")->back().stored);
  REQUIRE(store_due_locks(centre.book, later).ok());
  CHECK(locks_of(centre.centre, "2026-FY")->back().stored);
  centre.revise(3, "2027-02-04T00:00:00Z", 30);
  CHECK(centre.children("official") == 20);
}

TEST_CASE("figures: completeness tells who reported and who has to be reminded") {
  LockedCentre centre;
  centre.load_lines("reports.jsonl", {{{"id", "r1"},
                                       {"type", "report"},
                                       {"unit_id", "U-01"},
                                       {"rev", 1},
                                       {"period", "2026-FY"},
                                       {"status", "SUBMITTED"},
                                       {"submitted_at", "2027-01-12T00:00:00Z"},
                                       {"received_at", "2027-01-12T00:00:01Z"}}});
  REQUIRE(centre.book.refresh().ok());
  const json all = completeness(centre.book, "2026-FY");
  CHECK(all["expected"] == 2);
  CHECK(all["received"] == 1);
  CHECK(all["non_empty"] == 1);
  CHECK(all["late"] == 1);
  CHECK(all["reminders"] == json({"U-02"}));
  CHECK(all["units"][1]["name"] == "Công đoàn B");
}

TEST_CASE("figures: the sector's report names the units that have not reported") {
  LockedCentre centre;
  centre.load_lines(
      "reports.jsonl",
      {{{"id", "r1"},
        {"type", "report"},
        {"unit_id", "U-01"},
        {"rev", 1},
        {"period", "2026-FY"},
        {"status", "SUBMITTED"},
        {"doc_no", "12/BC-CĐCS"},
        {"overrides", {{{"field", "PL-20"}, {"auto", 1}, {"manual", 2}, {"reason", "sổ giấy"}}}},
        {"submitted_at", "2027-01-09T00:00:00Z"},
        {"received_at", "2027-01-09T00:00:01Z"}}});
  REQUIRE(centre.book.refresh().ok());
  const auto sector = sector_report(centre.book, "2026-FY");
  REQUIRE(sector.ok());
  CHECK((*sector)["view"] == "current");
  CHECK((*sector)["units_missing"] == json({"U-02"}));
  CHECK((*sector)["units_without_activity"] == json({"U-02"}));
  CHECK((*sector)["units"].size() == 2);
  const auto unit = unit_report(centre.book, "2026-FY", "U-01");
  REQUIRE(unit.ok());
  CHECK((*unit)["status"] == "SUBMITTED");
  CHECK((*unit)["overrides"][0]["reason"] == "sổ giấy");
  for (const json& line : (*unit)["lines"]) {
    if (line["code"] == "PL-20") CHECK(line["value"] == 1);  // an override feeds no figure
  }
  CHECK(unit_report(centre.book, "2026-FY", "U-77").status().name() == "unknown_unit");
}

}  // namespace nhip::server
