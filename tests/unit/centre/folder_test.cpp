// The centre's folder: made once, opened by one program, its keys readable by its owner alone.
#include "centre_fixture.h"

#include <sys/stat.h>

#include "centre/epoch.h"
#include "centre/folder.h"
#include "centre/private_file.h"

namespace nhip::server {
namespace {

int mode_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return static_cast<int>(found.st_mode & 0777);
}

std::string open_error(const std::string& folder) {
  return CentreFolder::open(folder, test::union_schema(), 0, kNow).status().name();
}

}  // namespace

TEST_CASE("centre/folder: a new centre opens with the keys it was made with", "[centre][folder]") {
  crypto::initialise();
  const TempFolder temp;
  const std::string folder = temp.path() + "/a/centre";
  const auto recovery = CentreFolder::create(folder, 0);
  REQUIRE(recovery.ok());
  CHECK(recovery->size() == 52 + 12);
  CHECK(mode_of(folder) == 0700);
  CHECK(mode_of(folder + "/keys") == 0600);
  std::string id;
  {
    const auto opened = CentreFolder::open(folder, test::union_schema(), 0, kNow);
    REQUIRE(opened.ok());
    id = (*opened)->centre().keys().centre_id.text();
    CHECK(read_witness(folder + "/epoch")->epoch == (*opened)->centre().keys().epoch);
    CHECK(open_error(folder) == "in_use");
  }
  const auto again = CentreFolder::open(folder, test::union_schema(), 0, kNow);
  REQUIRE(again.ok());
  CHECK((*again)->centre().keys().centre_id.text() == id);
}

TEST_CASE("centre/folder: the recovery key is kept nowhere, its public half is",
          "[centre][folder]") {
  crypto::initialise();
  const TempFolder temp;
  const auto recovery = CentreFolder::create(temp.path(), 0);
  REQUIRE(recovery.ok());
  for (const auto& entry : std::filesystem::directory_iterator(temp.path())) {
    CHECK(test::read_file(entry.path()).find(*recovery) == std::string::npos);
  }
  CHECK(read_small_file(temp.path() + "/recovery.pub")->size() == 65);
}

TEST_CASE("centre/folder: a centre is made once, and only where nothing of one lies",
          "[centre][folder]") {
  crypto::initialise();
  const TempFolder temp;
  CHECK(open_error(temp.path()) == "no_centre");
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  const std::string keys = test::read_file(temp.path() + "/keys");
  CHECK(CentreFolder::create(temp.path(), 0).status().name() == "centre_exists");
  CHECK(test::read_file(temp.path() + "/keys") == keys);
  std::filesystem::remove(temp.path() + "/keys");
  CHECK(CentreFolder::create(temp.path(), 0).status().name() == "half_made");
}

TEST_CASE("centre/folder: damage is named and nothing is changed", "[centre][folder]") {
  crypto::initialise();
  const TempFolder temp;
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  SECTION("keys") {
    temp.write("keys", "{}");
    CHECK(open_error(temp.path()) == "damaged_keys");
  }
  SECTION("no database") {
    std::filesystem::remove(temp.path() + "/centre.db");
    CHECK(open_error(temp.path()) == "no_database");
    CHECK_FALSE(std::filesystem::exists(temp.path() + "/centre.db"));
  }
  SECTION("the keys of another centre") {
    const TempFolder other;
    REQUIRE(CentreFolder::create(other.path(), 0).ok());
    temp.write("keys", test::read_file(other.path() + "/keys"));
    CHECK(open_error(temp.path()) == "foreign_database");
  }
}

