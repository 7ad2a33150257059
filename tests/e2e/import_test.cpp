// Import and export through the real program.
#include <catch2/catch.hpp>

#include <optional>
#include <set>
#include <string>

#include "e2e/stage.h"

namespace nhip::test {
namespace {

struct Enrolled {
  Stage stage;
  std::optional<Device> device;
  Enrolled() {
    stage.serve();
    device = stage.enrol("a", "U-01");
  }
};

Json report_of(const Finished& finished) {
  INFO(finished.out);
  INFO(finished.err);
  const Json report = Json::parse(finished.out, nullptr, false);
  REQUIRE(report.is_object());
  return report;
}

}  // namespace

TEST_CASE("e2e/import: bad lines are named and do not stop the others", "[e2e]") {
  Enrolled e;
  const std::string file = e.stage.path("activities.jsonl");
  write_file(file,
             "{\"title\":\"Một\"}\n"
             "{\"title\":\n"
             "\n"
             "{\"title\":\"Hai\",\"start_date\":\"2026-02-30\"}\n"
             "{\"title\":\"B\xD6nh\"}\n"
             "{\"title\":\"Ba\",\"colour\":\"đỏ\"}\n");
  const Finished finished = e.device->run({"import", "activity", file});
  CHECK(finished.exit_code == 6);
  const Json report = report_of(finished);
  CHECK(report.at("lines") == 5);
  CHECK(report.at("stored") == 2);
  REQUIRE(report.at("refused").size() == 3);
  CHECK(report.at("refused")[0].at("line") == 2);
  CHECK(report.at("refused")[0].at("code") == "broken_json");
  CHECK(report.at("refused")[0].at("file") == file);
  CHECK(report.at("refused")[1].at("line") == 4);
  CHECK(report.at("refused")[1].at("code") == "bad_date");
  CHECK(report.at("refused")[2].at("line") == 5);
  CHECK(report.at("refused")[2].at("code") == "not_utf8");
  CHECK(report.at("unknown_fields")[0].at("field") == "colour");
  CHECK(e.device->records("activity").size() == 2);
}

TEST_CASE("e2e/import: a spreadsheet's CSV arrives with its types", "[e2e]") {
  Enrolled e;
  const std::string file = e.stage.path("activities.csv");
  write_file(file,
             "\xEF\xBB\xBFtitle,start_date,end_date,funding.union,topics,reached.children\r\n"
             "\"Tết, Thiếu nhi\",1/6/2026,01/06/2026,1.500.000,T2;T1,120\r\n"
             "Sai số,1/6/2026,1/6/2026,12.34,,\r\n"
             "Trung thu,25/9/2026,25/9/2026,,,\r\n");
  const Finished finished = e.device->run({"import", "activity", file});
  CHECK(finished.exit_code == 6);
  const Json report = report_of(finished);
  CHECK(report.at("stored") == 2);
  REQUIRE(report.at("refused").size() == 1);
  CHECK(report.at("refused")[0].at("line") == 3);
  const Json found = e.device->ask({"list", "activity", "--where", "reached.children=120"});
  REQUIRE(found.size() == 1);
  CHECK(found[0].at("title") == "Tết, Thiếu nhi");
  CHECK(found[0].at("start_date") == "2026-06-01");
  CHECK(found[0].at("funding").at("union") == 1500000);
  CHECK(found[0].at("topics") == Json({"T1", "T2"}));
}

TEST_CASE("e2e/import: what was exported is imported without a change", "[e2e]") {
  Enrolled e;
  e.device->put("activity",
                Json::parse(R"({"title":"=1+2 \"x\", y","note":"'-5\nhai dòng","status":"DONE",
      "topics":["T1","T3"],"partners":["a;b"],"reached":{"officials":0},
      "participants":[{"kind":"OFFICIAL","key":"CB-01-001"}]})"));
  e.device->put(
      "survey_response",
      Json::parse(R"({"form_id":"KS-CB-01","answers":{"q1":true,"q2":1,"q3":"1","q4":["a"]}})"));
  const Device other = e.stage.enrol("b", "U-01");
  for (const std::string type : {"activity", "survey_response"}) {
    const Json before = e.device->records(type);
    const Finished csv =
        run_process({NHIP_BIN, "--replica", e.device->file(), "export", type, "--format", "csv"});
    REQUIRE(csv.exit_code == 0);
    CHECK(csv.out.starts_with("\xEF\xBB\xBFid,"));
    write_file(e.stage.path(type + ".csv"), csv.out);
    const Finished lines = run_process({NHIP_BIN, "--replica", e.device->file(), "export", type});
    REQUIRE(lines.exit_code == 0);
    CHECK(other.ask({"import", type, e.stage.path(type + ".csv")}).at("refused").empty());
    CHECK(other.records(type) == before);
    CHECK(other.ask({"import", type, "-"}, lines.out).at("stored") == before.size());
    CHECK(other.records(type) == before);
  }
}

TEST_CASE("e2e/list: conditions select, and history and status tell what is known", "[e2e]") {
  Enrolled e;
  const std::string id = e.device->put("activity", {{"title", "Bệnh viện"}, {"category", "TE01"}});
  e.device->put("activity", {{"title", "Khác"}, {"category", "TE02"}});
  CHECK(e.device->ask({"list", "activity"}).size() == 2);
  CHECK(e.device->ask({"list", "activity", "--where", "category=TE01"}).at(0).at("id") == id);
  CHECK(e.device->ask({"list", "activity", "--where", "title=Be\xCC\xA3\xCC\x82nh viện"}).size() ==
        1);
  CHECK(e.device->ask({"list", "activity", "--where", "category=TE01", "--where", "title=Khác"})
            .empty());
  const Json history = e.device->ask({"history", "activity", id});
  REQUIRE(history.size() == 1);
  CHECK(history[0].at("state") == "pending");
  const Json status = e.device->ask({"status"});
  const std::set<std::string> keys = {
      "device_id", "unit_id",   "role",         "server", "epoch",     "pending", "rejected",
      "held",      "conflicts", "last_sync_at", "synced", "backed_up", "notices"};
  std::set<std::string> found;
  for (const auto& [key, value] : status.items()) found.insert(key);
  CHECK(found == keys);
}

TEST_CASE("e2e/list: text for people is Vietnamese when asked for", "[e2e]") {
  Enrolled e;
  const Finished text =
      run_process({NHIP_BIN, "--replica", e.device->file(), "--lang", "vi", "status"});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("Chờ gửi:") != std::string::npos);
  const Finished error = run_process(
      {NHIP_BIN, "--replica", e.device->file(), "--lang", "vi", "get", "activity", "x"});
  CHECK(error.exit_code == 3);
  CHECK(error.err.find("Lỗi: ") == 0);
}

}  // namespace nhip::test
