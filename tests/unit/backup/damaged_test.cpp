// Backups that are not what they were: found whatever is wrong with them, named, and nothing
// touched.
#include "backup_fixture.h"

#include "backup/backup_file.h"

namespace nhip::server {
namespace {

// The status of examining a file of these bytes.
Status examine(CentreOnDisk& at, const std::string& bytes) {
  const std::string path = at.path("changed.backup");
  write_file(path, bytes);
  return restore_backup(at.restoring(path)).status();
}

bool is_named(const Status& status) {
  for (const char* name : {"backup_damaged", "backup_cut", "not_a_backup", "newer_backup"}) {
    if (status.name() == name) return !status.hint().empty();
  }
  return false;
}

}  // namespace

TEST_CASE("backup/file: a file cut anywhere is told to be cut", "[backup][damage]") {
  CentreOnDisk at;
  at.add(1, 20);
  const std::string whole = bytes_of(at.back_up());
  at.close();
  const auto before = contents_of(at.folder());
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{12}, std::size_t{13}, std::size_t{14}, std::size_t{20},
        std::size_t{40}, whole.size() / 3, whole.size() / 2, whole.size() - 200, whole.size() - 64,
        whole.size() - 1}) {
    INFO(size);
    const Status status = examine(at, whole.substr(0, size));
    CHECK(status.name() == "backup_cut");
    CHECK(status.code() == Code::kMalformed);
    CHECK_FALSE(status.hint().empty());
  }
  CHECK(examine(at, "").name() == "not_a_backup");
  CHECK(contents_of(at.folder()) == before);
}

TEST_CASE("backup/file: one changed byte anywhere is found", "[backup][damage]") {
  CentreOnDisk at;
  at.add(1, 20);
  const std::string whole = bytes_of(at.back_up());
  at.close();
  const auto before = contents_of(at.folder());
  const std::size_t stride = whole.size() / 150 + 1;
  for (std::size_t place = 0; place < whole.size();
       place += place < 700 || place + 300 > whole.size() ? 7 : stride) {
    std::string changed = whole;
    changed[place] = static_cast<char>(changed[place] ^ 0x04);
    INFO(place);
    CHECK(is_named(examine(at, changed)));
  }
  CHECK(contents_of(at.folder()) == before);
}

TEST_CASE("backup/file: the part of the database that changed is named", "[backup][damage]") {
  CentreOnDisk at;
  at.add(1, 400);
  const std::string whole = bytes_of(at.back_up());
  at.close();
  const std::size_t database = whole.find("SQLite format 3");
  REQUIRE(database != std::string::npos);
  std::string changed = whole;
  changed[database + 70'000] ^= 1;
  const Status status = examine(at, changed);
  CHECK(status.name() == "backup_damaged");
  CHECK(status.message().find("bytes 65536 to 131072") != std::string::npos);
}

TEST_CASE("backup/file: a missing or doubled page is found", "[backup][damage]") {
  CentreOnDisk at;
  at.add(1, 50);
  const std::string whole = bytes_of(at.back_up());
  at.close();
  const std::size_t page = whole.find("SQLite format 3") + 4096;
  std::string without = whole;
  without.erase(page, 4096);
  CHECK(examine(at, without).name() == "backup_cut");
  std::string doubled = whole;
  doubled.insert(page, whole.substr(page, 4096));
  CHECK(examine(at, doubled).name() == "backup_damaged");
  std::string emptied = whole;
  emptied.replace(page, 4096, std::string(4096, '\0'));
  CHECK(examine(at, emptied).name() == "backup_damaged");
}

TEST_CASE("backup/file: another version and other files are told apart", "[backup][damage]") {
  CentreOnDisk at;
  const std::string whole = bytes_of(at.back_up());
  at.close();
  std::string later = whole;
  later.replace(0, 14, "nhip backup 2\n");
  CHECK(examine(at, later).name() == "newer_backup");
  CHECK(examine(at, later).code() == Code::kVersion);
  CHECK(examine(at, "nhip backup x\n" + whole).name() == "not_a_backup");
  CHECK(examine(at, bytes_of(at.folder() + "/centre.db")).name() == "not_a_backup");
  CHECK(examine(at, whole + "x").name() == "backup_damaged");
  CHECK(restore_backup(at.restoring(at.path("none"))).status().name() == "no_file");
  CHECK(restore_backup(at.restoring(at.folder())).status().name() == "not_a_file");
}

TEST_CASE("backup/file: a backup that somebody else put together is not taken",
          "[backup][damage]") {
  CentreOnDisk at;
  at.add(1, 5);
  const BackupFile file = require_value(BackupFile::open(at.back_up()));
  at.close();
  // Everything fits, but the signature is of another key.
  require_ok(write_backup(at.path("made.backup"), file.head(), at.folder() + "/centre.db",
                          crypto::KeyPair::generate(), {}));
  const auto status = restore_backup(at.restoring(at.path("made.backup"))).status();
  CHECK(status.name() == "backup_damaged");
  CHECK(status.message().find("signed") != std::string::npos);
}

}  // namespace nhip::server
