// Clocks that are wrong by decades, jump, or stand still, on devices and at the centre: everybody
// agrees, what was seen comes before what was written after it, no value is lost and none wins for
// ever.
#include <array>
#include <map>
#include <random>
#include <set>

#include "centre/records.h"
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kTenYearsMs = 3653 * kDayMs;

// What a clock shows instead of 2026.
std::int64_t clock_error(const Fleet& fleet) {
  const std::int64_t errors[] = {-fleet.now_ms, 2'147'483'647'000 - fleet.now_ms, kTenYearsMs,
                                 -kTenYearsMs};  // 1970, 2038
  return errors[GENERATE(0, 1, 2, 3)];
}

json title_of(Member& member, const Id& id) { return member.get("activity", id)["title"]; }

// Every title that stands or is listed as having lost.
std::multiset<std::string> kept_titles(Fleet& fleet, const Id& id) {
  std::multiset<std::string> titles;
  for (const json& record : fleet.records("activity")) {
    if (record["id"] == id.text()) titles.insert(record["title"].get<std::string>());
  }
  for (const json& conflict : fleet.conflicts()) {
    if (conflict["field"] != "title") continue;
    titles.insert(conflict["loser"]["value"].get<std::string>());
  }
  return titles;
}

std::string titled(const std::string& title) { return json{{"title", title}}.dump(); }

json of_centre(Fleet& fleet, const Id& id) {
  const auto all = server::records(*fleet.centre, {"activity", "", std::nullopt});
  REQUIRE(all.ok());
  for (const json& record : *all) {
    if (record["id"] == id.text()) return record["_meta"];
  }
  return {};
}

}  // namespace

TEST_CASE("fleet: with a wrong clock what was seen comes before what was written after it",
          "[fleet][clocks][I13]") {
  Pair pair;
  const std::int64_t error = clock_error(pair.fleet);
  CAPTURE(error);
  const bool before_enrolment = GENERATE(true, false);
  Member& b = before_enrolment ? pair.fleet.add("U-01") : pair.b;
  b.clock_error_ms = error;
  if (before_enrolment) settle({&b});
  for (int round = 0; round < 3; ++round) {
    for (Member* writer : {&pair.a, &b}) {
      const std::string title = std::to_string(round) + (writer == &b ? " b" : " a");
      writer->edit("activity", pair.id, titled(title));
      settle({writer, &pair.a, &b});
      for (Member* each : {&pair.a, &b}) CHECK(title_of(*each, pair.id) == title);
    }
  }
  CHECK(pair.fleet.conflicts().empty());
  check_same(pair.fleet, {&pair.a, &b});
}

TEST_CASE("fleet: a stamp from a wrong clock wins no later than at its receipt",
          "[fleet][clocks][I13]") {
  Pair pair;
  pair.b.clock_error_ms = clock_error(pair.fleet);
  CAPTURE(pair.b.clock_error_ms);
  pair.b.edit("activity", pair.id, titled("giờ sai"));
  settle({&pair.b});
  pair.fleet.advance(kDayMs);
  pair.a.edit("activity", pair.id, titled("một ngày sau, chưa thấy"));
  settle({&pair.a, &pair.b});
  settle({&pair.a, &pair.b});
  CHECK(title_of(pair.b, pair.id) == "một ngày sau, chưa thấy");
  CHECK(kept_titles(pair.fleet, pair.id) ==
        std::multiset<std::string>{"giờ sai", "một ngày sau, chưa thấy"});
  check_same(pair.fleet, {&pair.a, &pair.b});
}

