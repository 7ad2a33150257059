// What goes wrong in the field, with the real programs: a centre put back from an old backup in the
// middle of work, replica files copied and copied back, bookkeeping changed behind the engine's
// back, a device killed while it takes a new name.
#include <catch2/catch.hpp>

#include <signal.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <random>

#include "e2e/replica_files.h"
#include "e2e/stage.h"

namespace nhip::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

Json activity(const std::string& title) { return {{"title", title}}; }

std::string lines(const std::string& name, int count) {
  std::string text;
  for (int n = 0; n < count; ++n) text += activity(name + " " + std::to_string(n)).dump() + "\n";
  return text;
}

// When the centre says that it received each record.
Json receipts(const Stage& stage, const std::string& unit, const std::string& as_of = {}) {
  Words words = {"records", "activity", "--unit", unit};
  if (!as_of.empty()) words.insert(words.end(), {"--as-of", as_of});
  Json times = Json::object();
  for (const Json& record : stage.ask_central(words))
    times[record.at("id").get<std::string>()] = record.at("_meta").at("received_at");
  return times;
}

// This second, when it is over.
std::string past_second() {
  const std::time_t now = std::time(nullptr);
  wait_until([&] { return std::time(nullptr) > now; }, seconds(5));
  char text[32];
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

// Two devices of one unit, one of another, and the office; backups of three ages.
struct Work {
  Stage stage;
  std::optional<Device> a, b, c, office;
  std::vector<std::string> ids;  // of the first records, by a

  Work() {
    stage.serve();
    a = stage.enrol("a", "U-01");
    b = stage.enrol("b", "U-01");
    c = stage.enrol("c", "U-02");
    office = stage.enrol("office", "U-CDN", "office");
    for (int n = 0; n < 6; ++n) ids.push_back(a->put("activity", activity("đầu")));
    everybody();
    back_up(0);
    a->edit("activity", ids[0], {"title=a sửa"});
    b->edit("activity", ids[1], {"title=b sửa"});
    b->ask({"rm", "activity", ids[2]});
    c->ask({"import", "activity", "-"}, lines("c", 10));
    everybody();
    back_up(1);
    a->ask({"import", "activity", "-"}, lines("a", 15));
    b->edit("activity", ids[0], {"place=Sân B"});
    a->ask({"rm", "activity", ids[3]});
    everybody();
    back_up(2);
    a->edit("activity", ids[1], {"title=a sửa sau cùng"});
    c->ask({"import", "activity", "-"}, lines("c sau", 5));
    b->ask({"rm", "activity", ids[4]});
    everybody();
  }

  std::vector<const Device*> all() const { return {&*a, &*b, &*c, &*office}; }
  void everybody() const {
    for (int round = 0; round < 2; ++round) {
      for (const Device* each : all()) each->sync();
    }
  }
  std::string backup(int age) const { return stage.path("backup-" + std::to_string(age)); }
  void back_up(int age) const { stage.ask_central({"backup", backup(age)}); }
};

Json replicas_of(const Stage& stage) {
  const Json devices = stage.ask_central({"devices"});
  REQUIRE(devices.size() == 1);
  return devices.at(0).at("replicas");
}

}  // namespace

TEST_CASE("e2e/recovery: a centre put back in the middle of work loses and doubles nothing",
          "[e2e][recovery]") {
  const int age = GENERATE(0, 1, 2);
  CAPTURE(age);
  Work work;
  const Stage& stage = work.stage;
  const Json first_unit = stage.records("activity", "U-01");
  const Json second_unit = stage.records("activity", "U-02");
  CHECK(first_unit.size() == 18);
  CHECK(second_unit.size() == 15);
  const Json first_times = receipts(stage, "U-01");
  const Json second_times = receipts(stage, "U-02");
  const std::string before = past_second();
  // Work that waits while the centre is away.
  work.b->edit("activity", work.ids[0], {"title=chờ gửi"});
  const std::string waiting = work.b->put("activity", activity("chờ gửi"));
  work.stage.stop();
  stage.ask_central({"restore", work.backup(age)});
  work.stage.serve();
  // One alone first, of each kind in turn.
  const Device& first = age == 0 ? *work.a : age == 1 ? *work.b : *work.office;
  first.sync();
  if (age != 1) CHECK(stage.records("activity", "U-01") == first_unit);
  work.everybody();

  Json expected = first_unit;
  expected[work.ids[0]]["title"] = "chờ gửi";
  expected[waiting] = work.b->records("activity").at(waiting);
  CHECK(stage.records("activity", "U-01") == expected);
  CHECK(stage.records("activity", "U-02") == second_unit);
  CHECK(work.a->records("activity") == expected);
  CHECK(work.b->records("activity") == expected);
  CHECK(work.c->records("activity") == second_unit);
  CHECK(work.office->records("activity").size() == expected.size() + second_unit.size());
  CHECK(receipts(stage, "U-02") == second_times);
  CHECK(receipts(stage, "U-01", before) == first_times);
  for (const Device* each : work.all()) {
    CHECK(each->ask({"conflicts"}).empty());
    CHECK(each->ask({"rejected"}).empty());
    CHECK(each->ask({"status"}).at("pending") == 0);
  }
  CHECK(stage.run_central({"verify"}).exit_code == 0);
}

