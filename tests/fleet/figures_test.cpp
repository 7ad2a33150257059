// A unit's own figures on its device, before and after the office has its work.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "nhip/figures.h"
#include "nhip_embedded/union_indicators.h"
#include "support/fleet.h"

using namespace nhip;
using nhip::test::Fleet;
using nhip::test::Member;
using nlohmann::json;

namespace {

struct Office : Fleet {
  Office() : desk(add("U-CDN", "office")), unit(add("U-01")) {
    desk.put("org_unit", R"({"unit_id":"U-01","version":1,"org_type":"CDCS","name":"A",
                             "valid_from":"2021-01-01"})");
    desk.put("period", R"({"code":"2026-FY","year":2026,"kind":"FY","start":"2026-01-01",
                           "end":"2026-12-31","due_unit":"2027-01-10"})");
    desk.sync();
    unit.sync();
  }
  json targets(const std::string& period = "") {
    FigureQuestion question;
    question.definitions_json = std::string(embedded::union_indicators());
    question.period = period;
    const auto answer = nhip::targets(unit.replica(), question);
    INFO(answer.status().message());
    REQUIRE(answer.ok());
    text = answer->text;
    return json::parse(answer->json)["periods"]["2026-FY"];
  }
  Member& desk;
  Member& unit;
  std::string text;
};

constexpr const char* kSession = R"({"title":"Truyền thông cho cán bộ","category":"TT01",
  "status":"DONE","review_status":"SUBMITTED","organiser_level":"CDCS","topics":["T1"],
  "start_date":"2026-03-10","end_date":"2026-03-10","attendance_mode":"HEADCOUNT",
  "reached":{"officials":9,"families":0,"children":0,"members":0}})";

}  // namespace

TEST_CASE("fleet: a unit sees its figures offline, marked until the office has its work",
          "[fleet]") {
  Office office;
  office.unit.put("headcount", R"({"as_of":"2026-03-31","officials_total":10,"members_total":50,
                                   "review_status":"SUBMITTED"})");
  office.unit.put("activity", kSession);
  json now = office.targets();
  CHECK(now["received"] == false);
  CHECK(now["not_received"] == 2);
  CHECK(now["figures"]["IND01"]["num"] == 9);
  CHECK(now["figures"]["IND01"]["den"] == 10);
  CHECK(office.text.find("văn phòng chưa nhận") != std::string::npos);
  office.unit.sync();
  now = office.targets();
  CHECK(now["received"] == true);
  CHECK(now["figures"]["IND01"]["num"] == 9);
}

TEST_CASE("fleet: an explanation on the device names the records, and what was left out",
          "[fleet]") {
  Office office;
  office.unit.put("activity", kSession);
  json draft = json::parse(kSession);
  draft["review_status"] = "DRAFT";
  draft["title"] = "Buổi khác";
  const Id left_out = office.unit.put("activity", draft.dump());
  FigureQuestion question;
  question.definitions_json = std::string(embedded::union_indicators());
  question.indicator = "IND01";
  question.period = "2026-FY";
  const auto answer = explain_figure(office.unit.replica(), question);
  REQUIRE(answer.ok());
  const json said = json::parse(answer->json);
  REQUIRE(said["numerator"].size() == 1);
  CHECK(said["numerator"][0]["amount"] == 9);
  CHECK(said["numerator"][0]["not_received"] == true);
  REQUIRE(said["left_out"].size() == 1);
  CHECK(said["left_out"][0]["id"] == left_out.text());
  CHECK(said["left_out"][0]["reason"] == "draft");
  question.indicator = "IND99";
  CHECK(explain_figure(office.unit.replica(), question).status().name() == "unknown_indicator");
}
