// The same engine over a schema that has nothing to do with unions: recipes, bookmarks, guests.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

#include "support/fleet.h"

using namespace nhip;
using nhip::test::Fleet;
using nhip::test::Member;

namespace {

std::string notebook() {
  std::ifstream file(std::string(NHIP_TEST_DATA) + "/notebook_registry.json");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Kitchen {
  Fleet fleet{notebook()};
  Member& a = fleet.add("soups");
  Member& b = fleet.add("soups");

  void settle() {
    for (int round = 0; round < 2; ++round) {
      CHECK(a.sync().verified);
      CHECK(b.sync().verified);
    }
  }
};

}  // namespace

TEST_CASE("fleet: every kind of value arrives as it was entered", "[fleet][I15]") {
  Kitchen kitchen;
  const Id id = kitchen.a.put("recipe", R"({"shelf":"soups","title":"Phở","tags":["b","a"],
    "ingredients":[{"name":"quế","amount":"1 thanh","grams":5,"bought":true},{"name":"hồi","grams":null}],
    "answers":{"x":true,"y":1,"z":"1","w":[1,{"k":null}],"v":1.5},"ratings":{"An":5},
    "minutes":{"work":30,"wait":0},"vegan":false,"weight":0.1,"cooked_on":"2026-02-28",
    "noted_at":"2026-02-28T23:59:59Z","photo":"AAH/","steps":["một","hai"],"based_on":null})");
  kitchen.settle();
  const auto record = kitchen.b.get("recipe", id);
  CHECK(record == kitchen.a.get("recipe", id));
  CHECK(record["tags"] == nlohmann::json({"a", "b"}));
  CHECK(record["answers"]["x"] == true);
  CHECK(record["answers"]["x"].is_boolean());
  CHECK(record["answers"]["y"].is_number_integer());
  CHECK(record["answers"]["z"].is_string());
  CHECK(record["weight"] == 0.1);
  CHECK(record["photo"] == "AAH/");
  CHECK(record["vegan"].is_boolean());
  CHECK(record["ingredients"].size() == 2);
  CHECK(kitchen.fleet.records("recipe") == kitchen.b.list("recipe"));
}

TEST_CASE("fleet: a field that the schema does not know is kept and passed on", "[fleet][I16]") {
  Kitchen kitchen;
  const Id id =
      kitchen.a.put("recipe", R"({"shelf":"soups","title":"Canh","colour":{"of":"bowl"}})");
  kitchen.settle();
  CHECK(kitchen.b.get("recipe", id)["colour"]["of"] == "bowl");
}

TEST_CASE("fleet: a type with one fixed scope may be written by everybody and reaches everybody",
          "[fleet]") {
  Kitchen kitchen;
  Member& other = kitchen.fleet.add("cakes");
  other.put("bookmark", R"({"url":"https://example.org","tags":["x"]})");
  other.sync();
  kitchen.settle();
  CHECK(kitchen.a.list("bookmark").size() == 1);
  CHECK(other.list("recipe").empty());
}

TEST_CASE("fleet: elements of a map are merged one by one", "[fleet]") {
  Kitchen kitchen;
  const Id id = kitchen.a.put("recipe", R"({"shelf":"soups","answers":{"k":1}})");
  kitchen.settle();
  kitchen.a.edit("recipe", id, R"({"answers":{"k":1,"a":true}})");
  kitchen.b.edit("recipe", id, R"({"answers":{"k":2}})");
  kitchen.settle();
  CHECK(kitchen.a.get("recipe", id)["answers"] == nlohmann::json({{"a", true}, {"k", 2}}));
  CHECK(kitchen.a.conflicts().empty());
}

TEST_CASE("fleet: sealed fields are refused by name at entry", "[fleet]") {
  Kitchen kitchen;
  const auto refused =
      kitchen.a.replica().put("guest", R"({"shelf":"soups","health":{"allergy":"lạc"}})");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.status().name() == "sealed_field");
  CHECK(kitchen.a.list("guest").empty());
  CHECK(kitchen.a.status().pending == 0);
}

TEST_CASE("fleet: text keeps its bytes and two normal forms of one word are no conflict",
          "[fleet][I15]") {
  Kitchen kitchen;
  const Id id = kitchen.a.put("recipe", R"({"shelf":"soups","title":"x"})");
  kitchen.settle();
  kitchen.a.sql("UPDATE recipe SET title='Be' || char(803) || char(770) || 'nh'");
  kitchen.b.edit("recipe", id, R"({"title":"Bệnh"})");
  kitchen.settle();
  CHECK(kitchen.a.conflicts().empty());
  CHECK(kitchen.a.get("recipe", id) == kitchen.b.get("recipe", id));
}

TEST_CASE("fleet: work entered before enrolment is kept, placed and sent", "[fleet]") {
  Fleet fleet{notebook()};
  OpenOptions options;
  options.path = fleet.folder + "/early.db";
  options.schema_json = notebook();
  options.create = true;
  auto replica = Replica::open(options);
  REQUIRE(replica.ok());
  const auto id = (*replica)->put("bookmark", R"({"url":"https://early.example"})");
  REQUIRE(id.ok());
  REQUIRE((*replica)
              ->write([](Transaction& txn) {
                return txn.execute("INSERT INTO recipe(title) VALUES('Trước khi ghi danh')");
              })
              .ok());
  const auto code =
      server::make_code(*fleet.centre, "soups", "field", "early", 3'600'000, fleet.now_ms);
  REQUIRE(code.ok());
  nhip::test::LoopbackTransport transport(fleet);
  REQUIRE(enrol(**replica, transport, {"http://127.0.0.1:1", code->code, "early"}).ok());
  const auto report = nhip::sync(**replica, transport);
  REQUIRE(report.ok());
  CHECK(report->verified);
  CHECK(report->sent == 2);
  CHECK(fleet.records("bookmark").size() == 1);
  REQUIRE(fleet.records("recipe").size() == 1);
  CHECK(fleet.records("recipe")[0]["shelf"] == "soups");
}
