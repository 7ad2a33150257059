// Backups and restores with the real programs: while devices sync, over the same folder and
// elsewhere, refused, killed in the middle.
#include <catch2/catch.hpp>

#include <signal.h>

#include <filesystem>
#include <random>

#include "e2e/stage.h"

namespace nhip::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string lines(int first, int count) {
  std::string text;
  for (int n = first; n < first + count; ++n) {
    text += Json{{"title", "Buổi sinh hoạt " + std::to_string(n)}}.dump() + "\n";
  }
  return text;
}

// Names in the centre's folder that begin so.
std::vector<std::string> names(const std::string& folder, const std::string& beginning) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(beginning, 0) == 0) found.push_back(name);
  }
  return found;
}

std::string epoch_of(const Stage& stage) {
  return read_file(stage.path("centre/epoch")).substr(0, 16);
}

std::size_t count_in(const Stage& stage, const std::string& folder) {
  const Finished listed = stage.run_in(folder, {"records", "activity", "--unit", "U-01"});
  REQUIRE(listed.exit_code == 0);
  return Json::parse(listed.out).size();
}

}  // namespace

TEST_CASE("e2e/backup: backups made while devices sync are each whole", "[e2e][backup]") {
  Stage stage;
  stage.serve();
  const Device first = stage.enrol("a", "U-01");
  const Device second = stage.enrol("b", "U-01");
  first.ask({"import", "activity", "-"}, lines(0, 400));
  second.ask({"import", "activity", "-"}, lines(400, 400));
  const std::string key = stage.path("key");
  write_file(key, stage.recovery_key() + "\n");
  std::vector<Json> reports;
  {
    Process one = first.start({"sync", "--server", stage.url()});
    Process two = second.start({"sync", "--server", stage.url()});
    for (int n = 0; n < 4; ++n) {
      const std::string file = stage.path("backup-" + std::to_string(n));
      reports.push_back(stage.ask_central({"backup", file}));
    }
    CHECK(one.wait(seconds(60)) == 0);
    CHECK(two.wait(seconds(60)) == 0);
  }
  first.sync();
  second.sync();
  reports.push_back(stage.ask_central({"backup", stage.path("backup-4")}));
  stage.stop();
  for (std::size_t n = 0; n < reports.size(); ++n) {
    const std::string folder = "fresh-" + std::to_string(n);
    const std::string file = reports[n].at("file");
    CHECK(reports[n].at("bytes") == fs::file_size(file));
    CHECK(reports[n].at("took_ms").is_number());
    const Finished restored = stage.run_in(folder, {"restore", file, "--recovery-key-file", key});
    INFO(restored.err);
    REQUIRE(restored.exit_code == 0);
    CHECK(Json::parse(restored.out).at("records") == reports[n].at("records"));
    const Finished verified = stage.run_in(folder, {"verify"});
    INFO(verified.out);
    CHECK(verified.exit_code == 0);
  }
  CHECK(count_in(stage, "fresh-4") == 800);
}

TEST_CASE("e2e/backup: restoring over the same folder needs no key and keeps what was there",
          "[e2e][backup]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  device.ask({"import", "activity", "-"}, lines(0, 20));
  device.sync();
  const std::string file = stage.path("a.backup");
  stage.ask_central({"backup", file});
  device.ask({"import", "activity", "-"}, lines(20, 20));
  device.sync();
  const std::string before = epoch_of(stage);
  CHECK(refusal_of(stage.run_central({"restore", file})) == Refusal{7, "in_use"});
  CHECK(stage.records("activity", "U-01").size() == 40);
  stage.stop();
  const Json report = stage.ask_central({"restore", file});
  CHECK(report.at("epoch") == epoch_of(stage));
  CHECK(report.at("epoch") != before);
  CHECK(stage.records("activity", "U-01").size() == 20);
  const auto replaced = names(stage.path("centre"), "replaced-");
  REQUIRE(replaced.size() == 1);
  CHECK(fs::exists(stage.path("centre/" + replaced[0] + "/centre.db")));
  const Finished verified = stage.run_central({"verify"});
  INFO(verified.out);
  CHECK(verified.exit_code == 0);
  stage.serve();
}

TEST_CASE("e2e/backup: what a tested backup holds is durable", "[e2e][backup]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  device.ask({"import", "activity", "-"}, lines(0, 20));
  device.sync();
  const auto replica = [&] { return stage.ask_central({"devices"}).at(0).at("replicas").at(0); };
  CHECK(replica().at("durable_seq") == 0);
  stage.ask_central({"backup", stage.path("a.backup")});
  CHECK(replica().at("durable_seq") == 20);
  device.ask({"import", "activity", "-"}, lines(20, 5));
  device.sync();
  CHECK(replica().at("received_seq") == 25);
  CHECK(replica().at("durable_seq") == 20);
}