namespace {

std::unique_ptr<CentreFolder> open_folder(const std::string& folder) {
  auto opened = CentreFolder::open(folder, test::union_schema(), 0, kNow);
  INFO(opened.status().name() << ": " << opened.status().message());
  REQUIRE(opened.ok());
  return std::move(opened).value();
}

void add_activity(CentreFolder& folder, const std::string& id) {
  const TempFolder lines;
  lines.write("activities.jsonl", activity(id, 1, "2026-05-01T08:00:00Z", "Trung thu").dump());
  REQUIRE(load_folder(folder.centre(), lines.path(), kNow, {}).ok());
}

constexpr const char* kFirst = "018f22e2-79b0-7cc3-98c4-000000000001";
constexpr const char* kSecond = "018f22e2-79b0-7cc3-98c4-000000000002";
constexpr const char* kThird = "018f22e2-79b0-7cc3-98c4-000000000003";

}  // namespace

TEST_CASE("centre/folder: the epoch stays the same while the database does", "[centre][epoch]") {
  crypto::initialise();
  const TempFolder temp;
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  const std::string epoch = open_folder(temp.path())->centre().keys().epoch;
  for (const char* id : {kFirst, kSecond}) {
    const auto folder = open_folder(temp.path());
    add_activity(*folder, id);
    CHECK(folder->centre().keys().epoch == epoch);
    CHECK(folder->remarks().empty());
    // After every commit, not only at the end.
    CHECK(read_witness(temp.path() + "/epoch")->commit == *folder->centre().store().last_commit());
  }
}

TEST_CASE("centre/folder: a database put back by cp is noticed and opens a new epoch",
          "[centre][epoch]") {
  crypto::initialise();
  const TempFolder temp, copy;
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  add_activity(*open_folder(temp.path()), kFirst);
  const auto put_back = [&](const std::string& from, const std::string& to) {
    for (const char* name : {"/centre.db", "/centre.db-wal"}) {
      std::filesystem::copy_file(from + name, to + name,
                                 std::filesystem::copy_options::overwrite_existing);
    }
    std::filesystem::remove(to + "/centre.db-shm");
  };
  put_back(temp.path(), copy.path());
  std::string epoch;
  std::uint64_t given = 0;
  {
    const auto folder = open_folder(temp.path());
    add_activity(*folder, kSecond);
    epoch = folder->centre().keys().epoch;
    given = folder->centre().store().head("unit/U-01")->seq;
  }
  put_back(copy.path(), temp.path());
  {
    const auto folder = open_folder(temp.path());
    CHECK(folder->centre().keys().epoch != epoch);
    REQUIRE(folder->remarks().size() == 1);
    CHECK(folder->remarks()[0].find("put back") != std::string::npos);
    const auto history = EpochHistory::read(folder->centre().store());
    REQUIRE(history.ok());
    CHECK(history->is_lost("unit/U-01", given));
    epoch = folder->centre().keys().epoch;
    add_activity(*folder, kThird);
    CHECK(folder->centre().store().head("unit/U-01")->seq > given);
    CHECK(folder->centre().store().verify().ok());
  }
  const auto again = open_folder(temp.path());
  CHECK(again->centre().keys().epoch == epoch);
  CHECK(again->remarks().empty());
}

TEST_CASE("centre/folder: a missing, damaged or foreign epoch file opens a new epoch",
          "[centre][epoch]") {
  crypto::initialise();
  const TempFolder temp;
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  const std::string file = temp.path() + "/epoch";
  std::string before = open_folder(temp.path())->centre().keys().epoch;
  const std::string sound = test::read_file(file);
  std::string flipped = sound;
  flipped[20] = '7';
  for (const std::string& text : {std::string(), std::string("another\n"), sound.substr(0, 16),
                                  sound + "x", flipped, witness_text({"0123456789abcdef", 0, 0})}) {
    temp.write("epoch", text);
    const auto opened = open_folder(temp.path());
    INFO(text);
    CHECK(opened->centre().keys().epoch != before);
    CHECK(opened->centre().keys().epoch != "0123456789abcdef");
    CHECK(opened->remarks().size() == 1);
    CHECK(read_witness(file)->epoch == opened->centre().keys().epoch);
    before = opened->centre().keys().epoch;
  }
  std::filesystem::remove(file);
  CHECK(open_folder(temp.path())->centre().keys().epoch != before);
}

