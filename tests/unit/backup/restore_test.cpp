// Restoring: over the centre itself, elsewhere with the recovery key, cut at every step.
#include "backup_fixture.h"

#include "centre/epoch.h"
#include "centre/epoch_file.h"
#include "centre/replacement.h"

namespace nhip::server {
namespace {

std::string name_of(const RestoreRequest& request) {
  return restore_backup(request).status().name();
}

}  // namespace

TEST_CASE("restore: over the same centre it needs no recovery key", "[restore]") {
  CentreOnDisk at;
  at.add(1, 10);
  const std::string file = at.back_up();
  at.add(11, 5);
  const std::string before = at.epoch();
  const RestoreReport report = at.restore(file);
  CHECK(report.same_folder);
  CHECK(report.records == 10);
  CHECK(at.records() == 10);
  CHECK(at.epoch() == report.epoch);
  CHECK(at.epoch() != before);
  CHECK(at.open().remarks().empty());
  require_ok(at.store().verify());
}

TEST_CASE("restore: what was there before is kept and opens as a centre", "[restore]") {
  CentreOnDisk at;
  at.add(1, 10);
  const std::string file = at.back_up();
  at.add(11, 5);
  const RestoreReport report = at.restore(file);
  REQUIRE(report.replaced.rfind(at.folder() + "/replaced-20270115T", 0) == 0);
  at.close();
  // Everything of it in one folder again.
  for (const char* name : {"keys", "recovery.pub"}) {
    std::filesystem::copy(at.folder() + "/" + name, report.replaced + "/" + name);
  }
  const auto old =
      require_value(CentreFolder::open(report.replaced, test::union_schema(), 0, kNow));
  RecordQuery query;
  query.type = "activity";
  CHECK(require_value(records(old->centre(), query)).size() == 15);
  CHECK(old->remarks().empty());
}

TEST_CASE("restore: numbers given out after it lie above all that were given out before",
          "[restore][epoch]") {
  CentreOnDisk at;
  at.add(1, 10);
  const std::string file = at.back_up();
  at.add(11, 5);
  std::uint64_t given = require_value(at.store().head("unit/U-01")).seq;
  // Within the same second, so that the clock is of no help.
  for (int round = 0; round < 3; ++round) {
    at.restore(file);
    CHECK(require_value(at.store().head("unit/U-01")).seq > given);
    at.add(100 + round * 10, 10);
    given = require_value(at.store().head("unit/U-01")).seq;
  }
  const EpochHistory history = require_value(EpochHistory::read(at.store()));
  CHECK(history.marks().size() == 1);
  CHECK(history.is_lost("unit/U-01", 12));
  CHECK_FALSE(history.is_lost("unit/U-01", 10));
}

TEST_CASE("restore: into an empty folder it needs the recovery key", "[restore][keys]") {
  CentreOnDisk at;
  at.add(1, 10);
  RestoreRequest request = at.restoring(at.back_up());
  const CentreKeys keys = at.centre().keys();
  request.folder = at.path("deep/fresh");
  CHECK(name_of(request) == "recovery_key_needed");
  CHECK_FALSE(std::filesystem::exists(request.folder));
  request.recovery_key = at.recovery_key();
  const RestoreReport report = require_value(restore_backup(request));
  CHECK(report.replaced.empty());
  CHECK_FALSE(report.same_folder);
  const auto fresh =
      require_value(CentreFolder::open(request.folder, test::union_schema(), 0, kNow));
  CHECK(fresh->centre().keys().centre_id == keys.centre_id);
  CHECK(fresh->centre().keys().signing.public_key() == keys.signing.public_key());
  CHECK(fresh->centre().keys().digest_key == keys.digest_key);
  CHECK(fresh->centre().keys().epoch == report.epoch);
  CHECK(fresh->remarks().empty());
  CHECK(bytes_of(request.folder + "/recovery.pub") == bytes_of(at.folder() + "/recovery.pub"));
  // The restored centre makes backups that the same key opens.
  require_ok(make_backup(*fresh, {at.path("again.backup"), kNow, {}, {}}).status());
}

TEST_CASE("restore: the recovery key may be written as people write", "[restore][keys]") {
  CentreOnDisk at;
  RestoreRequest request = at.restoring(at.back_up());
  request.folder = at.path("fresh");
  std::string written = "  ";
  for (const char c : at.recovery_key()) {
    written += c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  }
  request.recovery_key = written + "\n";
  CHECK(restore_backup(request).ok());
}

TEST_CASE("restore: wrong recovery keys are refused by name, also where none is needed",
          "[restore][keys][refusal]") {
  CentreOnDisk at, other;
  at.add(1, 3);
  RestoreRequest request = at.restoring(at.back_up());
  request.recovery_key = other.recovery_key();
  at.close();
  const auto before = contents_of(at.folder());
  CHECK(name_of(request) == "wrong_recovery_key");
  request.recovery_key = "ABCD-EFGH";
  CHECK(name_of(request) == "bad_recovery_key");
  request.folder = at.path("fresh");
  CHECK(name_of(request) == "bad_recovery_key");
  request.recovery_key = other.recovery_key();
  CHECK(restore_backup(request).status().code() == Code::kUnauthenticated);
  CHECK(contents_of(at.folder()) == before);
}

TEST_CASE("restore: a backup of another centre is refused", "[restore][refusal]") {
  CentreOnDisk at, other;
  RestoreRequest request = other.restoring(at.back_up());
  request.recovery_key = at.recovery_key();
  other.close();
  const auto before = contents_of(other.folder());
  CHECK(name_of(request) == "other_centre");
  CHECK(contents_of(other.folder()) == before);
}

TEST_CASE("restore: a folder that is open is refused", "[restore][refusal]") {
  CentreOnDisk at;
  const Status status = restore_backup(at.restoring(at.back_up())).status();
  CHECK(status.name() == "in_use");
  CHECK(status.code() == Code::kBusy);
}

TEST_CASE("restore: damaged keys and a damaged database are no hindrance", "[restore]") {
  CentreOnDisk at;
  at.add(1, 10);
  RestoreRequest request = at.restoring(at.back_up());
  at.close();
  write_file(at.folder() + "/keys", "{}");
  write_file(at.folder() + "/centre.db", "no database");
  CHECK(name_of(request) == "recovery_key_needed");
  request.recovery_key = at.recovery_key();
  const RestoreReport report = require_value(restore_backup(request));
  at.reopen();
  CHECK(at.records() == 10);
  CHECK(bytes_of(report.replaced + "/centre.db") == "no database");
  CHECK(bytes_of(report.replaced + "/keys") == "{}");
}

TEST_CASE("restore: ended at any step, the folder opens as the old centre or as the new one",
          "[restore][crash]") {
  // How many steps there are is found out on the way.
  int steps = 0;
  for (int end_at = 1; end_at == 1 || steps >= end_at - 1; ++end_at) {
    CentreOnDisk at;
    at.add(1, 10);
    RestoreRequest request = at.restoring(at.back_up());
    at.add(11, 5);
    const std::string old_epoch = at.epoch();
    at.close();
    steps = 0;
    bool decided = false;
    std::string last;
    request.goes_on = [&](const std::string& step) {
      ++steps;
      last = step;
      decided = decided || step == "decided";
      return steps < end_at;
    };
    const bool finished = restore_backup(request).ok();
    INFO("ended at " << last);
    at.reopen();
    CHECK(at.records() == (decided ? 10u : 15u));
    CHECK((at.epoch() == old_epoch) == !decided);
    CHECK(at.open().remarks().empty());
    require_ok(at.store().verify());
    CHECK_FALSE(std::filesystem::exists(at.folder() + "/restoring"));
    // Whatever was replaced is there, once.
    std::size_t kept = 0;
    for (const auto& entry : std::filesystem::directory_iterator(at.folder())) {
      if (entry.path().filename().string().rfind("replaced-", 0) == 0) {
        ++kept;
        CHECK(std::filesystem::exists(entry.path() / "centre.db"));
      }
    }
    CHECK(kept == (decided ? 1u : 0u));
    if (finished) {
      CHECK(end_at > 8);
      break;
    }
  }
}

TEST_CASE("restore: ended at any step in an empty folder, it says so or opens",
          "[restore][crash]") {
  CentreOnDisk at;
  at.add(1, 10);
  RestoreRequest request = at.restoring(at.back_up());
  request.recovery_key = at.recovery_key();
  request.folder = at.path("fresh");
  int steps = 0, end_at = 1;
  for (bool finished = false; !finished; ++end_at) {
    std::filesystem::remove_all(request.folder);
    steps = 0;
    bool decided = false;
    request.goes_on = [&](const std::string& step) {
      decided = decided || step == "decided";
      return ++steps < end_at;
    };
    finished = restore_backup(request).ok();
    INFO("ended at step " << steps);
    const auto opened = CentreFolder::open(request.folder, test::union_schema(), 0, kNow);
    CHECK(opened.ok() == decided);
    if (!opened.ok()) {
      CHECK(opened.status().name() == "restore_unfinished");
      RestoreRequest again = request;
      again.goes_on = {};
      CHECK(restore_backup(again).ok());
    }
  }
  CHECK(end_at > 10);
}

TEST_CASE("restore: a restore that was decided is finished before the next begins",
          "[restore][crash]") {
  CentreOnDisk at;
  at.add(1, 10);
  RestoreRequest request = at.restoring(at.back_up());
  at.add(11, 5);
  at.close();
  request.goes_on = [](const std::string& step) { return step != "decided"; };
  CHECK(name_of(request) == "stopped");
  CHECK(CentreFolder::create(at.folder(), 0).status().name() == "centre_exists");
  at.restore(request.file);
  CHECK(at.records() == 10);
}

TEST_CASE("restore: a device that was revoked since stays revoked", "[restore][admissions]") {
  CentreOnDisk at;
  at.add_device("D-1");
  at.add_device("D-2", 0, {7, 1});
  const std::string file = at.back_up();
  require_ok(revoke(at.centre(), "D-1", kNow + 5));
  at.restore(file);
  CHECK(require_value(at.store().device("D-1"))->revoked_at == kNow + 5);
  CHECK_FALSE(require_value(at.store().device("D-2"))->revoked_at);
  CHECK(at.open().remarks().size() == 1);
  at.reopen();
  CHECK(at.open().remarks().empty());
}

TEST_CASE("restore: a code that was used since stays used, and its device is known",
          "[restore][admissions]") {
  CentreOnDisk at;
  const EnrolmentCode fresh{"ABCD", Bytes(32, 1), "U-01", "field", "", kNow + kHour, 5, "", {}};
  at.write([&](ServerStore& store) { return store.put_code(fresh); });
  const std::string file = at.back_up();
  at.add_device("D-9");
  EnrolmentCode used = fresh;
  used.used_by = "D-9";
  used.used_key = Bytes(32, 0x77);
  at.write([&](ServerStore& store) { return store.put_code(used); });
  at.restore(file);
  CHECK(require_value(at.store().code("ABCD")) == used);
  CHECK(require_value(at.store().device("D-9")).has_value());
  CHECK(require_value(at.store().replica(kReplica))->public_key == Bytes(32, 0x77));
}

TEST_CASE("restore: what the backup holds of a device's work is durable", "[restore][durable]") {
  CentreOnDisk at;
  at.add_device("D-1", 5);
  const std::string file = at.back_up();
  at.restore(file);
  CHECK(require_value(at.store().replica(kReplica))->durable_seq == 5);
}

}  // namespace nhip::server