TEST_CASE("e2e/recovery: a copied replica goes on beside its original under one device",
          "[e2e][recovery]") {
  Stage stage;
  stage.serve();
  const Device a = stage.enrol("a", "U-01");
  const std::string common = a.put("activity", activity("chung"));
  a.sync();
  copy_replica(a.file(), stage.path("copy.db"));
  const Device copy(stage, stage.path("copy.db"));
  for (int round = 0; round < 3; ++round) {
    const std::string name = std::to_string(round);
    a.put("activity", activity("gốc " + name));
    copy.put("activity", activity("sao " + name));
    a.edit("activity", common, {"title=gốc " + name});
    copy.edit("activity", common, {"place=sao " + name});
    a.sync();
    copy.sync();
  }
  a.sync();
  const Json records = stage.records("activity", "U-01");
  CHECK(records.size() == 7);
  CHECK(records.at(common).at("title") == "gốc 2");
  CHECK(records.at(common).at("place") == "sao 2");
  CHECK(a.records("activity") == records);
  CHECK(copy.records("activity") == records);
  const Json replicas = replicas_of(stage);
  REQUIRE(replicas.size() == 2);
  CHECK(replicas.at(0).at("copy_of").is_null() != replicas.at(1).at("copy_of").is_null());
  stage.ask_central({"revoke", stage.ask_central({"devices"}).at(0).at("device_id")});
  CHECK(refusal_of(a.try_sync()) == Refusal{5, "device_revoked"});
  CHECK(refusal_of(copy.try_sync()) == Refusal{5, "device_revoked"});
  CHECK(a.records("activity") == records);
}

TEST_CASE("e2e/recovery: a replica copied back over newer files loses nothing that was synced",
          "[e2e][recovery]") {
  Stage stage;
  stage.serve();
  const Device a = stage.enrol("a", "U-01");
  const Device b = stage.enrol("b", "U-01");
  const std::string common = a.put("activity", activity("chung"));
  const std::string deleted = a.put("activity", activity("sẽ xóa"));
  a.sync();
  a.put("activity", activity("chờ trong bản sao"));
  copy_replica(a.file(), stage.path("old.db"));
  a.edit("activity", common, {"title=mới"});
  a.ask({"rm", "activity", deleted});
  a.put("activity", activity("sau bản sao"));
  a.sync();
  b.sync();
  const Json before = stage.records("activity", "U-01");
  CHECK(before.size() == 3);
  copy_replica(stage.path("old.db"), a.file());
  const std::string later = a.put("activity", activity("sau khi đặt lại"));
  a.edit("activity", common, {"place=sau khi đặt lại"});
  a.sync();
  b.sync();
  Json expected = before;
  expected[common]["place"] = "sau khi đặt lại";
  expected[later] = a.records("activity").at(later);
  CHECK(stage.records("activity", "U-01") == expected);
  CHECK(a.records("activity") == expected);
  CHECK(b.records("activity") == expected);
  CHECK(a.ask({"conflicts"}).empty());
  CHECK(a.ask({"rejected"}).empty());
}

