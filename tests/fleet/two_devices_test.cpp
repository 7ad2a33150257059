// What two devices of one unit and the office see of each other's work.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/fleet.h"

using namespace nhip;
using nhip::test::Fleet;
using nhip::test::Member;

namespace {

const char* kActivity = R"({"title":"Tết Thiếu nhi 1/6","category":"TE01","status":"PLANNED",
  "start_date":"2026-06-01","end_date":"2026-06-01","topics":["T1"],
  "funding":{"union":1000000,"employer":0,"sponsor":0,"other":0}})";

void settle(std::initializer_list<Member*> members) {
  for (int round = 0; round < 2; ++round) {
    for (Member* each : members) CHECK(each->sync().verified);
  }
}

}  // namespace

TEST_CASE("fleet: a record entered on one device reaches the centre and the unit's other device",
          "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  CHECK(a.status().pending == 1);
  const SyncReport report = a.sync();
  CHECK(report.sent == 1);
  CHECK(report.verified);
  CHECK(a.status().pending == 0);
  CHECK(a.status().synced);
  b.sync();
  CHECK(b.get("activity", id) == a.get("activity", id));
  CHECK(fleet.records("activity") == a.list("activity"));
  CHECK(a.get("activity", id)["unit_id"] == "U-01");
}

TEST_CASE("fleet: a device of another unit sees nothing of it", "[fleet][I8]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& other = fleet.add("U-02");
  a.put("activity", kActivity);
  a.sync();
  CHECK(other.sync().verified);
  CHECK(other.list("activity").empty());
}

TEST_CASE("fleet: edits of different fields are both kept without a conflict", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  a.edit("activity", id, R"({"title":"Tết Thiếu nhi, lớp 1"})");
  b.edit("activity", id, R"({"place":"Hội trường"})");
  settle({&a, &b});
  CHECK(a.get("activity", id)["title"] == "Tết Thiếu nhi, lớp 1");
  CHECK(a.get("activity", id)["place"] == "Hội trường");
  CHECK(a.get("activity", id) == b.get("activity", id));
  CHECK(a.conflicts().empty());
}

TEST_CASE(
    "fleet: of two edits of one field the later wins and the other is listed with both values",
    "[fleet][I3]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  a.edit("activity", id, R"({"title":"Của A"})");
  b.edit("activity", id, R"({"title":"Của B"})");
  settle({&b, &a});
  CHECK(a.get("activity", id)["title"] == "Của B");
  CHECK(b.get("activity", id)["title"] == "Của B");
  for (Member* each : {&a, &b}) {
    const auto conflicts = each->conflicts();
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0].field == "title");
    CHECK(conflicts[0].record_id == id);
    CHECK(conflicts[0].winner.value_json == R"("Của B")");
    CHECK(conflicts[0].loser.value_json == R"("Của A")");
    CHECK(conflicts[0].base_json == R"("Tết Thiếu nhi 1/6")");
    CHECK(conflicts[0].winner.by == b.status().device_id);
    CHECK(conflicts[0].loser.by == a.status().device_id);
    CHECK_FALSE(conflicts[0].needs_person);
  }
}

TEST_CASE("fleet: settling a conflict with the loser makes it current everywhere", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  a.edit("activity", id, R"({"title":"Của A"})");
  b.edit("activity", id, R"({"title":"Của B"})");
  settle({&a, &b});
  REQUIRE(a.replica().resolve_keep(a.conflicts().at(0).id, false).ok());
  settle({&a, &b});
  CHECK(b.get("activity", id)["title"] == "Của A");
  CHECK(a.conflicts().empty());
  CHECK(b.conflicts().empty());
  CHECK(fleet.conflicts().size() == 1);
}

