// Copied and rolled-back replicas: the later one takes a new name by itself and nobody's work is
// lost, doubled or held up.
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

std::size_t replicas_of(Fleet& fleet, const Member& member) {
  const std::string device = const_cast<Member&>(member).status().device_id;
  auto all = fleet.store->replicas();
  REQUIRE(all.ok());
  return static_cast<std::size_t>(std::count_if(
      all->begin(), all->end(), [&](const auto& each) { return each.device_id == device; }));
}

}  // namespace

TEST_CASE("fleet: a copied replica goes on under its own name and both keep their work",
          "[fleet][copies][I11]") {
  Pair pair;
  Member& copy = pair.fleet.add_copy(pair.a);
  const Id mine = pair.a.put("activity", kActivity);
  const Id theirs = copy.put("activity", kActivity);
  settle({&pair.a, &copy, &pair.b});
  CHECK(pair.fleet.records("activity").size() == 3);
  check_same(pair.fleet, {&pair.a, &pair.b, &copy});
  CHECK(pair.a.get("activity", theirs) == copy.get("activity", theirs));
  CHECK(copy.get("activity", mine) == pair.a.get("activity", mine));
  CHECK(pair.fleet.conflicts().empty());
  CHECK(replicas_of(pair.fleet, pair.a) == 2);
  CHECK(copy.status().device_id == pair.a.status().device_id);
}

TEST_CASE("fleet: what a copy shares with its original arrives once, without conflicts",
          "[fleet][copies]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"title":"một"})");
  pair.a.edit("activity", pair.id, R"({"title":"hai"})");
  const Id shared = pair.a.put("activity", kActivity);
  Member& copy = pair.fleet.add_copy(pair.a);
  copy.edit("activity", shared, R"({"place":"Nhà B"})");
  settle({&pair.a, &copy, &pair.b});
  CHECK(pair.fleet.records("activity").size() == 2);
  CHECK(pair.fleet.conflicts().empty());
  CHECK(pair.b.get("activity", pair.id)["title"] == "hai");
  CHECK(pair.b.get("activity", shared)["place"] == "Nhà B");
  check_same(pair.fleet, {&pair.a, &pair.b, &copy});
}

TEST_CASE("fleet: a copy taken while an answer was on its way is found out",
          "[fleet][copies][I11]") {
  Pair pair;
  pair.a.put("activity", kActivity);
  pair.a.transport.lose_answers = 1;
  CHECK_FALSE(pair.a.try_sync().ok());
  Member& copy = pair.fleet.add_copy(pair.a);
  pair.a.put("activity", kActivity);
  copy.put("activity", kActivity);
  settle({&copy, &pair.a, &pair.b});
  CHECK(pair.fleet.records("activity").size() == 4);
  check_same(pair.fleet, {&pair.a, &pair.b, &copy});
}

TEST_CASE("fleet: a replica copied back over newer files loses nothing that arrived",
          "[fleet][copies][I12]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"title":"chưa gửi"})");
  const std::string old = pair.a.save_files();
  pair.a.put("activity", kActivity);
  settle({&pair.a});
  pair.a.put_back(old);
  pair.a.put("activity", kActivity);
  pair.settle_and_compare();
  CHECK(pair.fleet.records("activity").size() == 3);
  CHECK(pair.fleet.conflicts().empty());
  CHECK(pair.b.get("activity", pair.id)["title"] == "chưa gửi");
}

TEST_CASE("fleet: a copy of a copy, and files put back twice, stay one device", "[fleet][copies]") {
  Pair pair;
  Member& second = pair.fleet.add_copy(pair.a);
  second.put("activity", kActivity);
  const std::string old = second.save_files();
  Member& third = pair.fleet.add_copy(second);
  third.put("activity", kActivity);
  settle({&third, &second, &pair.a});
  second.put_back(old);
  second.put("activity", kActivity);
  settle({&second});
  second.put_back(old);
  second.put("activity", kActivity);
  settle({&second, &third, &pair.a, &pair.b});
  CHECK(pair.fleet.records("activity").size() == 5);
  CHECK(pair.fleet.conflicts().empty());
  check_same(pair.fleet, {&pair.a, &pair.b, &second, &third});
}