TEST_CASE("fleet: clocks that jump both ways between writes lose nothing", "[fleet][clocks][I13]") {
  const unsigned seed = GENERATE(range(1u, 5u));
  CAPTURE(seed);
  std::mt19937 random(seed);
  Pair pair;
  Member& c = pair.fleet.add("U-01");
  settle({&c});
  std::set<std::string> written;
  std::map<Member*, std::string> unsent;  // the last word of each since its last sync
  for (int step = 0; step < 60; ++step) {
    Member& writer = *std::array<Member*, 3>{&pair.a, &pair.b, &c}[random() % 3];
    const std::int64_t errors[] = {0,
                                   kTenYearsMs,
                                   -kTenYearsMs,
                                   -pair.fleet.now_ms,
                                   3'600'000,
                                   2'147'483'647'000 - pair.fleet.now_ms};
    writer.clock_error_ms = errors[random() % 6];
    const std::string title = std::to_string(step);
    writer.edit("activity", pair.id, titled(title));
    unsent[&writer] = title;
    if (random() % 3 == 0) {
      settle({&writer}, 1);
      for (const json& conflict : pair.fleet.conflicts()) {
        CHECK(conflict["winner"]["value"] != conflict["loser"]["value"]);
      }
      written.insert(unsent[&writer]);
      unsent.erase(&writer);
      // The last word of an exchange stands, or is listed.
      CHECK(kept_titles(pair.fleet, pair.id).count(title) == 1);
    }
  }
  settle({&pair.a, &pair.b, &c});
  settle({&pair.a, &pair.b, &c});
  check_same(pair.fleet, {&pair.a, &pair.b, &c});
  check_same(pair.fleet, {&pair.a, &pair.b, &c}, "nhip_conflict");
  for (const auto& [writer, title] : unsent)
    CHECK(kept_titles(pair.fleet, pair.id).count(title) == 1);
  // And a person who has seen all has the last word.
  for (Member* each : {&pair.a, &pair.b, &c}) each->clock_error_ms = 0;
  pair.a.edit("activity", pair.id, titled("lời cuối"));
  settle({&pair.a, &pair.b, &c});
  CHECK(title_of(c, pair.id) == "lời cuối");
}

TEST_CASE("fleet: hundreds of writes at one instant stay in their order", "[fleet][clocks][I7]") {
  Pair pair;
  const auto write = [&](Member& member, const std::string& title) {
    const json record{{"id", pair.id.text()}, {"title", title}};
    REQUIRE(member.replica().put("activity", record.dump()).ok());
  };
  for (int n = 0; n < 400; ++n) write(pair.a, std::to_string(n));
  settle({&pair.a, &pair.b});
  CHECK(title_of(pair.b, pair.id) == "399");
  CHECK(pair.fleet.conflicts().empty());
  check_same(pair.fleet, {&pair.a, &pair.b});
}

TEST_CASE("fleet: two copies frozen at one instant keep both their words",
          "[fleet][clocks][copies]") {
  Pair pair;
  Member& copy = pair.fleet.add_copy(pair.a);
  const std::int64_t frozen = pair.fleet.now_ms;
  const auto write = [&](Member& member, const std::string& title) {
    member.clock_error_ms = frozen - pair.fleet.now_ms;
    const json record{{"id", pair.id.text()}, {"title", title}};
    REQUIRE(member.replica().put("activity", record.dump()).ok());
  };
  for (int n = 0; n < 50; ++n) {
    write(pair.a, "gốc " + std::to_string(n));
    write(copy, "sao " + std::to_string(n));
  }
  const bool copy_first = GENERATE(true, false);
  if (copy_first) settle({&copy});
  settle({&pair.a, &copy, &pair.b});
  settle({&pair.a, &copy, &pair.b});
  check_same(pair.fleet, {&pair.a, &pair.b, &copy});
  const auto kept = kept_titles(pair.fleet, pair.id);
  CHECK(kept.count("gốc 49") == 1);
  CHECK(kept.count("sao 49") == 1);
}

