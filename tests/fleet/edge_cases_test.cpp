// Edges where several mechanisms meet: pages, undo chains, and other tools over pending work.
#include "support/either_writer.h"
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

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
  EitherWriter()(pair.a, "INSERT OR REPLACE INTO activity(id,unit_id,title) VALUES(" +
                             blob(pair.id) + ",'U-01','Thay')");
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
  EitherWriter()(pair.a, "INSERT OR REPLACE INTO activity(rid,id,unit_id,title) VALUES(2," +
                             blob(high) + ",'U-01','Dời')");
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
  EitherWriter()(pair.a, "INSERT OR REPLACE INTO activity(id,unit_id,title) VALUES(" +
                             blob(pair.id) + ",'U-01','Thay')");
  pair.settle_and_compare();
}

TEST_CASE("fleet: INSERT OR IGNORE of a row that is there changes nothing", "[fleet][capture]") {
  Pair pair;
  const json before = pair.a.get("activity", pair.id);
  EitherWriter()(
      pair.a,
      "INSERT OR IGNORE INTO activity(rid,id,unit_id,title) SELECT rid,id,unit_id,'x' FROM "
      "activity");
  CHECK(pair.a.get("activity", pair.id) == before);
  CHECK(pair.a.status().pending == 0);
}

TEST_CASE("fleet: an upsert keeps the elements of the row it edits", "[fleet][capture]") {
  Pair pair;
  EitherWriter()(
      pair.a,
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
  EitherWriter()(pair.a, "INSERT OR REPLACE INTO activity(id,unit_id,title) VALUES(" +
                             blob(pair.id) + ",'U-01','Thay')");
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
  EitherWriter()(pair.a, "UPDATE activity SET id=randomblob(16)");
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
  EitherWriter()(pair.a, "UPDATE activity SET rid=-rid; UPDATE activity SET rid=1-rid");
  settle({&pair.a, &pair.b});
  pair.b.edit("activity", second, R"({"title":"Của B"})");
  pair.b.edit("activity", third, R"({"title":"Của B"})");
  pair.settle_and_compare();
}

TEST_CASE("fleet: UPDATE OR REPLACE that takes another record's id", "[fleet][capture]") {
  Pair pair;
  const Id second = pair.a.put("activity", kActivity);
  settle({&pair.a, &pair.b});
  EitherWriter()(
      pair.a, "UPDATE OR REPLACE activity SET id=" + blob(pair.id) + " WHERE id=" + blob(second));
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
