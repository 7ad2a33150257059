// Rules through the real programs: refusals, warnings, the reason of a return, the office's list.
#include <catch2/catch.hpp>

#include <optional>
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

}  // namespace

TEST_CASE(
    "e2e/rules: submitting what breaks a rule is refused with 3 and the rule's words, a draft is "
    "kept",
    "[e2e][rules]") {
  Enrolled e;
  const Json bad{{"title", "Truyền thông"}, {"category", "TT01"}, {"review_status", "SUBMITTED"}};
  const Finished refused = e.device->run({"put", "activity", bad.dump(), "--lang", "vi"});
  CHECK(refused.exit_code == 3);
  INFO(refused.err);
  CHECK(Device::error_code(refused) == "breaks_rule");
  CHECK(refused.err.find("V06 (topics): Hoạt động truyền thông (TT01") != std::string::npos);
  CHECK(e.device->run({"put", "activity", bad.dump(), "--lang", "en"})
            .err.find("needs at least one topic") != std::string::npos);
  CHECK(e.device->ask({"list", "activity"}).empty());

  Json draft = bad;
  draft["review_status"] = "DRAFT";
  const Json kept = e.device->ask({"put", "activity", draft.dump()});
  REQUIRE(kept["warnings"].size() == 1);
  CHECK(kept["warnings"][0]["rule"] == "V06");
  CHECK(kept["warnings"][0]["severity"] == "error");
  const std::string id = kept["id"];
  CHECK(e.device->run({"edit", "activity", id, "review_status=SUBMITTED"}).exit_code == 3);
  e.device->edit("activity", id, {"topics=[\"T1\"]", "review_status=SUBMITTED"});
  e.device->sync();
  CHECK(e.device->get("activity", id)["review_status"] == "SUBMITTED");
}

TEST_CASE("e2e/rules: an import tells what lines break, and refuses those that submit it",
          "[e2e][rules]") {
  Enrolled e;
  const std::string file = e.stage.path("plans.jsonl");
  write_file(file,
             "{\"doc_no\":\"số 5\",\"review_status\":\"SUBMITTED\"}\n"
             "{\"doc_no\":\"63/KH-CDYT\"}\n");
  const Json report = e.device->ask({"import", "plan", file});
  CHECK(report["stored"] == 2);
  CHECK(report["by_rule"] == Json{{"V18", 1}});
  CHECK(report["warnings"][0]["line"] == 1);
  const std::string cases = e.stage.path("cases.jsonl");
  write_file(cases, "{\"case_type\":\"LOAN\",\"review_status\":\"SUBMITTED\"}\n");
  const Finished refused = e.device->run({"import", "support_case", cases});
  CHECK(refused.exit_code == 6);
  CHECK(Json::parse(refused.out)["refused"][0]["code"] == "breaks_rule");
}

TEST_CASE("e2e/rules: the unit reads why a record came back, the office reads what it was sent",
          "[e2e][rules]") {
  Enrolled e;
  const Device other = e.stage.enrol("b", "U-01");
  const std::string id = e.device->put("headcount", {{"as_of", "2026-03-31"},
                                                     {"members_total", 100},
                                                     {"officials_total", 50},
                                                     {"review_status", "SUBMITTED"}});
  e.device->sync();
  other.sync();
  e.device->edit("headcount", id, {"members_total=60"});
  other.edit("headcount", id, {"officials_total=70"});
  e.device->sync();
  other.sync();
  e.device->sync();
  const Json why = e.device->ask({"why", "headcount", id});
  INFO(why.dump());
  CHECK(why["state"] == "returned");
  CHECK(why["message"].get<std::string>().find("V11 (officials_total)") != std::string::npos);
  CHECK(e.device->get("headcount", id)["review_status"] == "RETURNED");
  CHECK(e.device->get("headcount", id)["review_note"].get<std::string>().rfind(
            "V11 (officials_total)", 0) == 0);
  const std::string plan =
      e.device->put("plan", {{"doc_no", "số 5"}, {"review_status", "SUBMITTED"}});
  e.device->sync();
  const Json list = e.stage.ask_central({"review", "list"});
  REQUIRE(list.size() == 1);
  CHECK(list[0]["id"] == plan);
  CHECK(list[0]["findings"][0]["rule"] == "V18");
}

TEST_CASE("e2e/rules: a condition on a field that is none is wrong usage with the fields' names",
          "[e2e]") {
  Enrolled e;
  e.device->put("activity", {{"title", "A"}, {"nickname", "x"}});
  const Finished wrong = e.device->run({"list", "activity", "--where", "nofield=x"});
  CHECK(wrong.exit_code == 2);
  CHECK(Device::error_code(wrong) == "unknown_field");
  CHECK(wrong.err.find("review_status") != std::string::npos);
  CHECK(wrong.out.empty());
  CHECK(e.device->ask({"list", "activity", "--where", "nickname=x"}).size() == 1);
  CHECK(e.device->ask({"list", "activity", "--where", "nickname=y"}).empty());
  CHECK(e.device->ask({"list", "activity", "--where", "funding.union=5"}).empty());
  CHECK(e.device->ask({"list", "survey_response", "--where", "answers.q=5"}).empty());
}

TEST_CASE("e2e/rules: a CSV export says which fields it has no column for", "[e2e]") {
  Enrolled e;
  e.device->put("activity", {{"title", "A"}, {"nickname", "x"}});
  e.device->put("activity", {{"title", "B"}, {"nickname", "y"}, {"funding", {{"foreign", 5}}}});
  const Json csv = e.device->ask({"export", "activity", "--format", "csv"});
  CHECK(csv["left_out"] == Json{{"nickname", 2}, {"funding.foreign", 1}});
}

TEST_CASE("e2e/rules: sensitive values are refused in every type", "[e2e]") {
  Enrolled e;
  const Finished refused = e.device->run(
      {"put", "activity", R"({"title":"A","sensitive":{"child_name":"Cháu Ví Dụ"}})"});
  CHECK(refused.exit_code == 3);
  CHECK(Device::error_code(refused) == "sealed_field");
  CHECK(refused.err.find("Ví Dụ") == std::string::npos);
}

}  // namespace nhip::test
