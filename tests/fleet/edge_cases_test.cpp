// Edges where several mechanisms meet: foreign writers over pending work, undo chains, rights,
// limits.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "support/fleet.h"

using namespace nhip;
using nhip::test::Fleet;
using nhip::test::LoopbackTransport;
using nhip::test::Member;
using nlohmann::json;

namespace {

const char* kActivity =
    R"({"title":"Hội thao","category":"TE01","place":"Sân A","start_date":"2026-06-01","topics":["T1","T2"],
  "participants":[{"kind":"OFFICIAL","key":"CB-01","unit_id":"U-01"}]})";

std::string blob(const Id& id) {
  std::string hex;
  for (const char c : id.text()) {
    if (c != '-') hex += c;
  }
  return "x'" + hex + "'";
}

std::string notebook() {
  std::ifstream file(std::string(NHIP_TEST_DATA) + "/notebook_registry.json");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Runs something while a request is on its way or its answer is.
class Meddler final : public Transport {
 public:
  Meddler(LoopbackTransport& inner, std::function<void()> before, std::function<void()> after = {})
      : inner_(inner), before_(std::move(before)), after_(std::move(after)) {}
  Result<Response> send(const Request& request) override {
    if (before_) before_();
    auto response = inner_.send(request);
    if (after_) after_();
    return response;
  }
  void cancel() override {}

 private:
  LoopbackTransport& inner_;
  std::function<void()> before_, after_;
};

void settle(std::initializer_list<Member*> members, int rounds = 2) {
  for (int round = 0; round < rounds; ++round) {
    for (Member* each : members) {
      const auto report = each->try_sync(500);
      INFO(report.status().name() << ": " << report.status().message());
      REQUIRE(report.ok());
      CHECK(report->verified);
    }
  }
}

void check_same(Fleet& fleet, std::initializer_list<Member*> members,
                const char* type = "activity") {
  for (Member* each : members) CHECK(each->list(type) == fleet.records(type));
}

void load(Fleet& fleet, const std::string& name, const std::string& lines) {
  const std::string folder = fleet.folder + "/load";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  std::ofstream(folder + "/" + name) << lines;
  const auto report = server::load_folder(*fleet.centre, folder, fleet.now_ms, {});
  INFO(report.status().message());
  REQUIRE(report.ok());
  for (const auto& problem : report->problems)
    UNSCOPED_INFO(problem.code << " " << problem.message);
  CHECK(report->refused == 0);
}

struct Pair {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  Id id = a.put("activity", kActivity);
  Pair() { settle({&a, &b}); }
  void settle_and_compare() {
    settle({&a, &b});
    check_same(fleet, {&a, &b});
  }
};

}  // namespace

namespace {

Member& reader_of(Fleet& fleet, bool office) {
  return office ? fleet.add("U-CDN", "office") : fleet.add("U-01");
}

SyncReport one_small_sync(Member& member) {
  SyncOptions options;
  options.budget_bytes = 6000;
  const auto report = nhip::sync(member.replica(), member.transport, options);
  INFO(report.status().name() << ": " << report.status().message());
  REQUIRE(report.ok());
  return *report;
}

}  // namespace

// ---- a feed read in several pages
TEST_CASE("fleet: a first download in pages brings records that were edited since",
          "[fleet][paging]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  const Id id = a.put("activity", kActivity);
  a.sync();
  for (int i = 0; i < 250; ++i) {
    a.put("activity", json({{"title", "x"}, {"note", std::string(1000, 'n')}}).dump());
    if (i % 10 == 0) a.sync();
  }
  a.sync();
  a.edit("activity", id, R"({"title":"Sửa sau"})");
  a.sync();
  Member& late = reader_of(fleet, GENERATE(false, true));
  const auto report = late.try_sync(500);
  INFO(report.status().name() << ": " << report.status().message());
  REQUIRE(report.ok());
  CHECK(late.get("activity", id) == a.get("activity", id));
}

TEST_CASE("fleet: a record that moves ahead of the pages arrives with all its changes",
          "[fleet][paging]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = reader_of(fleet, GENERATE(false, true));
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  a.edit("activity", id, R"({"title":"Đổi trước"})");
  a.sync();
  for (int i = 0; i < 60; ++i) {
    a.put("activity", kActivity);
    if (i % 5 == 0) a.sync();
  }
  a.edit("activity", id, R"({"place":"Đổi sau"})");
  a.sync();
  CHECK_FALSE(one_small_sync(b).complete);
  settle({&b});
  CHECK(b.get("activity", id)["title"] == "Đổi trước");
  CHECK(b.get("activity", id) == a.get("activity", id));
}

TEST_CASE("fleet: an edit made between two pages has not seen what did not come yet",
          "[fleet][paging][I3]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = reader_of(fleet, GENERATE(false, true));
  const Id id = a.put("activity", kActivity);
  settle({&a, &b});
  a.edit("activity", id, R"({"title":"Của A"})");
  a.sync();
  for (int i = 0; i < 60; ++i) {
    a.put("activity", kActivity);
    if (i % 5 == 0) a.sync();
  }
  a.edit("activity", id, R"({"place":"Đổi sau"})");
  a.sync();
  CHECK_FALSE(one_small_sync(b).complete);
  REQUIRE(b.get("activity", id)["title"] == "Hội thao");
  b.edit("activity", id, R"({"title":"Của B"})");
  settle({&b, &a});
  REQUIRE(a.conflicts().size() == 1);
  CHECK(a.conflicts()[0].loser.value_json == R"("Của A")");
}

