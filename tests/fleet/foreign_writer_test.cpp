// Another SQLite tool writes the record tables of a replica: whatever it does syncs like anything
// else.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/either_writer.h"
#include "support/fleet.h"

using namespace nhip;
using nhip::test::EitherWriter;
using nhip::test::Fleet;
using nhip::test::Member;

namespace {

const char* kActivity =
    R"({"title":"Trại hè","category":"TE04","start_date":"2026-07-01","topics":["T3"],
  "participants":[{"kind":"OFFICIAL","key":"CB-01-001","unit_id":"U-01"}]})";

std::string blob(const Id& id) {
  std::string hex;
  for (const char c : id.text()) {
    if (c != '-') hex += c;
  }
  return "x'" + hex + "'";
}

struct Pair {
  EitherWriter write;
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  Id id = a.put("activity", kActivity);

  Pair() {
    a.sync();
    b.sync();
  }
  void settle_and_compare() {
    for (int round = 0; round < 2; ++round) {
      CHECK(a.sync().verified);
      CHECK(b.sync().verified);
    }
    CHECK(a.list("activity") == b.list("activity"));
    CHECK(fleet.records("activity") == a.list("activity"));
    CHECK(a.status().pending == 0);
  }
};

}  // namespace

TEST_CASE("fleet: an UPDATE by another tool arrives at the centre", "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a, "UPDATE activity SET title='Sửa bằng sqlite3', funding_union=5 WHERE id=" +
                         blob(pair.id));
  CHECK(pair.a.status().pending == 1);
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", pair.id)["title"] == "Sửa bằng sqlite3");
  CHECK(pair.b.get("activity", pair.id)["funding"]["union"] == 5);
}

TEST_CASE("fleet: an INSERT by another tool gets an id and this device's unit",
          "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a, "INSERT INTO activity(title,category) VALUES('Mới','TE01')");
  pair.settle_and_compare();
  REQUIRE(pair.b.list("activity").size() == 2);
  for (const auto& each : pair.b.list("activity")) CHECK(each["unit_id"] == "U-01");
}

TEST_CASE("fleet: a DELETE by another tool removes the record everywhere", "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a, "DELETE FROM activity WHERE id=" + blob(pair.id));
  pair.settle_and_compare();
  CHECK(pair.b.list("activity").empty());
}

TEST_CASE("fleet: INSERT OR REPLACE is an edit of that id", "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a, "INSERT OR REPLACE INTO activity(id,unit_id,title,category) VALUES(" +
                         blob(pair.id) + ",'U-01','Thay cả dòng','TE04')");
  pair.settle_and_compare();
  REQUIRE(pair.b.list("activity").size() == 1);
  CHECK(pair.b.get("activity", pair.id)["title"] == "Thay cả dòng");
}

TEST_CASE("fleet: INSERT OR REPLACE that names the rid is an edit of that id", "[fleet][capture]") {
  Pair pair;
  pair.write(
      pair.a,
      "INSERT OR REPLACE INTO activity(rid,id,unit_id,title) SELECT rid,id,unit_id,'Cùng rid' FROM "
      "activity");
  pair.settle_and_compare();
  REQUIRE(pair.b.list("activity").size() == 1);
  CHECK(pair.b.get("activity", pair.id)["title"] == "Cùng rid");
  CHECK(pair.b.get("activity", pair.id)["category"].is_null());
}

TEST_CASE("fleet: a rid used again is a delete and a new record", "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a, "DELETE FROM activity WHERE id=" + blob(pair.id) +
                         "; INSERT INTO activity(rid,title,unit_id) VALUES(1,'Dòng mới','U-01')");
  pair.settle_and_compare();
  REQUIRE(pair.b.list("activity").size() == 1);
  CHECK(pair.b.list("activity")[0]["title"] == "Dòng mới");
  CHECK(pair.b.get("activity", pair.id).is_null());
}

TEST_CASE("fleet: a changed id is the end of one record and the beginning of another",
          "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a, "UPDATE activity SET id=randomblob(16)");
  pair.settle_and_compare();
  REQUIRE(pair.b.list("activity").size() == 1);
  CHECK(pair.b.get("activity", pair.id).is_null());
}

TEST_CASE("fleet: rows of child tables are captured", "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a,
             "INSERT INTO activity_topics(parent,value) SELECT rid,'T5' FROM activity;"
             "DELETE FROM activity_topics WHERE value='T3';"
             "UPDATE activity_participants SET unit_id='U-09'");
  pair.settle_and_compare();
  const auto record = pair.b.get("activity", pair.id);
  CHECK(record["topics"] == nlohmann::json({"T5"}));
  CHECK(record["participants"][0]["unit_id"] == "U-09");
}

TEST_CASE("fleet: a change that is changed back leaves no trace", "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a, "UPDATE activity SET title='X'; UPDATE activity SET title='Trại hè'");
  CHECK(pair.a.status().pending == 0);
}

TEST_CASE("fleet: a row that another tool moved to another rid stays the same record",
          "[fleet][capture]") {
  Pair pair;
  pair.write(pair.a, "UPDATE activity SET rid=900");
  CHECK(pair.a.status().pending == 0);
  pair.write(pair.a, "UPDATE activity SET title='Sau khi dời'");
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", pair.id)["title"] == "Sau khi dời");
}

TEST_CASE("fleet: a value of the wrong kind is refused by the table itself", "[fleet][capture]") {
  Pair pair;
  CHECK_FALSE(pair.a.replica()
                  .write([](Transaction& txn) {
                    return txn.execute("UPDATE activity SET funding_union='nhiều'");
                  })
                  .ok());
  CHECK(pair.a.status().pending == 0);
}

TEST_CASE("fleet: SQL inside a transaction may not touch the bookkeeping", "[fleet]") {
  Pair pair;
  CHECK_FALSE(pair.a.replica()
                  .write([](Transaction& txn) { return txn.execute("DELETE FROM _nhip_op"); })
                  .ok());
  CHECK_FALSE(
      pair.a.replica().query("DELETE FROM activity", {}, [](const auto&) { return true; }).ok());
  CHECK(pair.a.list("activity").size() == 1);
}
