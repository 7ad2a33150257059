// A sync that moves nothing is answered from memory, and never with an answer that does not hold
// any more.
#include <catch2/catch.hpp>

#include "centre/collect.h"
#include "support/fleet.h"

using namespace nhip;
using namespace nhip::test;

namespace {

constexpr const char* kActivity = R"({"title":"Khám sức khoẻ","category":"TE02"})";

std::int64_t last_contact(Fleet& fleet) {
  const auto replicas = fleet.store->replicas();
  REQUIRE(replicas.ok());
  std::int64_t newest = 0;
  for (const auto& each : *replicas) newest = std::max(newest, each.last_contact);
  return newest;
}

}  // namespace

TEST_CASE("fleet/idle: asked again with nothing to move, the store is left alone",
          "[fleet][idle]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.put("activity", kActivity);
  a.sync();
  a.sync();
  const std::int64_t looked = last_contact(fleet);
  for (int i = 0; i < 3; ++i) {
    fleet.advance(1000);
    CHECK(a.sync().verified);
  }
  CHECK(last_contact(fleet) == looked);
  // Once in an hour the contact is written down.
  fleet.advance(3'700'000);
  CHECK(a.sync().verified);
  CHECK(last_contact(fleet) > looked);
}

TEST_CASE("fleet/idle: what another device brought comes with the next sync", "[fleet][idle]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  a.sync();
  b.sync();
  b.sync();
  b.sync();
  a.put("activity", kActivity);
  a.sync();
  CHECK(b.sync().received == 1);
  CHECK(b.list("activity") == a.list("activity"));
}

TEST_CASE("fleet/idle: a device that was revoked is refused at once", "[fleet][idle]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  a.sync();
  a.sync();
  REQUIRE(server::revoke(*fleet.centre, a.status().device_id, fleet.now_ms).ok());
  CHECK(a.try_sync().status().name() == "device_revoked");
}

TEST_CASE("fleet/idle: a copy is found though the counters of idle syncs are in memory alone",
          "[fleet][idle][I11]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  Member& copy = fleet.add_copy(a);
  for (int i = 0; i < 4; ++i) a.sync();
  copy.put("activity", kActivity);
  CHECK(copy.sync().verified);
  a.put("activity", kActivity);
  CHECK(a.sync().verified);
  copy.sync();
  a.sync();
  CHECK(fleet.records("activity").size() == 2);
  CHECK(a.list("activity") == copy.list("activity"));
}

TEST_CASE("fleet/idle: a request that was answered from memory is not answered to another one",
          "[fleet][idle]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  a.sync();
  a.transport.damage_answers = 1;
  CHECK(a.sync().verified);  // tried again, with another counter
  a.transport.lose_answers = 1;
  CHECK(a.sync().verified);
}
