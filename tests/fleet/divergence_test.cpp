// Replicas that are not what they believe to be: seen at the next sync and repaired in place, at a
// cost in proportion to the damage.
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

TEST_CASE("fleet: bookkeeping changed behind the engine's back is found and repaired",
          "[fleet][divergence]") {
  Pair pair;
  for (int i = 0; i < 30; ++i) pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  const std::string damage = GENERATE(
      std::string("UPDATE _nhip_v_activity SET seq=seq+7 WHERE rid IN (2,5,9)"),
      std::string("UPDATE _nhip_v_activity SET seq=seq-1, stamp=stamp+99 WHERE rid=3"),
      std::string("DELETE FROM _nhip_v_activity WHERE rid=4"),
      std::string("UPDATE _nhip_feed SET digest='0123456789abcdef0123456789abcdef'"),
      std::string("UPDATE _nhip_feed SET seq=seq+40"), std::string("UPDATE _nhip_feed SET salt=7"));
  INFO(damage);
  pair.b.sql(damage);
  pair.b.reopen();
  const SyncReport report = pair.b.sync();
  CHECK(report.verified);
  CHECK(report.rounds <= 6);
  pair.settle_and_compare();
  CHECK(pair.fleet.conflicts().empty());
  CHECK(pair.fleet.records("activity").size() == 31);
}

TEST_CASE("fleet: a value changed with the triggers off is found, and not lost",
          "[fleet][divergence]") {
  Pair pair;
  pair.b.sql(
      "UPDATE _nhip_guard SET mark=-9223372036854775808;"
      "UPDATE activity SET title='lén sửa'; UPDATE _nhip_guard SET mark=99");
  REQUIRE(pair.b.replica().doctor().ok());
  const auto report = pair.b.try_sync(500);
  REQUIRE(report.ok());
  CHECK(report->verified);
  CHECK(report->verified_by == "values");
  CHECK(pair.b.get("activity", pair.id)["title"] == "Hội thao");
  auto tray = pair.b.replica().tray();
  REQUIRE(tray.ok());
  REQUIRE(tray->size() == 1);
  CHECK(tray->front().code == "found_changed");
}

namespace {

// As a tool that knows how to keep the engine from noticing.
void change_unnoticed(Member& member, const std::string& sql) {
  member.sql(
      "CREATE TEMP TABLE kept AS SELECT type,mark FROM _nhip_guard;"
      "UPDATE _nhip_guard SET mark=-9223372036854775808;" +
      sql +
      ";UPDATE _nhip_guard SET mark=(SELECT mark FROM kept WHERE kept.type=_nhip_guard.type)");
}

void check_found_changed(Member& member) {
  const auto tray = member.replica().tray();
  REQUIRE(tray.ok());
  REQUIRE(tray->size() == 1);
  CHECK(tray->front().code == "found_changed");
  CHECK(tray->front().record_json.find("lén sửa") != std::string::npos);
}

}  // namespace

TEST_CASE("fleet: what comes as a difference is compared with the value it landed on",
          "[fleet][divergence]") {
  const bool office = GENERATE(false, true);
  CAPTURE(office);
  Pair pair;
  Member& reader = reader_of(pair.fleet, office);
  settle({&reader});
  change_unnoticed(reader, "UPDATE activity SET title='lén sửa'");
  CHECK(reader.sync().verified_by == "versions");  // nothing has moved
  pair.a.edit("activity", pair.id, R"({"place":"Sân B"})");
  pair.a.sync();
  const SyncReport report = reader.sync();
  CHECK(report.verified);
  CHECK(report.verified_by == "values");
  CHECK(reader.get("activity", pair.id)["title"] == "Hội thao");
  CHECK(reader.get("activity", pair.id)["place"] == "Sân B");
  check_found_changed(reader);
  CHECK(reader.sync().verified_by == "versions");
}

TEST_CASE("fleet: a difference on a wrong value is no tick until the comparison has ended",
          "[fleet][divergence]") {
  Pair pair;
  change_unnoticed(pair.b, "UPDATE activity SET title='lén sửa'");
  pair.a.edit("activity", pair.id, R"({"place":"Sân B"})");
  pair.a.sync();
  Meddler meddler(pair.b.transport, {}, [&] { pair.b.transport.lose_requests = 100; });
  SyncOptions options;
  options.patience_ms = 0;
  CHECK_FALSE(nhip::sync(pair.b.replica(), meddler, options).ok());
  CHECK(pair.b.get("activity", pair.id)["place"] == "Sân B");
  pair.b.transport.lose_requests = 0;
  pair.b.reopen();
  const SyncReport report = pair.b.sync();
  CHECK(report.verified);
  CHECK(report.verified_by == "values");
  check_found_changed(pair.b);
  pair.settle_and_compare();
}

TEST_CASE("fleet: rows that were changed, emptied, deleted or edited here agree value by value",
          "[fleet][divergence]") {
  const bool office = GENERATE(false, true);
  CAPTURE(office);
  Pair pair;
  const Id gone = pair.a.put("activity", kActivity);
  const Id back = pair.a.put("activity", kActivity);
  Member& reader = reader_of(pair.fleet, office);
  settle({&pair.a, &pair.b, &reader});
  pair.a.edit("activity", pair.id, R"({"place":null,"topics":["T2"],"participants":[]})");
  pair.a.remove("activity", gone);
  pair.a.remove("activity", back);
  pair.b.edit("activity", back, R"({"title":"Vẫn làm"})");
  settle({&pair.a, &pair.b});
  pair.a.put("activity", kActivity);
  settle({&pair.a});
  reader.edit("activity", pair.id, R"({"title":"Hội thao hè"})");
  CHECK(reader.sync().verified_by == "versions");
  CHECK(reader.sync().verified_by == "versions");
  CHECK(pair.b.sync().verified_by == "versions");
  settle({&pair.a});
  check_same(pair.fleet, {&pair.a, &pair.b, &reader});
}

TEST_CASE("fleet: values are compared once a week without being asked", "[fleet][divergence]") {
  Pair pair;
  CHECK(pair.b.sync().verified_by == "versions");
  pair.fleet.advance(8LL * 24 * 3600 * 1000);
  CHECK(pair.b.sync().verified_by == "values");
  CHECK(pair.b.sync().verified_by == "versions");
}

TEST_CASE("fleet: 20 wrong rows of 20,000 are repaired with less than 9 kB of comparison",
          "[fleet][divergence][repair-bytes]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  for (int batch = 0; batch < 20; ++batch) {
    REQUIRE(a.replica()
                .write([&](Transaction& txn) -> Status {
                  for (int i = 0; i < 1000; ++i) {
                    NHIP_TRY(
                        txn.put("activity", R"({"title":"Hoạt động","category":"TE01"})").status());
                  }
                  return {};
                })
                .ok());
  }
  settle({&a, &b});
  b.sql("UPDATE _nhip_v_activity SET seq=seq+50000 WHERE rid % 1000 = 77");
  b.reopen();
  const auto requests = b.transport.requests;
  const SyncReport report = b.sync();
  CHECK(report.verified);
  CHECK(report.received == 20);
  // Up: sums and prints. Down: sums of parts. The rows themselves come on top.
  const std::uint64_t rows = 20 * 450;
  CHECK(report.bytes_up + report.bytes_down < 9'000 + rows);
  UNSCOPED_INFO("bytes " << report.bytes_up << " up, " << report.bytes_down << " down, "
                         << b.transport.requests - requests << " requests");
  CHECK(b.transport.requests - requests <= 5);
  CHECK(b.list("activity").size() == 20'000);
}