TEST_CASE("e2e/backup: bad backups and keys are refused by name and nothing is touched",
          "[e2e][backup]") {
  Stage stage;
  const std::string file = stage.path("a.backup");
  stage.ask_central({"backup", file});
  const std::string whole = read_file(file);
  const std::string database = read_file(stage.path("centre/centre.db"));
  const std::string bad = stage.path("bad.backup");
  const auto restoring = [&](const std::string& bytes) {
    write_file(bad, bytes);
    return refusal_of(stage.run_central({"restore", bad}));
  };
  CHECK(restoring(whole.substr(0, whole.size() / 2)) == Refusal{3, "backup_cut"});
  CHECK(restoring(whole.substr(0, 30)) == Refusal{3, "backup_cut"});
  std::string flipped = whole;
  flipped[flipped.size() / 2] ^= 1;
  CHECK(restoring(flipped) == Refusal{3, "backup_damaged"});
  CHECK(restoring("nhip backup 9\n" + whole.substr(14)) == Refusal{5, "newer_backup"});
  CHECK(restoring(database) == Refusal{3, "not_a_backup"});
  CHECK(refusal_of(stage.run_central({"restore", stage.path("none")})) == Refusal{3, "no_file"});
  CHECK(refusal_of(stage.run_central({"backup", file})) == Refusal{3, "file_exists"});
  CHECK(read_file(file) == whole);

  const Stage other;
  CHECK(refusal_of(other.run_central({"restore", file})) == Refusal{3, "other_centre"});
  CHECK(refusal_of(stage.run_in("fresh", {"restore", file})) == Refusal{2, "recovery_key_needed"});
  const std::string key = stage.path("key");
  const Words with_key = {"restore", file, "--recovery-key-file", key};
  CHECK(refusal_of(stage.run_in("fresh", with_key)) == Refusal{3, "no_file"});
  write_file(key, other.recovery_key());
  CHECK(refusal_of(stage.run_in("fresh", with_key)) == Refusal{5, "wrong_recovery_key"});
  CHECK(refusal_of(stage.run_central(with_key)) == Refusal{5, "wrong_recovery_key"});
  write_file(key, "not a key");
  CHECK(refusal_of(stage.run_in("fresh", with_key)) == Refusal{3, "bad_recovery_key"});
  CHECK_FALSE(fs::exists(stage.path("fresh")));
  CHECK(read_file(stage.path("centre/centre.db")) == database);
  CHECK(names(stage.path("centre"), "re") == std::vector<std::string>{"recovery.pub"});
}

TEST_CASE("e2e/backup: a restore killed at any moment leaves the old centre or the new one",
          "[e2e][backup]") {
  const unsigned seed = seed_or(11);
  INFO("NHIP_SEED=" << seed);
  std::mt19937 random(seed);
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  device.ask({"import", "activity", "-"}, lines(0, 300));
  device.sync();
  const std::string file = stage.path("a.backup");
  stage.ask_central({"backup", file});
  device.ask({"import", "activity", "-"}, lines(300, 10));
  device.sync();
  stage.stop();
  for (const auto& entry : fs::directory_iterator(stage.path("centre/backups"))) {
    fs::remove(entry.path());
  }
  fs::copy(stage.path("centre"), stage.path("whole"), fs::copy_options::recursive);
  const auto begun = std::chrono::steady_clock::now();
  stage.ask_central({"restore", file});
  const auto usual =
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
  std::size_t old_ones = 0, new_ones = 0;
  for (int round = 0; round < 16; ++round) {
    fs::remove_all(stage.path("centre"));
    fs::copy(stage.path("whole"), stage.path("centre"), fs::copy_options::recursive);
    {
      Process restoring({NHIPD_BIN, "restore", file, "--data", stage.path("centre")},
                        stage.path("out"), stage.path("err"));
      const auto moment = milliseconds(random() % static_cast<unsigned>(usual.count() + 10));
      wait_until([&] { return !restoring.running(); }, moment);
      restoring.signal(SIGKILL);
      restoring.wait(seconds(10));
    }
    const std::size_t records = stage.records("activity", "U-01").size();
    CHECK((records == 300 || records == 310));
    ++(records == 310 ? old_ones : new_ones);
    CHECK(stage.run_central({"verify"}).exit_code == 0);
    CHECK(names(stage.path("centre"), "replaced-").size() == (records == 310 ? 0u : 1u));
    CHECK(names(stage.path("centre"), "restoring").empty());
  }
  CHECK(old_ones + new_ones == 16);
}