// ---- foreign writers over pending work
TEST_CASE("fleet: INSERT OR REPLACE over a pending edit leaves device and centre equal",
          "[fleet][capture]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"title":"Chờ gửi"})");
  pair.a.sql("INSERT OR REPLACE INTO activity(id,unit_id,title) VALUES(" + blob(pair.id) +
             ",'U-01','Thay')");
  pair.settle_and_compare();
}

TEST_CASE("fleet: INSERT OR REPLACE while an answer is on its way", "[fleet][capture]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"note":"Chờ gửi"})");
  bool done = false;
  Meddler meddler(pair.a.transport, {}, [&] {
    if (!done)
      pair.a.sql("INSERT OR REPLACE INTO activity(id,unit_id,title) VALUES(" + blob(pair.id) +
                 ",'U-01','Thay')");
    done = true;
  });
  REQUIRE(nhip::sync(pair.a.replica(), meddler, {}).ok());
  pair.settle_and_compare();
}

TEST_CASE("fleet: INSERT OR REPLACE inside one of our own transactions keeps the digest true",
          "[fleet][capture]") {
  Pair pair;
  REQUIRE(pair.a.replica()
              .write([&](Transaction& txn) {
                return txn.execute("INSERT OR REPLACE INTO activity(id,unit_id,title) VALUES(" +
                                   blob(pair.id) + ",'U-01','Thay')");
              })
              .ok());
  settle({&pair.a});
  pair.settle_and_compare();
}

TEST_CASE("fleet: INSERT OR REPLACE that names a free low rid keeps the digest true",
          "[fleet][capture]") {
  Pair pair;
  const Id low = pair.a.put("activity", kActivity);
  const Id high = pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  pair.a.remove("activity", low);
  settle({&pair.a, &pair.b});
  pair.a.sql("INSERT OR REPLACE INTO activity(rid,id,unit_id,title) VALUES(2," + blob(high) +
             ",'U-01','Dời')");
  pair.settle_and_compare();
}

TEST_CASE("fleet: a replaced record that waits behind other work does not stop the sync",
          "[fleet][capture]") {
  Pair pair;
  pair.b.edit("activity", pair.id, R"({"place":"Sân B"})");
  pair.b.sync();
  const std::string note(15'000, 'n');
  for (int i = 0; i < 12; ++i)
    pair.a.put("activity", json({{"title", "x"}, {"note", note}}).dump());
  pair.a.sql("INSERT OR REPLACE INTO activity(id,unit_id,title) VALUES(" + blob(pair.id) +
             ",'U-01','Thay')");
  pair.settle_and_compare();
}

TEST_CASE("fleet: INSERT OR IGNORE of a row that is there changes nothing", "[fleet][capture]") {
  Pair pair;
  const json before = pair.a.get("activity", pair.id);
  pair.a.sql(
      "INSERT OR IGNORE INTO activity(rid,id,unit_id,title) SELECT rid,id,unit_id,'x' FROM "
      "activity");
  CHECK(pair.a.get("activity", pair.id) == before);
  CHECK(pair.a.status().pending == 0);
}

TEST_CASE("fleet: an upsert keeps the elements of the row it edits", "[fleet][capture]") {
  Pair pair;
  pair.a.sql(
      "INSERT INTO activity(rid,id,unit_id,title) SELECT rid,id,unit_id,'Mới' FROM activity WHERE "
      "true "
      "ON CONFLICT(rid) DO UPDATE SET title=excluded.title");
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", pair.id)["title"] == "Mới");
  CHECK(pair.b.get("activity", pair.id)["topics"] == json({"T1", "T2"}));
}

TEST_CASE("fleet: elements of a replaced row do not come back under another record",
          "[fleet][capture]") {
  Pair pair;
  pair.a.sql("INSERT OR REPLACE INTO activity(id,unit_id,title) VALUES(" + blob(pair.id) +
             ",'U-01','Thay')");
  settle({&pair.a, &pair.b});
  pair.b.remove("activity", pair.id);
  settle({&pair.b, &pair.a});
  const Id other = pair.b.put("activity", R"({"title":"Khác"})");
  pair.settle_and_compare();
  CHECK(pair.a.get("activity", other)["topics"].empty());
}

TEST_CASE("fleet: a record whose id was changed comes back whole when a colleague restores it",
          "[fleet][capture]") {
  Pair pair;
  pair.a.sql("UPDATE activity SET id=randomblob(16)");
  settle({&pair.a, &pair.b});
  REQUIRE(pair.b.replica().undelete("activity", pair.id).ok());
  settle({&pair.b, &pair.a});
  check_same(pair.fleet, {&pair.a, &pair.b});
}

TEST_CASE("fleet: another tool numbers all rows anew", "[fleet][capture]") {
  Pair pair;
  const Id second = pair.a.put("activity", kActivity);
  const Id third = pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  pair.a.edit("activity", pair.id, R"({"title":"Sửa sau cùng"})");
  settle({&pair.a, &pair.b});
  pair.a.sql("UPDATE activity SET rid=-rid; UPDATE activity SET rid=1-rid");
  settle({&pair.a, &pair.b});
  pair.b.edit("activity", second, R"({"title":"Của B"})");
  pair.b.edit("activity", third, R"({"title":"Của B"})");
  pair.settle_and_compare();
}

TEST_CASE("fleet: UPDATE OR REPLACE that takes another record's id", "[fleet][capture]") {
  Pair pair;
  const Id second = pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  pair.a.sql("UPDATE OR REPLACE activity SET id=" + blob(pair.id) + " WHERE id=" + blob(second));
  pair.settle_and_compare();
}

TEST_CASE("fleet: 2,500 rows by another tool arrive", "[fleet][edges]") {
  Pair pair;
  pair.a.sql(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2500) "
      "INSERT INTO activity(title) SELECT 'n'||i FROM n");
  CHECK(pair.a.status().pending == 2500);
  pair.settle_and_compare();
  CHECK(pair.b.list("activity").size() == 2501);
}

