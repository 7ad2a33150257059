// A centre put back from a backup is filled again by its devices: own work, other devices' rows,
// deletes, conflicts, with the receipt times of the first time.
#include "support/fleet_words.h"

using namespace nhip;
using namespace nhip::test;

namespace {

// Two devices of one unit, one of another, the office; a backup; work after it.
struct Restored {
  Fleet fleet;
  Member& a = fleet.add("U-01");
  Member& b = fleet.add("U-01");
  Member& other = fleet.add("U-02");
  Member& office = fleet.add("U-CDN", "office");
  Id before = a.put("activity", kActivity);
  std::unique_ptr<server::ServerStore> backup;

  Restored() {
    everybody();
    backup = fleet.backup();
  }
  void everybody(int rounds = 2) { settle({&a, &b, &other, &office}, rounds); }
  void check() {
    CHECK(a.list("activity") == fleet.records("activity", "U-01"));
    CHECK(b.list("activity") == fleet.records("activity", "U-01"));
    CHECK(other.list("activity") == fleet.records("activity", "U-02"));
    CHECK(office.list("activity") == fleet.records("activity"));
    for (Member* each : {&a, &b, &other, &office}) CHECK(each->status().pending == 0);
  }
};

std::int64_t received_at(Fleet& fleet, const Id& id) {
  auto row = fleet.store->row(fleet.schema->type("activity")->number, id);
  REQUIRE(row.ok());
  REQUIRE(row->has_value());
  return (*row)->info.received_at;
}

}  // namespace

TEST_CASE("fleet: a restored centre gets back what its author still has", "[fleet][restore][I10]") {
  Restored world;
  const Id lost = world.a.put("activity", kActivity);
  world.a.edit("activity", world.before, R"({"title":"sau bản sao"})");
  settle({&world.a});
  const std::int64_t first_time = received_at(world.fleet, lost);
  world.fleet.advance(3'600'000);
  world.fleet.restore(*world.backup);
  CHECK(world.fleet.records("activity").size() == 1);
  world.everybody();
  world.check();
  CHECK(world.fleet.records("activity").size() == 2);
  CHECK(world.b.get("activity", world.before)["title"] == "sau bản sao");
  CHECK(received_at(world.fleet, lost) == first_time);
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: another device brings back the work of one that is gone", "[fleet][restore]") {
  Restored world;
  const Id lost = world.a.put("activity", kActivity);
  settle({&world.a, &world.b});
  const std::int64_t first_time = received_at(world.fleet, lost);
  world.fleet.restore(*world.backup);
  settle({&world.b, &world.other, &world.office});
  CHECK(world.fleet.records("activity").size() == 2);
  CHECK(received_at(world.fleet, lost) == first_time);
  world.everybody();
  world.check();
  CHECK(world.fleet.records("activity").size() == 2);
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: the office brings back what no device of the unit has any more",
          "[fleet][restore]") {
  Restored world;
  world.a.put("activity", kActivity);
  settle({&world.a, &world.office});
  world.fleet.restore(*world.backup);
  settle({&world.office, &world.b, &world.other});
  CHECK(world.fleet.records("activity").size() == 2);
  CHECK(world.b.list("activity") == world.fleet.records("activity"));
}

TEST_CASE("fleet: a delete that the centre lost is not undone by the restore", "[fleet][restore]") {
  Restored world;
  world.a.remove("activity", world.before);
  settle({&world.a, &world.b});
  world.fleet.restore(*world.backup);
  settle({&world.office, &world.b, &world.a});
  world.everybody();
  world.check();
  CHECK(world.fleet.records("activity").empty());
}

TEST_CASE("fleet: work that waited during the restore goes on top of what comes back",
          "[fleet][restore]") {
  Restored world;
  const Id lost = world.a.put("activity", kActivity);
  settle({&world.a, &world.b});
  world.b.edit("activity", lost, R"({"title":"trên cái đã mất"})");
  world.fleet.restore(*world.backup);
  world.everybody();
  world.check();
  CHECK(world.a.get("activity", lost)["title"] == "trên cái đã mất");
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: the older of two lost states does not win, whoever comes first",
          "[fleet][restore]") {
  const bool older_first = GENERATE(true, false);
  Restored world;
  world.a.edit("activity", world.before, R"({"title":"một"})");
  settle({&world.a, &world.b});
  world.a.edit("activity", world.before, R"({"title":"hai"})");
  settle({&world.a});
  world.fleet.restore(*world.backup);
  if (older_first)
    settle({&world.b, &world.a});
  else
    settle({&world.a, &world.b});
  world.everybody();
  world.check();
  CHECK(world.b.get("activity", world.before)["title"] == "hai");
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: what was lost and what was written since are merged, and the loser is listed",
          "[fleet][restore][I3]") {
  Restored world;
  world.a.edit("activity", world.before, R"({"title":"đã mất"})");
  settle({&world.a});
  world.fleet.restore(*world.backup);
  world.b.edit("activity", world.before, R"({"title":"viết lại"})");
  settle({&world.b, &world.a});
  world.everybody();
  world.check();
  CHECK(world.b.get("activity", world.before)["title"] == "viết lại");
  REQUIRE(world.fleet.conflicts().size() == 1);
  CHECK(world.fleet.conflicts()[0]["loser"]["value"] == "đã mất");
}

