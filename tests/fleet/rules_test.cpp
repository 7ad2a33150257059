// The schema's rules between devices and centre: what a device refuses to submit, what the centre
// returns, and what the office is shown of a reopened record.
#include "centre/review_list.h"
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

const char* const kHeadcount =
    R"({"as_of":"2026-03-31","workers_total":100,"members_total":100,"review_status":"SUBMITTED"})";

json review_of(Fleet& fleet) {
  auto list = server::review_list(*fleet.centre, "en");
  REQUIRE(list.ok());
  return *list;
}

std::string garden() {
  std::ifstream file(std::string(NHIP_TEST_DATA) + "/garden_registry.json");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void check_refused(const Result<Id>& put, const std::string& rule) {
  REQUIRE_FALSE(put.ok());
  CHECK(put.status().code() == Code::kInvalid);
  CHECK(put.status().name() == "breaks_rule");
  CHECK(put.status().message().rfind(rule, 0) == 0);
}

}  // namespace

TEST_CASE("fleet/rules: two edits that break a rule together send the record back with the reason",
          "[fleet][rules]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("headcount", kHeadcount);
  settle({&a, &b});
  a.edit("headcount", id, R"({"workers_total":95,"members_total":95})");
  b.edit("headcount", id, R"({"members_total":98})");
  settle({&a, &b, &a});
  const json record = fleet.records("headcount").at(0);
  CHECK(record["workers_total"] == 95);
  CHECK(record["members_total"] == 98);
  CHECK(record["review_status"] == "RETURNED");
  CHECK(record["review_note"] == "V11 (members_total): Số đoàn viên nhiều hơn số CNVCLĐ.");
  check_same(fleet, {&a, &b}, "headcount");

  // Corrected and submitted anew, the reason is gone.
  b.edit("headcount", id, R"({"members_total":95,"review_status":"SUBMITTED"})");
  settle({&b, &a});
  CHECK(fleet.records("headcount").at(0)["review_status"] == "SUBMITTED");
  CHECK(fleet.records("headcount").at(0)["review_note"].is_null());
  check_same(fleet, {&a, &b}, "headcount");
}

TEST_CASE("fleet/rules: what another tool submitted against the rules is returned",
          "[fleet][rules]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Id id = a.put("activity", R"({"title":"Truyền thông","category":"TT01"})");
  a.sync();
  a.sql("UPDATE activity SET review_status='SUBMITTED' WHERE id=" + blob(id));
  settle({&a});
  CHECK(a.get("activity", id)["review_status"] == "RETURNED");
  CHECK(a.get("activity", id)["review_note"].get<std::string>().rfind("V06 (topics): ", 0) == 0);
  CHECK(a.conflicts().empty());
  CHECK(a.status().synced);
}

TEST_CASE("fleet/rules: drafts with errors travel, a device refuses to submit them",
          "[fleet][rules]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Id id = a.put("activity", R"({"title":"Nháp","category":"TT01","review_status":"DRAFT"})");
  settle({&a});
  CHECK(fleet.records("activity").at(0)["review_status"] == "DRAFT");
  const auto findings = a.replica().findings("activity", id);
  REQUIRE(findings.ok());
  REQUIRE(findings->size() == 1);
  CHECK(findings->at(0).rule == "V06");
  CHECK(findings->at(0).is_error);
  const std::string submit = R"({"id":")" + id.text() + R"(","review_status":"SUBMITTED"})";
  check_refused(a.replica().put("activity", submit), "V06 (topics)");
  CHECK(a.get("activity", id)["review_status"] == "DRAFT");
  CHECK(a.status().pending == 0);
  check_refused(a.replica().put("activity", R"({"category":"TT02","review_status":"SUBMITTED"})"),
                "V06 (topics)");
  CHECK(a.list("activity").size() == 1);
  a.edit("activity", id, R"({"topics":["T1"],"review_status":"SUBMITTED"})");
  settle({&a});
  CHECK(fleet.records("activity").at(0)["review_status"] == "SUBMITTED");
}

TEST_CASE("fleet/rules: warnings pass and are told", "[fleet][rules]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Id id = a.put("plan", R"({"doc_no":"số 5","review_status":"SUBMITTED"})");
  const auto findings = a.replica().findings("plan", id);
  REQUIRE(findings.ok());
  REQUIRE(findings->size() == 1);
  CHECK(findings->at(0).rule == "V18");
  CHECK_FALSE(findings->at(0).is_error);
  settle({&a});
  CHECK(fleet.records("plan").at(0)["review_status"] == "SUBMITTED");
}

TEST_CASE("fleet/rules: the centre knows units that rules ask for, and devices get to know them",
          "[fleet][rules]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& a = fleet.add("U-18");
  const Id early = a.put("activity", R"({"start_date":"2024-07-01","review_status":"SUBMITTED"})");
  office.put("org_unit",
             R"({"unit_id":"U-18","version":1,"valid_from":"2021-01-01","valid_to":"2024-06-30"})");
  settle({&office, &a});
  CHECK(a.get("activity", early)["review_status"] == "RETURNED");
  check_refused(
      a.replica().put("activity", R"({"start_date":"2024-07-01","review_status":"SUBMITTED"})"),
      "V04 (start_date)");
  CHECK(a.replica()
            .put("activity", R"({"start_date":"2024-06-30","review_status":"SUBMITTED"})")
            .ok());
}

TEST_CASE("fleet/rules: of two reports for one period the second one is returned",
          "[fleet][rules]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const char* const report = R"({"period":"2026-H1","review_status":"SUBMITTED"})";
  const Id first = a.put("report", report);
  const Id second = b.put("report", report);
  settle({&a, &b, &a});
  CHECK(a.get("report", first)["review_status"] == "SUBMITTED");
  CHECK(a.get("report", second)["review_status"] == "RETURNED");
  CHECK(a.get("report", second)["review_note"].get<std::string>().rfind("V17 (period)", 0) == 0);
}