TEST_CASE("fleet: the centre's own clock may jump ten years and back", "[fleet][clocks][I13]") {
  const std::int64_t jump = GENERATE(kTenYearsMs, -kTenYearsMs);
  CAPTURE(jump);
  Pair pair;
  const auto centre_jumps = [&](std::int64_t by) {
    pair.fleet.now_ms += by;
    for (Member* each : {&pair.a, &pair.b}) each->clock_error_ms -= by;  // devices stay right
  };
  centre_jumps(jump);
  pair.a.edit("activity", pair.id, titled("khi giờ trung tâm sai"));
  settle({&pair.a, &pair.b});
  pair.b.edit("activity", pair.id, titled("b thấy rồi sửa"));
  settle({&pair.b, &pair.a});
  CHECK(title_of(pair.a, pair.id) == "b thấy rồi sửa");
  centre_jumps(-jump);
  pair.a.edit("activity", pair.id, titled("sau khi đúng lại"));
  const Id fresh = pair.b.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  CHECK(title_of(pair.b, pair.id) == "sau khi đúng lại");
  CHECK(pair.a.get("activity", fresh) == pair.b.get("activity", fresh));
  pair.b.edit("activity", pair.id, titled("và tiếp"));
  settle({&pair.b, &pair.a});
  CHECK(title_of(pair.a, pair.id) == "và tiếp");
  CHECK(pair.fleet.conflicts().empty());
  check_same(pair.fleet, {&pair.a, &pair.b});
}

TEST_CASE("fleet: times that a wrong clock gave are shown as uncertain", "[fleet][clocks]") {
  Pair pair;
  pair.b.clock_error_ms = clock_error(pair.fleet);
  CAPTURE(pair.b.clock_error_ms);
  pair.b.edit("activity", pair.id, titled("giờ sai"));
  pair.a.edit("activity", pair.id, titled("giờ đúng"));
  settle({&pair.b, &pair.a});
  settle({&pair.b, &pair.a});
  const Id right = pair.a.put("activity", kActivity);
  const Id own = pair.b.put("activity", kActivity);
  const auto waiting = pair.b.replica().history("activity", own);
  REQUIRE(waiting.ok());
  CHECK(waiting->at(0).time_uncertain);
  settle({&pair.b, &pair.a});
  CHECK(of_centre(pair.fleet, own)["time_uncertain"] == true);
  CHECK(of_centre(pair.fleet, right)["time_uncertain"] == false);
  const auto conflicts = pair.b.conflicts();
  REQUIRE(conflicts.size() == 1);
  const std::string ours = pair.b.status().device_id;
  for (const ConflictSide& side : {conflicts[0].winner, conflicts[0].loser})
    CHECK(side.time_uncertain == (side.by == ours));
  for (const ConflictSide& side : {pair.a.conflicts()[0].winner, pair.a.conflicts()[0].loser})
    CHECK_FALSE(side.time_uncertain);
  // A clock that is right again is trusted again, but not what it gave for the future.
  const std::int64_t error = pair.b.clock_error_ms;
  pair.b.edit("activity", own, titled("lại sai"));
  pair.b.clock_error_ms = 0;
  settle({&pair.b, &pair.a});
  CHECK(of_centre(pair.fleet, own)["time_uncertain"] == (error > 0));
}

TEST_CASE("fleet: a copy frozen at one instant with its original may say the same word later",
          "[fleet][clocks][copies]") {
  Pair pair;
  Member& copy = pair.fleet.add_copy(pair.a);
  const std::int64_t frozen = pair.fleet.now_ms;
  const auto write = [&](Member& member, const std::string& title) {
    member.clock_error_ms = frozen - pair.fleet.now_ms;
    const json record{{"id", pair.id.text()}, {"title", title}};
    REQUIRE(member.replica().put("activity", record.dump()).ok());
  };
  write(pair.a, "X");
  write(pair.a, "Y");
  write(copy, "Z");
  write(copy, "X");
  settle({&pair.a, &copy, &pair.b});
  settle({&pair.a, &copy, &pair.b});
  CHECK(kept_titles(pair.fleet, pair.id).count("X") == 1);
  CHECK(kept_titles(pair.fleet, pair.id).count("Y") == 1);
}
