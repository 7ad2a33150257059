// New records wait to be sent as the rows they are (engine/replica/fresh_rows.h). Whatever happens
// to a row meanwhile, what is sent is what was sealed, under the number it got.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "replica/fresh_rows.h"
#include "replica/outbox.h"
#include "support/either_writer.h"
#include "support/fleet_words.h"

using namespace nhip;
using nhip::test::EitherWriter;
using nhip::test::Fleet;
using nhip::test::Member;
using nhip::test::settle;

namespace {

const char* kActivity = R"({"title":"Trại hè","category":"TE04","topics":["T3","T5"]})";

std::uint64_t fresh(Member& member) { return *replica::count_fresh(member.replica().store()); }

std::vector<core::Group> waiting(Member& member) {
  auto groups = replica::peek_groups(member.replica().store(), 0, 1'000'000);
  REQUIRE(groups.ok());
  return *groups;
}

struct Pair {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");

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
    CHECK(fresh(a) == 0);
  }
};

}  // namespace

TEST_CASE("fleet: new records are sent from their rows", "[fleet][fresh]") {
  Pair pair;
  for (int i = 0; i < 5; ++i) pair.a.put("activity", kActivity);
  CHECK(fresh(pair.a) == 5);
  CHECK(pair.a.status().pending == 5);
  pair.settle_and_compare();
  CHECK(pair.b.list("activity").size() == 5);
}

TEST_CASE("fleet: what changes or removes a waiting record leaves its first operation as it was",
          "[fleet][fresh]") {
  const auto* sql = GENERATE(
      "UPDATE activity SET title='Sửa' WHERE title='Hai'", "DELETE FROM activity WHERE title='Hai'",
      "UPDATE activity SET id=randomblob(16) WHERE title='Hai'",
      "UPDATE activity SET rid=rid+100 WHERE title='Hai'",
      "DELETE FROM activity_topics WHERE parent=(SELECT rid FROM activity WHERE title='Hai')",
      "INSERT OR REPLACE INTO activity(id,unit_id,title) SELECT id,unit_id,'Thay' FROM activity "
      "WHERE title='Hai'",
      "DELETE FROM activity WHERE title='Hai'; INSERT INTO activity(rid,title,unit_id) "
      "VALUES(2,'Dòng mới','U-01')",
      "UPDATE activity SET note='x'", "DELETE FROM activity");
  const EitherWriter write;
  Pair pair;
  REQUIRE(pair.a.replica()
              .write([](Transaction& transaction) -> Status {
                for (const char* title : {"Một", "Hai", "Ba"}) {
                  const std::string json =
                      std::string(R"({"topics":["T1"],"title":")") + title + "\"}";
                  NHIP_TRY(transaction.put("activity", json).status());
                }
                return {};
              })
              .ok());
  const std::vector<core::Group> before = waiting(pair.a);
  REQUIRE(before.size() == 1);
  REQUIRE(before[0].operations.size() == 3);
  write(pair.a, sql);
  CAPTURE(sql);
  const std::vector<core::Group> after = waiting(pair.a);
  REQUIRE_FALSE(after.empty());
  CHECK(after[0] == before[0]);
  pair.settle_and_compare();
}

TEST_CASE("fleet: a record edited between a lost answer and the next try is no copy",
          "[fleet][fresh][I4]") {
  const EitherWriter write;
  Pair pair;
  pair.a.put("activity", kActivity);
  const Author name = pair.a.replica().store().author();
  pair.a.transport.lose_answers = 1;
  (void)pair.a.try_sync();
  write(pair.a, "UPDATE activity SET title='Sửa sau'");
  pair.settle_and_compare();
  CHECK(pair.a.replica().store().author() == name);
  CHECK(pair.b.list("activity")[0]["title"] == "Sửa sau");
}

TEST_CASE("fleet: a record that is made, removed and brought back in one transaction is there",
          "[fleet][fresh]") {
  Pair pair;
  const Id id = pair.a.put("activity", kActivity);
  REQUIRE(pair.a.replica()
              .write([&](Transaction& transaction) -> Status {
                NHIP_TRY(transaction.remove("activity", id));
                return transaction.undelete("activity", id);
              })
              .ok());
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", id)["title"] == "Trại hè");
}

TEST_CASE("fleet: a waiting row that vanished unseen blocks nothing", "[fleet][fresh]") {
  Pair pair;
  pair.a.put("activity", kActivity);
  pair.a.put("activity", R"({"title":"Vẫn còn"})");
  pair.a.sql(
      "UPDATE _nhip_guard SET mark=-9223372036854775808; DELETE FROM activity WHERE rid=1;"
      "UPDATE _nhip_guard SET mark=2 WHERE type=16");
  CHECK(pair.a.sync().complete);
  CHECK(pair.b.sync().complete);
  REQUIRE(pair.b.list("activity").size() == 1);
  CHECK(pair.b.list("activity")[0]["title"] == "Vẫn còn");
}

TEST_CASE("fleet: a new record that meets another under its id before it was sent keeps its values",
          "[fleet][fresh]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  settle({&a, &b});
  const std::string id = R"("id":"7d1d2c6e-5d2f-4b36-9d7a-5a55a2a2c001")";
  a.put("activity", "{" + id + R"(,"title":"của a"})");
  a.sync();
  fleet.advance(5000);
  b.put("activity", "{" + id + R"(,"title":"của b"})");
  const auto backup = fleet.backup();
  fleet.restore(*backup);  // in a new epoch a device compares before it sends
  settle({&b, &a, &b});
  CHECK(a.list("activity") == b.list("activity"));
  CHECK(a.list("activity")[0]["title"] == "của b");
  REQUIRE(fleet.conflicts().size() == 1);
  CHECK(fleet.conflicts()[0].dump().find("của a") != std::string::npos);
}

TEST_CASE("fleet: a replica of the first layout goes on with what it had waiting",
          "[fleet][fresh][upgrade]") {
  Pair pair;
  const Id id = pair.a.put("activity", kActivity);
  pair.a.edit("activity", id, R"({"topics":["T1"]})");  // its operations are written out
  REQUIRE(fresh(pair.a) == 0);
  pair.a.sql("DROP TABLE _nhip_fresh; DROP TABLE _nhip_edit; PRAGMA user_version=1");
  pair.a.reopen();
  pair.a.put("activity", R"({"title":"Sau"})");
  CHECK(fresh(pair.a) == 1);
  pair.settle_and_compare();
  CHECK(pair.b.list("activity").size() == 2);
}
