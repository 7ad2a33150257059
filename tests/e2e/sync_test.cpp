// The main job from outside: what is entered on a device stands at the centre and on the unit's
// other devices, and two people who edit the same record both keep their work.
#include <catch2/catch.hpp>

#include <sqlite3.h>

#include <signal.h>

#include <set>
#include <string>

#include "e2e/stage.h"

namespace nhip::test {
namespace {

using std::chrono::seconds;

// Two devices of one unit that both hold one activity.
struct Pair {
  Stage stage;
  std::optional<Device> a, b;
  std::string id;

  Pair() {
    stage.serve();
    a = stage.enrol("a", "U-01");
    b = stage.enrol("b", "U-01");
    id = a->put("activity", {{"title", "Tết Thiếu nhi"}, {"category", "TE01"}, {"place", "Sân"}});
    a->sync();
    b->sync();
    REQUIRE(b->get("activity", id).at("title") == "Tết Thiếu nhi");
  }

  void sync_all() {
    for (int i = 0; i < 2; ++i) {
      a->sync();
      b->sync();
    }
  }

  void check_agreement() const {
    const Json central = stage.records("activity", "U-01");
    CHECK(a->records("activity") == central);
    CHECK(b->records("activity") == central);
  }
};

}  // namespace

TEST_CASE("e2e/sync: what is entered offline is the same at the centre", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  const std::string id = device.put(
      "activity", Json::parse(R"({"title":"Tết Thiếu nhi 1/6","category":"TE01","status":"DONE",
        "start_date":"2026-06-01","end_date":"2026-06-01","topics":["T2","T1"],
        "funding":{"union":1500000,"other":0},"reached":{"children":120},
        "participants":[{"kind":"OFFICIAL","key":"CB-01-001"}]})"));
  device.put("headcount", {{"as_of", "2026-03-31"}, {"officials_total", 44}});
  CHECK(device.ask({"status"}).at("pending") == 2);
  CHECK(device.ask({"status"}).at("synced") == false);
  CHECK(device.ask({"why", "activity", id}).at("state") == "pending");

  const Json report = device.sync();
  CHECK(report.at("sent") == 2);
  CHECK(report.at("verified_by") == "versions");
  for (const char* type : {"activity", "headcount"}) {
    CHECK(stage.records(type, "U-01") == device.records(type));
  }
  CHECK(stage.records("activity", "U-02").empty());
  const Json record = device.get("activity", id);
  CHECK(record.at("unit_id") == "U-01");
  CHECK(record.at("topics") == Json({"T1", "T2"}));
  CHECK(record.at("funding").at("union") == 1500000);
  CHECK(device.ask({"status"}).at("synced") == true);
  CHECK(device.ask({"why", "activity", id}).at("state") == "synced");
}

TEST_CASE("e2e/sync: edits of different fields are both kept", "[e2e]") {
  Pair pair;
  pair.a->edit("activity", pair.id, {"title=Tết Trung thu"});
  pair.b->edit("activity", pair.id, {"place=Hội trường", "funding.union=500000"});
  pair.sync_all();
  const Json record = pair.a->get("activity", pair.id);
  CHECK(record.at("title") == "Tết Trung thu");
  CHECK(record.at("place") == "Hội trường");
  CHECK(record.at("funding").at("union") == 500000);
  CHECK(pair.a->ask({"conflicts"}).empty());
  pair.check_agreement();
}

TEST_CASE("e2e/sync: edits of the same field are listed with both values and settled", "[e2e]") {
  Pair pair;
  pair.a->edit("activity", pair.id, {"title=Của máy A"});
  pair.b->edit("activity", pair.id, {"title=Của máy B"});
  pair.sync_all();
  pair.check_agreement();
  const Json listed = pair.a->ask({"conflicts"});
  REQUIRE(listed.size() == 1);
  const Json& conflict = listed[0];
  CHECK(conflict.at("type") == "activity");
  CHECK(conflict.at("record_id") == pair.id);
  CHECK(conflict.at("field") == "title");
  CHECK(conflict.at("base") == "Tết Thiếu nhi");
  const std::set<std::string> values = {conflict.at("winner").at("value"),
                                        conflict.at("loser").at("value")};
  CHECK(values == std::set<std::string>{"Của máy A", "Của máy B"});
  CHECK(pair.b->ask({"conflicts"}) == listed);
  // An open conflict alone is no reason to say that something is missing.
  CHECK(pair.a->ask({"status"}).at("synced") == true);

  const std::string loser = conflict.at("loser").at("value");
  pair.b->ask({"resolve", conflict.at("id"), "--keep", "loser"});
  pair.sync_all();
  CHECK(pair.a->get("activity", pair.id).at("title") == loser);
  CHECK(pair.a->ask({"conflicts"}).empty());
  CHECK(pair.b->ask({"conflicts"}).empty());
  CHECK(pair.a->ask({"conflicts", "--all"}).size() == 1);
  pair.check_agreement();
}

TEST_CASE("e2e/sync: a conflict is settled by a third value", "[e2e]") {
  Pair pair;
  pair.a->edit("activity", pair.id, {"note=Một"});
  pair.b->edit("activity", pair.id, {"note=Hai"});
  pair.sync_all();
  const Json listed = pair.a->ask({"conflicts"});
  REQUIRE(listed.size() == 1);
  pair.a->ask({"resolve", listed[0].at("id"), "--value", "\"Ba\""});
  pair.sync_all();
  CHECK(pair.b->get("activity", pair.id).at("note") == "Ba");
  CHECK(pair.b->ask({"conflicts"}).empty());
  pair.check_agreement();
}

TEST_CASE("e2e/sync: a deleted record goes everywhere and comes back", "[e2e]") {
  Pair pair;
  pair.a->ask({"rm", "activity", pair.id});
  pair.sync_all();
  CHECK(pair.b->run({"get", "activity", pair.id}).exit_code == 3);
  CHECK(pair.stage.records("activity", "U-01").empty());
  pair.b->ask({"undelete", "activity", pair.id});
  pair.sync_all();
  CHECK(pair.a->get("activity", pair.id).at("title") == "Tết Thiếu nhi");
  pair.check_agreement();
}

TEST_CASE("e2e/sync: an edit wins over a concurrent delete and is shown", "[e2e]") {
  Pair pair;
  pair.a->ask({"rm", "activity", pair.id});
  pair.b->edit("activity", pair.id, {"title=Vẫn cần"});
  pair.sync_all();
  CHECK(pair.a->get("activity", pair.id).at("title") == "Vẫn cần");
  const Json listed = pair.a->ask({"conflicts"});
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].at("field") == "deleted");
  pair.check_agreement();
}

