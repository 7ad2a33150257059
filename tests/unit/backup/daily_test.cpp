// Daily backups by a clock that is an argument: when one is due, what is kept, what a failure does.
#include "backup_fixture.h"

#include "backup/daily.h"

namespace nhip::server {
namespace {

constexpr std::int64_t kDay = 24 * kHour;

// Whether a run at this time made a backup; it must not fail.
bool makes_one(DailyBackups& backups, std::int64_t now) {
  return require_value(backups.run(now, {}, {})).has_value();
}

}  // namespace

TEST_CASE("backup/daily: the first is made at once, the next a day later", "[backup][daily]") {
  CentreOnDisk at;
  DailyBackups backups(at.open());
  CHECK(makes_one(backups, kNow));
  CHECK_FALSE(makes_one(backups, kNow));
  CHECK_FALSE(makes_one(backups, kNow + kDay - 1));
  CHECK(makes_one(backups, kNow + kDay));
  const auto kept = kept_backups(at.open().paths());
  REQUIRE(kept.size() == 2);
  CHECK(kept[0].taken_at == kNow);
  CHECK(kept[1].path == at.folder() + "/backups/centre-20270116T080000Z.backup");
}

TEST_CASE("backup/daily: a server that starts anew counts from the last one kept",
          "[backup][daily]") {
  CentreOnDisk at;
  {
    DailyBackups backups(at.open());
    CHECK(makes_one(backups, kNow));
  }
  DailyBackups backups(at.open());
  CHECK_FALSE(makes_one(backups, kNow + kDay - 1));
  CHECK(makes_one(backups, kNow + kDay));
}

TEST_CASE("backup/daily: a clock that was set back does not stop them", "[backup][daily]") {
  CentreOnDisk at;
  {
    DailyBackups backups(at.open());
    CHECK(makes_one(backups, kNow + 1000 * kDay));
  }
  DailyBackups backups(at.open());
  CHECK(makes_one(backups, kNow));
  CHECK_FALSE(makes_one(backups, kNow + kHour));
  CHECK(makes_one(backups, kNow - kDay));
}

TEST_CASE("backup/daily: the newest 35 are kept", "[backup][daily]") {
  CentreOnDisk at;
  DailyBackups backups(at.open());
  for (int day = 0; day < 37; ++day) CHECK(makes_one(backups, kNow + day * kDay));
  const auto kept = kept_backups(at.open().paths());
  CHECK(kept.size() == 35);
  CHECK(kept.front().taken_at == kNow + 2 * kDay);
  CHECK(kept.back().taken_at == kNow + 36 * kDay);
}

TEST_CASE("backup/daily: a failure costs no kept backup and is tried again in an hour",
          "[backup][daily]") {
  CentreOnDisk at;
  DailyBackups backups(at.open());
  for (int day = 0; day < 35; ++day) CHECK(makes_one(backups, kNow + day * kDay));
  const std::string recovery = bytes_of(at.folder() + "/recovery.pub");
  std::filesystem::remove(at.folder() + "/recovery.pub");
  const std::int64_t later = kNow + 35 * kDay;
  CHECK(backups.run(later, {}, {}).status().name() == "damaged_recovery_key");
  CHECK(kept_backups(at.open().paths()).size() == 35);
  CHECK_FALSE(makes_one(backups, later + kHour - 1));
  CHECK(backups.run(later + kHour, {}, {}).status().name() == "damaged_recovery_key");
  write_file(at.folder() + "/recovery.pub", recovery);
  CHECK_FALSE(makes_one(backups, later + kHour + 1));
  CHECK(makes_one(backups, later + 2 * kHour));
  CHECK_FALSE(makes_one(backups, later + 3 * kHour));
}

TEST_CASE("backup/daily: other files in the folder are left alone, leftovers of its own are not",
          "[backup][daily]") {
  CentreOnDisk at;
  std::filesystem::create_directory(at.folder() + "/backups");
  const auto in_folder = [&](const std::string& name) { return at.folder() + "/backups/" + name; };
  for (const char* name : {"before-the-move.backup", "centre-20200101T000000Z.backup.part",
                           "centre-20200101T000000Z.backup.part-db", "centre-x.backup"}) {
    write_file(in_folder(name), "x");
  }
  DailyBackups backups(at.open());
  CHECK(makes_one(backups, kNow));
  CHECK(std::filesystem::exists(in_folder("before-the-move.backup")));
  CHECK(std::filesystem::exists(in_folder("centre-x.backup")));
  CHECK_FALSE(std::filesystem::exists(in_folder("centre-20200101T000000Z.backup.part")));
  CHECK_FALSE(std::filesystem::exists(in_folder("centre-20200101T000000Z.backup.part-db")));
  CHECK(kept_backups(at.open().paths()).size() == 1);
}

TEST_CASE("backup/daily: a kept backup restores the centre", "[backup][daily]") {
  CentreOnDisk at;
  at.add(1, 7);
  {
    DailyBackups backups(at.open());
    CHECK(makes_one(backups, kNow));
  }
  at.add(8, 7);
  at.restore(kept_backups(at.open().paths()).back().path);
  CHECK(at.records() == 7);
}

}  // namespace nhip::server