// Each replica of a device has a past of its own: a late word of the one in the middle says nothing
// about what the first one wrote after the copying.
TEST_CASE("fleet: a copy of a copy has not seen what the first replica wrote since",
          "[fleet][copies][I3]") {
  Pair pair;
  const Id shared = pair.a.put("activity", kActivity);
  settle({&pair.a});
  Member& second = pair.fleet.add_copy(pair.a);
  pair.a.put("activity", kActivity);
  settle({&pair.a});
  second.put("activity", kActivity);
  settle({&second});
  pair.fleet.advance(60'000);
  pair.a.edit("activity", pair.id, R"({"title":"của bản đầu"})");
  settle({&pair.a}, 1);
  pair.fleet.advance(60'000);
  second.edit("activity", shared, R"({"title":"chung với bản ba"})");
  Member& third = pair.fleet.add_copy(second);
  second.put("activity", kActivity);
  third.edit("activity", pair.id, R"({"title":"của bản ba"})");
  settle({&second}, 1);
  settle({&third, &second, &pair.a, &pair.b});
  CHECK(pair.b.get("activity", pair.id)["title"] == "của bản ba");
  REQUIRE(pair.fleet.conflicts().size() == 1);
  CHECK(pair.fleet.conflicts()[0]["loser"]["value"] == "của bản đầu");
  check_same(pair.fleet, {&pair.a, &pair.b, &second, &third});
}

TEST_CASE("fleet: a revoked device's copies are refused too", "[fleet][copies][I18]") {
  Pair pair;
  Member& copy = pair.fleet.add_copy(pair.a);
  settle({&pair.a});
  pair.a.put("activity", kActivity);
  settle({&pair.a});
  REQUIRE(server::revoke(*pair.fleet.centre, pair.a.status().device_id, pair.fleet.now_ms).ok());
  copy.put("activity", kActivity);
  CHECK(copy.try_sync().status().name() == "device_revoked");
  CHECK(copy.status().pending == 1);
}

TEST_CASE("fleet: a lost answer does not make a replica doubt itself", "[fleet][copies]") {
  Pair pair;
  for (int i = 0; i < 5; ++i) {
    pair.a.put("activity", kActivity);
    pair.a.transport.lose_answers = 1 + i % 2;
    (void)pair.a.try_sync();
    pair.a.reopen();
    pair.a.edit("activity", pair.id, R"({"title":"lần )" + std::to_string(i) + R"("})");
  }
  pair.a.transport.lose_answers = 0;
  pair.settle_and_compare();
  CHECK(replicas_of(pair.fleet, pair.a) == 1);
  CHECK(pair.fleet.conflicts().empty());
}

TEST_CASE("fleet: a name taken while the answer is lost costs nothing", "[fleet][copies]") {
  Pair pair;
  Member& copy = pair.fleet.add_copy(pair.a);
  pair.a.put("activity", kActivity);
  settle({&pair.a});
  copy.put("activity", kActivity);
  // The refusal arrives, the new name's answer does not.
  int seen = 0;
  Meddler meddler(copy.transport, [&] {
    if (++seen == 2) copy.transport.lose_answers = 1;
  });
  SyncOptions options;
  options.patience_ms = 0;
  CHECK_FALSE(nhip::sync(copy.replica(), meddler, options).ok());
  copy.reopen();
  settle({&copy, &pair.a, &pair.b});
  CHECK(pair.fleet.records("activity").size() == 3);
  check_same(pair.fleet, {&pair.a, &pair.b, &copy});
}

TEST_CASE("fleet: the lead of a unit is told of a copy, and nobody else", "[fleet][copies]") {
  Pair pair;
  Member& lead = pair.fleet.add("U-01", "lead");
  Member& other = pair.fleet.add("U-02", "lead");
  Member& copy = pair.fleet.add_copy(pair.a);
  pair.a.put("activity", kActivity);
  copy.put("activity", kActivity);
  settle({&pair.a, &copy, &lead, &other, &pair.b});
  REQUIRE(lead.status().notices.size() == 1);
  CHECK(lead.status().notices[0].code == "replica_copied");
  CHECK(lead.status().notices[0].what == pair.a.status().device_id);
  CHECK(other.status().notices.empty());
  CHECK(pair.b.status().notices.empty());
}
