// The centre's folder: made once, opened by one program, its keys readable by its owner alone.
#include "centre_fixture.h"

#include <sys/stat.h>

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
  return CentreFolder::open(folder, test::union_schema(), 0).status().name();
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
    const auto opened = CentreFolder::open(folder, test::union_schema(), 0);
    REQUIRE(opened.ok());
    id = (*opened)->centre().keys().centre_id.text();
    CHECK((*opened)->centre().keys().epoch + "\n" == *read_small_file(folder + "/epoch"));
    CHECK(open_error(folder) == "in_use");
  }
  const auto again = CentreFolder::open(folder, test::union_schema(), 0);
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

TEST_CASE("centre/folder: a database of another epoch opens a new one", "[centre][folder]") {
  crypto::initialise();
  const TempFolder temp;
  REQUIRE(CentreFolder::create(temp.path(), 0).ok());
  const std::string before = *read_small_file(temp.path() + "/epoch");
  temp.write("epoch", "another\n");
  std::string opened_epoch;
  {
    const auto opened = CentreFolder::open(temp.path(), test::union_schema(), 0);
    REQUIRE(opened.ok());
    opened_epoch = (*opened)->centre().keys().epoch + "\n";
  }
  CHECK(opened_epoch != before);
  CHECK(opened_epoch != "another\n");
  CHECK(*read_small_file(temp.path() + "/epoch") == opened_epoch);
  const auto again = CentreFolder::open(temp.path(), test::union_schema(), 0);
  CHECK((*again)->centre().keys().epoch + "\n" == opened_epoch);
}

}  // namespace nhip::server