// ---- undo chains
TEST_CASE("fleet: a delete that is undone before the sync leaves the record alive",
          "[fleet][undo]") {
  Pair pair;
  pair.a.remove("activity", pair.id);
  pair.fleet.advance(1000);
  REQUIRE(pair.a.replica().undelete("activity", pair.id).ok());
  const json before = pair.a.get("activity", pair.id);
  pair.settle_and_compare();
  CHECK(pair.a.get("activity", pair.id) == before);
}

TEST_CASE("fleet: a delete undone while its answer was lost leaves the record alive",
          "[fleet][undo]") {
  Pair pair;
  pair.a.remove("activity", pair.id);
  pair.a.transport.lose_answers = 1;
  CHECK_FALSE(pair.a.try_sync(0).ok());
  REQUIRE(pair.a.replica().undelete("activity", pair.id).ok());
  pair.settle_and_compare();
  CHECK_FALSE(pair.a.get("activity", pair.id).is_null());
}

TEST_CASE("fleet: edit, delete, undelete before the sync keeps the edit", "[fleet][undo]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"title":"Đã sửa"})");
  pair.a.remove("activity", pair.id);
  REQUIRE(pair.a.replica().undelete("activity", pair.id).ok());
  CHECK(pair.a.get("activity", pair.id)["title"] == "Đã sửa");
  pair.settle_and_compare();
  CHECK(pair.a.get("activity", pair.id)["title"] == "Đã sửa");
}

TEST_CASE("fleet: a record never sent can be undeleted", "[fleet][undo]") {
  Pair pair;
  const Id id = pair.a.put("activity", kActivity);
  pair.a.remove("activity", id);
  CHECK(pair.a.replica().undelete("activity", id).ok());
}

TEST_CASE("fleet: a record deleted and entered again under its id before the sync",
          "[fleet][undo]") {
  Pair pair;
  pair.a.remove("activity", pair.id);
  pair.a.put("activity", json({{"id", pair.id.text()}, {"title", "Nhập lại"}}).dump());
  pair.settle_and_compare();
  CHECK(pair.a.get("activity", pair.id)["title"] == "Nhập lại");
}

TEST_CASE("fleet: a record made and deleted across lost answers is gone everywhere",
          "[fleet][edges]") {
  Pair pair;
  const Id id = pair.a.put("activity", kActivity);
  pair.a.transport.lose_answers = 1;
  CHECK_FALSE(pair.a.try_sync(0).ok());
  pair.a.edit("activity", id, R"({"title":"Sửa"})");
  pair.a.transport.lose_answers = 1;
  CHECK_FALSE(pair.a.try_sync(0).ok());
  pair.a.remove("activity", id);
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", id).is_null());
  REQUIRE(pair.a.replica().undelete("activity", id).ok());
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", id)["title"] == "Sửa");
  CHECK(pair.b.get("activity", id)["topics"] == json({"T1", "T2"}));
}

// ---- rights
TEST_CASE("fleet: a unit cannot approve by racing with a colleague", "[fleet][rights]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const Id id = a.put("activity", R"({"title":"x","review_status":"DRAFT"})");
  settle({&a, &b});
  b.edit("activity", id, R"({"review_status":"SUBMITTED"})");
  b.sync();
  a.edit("activity", id, R"({"review_status":"APPROVED"})");
  settle({&a, &b});
  CHECK(fleet.records("activity")[0]["review_status"] == "SUBMITTED");
}

TEST_CASE("fleet: a field device does not settle conflicts of records it may not write",
          "[fleet][rights]") {
  Fleet fleet;
  Member& one = fleet.add("U-CDN", "office");
  Member& two = fleet.add("U-CDN", "office");
  Member& field = fleet.add("U-01");
  const Id id = one.put("org_unit", R"({"unit_id":"U-01","version":1,"name":"Bệnh viện"})");
  settle({&one, &two});
  one.edit("org_unit", id, R"({"name":"Một"})");
  two.edit("org_unit", id, R"({"name":"Hai"})");
  settle({&one, &two, &field});
  REQUIRE(field.conflicts().size() == 1);
  CHECK_FALSE(field.replica().resolve_keep(field.conflicts()[0].id, true).ok());
  settle({&field, &one});
  CHECK(one.conflicts().size() == 1);
}