TEST_CASE("fleet: money is judged as one group and waits for a lead", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01", "lead");
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  a.edit("activity", id, R"({"funding":{"union":2000000}})");
  b.edit("activity", id, R"({"funding":{"sponsor":500000}})");
  settle({&a, &b});
  const auto funding = a.get("activity", id)["funding"];
  CHECK(funding["union"] == 1000000);
  CHECK(funding["sponsor"] == 500000);
  const auto conflicts = a.conflicts();
  REQUIRE(conflicts.size() == 2);
  CHECK(conflicts[0].group_id == conflicts[1].group_id);
  CHECK(conflicts[0].needs_person);
  CHECK(a.replica().resolve_keep(conflicts[0].id, true).name() == "needs_lead");
  REQUIRE(b.replica().resolve_keep(conflicts[0].id, false).ok());
  settle({&b, &a});
  CHECK(a.get("activity", id)["funding"]["union"] == 2000000);
  CHECK(a.get("activity", id)["funding"]["sponsor"] == 0);
  CHECK(a.conflicts().empty());
}

TEST_CASE("fleet: an edit beats a concurrent delete, and the delete is listed", "[fleet][I14]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  const bool delete_first = GENERATE(true, false);
  a.edit("activity", id, R"({"title":"Vẫn cần"})");
  b.remove("activity", id);
  if (delete_first)
    settle({&b, &a});
  else
    settle({&a, &b});
  for (Member* each : {&a, &b}) {
    CHECK(each->get("activity", id)["title"] == "Vẫn cần");
    REQUIRE(each->conflicts().size() == 1);
    CHECK(each->conflicts()[0].field == "deleted");
  }
}

TEST_CASE("fleet: a delete that nobody contradicts removes the record everywhere", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  b.remove("activity", id);
  settle({&b, &a});
  CHECK(a.get("activity", id).is_null());
  CHECK(fleet.records("activity").empty());
  REQUIRE(a.replica().undelete("activity", id).ok());
  settle({&a, &b});
  CHECK(b.get("activity", id)["title"] == "Tết Thiếu nhi 1/6");
  CHECK(b.get("activity", id)["topics"] == nlohmann::json({"T1"}));
}

TEST_CASE("fleet: lists are united, removals of what was seen stand", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  a.edit("activity", id, R"({"topics":["T1","T2"]})");
  b.edit("activity", id, R"({"topics":["T3"]})");
  settle({&a, &b});
  CHECK(a.get("activity", id)["topics"] == nlohmann::json({"T2", "T3"}));
  CHECK(b.get("activity", id) == a.get("activity", id));
}

TEST_CASE("fleet: the office follows all units with one cursor", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-02");
  Member& office = fleet.add("U-CDN", "office");
  const Id id = a.put("activity", kActivity);
  b.put("activity", kActivity);
  a.sync();
  b.sync();
  CHECK(office.sync().verified);
  CHECK(office.list("activity").size() == 2);
  office.edit("activity", id, R"({"review_status":"APPROVED"})");
  settle({&office, &a});
  CHECK(a.get("activity", id)["review_status"] == "APPROVED");
  a.edit("activity", id, R"({"title":"Sửa sau khi duyệt"})");
  settle({&a, &office});
  CHECK(office.get("activity", id)["review_status"] == "SUBMITTED");
  CHECK(office.get("activity", id) == a.get("activity", id));
}

TEST_CASE("fleet: each unit a sector activity names gets its own share and no other",
          "[fleet][I8]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& a = fleet.add("U-01");
  Member& c = fleet.add("U-03");
  office.put("activity", R"({"title":"Hội thi ngành","category":"TE09","organiser_level":"CDN",
    "start_date":"2026-06-01","breakdown":[{"unit_id":"U-01","officials":3,"families":9,"children":4},
    {"unit_id":"U-02","officials":1,"families":2,"children":3}]})");
  office.sync();
  CHECK(a.sync().verified);
  CHECK(c.sync().verified);
  const auto share = a.list("sector_activity");
  REQUIRE(share.size() == 1);
  CHECK(share[0]["title"] == "Hội thi ngành");
  REQUIRE(share[0]["breakdown"].size() == 1);
  CHECK(share[0]["breakdown"][0]["officials"] == 3);
  CHECK(a.list("activity").empty());
  CHECK(c.list("sector_activity").empty());
  CHECK(office.sync().verified);
}
