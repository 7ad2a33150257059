// Tombstones that are collected, replicas that come back after their lease, and rights that are
// withdrawn: nothing rises from the dead, nothing is lost, and what may not be read is removed.
#include "centre/collect.h"
#include "centre/devices.h"
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

constexpr std::int64_t kDay = 24LL * 3600 * 1000;

std::uint64_t collect(Fleet& fleet) {
  const auto done = server::collect_tombstones(*fleet.centre, fleet.now_ms);
  INFO(done.status().message());
  REQUIRE(done.ok());
  CHECK(fleet.store->verify().ok());
  return done->records;
}

// Records of any state in the device's bookkeeping.
std::int64_t shelved(Member& member) {
  std::int64_t count = 0;
  REQUIRE(member.replica()
              .query("SELECT count(*) FROM _nhip_shelf", {},
                     [&](const std::vector<Value>& row) {
                       count = *row[0].integer();
                       return true;
                     })
              .ok());
  return count;
}

}  // namespace

TEST_CASE("fleet: a tombstone that everybody has seen is collected everywhere", "[fleet][leases]") {
  Pair pair;
  Member& office = pair.fleet.add("U-CDN", "office");
  const Id gone = pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b, &office});
  pair.a.remove("activity", gone);
  settle({&pair.a, &pair.b, &office});
  CHECK(collect(pair.fleet) == 0);  // too young
  pair.fleet.advance(100 * kDay);
  settle({&pair.a, &pair.b});
  CHECK(shelved(pair.b) == 1);
  pair.fleet.advance(kDay);
  settle({&pair.a, &pair.b, &office});
  CHECK(collect(pair.fleet) == 1);
  settle({&pair.a, &pair.b, &office});
  for (Member* each : {&pair.a, &pair.b, &office}) CHECK(shelved(*each) == 0);
  check_same(pair.fleet, {&pair.a, &pair.b, &office});
  CHECK(collect(pair.fleet) == 0);
}

TEST_CASE("fleet: a leased replica that has not seen the deletion holds the tombstone",
          "[fleet][leases]") {
  Pair pair;
  const Id gone = pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  pair.a.remove("activity", gone);
  pair.fleet.advance(kDay);
  settle({&pair.a});
  pair.fleet.advance(120 * kDay);
  settle({&pair.a});
  CHECK(collect(pair.fleet) == 0);
  settle({&pair.b});
  settle({&pair.b});
  CHECK(collect(pair.fleet) == 1);
}

TEST_CASE("fleet: a replica back after its lease brings nothing back from the dead",
          "[fleet][leases][I14]") {
  Pair pair;
  const Id gone = pair.a.put("activity", kActivity);
  const Id edited = pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  pair.a.remove("activity", gone);
  pair.a.remove("activity", edited);
  settle({&pair.a});
  pair.b.edit("activity", edited, R"({"title":"quá muộn"})");
  const Id fresh = pair.b.put("activity", kActivity);
  pair.fleet.advance(200 * kDay);
  settle({&pair.a});
  settle({&pair.a});
  CHECK(collect(pair.fleet) == 2);
  const auto report = pair.b.try_sync(500);
  REQUIRE(report.ok());
  pair.fleet.advance(1000);
  settle({&pair.b, &pair.a});
  CHECK(pair.fleet.records("activity").size() == 2);
  CHECK_FALSE(pair.b.get("activity", fresh).is_null());
  CHECK(pair.b.get("activity", gone).is_null());
  auto tray = pair.b.replica().tray();
  REQUIRE(tray.ok());
  REQUIRE(tray->size() == 1);
  CHECK(tray->front().code == "record_gone");
  check_same(pair.fleet, {&pair.a, &pair.b});
}

TEST_CASE("fleet: a right that is withdrawn removes the records and leaves a receipt",
          "[fleet][rights][I8]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& one = fleet.add("U-01");
  Member& two = fleet.add("U-02");
  const Id unit = office.put("org_unit",
                             R"({"unit_id":"U-02","version":1,"code":"CDCS-02","name":"Hai",
    "valid_from":"2021-01-01","valid_to":"2025-12-31","start_event":"FOUNDED",
    "end_event":"ABSORBED","successor_id":"U-01"})");
  settle({&office});
  const Id theirs = two.put("activity", kActivity);
  settle({&two, &one});
  REQUIRE_FALSE(one.get("activity", theirs).is_null());
  one.edit("activity", theirs, R"({"title":"chưa kịp gửi"})");
  office.edit("org_unit", unit, R"({"end_event":null,"successor_id":null,"valid_to":null})");
  settle({&office});
  (void)one.try_sync(500);
  (void)one.try_sync(500);
  CHECK(one.get("activity", theirs).is_null());
  CHECK(one.status().rejected == 1);
  auto inbox = fleet.store->inbox();
  REQUIRE(inbox.ok());
  REQUIRE(inbox->size() == 1);
  CHECK(inbox->front().code == "out_of_scope");
  const auto devices = server::devices(*fleet.centre);
  REQUIRE(devices.ok());
  bool receipt = false;
  for (const auto& device : *devices) {
    if (device["unit_id"] != "U-01") continue;
    for (const auto& purge : device["purged"]) receipt = receipt || purge["feed"] == "unit/U-02";
  }
  CHECK(receipt);
  CHECK(one.sync().verified);
  CHECK_FALSE(two.get("activity", theirs).is_null());
}