TEST_CASE("e2e/backup: a database put back with cp is noticed and said", "[e2e][backup]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  device.ask({"import", "activity", "-"}, lines(0, 10));
  device.sync();
  stage.stop();
  fs::create_directory(stage.path("kept"));
  const auto copy = [&](const std::string& from, const std::string& to) {
    for (const std::string name : {"centre.db", "centre.db-wal"}) {
      fs::copy_file(stage.path(from + "/" + name), stage.path(to + "/" + name),
                    fs::copy_options::overwrite_existing);
    }
    fs::remove(stage.path(to + "/centre.db-shm"));
  };
  copy("centre", "kept");
  stage.serve();
  device.ask({"import", "activity", "-"}, lines(10, 10));
  device.sync();
  // Killed, so that nothing was flushed on the way out.
  stage.crash();
  const std::string before = epoch_of(stage);
  stage.serve();
  CHECK(epoch_of(stage) == before);
  stage.stop();
  copy("kept", "centre");
  stage.serve();
  CHECK(epoch_of(stage) != before);
  CHECK(read_file(stage.path("serve.err")).find("put back") != std::string::npos);
  stage.stop();
  CHECK(stage.run_central({"verify"}).exit_code == 0);
}

TEST_CASE("e2e/backup: a device revoked after the backup stays revoked", "[e2e][backup]") {
  Stage stage;
  stage.serve();
  const Device kept = stage.enrol("a", "U-01");
  const Device lost = stage.enrol("b", "U-01");
  const std::string file = stage.path("a.backup");
  stage.ask_central({"backup", file});
  const std::string device_id = lost.ask({"status"}).at("device_id");
  stage.ask_central({"revoke", device_id});
  stage.stop();
  stage.ask_central({"restore", file});
  stage.serve();
  CHECK(refusal_of(lost.try_sync()) == Refusal{5, "device_revoked"});
  CHECK(kept.try_sync().exit_code == 0);
}

TEST_CASE("e2e/backup: serve makes a backup at its start that restores the centre",
          "[e2e][backup]") {
  Stage stage;
  stage.serve();
  const auto made = [&] {
    return fs::exists(stage.path("centre/backups")) &&
           !names(stage.path("centre/backups"), "centre-").empty() &&
           names(stage.path("centre/backups"), "centre-")[0].ends_with(".backup");
  };
  REQUIRE(wait_until(made, seconds(30)));
  const Json verified = stage.ask_central({"verify"});
  CHECK(verified.at("backups") == 1);
  CHECK(verified.at("ok") == true);
  stage.stop();
  // The last one is young: none is made.
  stage.serve();
  stage.stop();
  const auto kept = names(stage.path("centre/backups"), "centre-");
  CHECK(kept.size() == 1);
  stage.ask_central({"restore", stage.path("centre/backups/" + kept[0])});
}

TEST_CASE("e2e/backup: verify names what is damaged, also while serving", "[e2e][backup]") {
  Stage stage;
  stage.serve();
  const Device device = stage.enrol("a", "U-01");
  device.ask({"import", "activity", "-"}, lines(0, 30));
  device.sync();
  CHECK(stage.run_central({"verify"}).exit_code == 0);
  write_file(stage.path("centre/recovery.pub"), "x");
  const Finished found = stage.run_central({"verify"});
  CHECK(found.exit_code == 7);
  CHECK(Json::parse(found.out).at("problems").at(0).at("code") == "damaged_recovery_key");
  stage.stop();
  std::string database = read_file(stage.path("centre/centre.db"));
  database.replace(database.size() / 2, 8192, std::string(8192, 'x'));
  write_file(stage.path("centre/centre.db"), database);
  const Finished unreadable = stage.run_central({"verify"});
  CHECK(unreadable.exit_code == 7);
  CHECK(Json::parse(unreadable.out).at("ok") == false);
  // What cannot be opened at all is told in the same form.
  write_file(stage.path("centre/keys"), "{}");
  const Finished keyless = stage.run_central({"verify"});
  CHECK(keyless.exit_code == 7);
  CHECK(Json::parse(keyless.out).at("problems").at(0).at("code") == "damaged_keys");
}

}  // namespace nhip::test