TEST_CASE("fleet/rules: of two reports in one request the second one is returned",
          "[fleet][rules]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Id first = a.put("report", R"({"period":"2026-H1","review_status":"SUBMITTED"})");
  const Id second = a.put("report", R"({"period":"2026-H1"})");
  a.sql("UPDATE report SET review_status='SUBMITTED' WHERE id=" + blob(second));
  settle({&a});
  CHECK(a.get("report", first)["review_status"] == "SUBMITTED");
  CHECK(a.get("report", second)["review_status"] == "RETURNED");
}

TEST_CASE("fleet/rules: a phone whose clock stands in 1970 can submit what was done today",
          "[fleet][rules][I13]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  a.clock_error_ms = -fleet.now_ms;
  a.sync();
  const auto put = a.replica().put(
      "activity", R"({"status":"DONE","start_date":"2026-05-28","review_status":"SUBMITTED"})");
  INFO(put.status().message());
  CHECK(put.ok());
  settle({&a});
  CHECK(fleet.records("activity").at(0)["review_status"] == "SUBMITTED");
}

TEST_CASE("fleet/rules: what changed in a reopened record is listed for the office",
          "[fleet][rules]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& a = fleet.add("U-01");
  const Id id =
      a.put("activity", R"({"title":"Trại hè","gifts_count":5,"review_status":"SUBMITTED"})");
  settle({&a, &office});
  REQUIRE(review_of(fleet).size() == 1);
  CHECK(review_of(fleet)[0]["changes"].empty());
  office.edit("activity", id, R"({"review_status":"APPROVED"})");
  settle({&office, &a});
  CHECK(review_of(fleet).empty());
  a.edit("activity", id, R"({"gifts_count":7})");
  settle({&a});
  a.edit("activity", id, R"({"title":"Trại hè 2026"})");
  settle({&a, &office});
  const json list = review_of(fleet);
  REQUIRE(list.size() == 1);
  CHECK(list[0]["id"] == id.text());
  CHECK(list[0]["unit_id"] == "U-01");
  CHECK(list[0]["state"] == "SUBMITTED");
  const json& changes = list[0]["changes"];
  REQUIRE(changes.size() == 2);
  CHECK(changes[0]["field"] == "gifts_count");
  CHECK(changes[0]["old"] == 5);
  CHECK(changes[0]["new"] == 7);
  CHECK(changes[0]["by"] == a.status().device_id);
  CHECK(changes[0]["at"].is_string());
  CHECK(changes[1]["field"] == "title");
  CHECK(changes[1]["old"] == "Trại hè");
}

TEST_CASE("fleet/rules: the office sees what submitted work breaks, warnings too",
          "[fleet][rules]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.put("plan", R"({"doc_no":"số 5","review_status":"SUBMITTED"})");
  a.put("plan", R"({"doc_no":"số 6","review_status":"DRAFT"})");
  a.sync();
  const json list = review_of(fleet);
  REQUIRE(list.size() == 1);
  REQUIRE(list[0]["findings"].size() == 1);
  CHECK(list[0]["findings"][0]["rule"] == "V18");
  CHECK(list[0]["findings"][0]["severity"] == "warning");
}

TEST_CASE("fleet/rules: another schema's rules, states and fields go through the same code",
          "[fleet][rules]") {
  Fleet fleet{garden()};
  Member& a = fleet.add("north");
  Member& b = fleet.add("north");
  check_refused(a.replica().put("planting", R"({"sown_on":"2026-03-02","picked_on":"2026-03-01",
    "stage":"offered"})"),
                "order (picked_on): Nothing is picked before it is sown.");
  const Id id = a.put("planting", R"({"seeds":10,"sprouts":5,"lost":1,"stage":"offered"})");
  settle({&a, &b});
  a.edit("planting", id, R"({"sprouts":9})");
  b.edit("planting", id, R"({"lost":4})");
  settle({&a, &b, &a});
  CHECK(a.get("planting", id)["stage"] == "sent_back");
  CHECK(a.get("planting", id)["remark"] == "sum (sprouts): More than were sown.");
  check_same(fleet, {&a, &b}, "planting");
}

TEST_CASE(
    "fleet/rules: what was submitted with an error of old may be edited and approved, not made "
    "worse",
    "[fleet][rules]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& a = fleet.add("U-01");
  const std::string folder = fleet.folder + "/old";
  std::filesystem::create_directory(folder);
  const char* const kOld = "01890000-0000-7000-8000-0000000000aa";
  std::ofstream(folder + "/headcounts.jsonl") << json({{"id", kOld},
                                                       {"unit_id", "U-01"},
                                                       {"rev", 1},
                                                       {"received_at", "2025-04-01T00:00:00Z"},
                                                       {"review_status", "APPROVED"},
                                                       {"workers_total", 5},
                                                       {"members_total", 6},
                                                       {"officials_total", 1}})
                                                     .dump();
  REQUIRE(server::load_folder(*fleet.centre, folder, fleet.now_ms, {}).ok());
  const Id id = *Id::parse(kOld);
  settle({&office, &a});
  office.edit("headcount", id, R"({"women_nursing":1})");
  settle({&office, &a});
  CHECK(a.get("headcount", id)["review_status"] == "APPROVED");
  a.edit("headcount", id, R"({"women_nursing":2})");
  settle({&a, &office});
  CHECK(office.get("headcount", id)["review_status"] == "SUBMITTED");
  check_refused(
      a.replica().put("headcount", R"({"id":")" + id.text() + R"(","officials_total":7})"),
      "V11 (officials_total)");
}