TEST_CASE("e2e/recovery: what was changed behind the engine's back is found and repaired",
          "[e2e][recovery]") {
  Stage stage;
  stage.serve();
  const Device a = stage.enrol("a", "U-01");
  a.ask({"import", "activity", "-"}, lines("a", 40));
  const std::string id = a.put("activity", activity("đúng"));
  a.sync();
  const Json before = a.records("activity");
  CHECK(a.ask({"doctor"}).at("healthy") == true);

  run_sql(a.file(), "UPDATE _nhip_v_activity SET seq=seq+1000 WHERE rid IN (3,7)");
  CHECK(a.sync().at("verified") == true);
  CHECK(a.records("activity") == before);
  CHECK(a.ask({"rejected"}).empty());

  const std::vector<std::string> triggers = read_sql(
      a.file(), "SELECT sql FROM sqlite_master WHERE type='trigger' AND tbl_name='activity'");
  std::string script;
  for (const std::string& name :
       read_sql(a.file(),
                "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='activity'")) {
    script += "DROP TRIGGER \"" + name + "\";";
  }
  script += "UPDATE activity SET title='bị sửa' WHERE title='đúng';";
  for (const std::string& trigger : triggers) script += trigger + ";";
  run_sql(a.file(), script);
  CHECK(a.get("activity", id).at("title") == "bị sửa");
  CHECK(a.run({"doctor"}).exit_code == 0);
  const Finished synced = a.try_sync();
  CHECK(synced.exit_code == 6);
  CHECK(Json::parse(synced.out).at("verified") == true);
  CHECK(Json::parse(synced.out).at("verified_by") == "values");
  CHECK(a.get("activity", id).at("title") == "đúng");
  const Json rejected = a.ask({"rejected"});
  REQUIRE(rejected.size() == 1);
  CHECK(rejected.at(0).at("code") == "found_changed");
  CHECK(rejected.at(0).at("record").dump().find("bị sửa") != std::string::npos);
  CHECK(stage.records("activity", "U-01") == before);
}

TEST_CASE("e2e/recovery: doctor tells a damaged file and leaves it as it is", "[e2e][recovery]") {
  Stage stage;
  stage.serve();
  const Device a = stage.enrol("a", "U-01");
  a.ask({"import", "activity", "-"}, lines("a", 200));
  a.sync();
  CHECK(a.run({"doctor"}).exit_code == 0);
  const std::string whole = read_file(a.file());
  const std::size_t pages = whole.size() / 4096;
  std::size_t told = 0;
  for (std::size_t page = 1; page < pages; page += pages / 12 + 1) {
    std::string damaged = whole;
    damaged.replace(page * 4096, 4096, std::string(4096, '\x5a'));
    write_file(a.file(), damaged);
    const Finished found = a.run({"doctor"});
    CAPTURE(page, found.out, found.err);
    CHECK(found.exit_code == 7);
    CHECK(read_file(a.file()) == damaged);
    ++told;
  }
  CHECK(told > 5);
  write_file(a.file(), whole);
  CHECK(a.run({"doctor"}).exit_code == 0);
  a.sync();
}

TEST_CASE("e2e/recovery: a copy killed while it takes its own name loses nothing",
          "[e2e][recovery]") {
  const unsigned seed = seed_or(5);
  INFO("NHIP_SEED=" << seed);
  std::mt19937 random(seed);
  Stage stage;
  stage.serve();
  const Device a = stage.enrol("a", "U-01");
  a.put("activity", activity("gốc"));
  a.sync();
  std::size_t entered = 1, killed = 0;
  for (int round = 0; round < 12; ++round) {
    const Device copy(stage, stage.path("copy-" + std::to_string(round) + ".db"));
    copy_replica(a.file(), copy.file());
    a.put("activity", activity("gốc"));
    a.sync();
    copy.ask({"import", "activity", "-"}, lines("sao", 5));
    entered += 6;
    for (int attempt = 0; attempt < 3; ++attempt) {
      Process syncing = copy.start({"sync", "--server", stage.url()});
      wait_until([&] { return !syncing.running(); }, milliseconds(random() % 120));
      if (syncing.running()) ++killed;
      syncing.signal(SIGKILL);
      syncing.wait(seconds(10));
    }
    copy.sync();
    CHECK(copy.ask({"status"}).at("pending") == 0);
    CHECK(copy.ask({"rejected"}).empty());
    CHECK(copy.records("activity") == stage.records("activity", "U-01"));
    CHECK(copy.records("activity").size() == entered);
  }
  CHECK(killed > 0);
  a.sync();
  CHECK(a.records("activity").size() == entered);
  CHECK(replicas_of(stage).size() >= 13);
}

}  // namespace nhip::test