TEST_CASE("fleet: a sync that learns of a new scope fetches it", "[fleet][rights]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& a = fleet.add("U-01");
  Member& heir = fleet.add("U-03");
  a.put("activity", kActivity);
  settle({&a, &office, &heir});
  office.put(
      "org_unit",
      R"({"unit_id":"U-01","version":1,"name":"Cũ","end_event":"MERGED_INTO_NEW","successor_id":"U-03"})");
  office.sync();
  const SyncReport report = heir.sync();
  CHECK((!report.verified || heir.list("activity").size() == 1));
  settle({&heir});
  CHECK(heir.list("activity").size() == 1);
}

TEST_CASE("fleet: an heir writes what it inherited and the predecessor sees it", "[fleet][edges]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& a = fleet.add("U-01");
  Member& heir = fleet.add("U-03");
  const Id id = a.put("activity", kActivity);
  settle({&a, &office});
  office.put(
      "org_unit",
      R"({"unit_id":"U-01","version":1,"name":"Cũ","end_event":"MERGED_INTO_NEW","successor_id":"U-03"})");
  settle({&office, &heir});
  heir.edit("activity", id, R"({"title":"Người kế thừa"})");
  settle({&heir, &a, &office});
  CHECK(a.get("activity", id)["title"] == "Người kế thừa");
  check_same(fleet, {&a, &heir, &office});
}

TEST_CASE("fleet: a record that a load moves to another unit leaves the first one's devices",
          "[fleet][I8]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& other = fleet.add("U-02");
  const std::string head =
      R"({"id":"01890000-0000-7000-8000-000000000001","title":"Cũ","received_at":"2026-01-0)";
  other.put("activity", kActivity);
  other.put("activity", kActivity);
  other.sync();
  load(fleet, "activities.jsonl",
       head + R"(1T00:00:00Z","rev":1,"unit_id":"U-01"})"
              "\n");
  settle({&a, &other});
  CHECK(a.list("activity").size() == 1);
  load(fleet, "activities.jsonl",
       head + R"(2T00:00:00Z","rev":2,"unit_id":"U-02"})"
              "\n");
  settle({&a, &other});
  CHECK(a.list("activity").empty());
  CHECK(other.list("activity").size() == 3);
}

TEST_CASE("fleet: a loaded record with a very long foreign id reaches the devices",
          "[fleet][limits]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  load(fleet, "activities.jsonl",
       json({{"id", std::string(2000, 'k')},
             {"title", "Cũ"},
             {"unit_id", "U-01"},
             {"rev", 1},
             {"received_at", "2026-01-01T00:00:00Z"}})
               .dump() +
           "\n");
  settle({&a});
  CHECK(a.list("activity").size() == 1);
}

TEST_CASE("fleet: a unit's record that moves unit is refused and restored", "[fleet][edges]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"unit_id":"U-02","title":"Đi"})");
  pair.a.edit("activity", pair.id, R"({"place":"Sân C"})");
  pair.a.sync();
  CHECK(pair.a.status().rejected > 0);
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", pair.id)["unit_id"] == "U-01");
  CHECK(pair.b.get("activity", pair.id)["title"] == "Hội thao");
  CHECK(pair.b.get("activity", pair.id)["place"] == "Sân C");
}

