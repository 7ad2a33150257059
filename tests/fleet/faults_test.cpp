// Lost requests, lost answers, damaged answers, wrong clocks, restarts: nothing is lost or doubled.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <atomic>

#include "support/fleet.h"

using namespace nhip;
using nhip::test::Fleet;
using nhip::test::Member;

namespace {
const char* kActivity =
    R"({"title":"Khám sức khoẻ","category":"TE07","start_date":"2026-06-01","topics":["T2"]})";
}

TEST_CASE("fleet: a lost request costs a repetition and nothing else", "[fleet][I4]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  a.put("activity", kActivity);
  a.transport.lose_requests = 1;
  CHECK(a.sync().verified);
  CHECK(fleet.records("activity").size() == 1);
}

TEST_CASE("fleet: when the answer is lost the repeated push has no second effect", "[fleet][I4]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  const Id id = a.put("activity", kActivity);
  a.transport.lose_answers = 1;
  CHECK_FALSE(a.try_sync().ok());
  a.edit("activity", id, R"({"place":"Sân A"})");
  const SyncReport report = a.sync();
  CHECK(report.verified);
  CHECK(fleet.records("activity") == a.list("activity"));
  CHECK(fleet.records("activity").at(0)["place"] == "Sân A");
  CHECK(fleet.store->past(fleet.schema->type("activity")->number, id).value().size() == 1);
}

TEST_CASE("fleet: an answer with one changed byte is no answer", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.sync();
  a.put("activity", kActivity);
  a.transport.damage_answers = 1;
  const auto report = a.try_sync();
  REQUIRE_FALSE(report.ok());
  CHECK(report.status().code() == Code::kUnavailable);
  CHECK(report.status().name() == "not_the_centre");
  CHECK(a.status().pending == 1);
  CHECK(a.sync().verified);
}

TEST_CASE("fleet: a device whose clock is ten years ahead does not win for ever", "[fleet][I13]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = b.put("activity", kActivity);
  b.sync();
  a.sync();
  a.clock_error_ms = 10LL * 365 * 86'400'000;
  a.edit("activity", id, R"({"title":"Từ tương lai"})");
  CHECK(a.sync().verified);
  b.sync();
  b.edit("activity", id, R"({"title":"Hiện tại"})");
  b.sync();
  a.sync();
  CHECK(a.get("activity", id)["title"] == "Hiện tại");
  CHECK(a.conflicts().empty());
}

TEST_CASE("fleet: a phone that believes it is 1970 still syncs", "[fleet][I13]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.clock_error_ms = -fleet.now_ms;
  const Id id = a.put("activity", kActivity);
  CHECK(a.sync().verified);
  CHECK(fleet.records("activity").size() == 1);
  a.edit("activity", id, R"({"title":"Sửa"})");
  CHECK(a.sync().verified);
  CHECK(fleet.records("activity").at(0)["title"] == "Sửa");
}

TEST_CASE("fleet: work left in the outbox survives a restart of the program", "[fleet][I2]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  a.reopen();
  CHECK(a.status().pending == 1);
  CHECK(a.get("activity", id)["title"] == "Khám sức khoẻ");
  CHECK(a.sync().verified);
  CHECK(fleet.records("activity").size() == 1);
}

TEST_CASE("fleet: a rejected group goes to the tray, the rest flows, and a correction is taken",
          "[fleet][I17]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Id good = a.put("activity", kActivity);
  const Id foreign =
      a.put("activity", R"({"unit_id":"U-02","title":"Của đơn vị khác","category":"TE01"})");
  const Id later = a.put("activity", kActivity);
  const SyncReport report = a.sync();
  CHECK(report.rejected == 1);
  CHECK(report.verified);
  CHECK(fleet.records("activity").size() == 2);
  CHECK_FALSE(a.get("activity", good).is_null());
  CHECK_FALSE(a.get("activity", later).is_null());
  CHECK(a.get("activity", foreign).is_null());
  CHECK_FALSE(a.status().synced);
  const auto tray = a.replica().tray();
  REQUIRE(tray.ok());
  REQUIRE(tray->size() == 1);
  CHECK(tray->at(0).code == "out_of_scope");
  CHECK(nlohmann::json::parse(tray->at(0).record_json)["title"] == "Của đơn vị khác");
  a.edit("activity", foreign, R"({"unit_id":"U-01"})");
  CHECK(a.sync().rejected == 0);
  CHECK(a.status().synced);
  CHECK(fleet.records("activity").size() == 3);
  CHECK(fleet.records("activity") == a.list("activity"));
}

