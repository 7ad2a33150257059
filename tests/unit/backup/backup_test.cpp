// Making backups: of one moment, tested, private, never over another file.
#include "backup_fixture.h"

#include <sys/stat.h>

#include "backup/backup_file.h"
#include "centre/key_file.h"
#include "store/file_lock.h"

namespace nhip::server {
namespace {

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

}  // namespace

TEST_CASE("backup: the report counts what the backup holds", "[backup]") {
  CentreOnDisk at;
  at.add(1, 30);
  const BackupReport report =
      require_value(make_backup(at.open(), {at.path("a.backup"), kNow, {}, {}}));
  CHECK(report.records == 30);
  CHECK(report.last_commit == require_value(at.store().last_commit()));
  CHECK(report.bytes == std::filesystem::file_size(at.path("a.backup")));
  const BackupFile file = require_value(BackupFile::open(report.file));
  CHECK(file.head().centre_id == at.centre().keys().centre_id);
  CHECK(file.head().epoch == at.epoch());
  CHECK(file.head().taken_at == kNow);
}

TEST_CASE("backup: it holds the moment it was begun in, whatever is written meanwhile",
          "[backup]") {
  CentreOnDisk at;
  at.add(1, 10);
  const auto meanwhile = [&](const std::function<void()>& work) {
    at.add(11, 5);
    work();
    at.add(16, 5);
  };
  const BackupReport report =
      require_value(make_backup(at.open(), {at.path("a.backup"), kNow, meanwhile, {}}));
  CHECK(report.records == 10);
  CHECK(at.records() == 20);
  require_ok(at.store().verify());
  at.restore(report.file);
  CHECK(at.records() == 10);
}

TEST_CASE("backup: only its owner can read it and nothing else is left beside it", "[backup]") {
  CentreOnDisk at;
  at.add(1, 10);
  std::filesystem::create_directory(at.path("kept"));
  at.back_up("kept/a.backup");
  struct stat found {};
  REQUIRE(::stat(at.path("kept/a.backup").c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  CHECK(names_in(at.path("kept")) == std::vector<std::string>{"a.backup"});
}

TEST_CASE("backup: the centre's keys are in it for the recovery key alone", "[backup]") {
  CentreOnDisk at;
  const std::string bytes = bytes_of(at.back_up());
  const CentreKeys& keys = at.centre().keys();
  CHECK(bytes.find(crypto::base64(keys.signing.seed())) == std::string::npos);
  const auto seed = keys.signing.seed();
  CHECK(bytes.find(std::string(seed.begin(), seed.end())) == std::string::npos);
  const BackupFile file = require_value(BackupFile::open(at.path("a.backup")));
  const crypto::KeyPair recovery =
      crypto::KeyPair::from_seed(*parse_recovery_text(at.recovery_key()));
  CHECK(recovery.open_sealed(file.head().sealed_keys).has_value());
  CHECK_FALSE(keys.signing.open_sealed(file.head().sealed_keys).has_value());
}

TEST_CASE("backup: a file that is there already is left alone", "[backup][refusal]") {
  CentreOnDisk at;
  write_file(at.path("a.backup"), "something else");
  const auto made = make_backup(at.open(), {at.path("a.backup"), kNow, {}, {}});
  CHECK(made.status().name() == "file_exists");
  CHECK(made.status().code() == Code::kConflict);
  CHECK(bytes_of(at.path("a.backup")) == "something else");
}

TEST_CASE("backup: a folder that is not there is named", "[backup][refusal]") {
  CentreOnDisk at;
  const auto made = make_backup(at.open(), {at.path("no/a.backup"), kNow, {}, {}});
  CHECK(made.status().name() == "no_folder");
}

TEST_CASE("backup: two backups do not write to one file", "[backup][refusal]") {
  CentreOnDisk at;
  const auto first = require_value(store::FileLock::take(at.path("a.backup.part"), 0));
  const auto made = make_backup(at.open(), {at.path("a.backup"), kNow, {}, {}});
  CHECK(made.status().name() == "in_use");
}

TEST_CASE("backup: without its recovery key's public half none is made", "[backup][refusal]") {
  CentreOnDisk at;
  write_file(at.folder() + "/recovery.pub", "no key\n");
  const auto made = make_backup(at.open(), {at.path("a.backup"), kNow, {}, {}});
  CHECK(made.status().name() == "damaged_recovery_key");
  CHECK_FALSE(std::filesystem::exists(at.path("a.backup")));
}

TEST_CASE("backup: one that is stopped leaves nothing behind", "[backup]") {
  CentreOnDisk at;
  at.add(1, 10);
  std::filesystem::create_directory(at.path("kept"));
  for (const char* stop_at : {"copy", "write", "check"}) {
    const auto made = make_backup(at.open(), {at.path("kept/a.backup"),
                                              kNow,
                                              {},
                                              [&](const std::string& what, std::uint64_t,
                                                  std::uint64_t) { return what != stop_at; }});
    INFO(stop_at);
    CHECK(made.status().name() == "stopped");
    CHECK(names_in(at.path("kept")).empty());
  }
}

TEST_CASE("backup: leftovers of one that was killed are in nobody's way", "[backup]") {
  CentreOnDisk at;
  for (const char* name : {"a.backup.part", "a.backup.part-db", "a.backup.part-db-wal"}) {
    write_file(at.path(name), "half");
  }
  at.back_up();
  CHECK_FALSE(std::filesystem::exists(at.path("a.backup.part")));
  CHECK_FALSE(std::filesystem::exists(at.path("a.backup.part-db")));
}

TEST_CASE("backup: work is durable as far as the backup has it", "[backup][durable]") {
  CentreOnDisk at;
  at.add_device("D-1", 5);
  const auto meanwhile = [&](const std::function<void()>& work) {
    at.write([](ServerStore& store) -> Status {
      NHIP_TRY_ASSIGN(std::optional<ReplicaRecord> replica, store.replica(kReplica));
      replica->received_seq = 9;
      replica->counter = 3;
      return store.put_replica(*replica);
    });
    work();
  };
  require_ok(make_backup(at.open(), {at.path("a.backup"), kNow, meanwhile, {}}).status());
  const auto replica = require_value(at.store().replica(kReplica));
  CHECK(replica->durable_seq == 5);
  CHECK(replica->received_seq == 9);
  CHECK(replica->counter == 3);
}

TEST_CASE("backup: a backup that failed makes nothing durable", "[backup][durable]") {
  CentreOnDisk at;
  at.add_device("D-1", 5);
  CHECK_FALSE(make_backup(at.open(), {at.path("no/a.backup"), kNow, {}, {}}).ok());
  CHECK(require_value(at.store().replica(kReplica))->durable_seq == 0);
}

}  // namespace nhip::server