// ---- limits
TEST_CASE("fleet: a cell that is too large stops nothing else", "[fleet][I17]") {
  Pair pair;
  const int size = GENERATE(300'000, 1'500'000, 3'000'000);
  CAPTURE(size);
  pair.a.sql("UPDATE activity SET note=replace(hex(zeroblob(" + std::to_string(size / 2) +
             ")),'0','n')");
  const auto status = pair.a.replica().status();
  CHECK(status.ok());
  const auto good = pair.a.replica().put("activity", R"({"title":"Việc khác"})");
  CHECK(good.ok());
  const auto synced = pair.a.try_sync(200);
  INFO(synced.status().name() << ": " << synced.status().message());
  CHECK(synced.ok());
  CHECK(pair.fleet.records("activity").size() == 2);
}

TEST_CASE("fleet: element keys no one can name stop nothing", "[fleet][I17]") {
  Pair pair;
  const char* key = GENERATE("''", "char(31)", "'a'||char(31)||'b'", "CAST(x'ff' AS TEXT)",
                             "replace(hex(zeroblob(1500)),'0','k')", "char(0)", "'tab'||char(9)",
                             "'🎉\n'", "12", "x'00ff'");
  CAPTURE(key);
  pair.a.sql(std::string("INSERT INTO activity_topics(parent,value) SELECT rid,") + key +
             " FROM activity");
  const auto synced = pair.a.try_sync(200);
  INFO(synced.status().name() << ": " << synced.status().message());
  REQUIRE(synced.ok());
  pair.a.sql(std::string("DELETE FROM activity_topics WHERE value=") + key + " OR value=CAST(" +
             key + " AS TEXT)");
  const auto again = pair.a.try_sync(200);
  INFO(again.status().name() << ": " << again.status().message());
  REQUIRE(again.ok());
  CHECK(again->verified);
  pair.settle_and_compare();
}

TEST_CASE("fleet: odd texts arrive or are refused by name", "[fleet][I15]") {
  Pair pair;
  const char* value =
      GENERATE("CAST(x'ff41' AS TEXT)", "'a'||char(0)||'b'", "''", "char(31)", "char(65279)||'x'");
  const char* column = GENERATE("title", "extra", "start_date", "evidence", "unit_id");
  CAPTURE(value, column);
  pair.a.sql(std::string("UPDATE activity SET ") + column + "=" + value);
  const auto synced = pair.a.try_sync(200);
  INFO(synced.status().name() << ": " << synced.status().message());
  REQUIRE(synced.ok());
  CHECK(synced->verified);
  pair.b.sync();
  CHECK(pair.a.list("activity") == pair.b.list("activity"));
}

TEST_CASE("fleet: odd numbers arrive or are refused by name", "[fleet][edges]") {
  Fleet fleet{notebook()};
  Member& a = fleet.add("soups");
  Member& b = fleet.add("soups");
  a.put("recipe", R"({"title":"x"})");
  const char* set = GENERATE("weight=9e999", "weight=-0.0", "weight=5e-324", "price=-1", "vegan=1",
                             "price=9223372036854775807");
  CAPTURE(set);
  a.sql(std::string("UPDATE recipe SET ") + set);
  settle({&a, &b});
  CHECK(a.list("recipe") == b.list("recipe"));
}

TEST_CASE("fleet: a conflict over a long text with many quotes reaches the devices",
          "[fleet][I17]") {
  Pair pair;
  pair.a.sql("UPDATE activity SET note=replace(hex(zeroblob(100000)),'0','\"')||'a'");
  pair.b.sql("UPDATE activity SET note=replace(hex(zeroblob(100000)),'0','\"')||'b'");
  pair.settle_and_compare();
  CHECK(pair.a.conflicts().size() == 1);
}

TEST_CASE("fleet: early work without a possible scope does not stop the enrolment",
          "[fleet][I17]") {
  Fleet fleet{notebook()};
  OpenOptions options;
  options.path = fleet.folder + "/early.db";
  options.schema_json = notebook();
  options.create = true;
  auto replica = Replica::open(options);
  REQUIRE(replica.ok());
  REQUIRE((*replica)
              ->write([](Transaction& txn) {
                return txn.execute("INSERT INTO recipe(title,shelf) VALUES('Trước','a/b')");
              })
              .ok());
  const auto code =
      server::make_code(*fleet.centre, "soups", "field", "early", 3'600'000, fleet.now_ms);
  LoopbackTransport transport(fleet);
  const Status done = enrol(**replica, transport, {"http://127.0.0.1:1", code->code, "early"});
  INFO(done.name() << " " << done.message());
  CHECK(done.ok());
}

// ---- conflicts
TEST_CASE("fleet: two equal settlements at once are one settlement", "[fleet][settle]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"title":"Của A"})");
  pair.b.edit("activity", pair.id, R"({"title":"Của B"})");
  settle({&pair.a, &pair.b});
  const bool keep = GENERATE(true, false);
  REQUIRE(pair.a.replica().resolve_keep(pair.a.conflicts().at(0).id, keep).ok());
  pair.fleet.advance(5000);
  REQUIRE(pair.b.replica().resolve_keep(pair.b.conflicts().at(0).id, keep).ok());
  pair.settle_and_compare();
  CHECK(pair.a.conflicts().empty());
}

TEST_CASE("fleet: of two different settlements the first one's value stands", "[fleet][settle]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"title":"Của A"})");
  pair.b.edit("activity", pair.id, R"({"title":"Của B"})");
  settle({&pair.a, &pair.b});
  REQUIRE(pair.a.replica().resolve_keep(pair.a.conflicts().at(0).id, true).ok());
  pair.fleet.advance(5000);
  REQUIRE(pair.b.replica().resolve_keep(pair.b.conflicts().at(0).id, false).ok());
  settle({&pair.a, &pair.b});
  check_same(pair.fleet, {&pair.a, &pair.b});
  CHECK(pair.a.get("activity", pair.id)["title"] == "Của B");
  CHECK_FALSE(pair.a.conflicts().empty());
}

TEST_CASE("fleet: part of a natural key is not edited away from its id", "[fleet][keys]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  const Id id = office.put("org_unit", R"({"unit_id":"U-01","version":1,"name":"Một"})");
  CHECK_FALSE(
      office.replica().put("org_unit", json({{"id", id.text()}, {"unit_id", "U-09"}}).dump()).ok());
}

TEST_CASE("fleet: an edit of a refused new record does not make half a record", "[fleet][tray]") {
  Fleet fleet{notebook()};
  Member& a = fleet.add("soups");
  a.sql("INSERT INTO bookmark(url,title,visits) VALUES('https://b','B',-5)");
  CHECK(a.status().pending == 1);
  a.sql("UPDATE bookmark SET title='BB' WHERE url='https://b'");
  a.sync();
  for (const auto& each : fleet.records("bookmark")) CHECK(each.contains("url"));
  check_same(fleet, {&a}, "bookmark");
}

TEST_CASE("fleet: a field that only one of two creators gave is kept in any order", "[fleet][L1]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  const std::string id = "01890000-0000-7000-8000-0000000000ab";
  b.put("activity", json({{"id", id}, {"title", "T"}, {"note", "N"}}).dump());
  a.put("activity", json({{"id", id}, {"title", "T"}, {"place", "P"}}).dump());
  if (GENERATE(true, false))
    settle({&a, &b});
  else
    settle({&b, &a});
  settle({&a, &b});
  check_same(fleet, {&a, &b});
  CHECK(a.list("activity")[0]["note"] == "N");
  CHECK(a.list("activity")[0]["place"] == "P");
  CHECK(a.conflicts().empty());
}

