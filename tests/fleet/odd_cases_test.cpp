// Odd but honest cases: rights, limits, moves, refused work, values of every kind and size.
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

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
      options.json = true;  // of a known size
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
