// Words that a restored centre lost and that come back twice, late or without what they met: the
// causes that single seeds of the simulation showed, each with as few people as it takes.
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

// Two devices of one unit that know one record; a backup of then.
struct Known {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  Id id = a.put("activity", kActivity);
  std::unique_ptr<server::ServerStore> backup;

  Known() {
    settle({&a, &b});
    backup = fleet.backup();
  }
  void restore() { fleet.restore(*backup); }
  // Received, but the device never learns it.
  static void send_unanswered(Member& member) {
    member.transport.lose_answers = 1;
    CHECK_FALSE(member.try_sync(0).ok());
  }
  void settle_and_compare(std::initializer_list<Member*> order) {
    settle(order);
    check_same(fleet, {&a, &b});
    for (Member* each : {&a, &b}) {
      CHECK(each->status().pending == 0);
      CHECK(each->status().rejected == 0);
    }
  }
  std::uint64_t number_of(const char* type, const Id& record) {
    const auto row = fleet.store->row(fleet.schema->type(type)->number, record);
    REQUIRE(row.ok());
    REQUIRE(row->has_value());
    return (*row)->seq;
  }
};

json topics(Member& member, const Id& id) { return member.get("activity", id)["topics"]; }

}  // namespace

// --- who is told a value that won is told what lost
TEST_CASE("fleet: a verdict brings the conflicts over its record when the page ends before them",
          "[fleet][restore][I3]") {
  const bool answer_was_lost = GENERATE(false, true);
  Known world;
  world.a.edit("activity", world.id, R"({"title":"của A"})");
  settle({&world.a});
  world.b.edit("activity", world.id, R"({"title":"của B"})");
  for (int i = 0; i < 60; ++i) world.a.put("activity", kActivity);
  settle({&world.a});
  if (answer_was_lost) Known::send_unanswered(world.b);
  one_small_sync(world.b);  // its own work and the beginning of what waits
  REQUIRE(world.b.status().pending == 0);
  REQUIRE(world.b.list("activity").size() < 60);
  CHECK(world.b.conflicts().size() == 1);
  world.restore();
  world.settle_and_compare({&world.a, &world.b});
  CHECK(world.a.get("activity", world.id)["title"] == "của B");
  REQUIRE(world.fleet.conflicts().size() == 1);
  CHECK(world.fleet.conflicts()[0]["loser"]["value"] == "của A");
}

TEST_CASE("fleet: a conflict has a lower number than the value that won", "[fleet][I3]") {
  Known world;
  world.a.edit("activity", world.id, R"({"title":"của A"})");
  world.b.edit("activity", world.id, R"({"title":"của B"})");
  settle({&world.a, &world.b, &world.a});
  REQUIRE(world.a.conflicts().size() == 1);
  CHECK(world.number_of("nhip_conflict", world.a.conflicts()[0].id) <
        world.number_of("activity", world.id));
}

TEST_CASE("fleet: a conflict with what came back has a lower number than the value that won",
          "[fleet][restore][I3]") {
  Known world;
  world.b.edit("activity", world.id, R"({"title":"đã mất"})");
  settle({&world.b});
  world.restore();
  world.fleet.advance(-60'000);
  world.a.edit("activity", world.id, R"({"title":"viết lại"})");
  world.settle_and_compare({&world.a, &world.b});
  REQUIRE(world.a.conflicts().size() == 1);
  CHECK(world.number_of("nhip_conflict", world.a.conflicts()[0].id) <
        world.number_of("activity", world.id));
}

// --- received, unanswered, lost, and brought back by somebody else
TEST_CASE("fleet: work that came back by another device is not taken again from its author",
          "[fleet][restore][I4][I14]") {
  Known world;
  const Id made = world.a.put("activity", kActivity);
  Known::send_unanswered(world.a);
  settle({&world.b});
  world.restore();
  world.b.edit("activity", made, R"({"topics":["T2","T3"]})");
  world.settle_and_compare({&world.b, &world.a});
  CHECK(topics(world.a, made) == json({"T2", "T3"}));
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE(
    "fleet: what somebody took away before the restore stays away when its author comes first",
    "[fleet][restore][I14]") {
  Known world;
  const Id made = world.a.put("activity", kActivity);
  Known::send_unanswered(world.a);
  settle({&world.b});
  world.b.edit("activity", made, R"({"topics":["T2","T3"]})");
  settle({&world.b});
  world.restore();
  world.settle_and_compare({&world.a, &world.b});
  CHECK(topics(world.a, made) == json({"T2", "T3"}));
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: a group that came back is not refused for the delete that came back with it",
          "[fleet][restore][copies]") {
  const bool by_copy = GENERATE(false, true);
  Known world;
  Id kept, gone;
  REQUIRE(world.a.replica()
              .write([&](Transaction& txn) -> Status {
                for (Id* each : {&gone, &kept}) {
                  const auto id = txn.put("activity", kActivity);
                  if (!id.ok()) return id.status();
                  *each = *id;
                }
                return {};
              })
              .ok());
  world.a.remove("activity", gone);
  Known::send_unanswered(world.a);
  settle({&world.b});
  Member& author = by_copy ? world.fleet.add_copy(world.a) : world.a;
  if (by_copy) world.a.edit("activity", world.id, R"({"place":"nơi khác"})");
  author.edit("activity", kept, R"({"title":"viết tiếp"})");
  world.restore();
  settle({&world.b, &world.a, &author});
  world.settle_and_compare({&author, &world.b, &world.a});
  CHECK(author.status().rejected == 0);
  CHECK(world.b.get("activity", kept)["title"] == "viết tiếp");
  CHECK(world.b.get("activity", gone).is_null());
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: what came back after one restore is not taken again from a device that slept",
          "[fleet][restore][I14]") {
  Known world;
  const Id made = world.b.put("activity", kActivity);
  settle({&world.b, &world.a});
  world.restore();
  settle({&world.b});
  world.b.edit("activity", made, R"({"topics":["T2"]})");
  world.fleet.advance(60'000);
  world.restore();
  world.settle_and_compare({&world.b, &world.a});
  CHECK(topics(world.a, made) == json({"T2"}));
  CHECK(world.fleet.conflicts().empty());
}

// --- an operation that waited over the restore
TEST_CASE("fleet: waiting work has seen what came back although the record was deleted meanwhile",
          "[fleet][restore][I14]") {
  Known world;
  world.a.edit("activity", world.id, R"({"topics":["T1","T2","T4"]})");
  settle({&world.a, &world.b});
  world.a.remove("activity", world.id);
  world.restore();
  world.b.edit("activity", world.id, R"({"topics":["T1","T2","T5"]})");
  world.settle_and_compare({&world.a, &world.b});
  CHECK(topics(world.a, world.id) == json({"T1", "T2", "T5"}));
  REQUIRE(world.fleet.conflicts().size() == 1);
  CHECK(world.fleet.conflicts()[0]["field"] == "deleted");
}

TEST_CASE("fleet: waiting work has seen a record that was undeleted before the restore",
          "[fleet][restore][I14]") {
  Known world;
  const Id made = world.a.put("activity", kActivity);
  world.a.remove("activity", made);
  REQUIRE(world.a.replica().undelete("activity", made).ok());
  settle({&world.a, &world.b});
  world.restore();
  world.b.edit("activity", made, R"({"topics":["T2"]})");
  world.settle_and_compare({&world.b, &world.a});
  CHECK(topics(world.a, made) == json({"T2"}));
  CHECK(world.fleet.conflicts().empty());
}