TEST_CASE("fleet: a field filled while a colleague fills the other half of a group",
          "[fleet][merge]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"reached":{"officials":3}})");
  pair.b.edit("activity", pair.id, R"({"title":"B"})");
  pair.settle_and_compare();
  CHECK(pair.a.conflicts().empty());
}

TEST_CASE("fleet: a delete that the office refuses while the record was edited again",
          "[fleet][rights]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& a = fleet.add("U-01");
  const Id id = office.put("org_unit", R"({"unit_id":"U-01","version":1,"name":"Một"})");
  settle({&office, &a});
  a.sql("DELETE FROM org_unit");
  a.sql("DELETE FROM nhip_conflict");
  settle({&a});
  CHECK(a.get("org_unit", id)["name"] == "Một");
  check_same(fleet, {&a, &office}, "org_unit");
}

TEST_CASE("fleet: retry of a refused edit whose record was deleted meanwhile", "[fleet][tray]") {
  Pair pair;
  pair.a.sql("UPDATE activity SET gifts_count=-1, title='Sửa'");
  pair.a.sync();
  REQUIRE(pair.a.status().rejected == 1);
  pair.b.remove("activity", pair.id);
  settle({&pair.b, &pair.a});
  pair.a.edit("activity", pair.id, R"({"gifts_count":4})");
  pair.settle_and_compare();
  CHECK(pair.a.get("activity", pair.id)["title"] == "Sửa");
  CHECK(pair.a.get("activity", pair.id)["topics"] == json({"T1", "T2"}));
  CHECK(pair.a.status().rejected == 0);
}

TEST_CASE("fleet: a conflict of conflicts can be settled like any other", "[fleet][settle]") {
  Pair pair;
  pair.a.edit("activity", pair.id, R"({"title":"Của A"})");
  pair.b.edit("activity", pair.id, R"({"title":"Của B"})");
  settle({&pair.a, &pair.b});
  REQUIRE(pair.a.replica().resolve_keep(pair.a.conflicts().at(0).id, true).ok());
  pair.fleet.advance(5000);
  REQUIRE(pair.b.replica().resolve_keep(pair.b.conflicts().at(0).id, false).ok());
  settle({&pair.a, &pair.b});
  for (int i = 0; i < 3 && !pair.a.conflicts().empty(); ++i) {
    REQUIRE(pair.a.replica().resolve_keep(pair.a.conflicts().at(0).id, true).ok());
    settle({&pair.a, &pair.b});
  }
  CHECK(pair.a.conflicts().empty());
  CHECK(pair.b.conflicts().empty());
  CHECK(pair.b.status().pending == 0);
}

// ---- what should hold already
TEST_CASE("fleet: an edit made while the answer is on its way meets a correction",
          "[fleet][edges]") {
  Pair pair;
  pair.b.edit("activity", pair.id, R"({"title":"Của B","place":"Sân B"})");
  pair.b.sync();
  pair.a.edit("activity", pair.id, R"({"title":"Của A","note":"một"})");
  int sends = 0;
  Meddler meddler(pair.a.transport, {}, [&] {
    ++sends;
    if (sends == 1) pair.a.edit("activity", pair.id, R"({"title":"Của A, lần hai","note":"hai"})");
    if (sends == 2)
      pair.a.sql(
          "UPDATE activity SET place='Sân A2'; DELETE FROM activity_topics WHERE value='T1'");
  });
  REQUIRE(nhip::sync(pair.a.replica(), meddler, {}).ok());
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", pair.id)["title"] == "Của A, lần hai");
  CHECK(pair.b.get("activity", pair.id)["place"] == "Sân A2");
}

TEST_CASE("fleet: a refused group restores what it edited and later edits stand on that",
          "[fleet][edges]") {
  Pair pair;
  const Id other = pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  REQUIRE(pair.a.replica()
              .write([&](Transaction& txn) {
                return txn.execute(
                    "UPDATE activity SET title='Trong nhóm', funding_union=-7 WHERE id=" +
                    blob(pair.id));
              })
              .ok());
  REQUIRE(pair.a.replica()
              .write([&](Transaction& txn) -> Status {
                if (Status s =
                        txn.execute("UPDATE activity SET place='Sân X', gifts_count=-1 WHERE id=" +
                                    blob(other));
                    !s.ok())
                  return s;
                return txn.remove("activity", pair.id);
              })
              .ok());
  pair.a.edit("activity", other, R"({"note":"sau"})");
  pair.a.transport.lose_answers = GENERATE(0, 1);
  (void)pair.a.try_sync(0);
  pair.settle_and_compare();
  CHECK(pair.a.get("activity", pair.id)["title"] == "Hội thao");
  CHECK(pair.a.get("activity", other)["place"] == "Sân A");
  CHECK(pair.a.get("activity", other)["note"] == "sau");
  CHECK(pair.a.status().rejected == 3);
  CHECK_FALSE(pair.a.status().synced);
}

