// Edits of plain fields wait with what they replaced (engine/replica/edit_runs.h). Whatever happens
// to the record meanwhile, what is sent is what was sealed, and the centre's values are found
// again.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "replica/edit_runs.h"
#include "replica/outbox.h"
#include "replica/record_state.h"
#include "support/either_writer.h"
#include "support/fleet.h"

using namespace nhip;
using nhip::test::EitherWriter;
using nhip::test::Fleet;
using nhip::test::Member;

namespace {

std::uint64_t edits(Member& member) { return *replica::count_edits(member.replica().store()); }

// The operations that wait, without what follows from the centre's numbers.
std::vector<core::Operation> waiting(Member& member) {
  auto groups = replica::peek_groups(member.replica().store(), 0, 1'000'000);
  REQUIRE(groups.ok());
  std::vector<core::Operation> all;
  for (const core::Group& group : *groups) {
    for (const core::Operation& op : group.operations) all.push_back(op);
  }
  return all;
}

// Three records that the centre knows, or that wait to be sent.
struct Pair {
  explicit Pair(bool known) {
    a.sync();
    b.sync();
    REQUIRE(a.replica()
                .write([&](Transaction& transaction) -> Status {
                  for (const char* title : {"Một", "Hai", "Ba"}) {
                    const std::string json = std::string(R"({"topics":["T1"],"note":"cũ",)") +
                                             R"("category":"TE04","title":")" + title + "\"}";
                    NHIP_TRY_ASSIGN(const Id id, transaction.put("activity", json));
                    ids.push_back(id);
                  }
                  return {};
                })
                .ok());
    if (!known) return;
    a.sync();
    b.sync();
  }
  void settle_and_compare() {
    for (int round = 0; round < 2; ++round) {
      CHECK(a.sync().verified);
      CHECK(b.sync().verified);
    }
    CHECK(a.list("activity") == b.list("activity"));
    CHECK(fleet.records("activity") == a.list("activity"));
    CHECK(a.status().pending == 0);
    CHECK(edits(a) == 0);
  }

  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  std::vector<Id> ids;
};

}  // namespace

TEST_CASE("fleet: edits of plain fields wait in runs and arrive", "[fleet][edits]") {
  const bool known = GENERATE(false, true);
  const EitherWriter write;
  Pair pair(known);
  write(pair.a, "UPDATE activity SET note='mới', place='Hội trường'");
  waiting(pair.a);  // seals
  write(pair.a, "UPDATE activity SET note='mới hơn' WHERE title='Hai'");
  waiting(pair.a);
  CHECK(edits(pair.a) == 4);
  CHECK(pair.a.status().pending == (known ? 4u : 7u));
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", pair.ids[1])["note"] == "mới hơn");
  CHECK(pair.b.get("activity", pair.ids[2])["place"] == "Hội trường");
}

TEST_CASE("fleet: what changes or removes an edited record leaves its edits as they were",
          "[fleet][edits]") {
  const bool known = GENERATE(false, true);
  const auto* sql = GENERATE(
      "UPDATE activity SET note='khác' WHERE title='Hai'",
      "UPDATE activity SET note=NULL; UPDATE activity SET note='cũ'",
      "DELETE FROM activity WHERE title='Hai'", "DELETE FROM activity",
      "UPDATE activity SET id=randomblob(16) WHERE title='Hai'",
      "UPDATE activity SET rid=rid+100 WHERE title='Hai'",
      "DELETE FROM activity_topics WHERE parent=(SELECT rid FROM activity WHERE title='Hai')",
      "INSERT OR REPLACE INTO activity(id,unit_id,title) SELECT id,unit_id,'Thay' FROM activity "
      "WHERE title='Hai'",
      "INSERT INTO activity(id,unit_id,title) SELECT id,unit_id,title FROM activity WHERE "
      "title='Ba' ON CONFLICT(id) DO UPDATE SET note='chen', title='Ba'",
      "DELETE FROM activity WHERE title='Hai'; INSERT INTO activity(rid,title,unit_id) "
      "VALUES(2,'Dòng mới','U-01')");
  const EitherWriter write;
  Pair pair(known);
  write(pair.a, "UPDATE activity SET note='một lần'");
  waiting(pair.a);  // seals
  write(pair.a, "UPDATE activity SET note='hai lần', place='X' WHERE title<>'Một'");
  CAPTURE(known, sql);
  const auto before = waiting(pair.a);
  REQUIRE(before.size() == (known ? 5 : 8));
  write(pair.a, sql);
  auto after = waiting(pair.a);
  REQUIRE(after.size() >= before.size());
  after.resize(before.size());
  CHECK(after == before);
  pair.settle_and_compare();
}