TEST_CASE("fleet: a device enrolled after the backup is known again by its certificate",
          "[fleet][restore]") {
  Restored world;
  Member& late = world.fleet.add("U-01");
  settle({&late});
  const Id lost = late.put("activity", kActivity);
  settle({&late});
  world.fleet.restore(*world.backup);
  late.put("activity", kActivity);
  settle({&late, &world.a, &world.b, &world.office});
  CHECK(world.fleet.records("activity").size() == 3);
  CHECK(world.b.get("activity", lost) == late.get("activity", lost));
}

TEST_CASE("fleet: the same backup restored twice loses nothing of either life",
          "[fleet][restore]") {
  Restored world;
  world.a.put("activity", kActivity);
  settle({&world.a, &world.b});
  world.fleet.restore(*world.backup);
  world.fleet.advance(60'000);
  settle({&world.office});
  world.other.put("activity", kActivity);
  settle({&world.other});
  world.fleet.advance(60'000);
  world.fleet.restore(*world.backup);
  world.everybody(3);
  world.check();
  CHECK(world.fleet.records("activity").size() == 3);
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: a copy and a restore at once cost nothing", "[fleet][restore][copies]") {
  Restored world;
  const std::string old = world.a.save_files();
  world.a.put("activity", kActivity);
  settle({&world.a});
  world.fleet.restore(*world.backup);
  Member& copy = world.fleet.add_copy(world.a);
  world.a.put_back(old);
  world.a.put("activity", kActivity);
  copy.put("activity", kActivity);
  settle({&world.a, &copy, &world.b, &world.office}, 3);
  world.everybody();
  settle({&copy});
  world.check();
  CHECK(copy.list("activity") == world.a.list("activity"));
  CHECK(world.fleet.records("activity").size() == 4);
}

TEST_CASE("fleet: conflicts that the centre lost are listed again", "[fleet][restore][I3]") {
  Restored world;
  world.a.edit("activity", world.before, R"({"title":"của a"})");
  world.b.edit("activity", world.before, R"({"title":"của b"})");
  settle({&world.a, &world.b});
  REQUIRE(world.fleet.conflicts().size() == 1);
  settle({&world.a});
  world.fleet.restore(*world.backup);
  CHECK(world.fleet.conflicts().empty());
  world.everybody();
  world.check();
  CHECK(world.fleet.conflicts().size() == 1);
}

TEST_CASE("fleet: a unit's device cannot make the office's records by offering them",
          "[fleet][restore][I8]") {
  Restored world;
  const Id form = world.office.put(
      "code_list", R"({"list":"topics","code":"T9","name":"Chủ đề","valid_from":"2026-01-01"})");
  settle({&world.office, &world.a});
  world.fleet.restore(*world.backup);
  settle({&world.a});
  CHECK(world.fleet.records("code_list").empty());
  auto inbox = world.fleet.store->inbox();
  REQUIRE(inbox.ok());
  REQUIRE(inbox->size() == 1);
  CHECK(inbox->front().code == "recovered");
  world.everybody();
  CHECK(world.fleet.records("code_list").size() == 1);
  CHECK(world.a.get("code_list", form) == world.office.get("code_list", form));
}

TEST_CASE("fleet: a whole folder put back unannounced is found out by the first device",
          "[fleet][restore]") {
  Restored world;
  const std::string epoch = world.fleet.keys->epoch;
  const bool author_first = GENERATE(true, false);
  world.a.put("activity", kActivity);
  settle({&world.a, &world.b});
  world.fleet.put_back(*world.backup, epoch);
  if (author_first)
    settle({&world.a, &world.b});
  else
    settle({&world.b, &world.a});
  CHECK(world.fleet.keys->epoch != epoch);
  world.everybody();
  world.check();
  CHECK(world.fleet.records("activity").size() == 2);
  CHECK(world.fleet.conflicts().empty());
}

// A cut between the comparison and the answer to the offers: people go on working meanwhile.
TEST_CASE("fleet: what is offered stays on the screen until the centre has answered",
          "[fleet][restore][I10]") {
  Restored world;
  world.a.edit("activity", world.before, R"({"title":"đã mất","place":"Nhà C"})");
  settle({&world.a, &world.b});
  world.fleet.restore(*world.backup);
  // The comparison is answered, the offers are not.
  int requests = 0;
  Meddler meddler(world.a.transport, [&] {
    if (++requests == 4) world.a.transport.lose_requests = 1;
  });
  SyncOptions options;
  options.patience_ms = 0;
  CHECK_FALSE(nhip::sync(world.a.replica(), meddler, options).ok());
  CHECK(world.fleet.records("activity")[0]["title"] == "Hội thao");
  CHECK(world.a.get("activity", world.before)["title"] == "đã mất");
  world.a.edit("activity", world.before, R"({"place":"Nhà D"})");
  world.everybody();
  world.check();
  CHECK(world.b.get("activity", world.before)["title"] == "đã mất");
  CHECK(world.b.get("activity", world.before)["place"] == "Nhà D");
  CHECK(world.fleet.conflicts().empty());
}

TEST_CASE("fleet: a lost delete does not take along an edit made since", "[fleet][restore][I3]") {
  const bool was_in_backup = GENERATE(true, false);
  Restored world;
  const Id id = was_in_backup ? world.before : world.a.put("activity", kActivity);
  world.everybody();
  world.a.remove("activity", id);
  settle({&world.a});
  world.fleet.restore(*world.backup);
  settle({&world.b});
  world.b.edit("activity", id, R"({"title":"sửa sau khi phục hồi"})");
  settle({&world.b, &world.a});
  world.everybody();
  world.check();
  CHECK(world.a.get("activity", id)["title"] == "sửa sau khi phục hồi");
  REQUIRE(world.fleet.conflicts().size() == 1);
  CHECK(world.fleet.conflicts()[0]["field"] == "deleted");
}

TEST_CASE("fleet: an unseen edit that a restore lost still contradicts the delete, visibly",
          "[fleet][restore][I3][I14]") {
  Restored world;
  world.b.edit("activity", world.before, R"({"title":"không thấy lệnh xóa"})");
  world.a.remove("activity", world.before);
  settle({&world.a}, 1);
  const auto after_delete = world.fleet.backup();
  settle({&world.b}, 1);
  world.fleet.restore(*after_delete);
  world.everybody(3);
  world.check();
  CHECK(world.a.get("activity", world.before)["title"] == "không thấy lệnh xóa");
  REQUIRE(world.fleet.conflicts().size() == 1);
  CHECK(world.fleet.conflicts()[0]["field"] == "deleted");
}

TEST_CASE("fleet: a group comes back as it was entered", "[fleet][restore]") {
  Restored world;
  const auto funding = [](int total, int own) {
    return R"({"funding":{"union":)" + std::to_string(own) + R"(,"other":)" +
           std::to_string(total - own) + "}}";
  };
  world.a.edit("activity", world.before, funding(900, 400));
  settle({&world.a, &world.b});
  world.b.edit("activity", world.before, funding(1'000, 400));
  settle({&world.b});
  world.fleet.restore(*world.backup);
  world.other.put("activity", kActivity);
  world.office.edit("activity", world.before, funding(70, 30));
  settle({&world.office, &world.a, &world.b});
  world.everybody();
  world.check();
  const json shown = world.b.get("activity", world.before)["funding"];
  const bool old_pair = shown["union"] == 400 && shown["other"] == 600;
  const bool new_pair = shown["union"] == 30 && shown["other"] == 40;
  CHECK((old_pair || new_pair));
}

// Of the life between two restores only one device knows; what others still hold of the one before
// comes after it, with smaller numbers.
TEST_CASE("fleet: a second restore does not make the first one's losses look taken back",
          "[fleet][restore][I10]") {
  Restored world;
  world.a.edit("activity", world.before, R"({"title":"một"})");
  settle({&world.a, &world.b});
  world.b.edit("activity", world.before, R"({"place":"Nhà B"})");
  settle({&world.b});
  world.fleet.restore(*world.backup);
  const auto second = world.fleet.backup();
  settle({&world.a});
  world.fleet.advance(60'000);
  world.fleet.restore(*second);
  settle({&world.a, &world.b});
  world.everybody();
  world.check();
  CHECK(world.a.get("activity", world.before)["title"] == "một");
  CHECK(world.a.get("activity", world.before)["place"] == "Nhà B");
  CHECK(world.fleet.conflicts().empty());
}

// The restored centre knows neither of the two, so both speak under one name for a while.
TEST_CASE("fleet: a copy that goes on under its original's name after a restore buries nothing",
          "[fleet][restore][copies][I3]") {
  const bool lost_word_first = GENERATE(true, false);
  Restored world;
  Member& copy = world.fleet.add_copy(world.a);
  world.a.edit("activity", world.before, R"({"title":"của bản gốc"})");
  settle({&world.a, &world.b});
  world.fleet.restore(*world.backup);
  copy.edit("activity", world.before, R"({"title":"của bản sao"})");
  if (lost_word_first)
    settle({&world.b, &copy, &world.a});
  else
    settle({&copy, &world.b, &world.a});
  world.everybody();
  settle({&copy});
  world.check();
  CHECK(world.b.get("activity", world.before)["title"] == "của bản sao");
  REQUIRE(world.fleet.conflicts().size() == 1);
  CHECK(world.fleet.conflicts()[0]["loser"]["value"] == "của bản gốc");
}