TEST_CASE("fleet: small pages while others write, unit and office", "[fleet][edges]") {
  Fleet fleet;
  Member& writer = fleet.add("U-01");
  Member& second = fleet.add("U-02");
  Member& unit = fleet.add("U-01");
  Member& office = fleet.add("U-CDN", "office");
  std::vector<Id> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(writer.put("activity", kActivity));
  settle({&writer}, 1);
  for (Member* reader : {&unit, &office}) {
    int sends = 0;
    Meddler meddler(reader->transport, [&] {
      const std::size_t n = static_cast<std::size_t>(++sends);
      if (n > 12) return;
      writer.edit("activity", ids[(n * 7) % ids.size()],
                  json({{"note", std::to_string(n)}}).dump());
      const std::string first = writer.list("activity")[0]["id"];
      if (n % 3 == 0) writer.remove("activity", *Id::parse(first));
      writer.sync();
      second.put("activity", kActivity);
      second.sync();
      reader->put("activity", kActivity);
    });
    for (int i = 0; i < 30; ++i) {
      SyncOptions options;
      options.budget_bytes = 5000;
      const auto part = nhip::sync(reader->replica(), meddler, options);
      INFO(part.status().name() << ": " << part.status().message());
      REQUIRE(part.ok());
    }
    settle({reader, &writer, &unit, &office, &second});
  }
  settle({&writer, &unit, &office, &second});
  CHECK(unit.list("activity") == fleet.records("activity", "U-01"));
  CHECK(office.list("activity") == fleet.records("activity"));
}

TEST_CASE("fleet: the office edits records of several units in one group against concurrent edits",
          "[fleet][edges]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& u1 = fleet.add("U-01");
  Member& u2 = fleet.add("U-02");
  for (int i = 0; i < 10; ++i) {
    u2.put("activity", kActivity);
    u2.sync();
  }
  const Id one = u1.put("activity", kActivity);
  const Id two = u2.put("activity", kActivity);
  settle({&u1, &u2, &office});
  u1.edit("activity", one, R"({"title":"Đơn vị một"})");
  u1.sync();
  REQUIRE(office.replica()
              .write([&](Transaction& txn) {
                return txn.execute(
                    "UPDATE activity SET title='Văn phòng', note='chung' WHERE id IN (" +
                    blob(one) + "," + blob(two) + ")");
              })
              .ok());
  settle({&office, &u1, &u2});
  CHECK(fleet.conflicts().size() == 1);
  CHECK(u2.get("activity", two)["title"] == "Văn phòng");
  CHECK(u1.get("activity", one)["note"] == "chung");
  CHECK(u1.conflicts().size() == 1);
  CHECK(u2.conflicts().empty());
  CHECK(u1.list("activity") == fleet.records("activity", "U-01"));
  check_same(fleet, {&office});
}

TEST_CASE("fleet: rows spread to units follow deletes and undeletes", "[fleet][edges]") {
  Fleet fleet;
  Member& office = fleet.add("U-CDN", "office");
  Member& u1 = fleet.add("U-01");
  Member& u2 = fleet.add("U-02");
  const Id id =
      office.put("activity", R"({"unit_id":"U-CDN","title":"Ngành","co_organisers":["U-01","U-02"],
    "participants":[{"kind":"OFFICIAL","key":"1","unit_id":"U-01"},{"kind":"OFFICIAL","key":"2","unit_id":"U-02"}]})");
  settle({&office, &u1, &u2});
  REQUIRE(u1.list("sector_activity").size() == 1);
  CHECK(u1.list("sector_activity")[0]["participants"].size() == 1);
  office.remove("activity", id);
  settle({&office, &u1, &u2});
  CHECK(u1.list("sector_activity").empty());
  REQUIRE(office.replica().undelete("activity", id).ok());
  office.edit(
      "activity", id,
      R"({"co_organisers":["U-02"],"participants":[{"kind":"OFFICIAL","key":"2","unit_id":"U-02"}]})");
  settle({&office, &u1, &u2});
  CHECK(u1.list("sector_activity").empty());
  CHECK(u2.list("sector_activity").size() == 1);
  CHECK(u2.list("sector_activity")[0]["co_organisers"] == json({"U-02"}));
  u2.sql("UPDATE sector_activity SET title='phá'");
  settle({&u2, &office});
  CHECK(u2.list("sector_activity")[0]["title"] == "Ngành");
}

TEST_CASE("fleet: one key entered by two offices is one record", "[fleet][edges]") {
  Fleet fleet;
  Member& one = fleet.add("U-CDN", "office");
  Member& two = fleet.add("U-CDN", "office");
  const Id a =
      one.put("org_unit", R"({"unit_id":"U-01","version":1,"name":"Một","district":"D1"})");
  const Id b = two.put("org_unit", R"({"unit_id":"U-01","version":1,"name":"Hai","code":"C2"})");
  CHECK(a == b);
  settle({&one, &two});
  check_same(fleet, {&one, &two}, "org_unit");
  CHECK(one.get("org_unit", a)["district"] == "D1");
  CHECK(one.get("org_unit", a)["code"] == "C2");
  CHECK(one.conflicts().at(0).field == "name");
}