TEST_CASE("fleet: the centre's values under edits in runs are the ones it told", "[fleet][edits]") {
  Pair pair(true);
  const EitherWriter write;
  write(pair.a, "UPDATE activity SET note='một lần' WHERE title='Hai'");
  waiting(pair.a);  // seals
  write(pair.a, "UPDATE activity SET note='hai lần', place='X' WHERE title='Hai'");
  waiting(pair.a);
  replica::Store& store = pair.a.replica().store();
  const std::uint16_t type = store.schema().type("activity")->number;
  const auto state = replica::load_state(store, type, pair.ids[1]);
  REQUIRE((state.ok() && state->centre));
  const Type& activity = *store.schema().type("activity");
  const auto at = [&](const core::Cells& cells, const char* path) {
    return core::cell_value(cells, {activity.field(path)->number, {}});
  };
  CHECK(at(*state->shown, "note") == Value("hai lần"));
  CHECK(at(state->centre->row.cells, "note") == Value("cũ"));
  CHECK(at(state->centre->row.cells, "place").is_null());
  REQUIRE(store.transact([&] { return replica::write_out_edits(store, type, pair.ids[1]); }).ok());
  CHECK(edits(pair.a) == 0);
  const auto again = replica::load_state(store, type, pair.ids[1]);
  CHECK(again->centre->row == state->centre->row);
}

TEST_CASE("fleet: edits that meet the same record from elsewhere lose nothing", "[fleet][edits]") {
  Pair pair(true);
  pair.b.edit("activity", pair.ids[0], R"({"place":"Của B","note":"của B"})");
  pair.b.sync();
  pair.a.edit("activity", pair.ids[0], R"({"note":"của A"})");
  pair.a.edit("activity", pair.ids[0], R"({"attendance_mode":"HEADCOUNT"})");
  CHECK(edits(pair.a) == 2);
  pair.settle_and_compare();
  const auto record = pair.b.get("activity", pair.ids[0]);
  CHECK(record["place"] == "Của B");
  CHECK(record["attendance_mode"] == "HEADCOUNT");
}

TEST_CASE("fleet: a statement that fails half way leaves no edit", "[fleet][edits]") {
  Pair pair(true);
  REQUIRE(pair.a.replica()
              .write([&](Transaction& transaction) -> Status {
                NHIP_TRY(transaction.execute("UPDATE activity SET note='đúng' WHERE title='Một'"));
                const Status failed = transaction.execute(
                    "UPDATE activity SET note='sai', duplicate_of=CASE title WHEN 'Ba' THEN "
                    "x'01' END");
                CHECK_FALSE(failed.ok());
                return {};
              })
              .ok());
  const auto after = waiting(pair.a);
  REQUIRE(after.size() == 1);
  CHECK(after[0].changes.size() == 1);
  CHECK(after[0].changes[0].value == Value("đúng"));
  pair.settle_and_compare();
  CHECK(pair.b.get("activity", pair.ids[1])["note"] == "cũ");
}

TEST_CASE("fleet: fields set in any order make one ascending operation", "[fleet][edits]") {
  Pair pair(true);
  const EitherWriter write;
  write(pair.a,
        "UPDATE activity SET note='n', place='p', extra='{\"a\":1}', title='t' WHERE "
        "title='Một'");
  const auto after = waiting(pair.a);
  REQUIRE(after.size() == 1);
  REQUIRE(after[0].changes.size() == 4);
  CHECK(std::is_sorted(after[0].changes.begin(), after[0].changes.end(),
                       [](const auto& x, const auto& y) { return x.cell < y.cell; }));
  pair.settle_and_compare();
}

TEST_CASE("fleet: a replica of the second layout goes on with edits in runs", "[fleet][edits]") {
  Pair pair(false);
  pair.a.sql("DROP TABLE _nhip_edit; PRAGMA user_version=2");
  pair.a.reopen();
  pair.a.edit("activity", pair.ids[0], R"({"note":"sau"})");
  CHECK(edits(pair.a) == 1);
  pair.settle_and_compare();
}

TEST_CASE("fleet: a record edited between a lost answer and the next try is no copy, run by run",
          "[fleet][edits][I4]") {
  const bool known = GENERATE(false, true);
  Pair pair(known);
  const Author name = pair.a.replica().store().author();
  pair.a.edit("activity", pair.ids[0], R"({"note":"một"})");
  pair.a.transport.lose_answers = 1;
  (void)pair.a.try_sync();
  pair.a.edit("activity", pair.ids[0], R"({"note":"hai"})");
  pair.a.edit("activity", pair.ids[1], R"({"topics":["T2"]})");
  pair.settle_and_compare();
  CHECK(pair.a.replica().store().author() == name);
  CHECK(pair.b.get("activity", pair.ids[0])["note"] == "hai");
}