TEST_CASE("centre/folder: an epoch file that lags behind says nothing", "[centre][epoch]") {
  crypto::initialise();
  const TempFolder temp;
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  const std::string lagging = test::read_file(temp.path() + "/epoch");
  add_activity(*open_folder(temp.path()), kFirst);
  temp.write("epoch", lagging);
  const auto opened = open_folder(temp.path());
  CHECK(opened->remarks().empty());
  CHECK(lagging.rfind(opened->centre().keys().epoch, 0) == 0);
  CHECK(read_witness(temp.path() + "/epoch")->commit == 1);
}

TEST_CASE("centre/folder: an epoch opened while running counts for everybody at once",
          "[centre][epoch]") {
  crypto::initialise();
  const TempFolder temp;
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  std::string epoch;
  {
    const auto folder = open_folder(temp.path());
    add_activity(*folder, kFirst);
    const CentreKeys& held = folder->centre().keys();
    const std::string before = held.epoch;
    // Above what a device has seen, whatever the clock says.
    const std::uint64_t seen = std::uint64_t{1} << 61;
    REQUIRE(folder->centre().new_epoch(kNow, seen).ok());
    CHECK(folder->centre().store().head("unit/U-01")->seq > seen);
    CHECK(held.epoch != before);
    CHECK(read_witness(temp.path() + "/epoch")->epoch == held.epoch);
    epoch = held.epoch;
    add_activity(*folder, kSecond);
    CHECK(folder->centre().store().verify().ok());
  }
  const auto again = open_folder(temp.path());
  CHECK(again->centre().keys().epoch == epoch);
  CHECK(again->remarks().empty());
}

TEST_CASE("centre/folder: a centre without a folder has no place for a new epoch",
          "[centre][epoch]") {
  CentreFixture at;
  CHECK(at.centre.new_epoch(kNow).name() == "no_epoch_opener");
}

TEST_CASE("centre/folder: admissions lost or damaged are made anew from the database",
          "[centre][admissions]") {
  crypto::initialise();
  const TempFolder temp;
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  const std::string file = temp.path() + "/admissions";
  {
    const auto folder = open_folder(temp.path());
    ServerStore& store = folder->centre().store();
    REQUIRE(store.begin().ok());
    REQUIRE(store.put_device({"D-1", "U-01", "field", "", kNow, std::nullopt}).ok());
    REQUIRE(store.commit().ok());
    REQUIRE(revoke(folder->centre(), "D-1", kNow).ok());
  }
  const std::string sound = test::read_file(file);
  CHECK(sound.find("revoked_at") != std::string::npos);
  const auto agrees = [&] {
    const auto folder = open_folder(temp.path());
    const Centre& centre = folder->centre();
    return Admissions::check(file, centre.keys().centre_id, folder->centre().store()).ok();
  };
  SECTION("lost") {
    std::filesystem::remove(file);
    CHECK(agrees());
  }
  SECTION("cut in the middle of a line") {
    temp.write("admissions", sound.substr(0, sound.size() - 10));
    CHECK(agrees());
    CHECK(std::filesystem::exists(file + ".damaged"));
  }
  SECTION("of another centre, which admits nobody here") {
    const TempFolder other;
    REQUIRE(CentreFolder::create(other.path(), 0).ok());
    static_cast<void>(open_folder(other.path()));
    temp.write("admissions",
               test::read_file(other.path() + "/admissions") +
                   "{\"device\":{\"id\":\"D-2\",\"unit\":\"U-01\",\"role\":\"field\"}}\n");
    CHECK(agrees());
    CHECK_FALSE(open_folder(temp.path())->centre().store().device("D-2")->has_value());
  }
}

}  // namespace nhip::server