TEST_CASE("fleet: one id made on two devices is one record, what lost is listed",
          "[fleet][edges]") {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  Member& c = fleet.add("U-02");
  const char* id = "01890000-0000-7000-8000-0000000000aa";
  for (Member* each : {&a, &b, &c}) {
    each->put("activity", json({{"id", id},
                                {"title", each->status().device_id},
                                {"topics", {each == &a ? "TA" : "TB"}}})
                              .dump());
  }
  settle({&a, &b, &c});
  check_same(fleet, {&a, &b});
  CHECK(c.list("activity").empty());
  CHECK(c.status().rejected == 1);
  CHECK(a.list("activity")[0]["topics"] == json({"TA", "TB"}));
  CHECK(a.conflicts().size() == 1);
}

TEST_CASE("fleet: two clocks wrong by decades converge and order by receipt", "[fleet][edges]") {
  Pair pair;
  pair.a.clock_error_ms = pair.b.clock_error_ms = 900'000'000'000;
  pair.a.edit("activity", pair.id, R"({"title":"Của A"})");
  pair.b.edit("activity", pair.id, R"({"title":"Của B"})");
  settle({&pair.a, &pair.b});
  pair.a.clock_error_ms = pair.b.clock_error_ms = 0;
  Member& c = pair.fleet.add("U-01");
  c.sync();
  c.edit("activity", pair.id, R"({"title":"Của C"})");
  settle({&c, &pair.a, &pair.b});
  CHECK(pair.a.get("activity", pair.id)["title"] == "Của C");
  check_same(pair.fleet, {&pair.a, &pair.b, &c});
}

TEST_CASE("fleet: emptied fields, half empty groups and sets under concurrency converge",
          "[fleet][edges]") {
  Pair pair;
  pair.a.edit("activity", pair.id,
              R"({"title":null,"funding":{"union":5},"topics":["T2","T3"],"participants":[]})");
  pair.b.edit(
      "activity", pair.id,
      R"({"title":"B","funding":{"employer":7,"union":null},"topics":["T1"],"participants":[{"kind":"OFFICIAL","key":"CB-01","unit_id":"U-05"}]})");
  if (GENERATE(true, false))
    settle({&pair.a, &pair.b});
  else
    settle({&pair.b, &pair.a});
  pair.settle_and_compare();
  CHECK(pair.a.get("activity", pair.id)["topics"] == json({"T3"}));
  CHECK(pair.a.get("activity", pair.id)["participants"].size() == 1);
  CHECK(pair.a.get("activity", pair.id)["title"] == "B");
}

TEST_CASE("fleet: first, ladder and server end to end", "[fleet][edges]") {
  Fleet fleet{notebook()};
  Member& office = fleet.add("soups", "office");
  Member& a = fleet.add("soups");
  Member& b = fleet.add("soups");
  const Id id = a.put("recipe", R"({"title":"x","stage":"idea","approval":"asked"})");
  settle({&a, &b, &office});
  a.edit("recipe", id, R"({"approval":"withdrawn"})");
  office.edit("recipe", id, R"({"approval":"refused"})");
  if (GENERATE(true, false))
    settle({&a, &b, &office});
  else
    settle({&office, &b, &a});
  settle({&a, &b, &office});
  CHECK(a.get("recipe", id)["approval"] == "refused");
  a.edit("recipe", id, R"({"stage":"loved","first_cook":"An"})");
  b.edit("recipe", id, R"({"stage":"tried","first_cook":"Bình"})");
  settle({&a, &b, &office});
  check_same(fleet, {&a, &b, &office}, "recipe");
  CHECK(a.get("recipe", id)["stage"] == "loved");
  CHECK(a.get("recipe", id)["first_cook"] == "An");
  CHECK(a.get("recipe", id)["approval"] == "asked");
  CHECK(fleet.conflicts().size() == 3);
}

TEST_CASE("fleet: work of a type the centre does not know is held whole", "[fleet][edges]") {
  json newer = json::parse(notebook());
  json type = newer["types"][1];
  type["number"] = 99;
  type["name"] = "dream";
  newer["types"].push_back(type);
  Fleet fleet{notebook()};
  OpenOptions options;
  options.path = fleet.folder + "/newer.db";
  options.schema_json = newer.dump();
  options.create = true;
  auto replica = Replica::open(options);
  REQUIRE(replica.ok());
  const auto code =
      server::make_code(*fleet.centre, "soups", "field", "newer", 3'600'000, fleet.now_ms);
  LoopbackTransport transport(fleet);
  REQUIRE(enrol(**replica, transport, {"http://127.0.0.1:1", code->code, "newer"}).ok());
  const auto known = (*replica)->put("bookmark", R"({"url":"https://a","title":"A"})");
  REQUIRE(nhip::sync(**replica, transport).ok());
  REQUIRE((*replica)
              ->write([&](Transaction& txn) -> Status {
                if (auto made = txn.put("dream", R"({"url":"u"})"); !made.ok())
                  return made.status();
                return txn.put("bookmark", json({{"id", known->text()}, {"title", "B"}}).dump())
                    .status();
              })
              .ok());
  REQUIRE((*replica)->put("bookmark", json({{"id", known->text()}, {"note", "sau"}}).dump()).ok());
  const auto report = nhip::sync(**replica, transport);
  REQUIRE(report.ok());
  CHECK(report->verified);
  CHECK((*replica)->status()->held == 2);
  CHECK(json::parse(*(*replica)->get("bookmark", *known))["title"] == "A");
  CHECK(json::parse(*(*replica)->get("bookmark", *known))["note"] == "sau");
}