TEST_CASE("fleet: a unit cannot approve its own record", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  a.sync();
  a.edit("activity", id, R"({"review_status":"APPROVED"})");
  CHECK(a.sync().rejected == 1);
  CHECK(a.get("activity", id)["review_status"].is_null());
  CHECK(fleet.records("activity") == a.list("activity"));
}

TEST_CASE("fleet: a revoked device is told so and keeps its work", "[fleet][I18]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.put("activity", kActivity);
  REQUIRE(server::revoke(*fleet.centre, a.status().device_id, fleet.now_ms).ok());
  const auto report = a.try_sync();
  REQUIRE_FALSE(report.ok());
  CHECK(report.status().code() == Code::kUnauthenticated);
  CHECK(report.status().name() == "device_revoked");
  CHECK(a.list("activity").size() == 1);
  CHECK(a.status().pending == 1);
}

TEST_CASE("fleet: a sync with nothing to do is one round trip", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.put("activity", kActivity);
  a.sync();
  const std::uint64_t before = a.transport.requests;
  CHECK(a.sync().rounds == 1);
  CHECK(a.transport.requests == before + 1);
}

TEST_CASE("fleet: a byte budget stops early and the next sync goes on", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  for (int i = 0; i < 60; ++i) a.put("activity", kActivity);
  a.sync();
  SyncOptions options;
  options.json = true;  // of a known size
  options.budget_bytes = 6000;
  const auto part = nhip::sync(b.replica(), b.transport, options);
  INFO(part.status().name() << ": " << part.status().message());
  REQUIRE(part.ok());
  CHECK_FALSE(part->complete);
  CHECK(part->received > 0);
  CHECK(part->received < 60);
  CHECK(b.sync().verified);
  CHECK(b.list("activity") == a.list("activity"));
}

TEST_CASE("fleet: the office's pages may end inside one large commit", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-02");
  Member& office = fleet.add("U-CDN", "office");
  for (Member* unit : {&a, &b}) {
    REQUIRE(unit->replica()
                .write([](Transaction& txn) -> Status {
                  for (int i = 0; i < 80; ++i) NHIP_TRY(txn.put("activity", kActivity).status());
                  return {};
                })
                .ok());
  }
  a.sync();
  SyncOptions options;
  options.json = true;  // of a known size
  options.budget_bytes = 12'000;
  std::size_t held = 0;
  for (int part = 0; part < 60 && held < 160; ++part) {
    const auto report = nhip::sync(office.replica(), office.transport, options);
    INFO(report.status().name() << ": " << report.status().message());
    REQUIRE(report.ok());
    if (part == 2) b.sync();
    if (part == 4)
      a.edit("activity", *Id::parse(a.list("activity")[5]["id"].get<std::string>()),
             R"({"place":"P"})");
    if (part == 4) a.sync();
    const std::size_t now = office.list("activity").size();
    CHECK(now >= held);
    held = now;
  }
  CHECK(office.sync().verified);
  CHECK(office.list("activity") == fleet.records("activity"));
  CHECK(office.list("activity").size() == 160);
}

TEST_CASE("fleet: a sync can be stopped and goes on later", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  a.put("activity", kActivity);
  std::atomic<bool> stop = true;
  SyncOptions options;
  options.cancel = &stop;
  const auto report = nhip::sync(a.replica(), a.transport, options);
  REQUIRE_FALSE(report.ok());
  CHECK(report.status().name() == "cancelled");
  CHECK(a.status().pending == 1);
  CHECK(a.sync().verified);
}