TEST_CASE("e2e/sync: a row edited with plain SQLite arrives at the centre", "[e2e]") {
  Pair pair;
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(pair.a->file().c_str(), &db) == SQLITE_OK);
  char* message = nullptr;
  const int changed = sqlite3_exec(
      db,
      "UPDATE activity SET title = 'Sửa bằng sqlite3'; INSERT INTO activity(title) VALUES('Mới');",
      nullptr, nullptr, &message);
  INFO((message == nullptr ? "" : message));
  sqlite3_free(message);
  sqlite3_close(db);
  REQUIRE(changed == SQLITE_OK);

  pair.sync_all();
  const Json central = pair.stage.records("activity", "U-01");
  CHECK(central.size() == 2);
  CHECK(central.at(pair.id).at("title") == "Sửa bằng sqlite3");
  pair.check_agreement();
}

TEST_CASE("e2e/sync: nothing of one unit reaches another", "[e2e]") {
  Pair pair;
  const Device other = pair.stage.enrol("c", "U-02");
  other.sync();
  CHECK(other.records("activity").empty());
  CHECK(other.run({"get", "activity", pair.id}).exit_code == 3);
}

TEST_CASE("e2e/sync: --watch sends what is entered meanwhile and stops when asked", "[e2e]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  Process watching = device.start({"sync", "--watch", "--server", stage.url()});
  const std::string id = device.put("activity", {{"title", "Nhập khi đang đồng bộ"}});
  CHECK(wait_until([&] { return stage.records("activity", "U-01").contains(id); }, seconds(30)));
  CHECK(watching.running());
  watching.signal(SIGINT);
  CHECK(watching.wait(seconds(10)) == 0);
}

}  // namespace nhip::test