TEST_CASE("fleet: watchers hear of local and of remote changes after they committed", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  std::vector<std::pair<std::string, bool>> heard;
  std::size_t seen = 0;
  b.replica().watch([&](const std::vector<std::string>& types, bool remote) {
    for (const std::string& type : types) heard.emplace_back(type, remote);
    seen = b.list("activity").size();
  });
  a.put("activity", kActivity);
  a.sync();
  b.sync();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0] == std::make_pair(std::string("activity"), true));
  CHECK(seen == 1);
  b.put("plan", R"({"year":2026,"title":"Kế hoạch"})");
  CHECK(heard.back() == std::make_pair(std::string("plan"), false));
}

TEST_CASE("fleet: progress is told round by round", "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  for (int i = 0; i < 5; ++i) a.put("activity", kActivity);
  std::vector<SyncProgress> told;
  SyncOptions options;
  options.progress = [&](const SyncProgress& progress) { told.push_back(progress); };
  REQUIRE(nhip::sync(a.replica(), a.transport, options).ok());
  REQUIRE_FALSE(told.empty());
  CHECK(told.back().sent == 5);
  CHECK(told.back().to_send == 5);
  CHECK(told.back().bytes_up > 0);
}

TEST_CASE("fleet: a transaction of more than a thousand records is refused and leaves nothing",
          "[fleet]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Status written = a.replica().write([](Transaction& txn) -> Status {
    for (int i = 0; i < 1001; ++i) NHIP_TRY(txn.put("activity", kActivity).status());
    return {};
  });
  CHECK(written.code() == Code::kLimit);
  CHECK(a.list("activity").empty());
  CHECK(a.status().pending == 0);
}

TEST_CASE("fleet: a record that moved on while a device read its first pages arrives whole",
          "[fleet][I1]") {
  const std::string role = GENERATE("field", "office");
  Fleet fleet;
  Member& a = fleet.add("U-01");
  std::vector<Id> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(a.put("activity", kActivity));
  a.sync();
  Member& b = fleet.add(role == "office" ? "U-CDN" : "U-01", role);
  SyncOptions options;
  options.json = true;  // of a known size
  options.budget_bytes = 9000;
  REQUIRE(nhip::sync(b.replica(), b.transport, options).ok());
  const std::size_t held = b.list("activity").size();
  REQUIRE(held > 2);
  REQUIRE(held < 40);
  // One the device holds, one it does not.
  a.edit("activity", ids[1], R"({"place":"một"})");
  a.edit("activity", ids[38], R"({"place":"hai"})");
  a.sync();
  for (int part = 0; part < 3; ++part) REQUIRE(nhip::sync(b.replica(), b.transport, options).ok());
  a.edit("activity", ids[38], R"({"title":"ba"})");
  a.sync();
  CHECK(b.sync().verified);
  CHECK(b.list("activity") == a.list("activity"));
}

TEST_CASE("fleet: what a device has not read yet counts as unseen, even behind its cursor",
          "[fleet][I3]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  a.sync();
  b.sync();
  // The title changes early in the feed, the place late: the record appears late only.
  a.edit("activity", id, R"({"title":"Của A"})");
  a.sync();
  for (int i = 0; i < 40; ++i) a.put("activity", kActivity);
  a.sync();
  a.edit("activity", id, R"({"place":"xa"})");
  a.sync();
  SyncOptions options;
  options.json = true;  // of a known size
  options.budget_bytes = 9000;
  REQUIRE(nhip::sync(b.replica(), b.transport, options).ok());
  REQUIRE(b.get("activity", id)["title"] == "Khám sức khoẻ");
  b.edit("activity", id, R"({"title":"Của B"})");
  CHECK(b.sync().verified);
  CHECK(a.sync().verified);
  CHECK(a.get("activity", id)["title"] == "Của B");
  REQUIRE(a.conflicts().size() == 1);
  CHECK(a.conflicts()[0].loser.value_json == R"("Của A")");
}
