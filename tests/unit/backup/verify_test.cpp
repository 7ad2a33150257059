// Verifying: a sound centre has no problem, and each kind of damage its own name.
#include "backup_fixture.h"

#include <algorithm>

#include "backup/daily.h"
#include "backup/verify.h"
#include "store/db.h"

namespace nhip::server {
namespace {

std::vector<std::string> problems(CentreOnDisk& at) {
  const VerifyReport report = require_value(verify_centre(at.open(), {}, {}));
  std::vector<std::string> names;
  for (const Status& problem : report.problems) {
    CHECK_FALSE(problem.hint().empty());
    names.push_back(problem.name());
  }
  return names;
}

using Names = std::vector<std::string>;

// Behind the store's back, while it is closed.
void run_sql(CentreOnDisk& at, const std::string& sql) {
  at.close();
  {
    const auto db = require_value(store::Db::open(at.folder() + "/centre.db", {}));
    require_ok(db->execute(sql));
  }
  at.reopen();
}

}  // namespace

TEST_CASE("verify: a centre that was worked with has no problem", "[verify]") {
  CentreOnDisk at;
  at.add(1, 20);
  at.add_device("D-1", 3);
  require_ok(revoke(at.centre(), "D-1", kNow));
  {
    DailyBackups backups(at.open());
    require_ok(backups.run(kNow, {}, {}).status());
  }
  at.restore(at.back_up());
  at.add(21, 20);
  const VerifyReport report = require_value(verify_centre(at.open(), {}, {}));
  for (const Status& problem : report.problems) FAIL(problem.name() << ": " << problem.message());
  CHECK(report.records == 40);
  CHECK(report.scopes == 1);
  CHECK(report.commits == 3);  // the second is that of the epoch
  CHECK(report.backups == 1);
}

TEST_CASE("verify: an empty centre has no problem", "[verify]") {
  CentreOnDisk at;
  CHECK(problems(at).empty());
  require_ok(at.centre().new_epoch(kNow));
  CHECK(problems(at).empty());
  at.add(1, 3);
  CHECK(problems(at).empty());
}

TEST_CASE("verify: writing goes on meanwhile and is not mistaken for damage", "[verify]") {
  CentreOnDisk at;
  at.add(1, 20);
  const auto meanwhile = [&](const std::function<void()>& work) {
    at.add(21, 5);
    work();
  };
  const VerifyReport report = require_value(verify_centre(at.open(), meanwhile, {}));
  CHECK(report.problems.empty());
  CHECK(report.records == 20);
}

TEST_CASE("verify: records that do not add up to the digest are found", "[verify][damage]") {
  CentreOnDisk at;
  at.add(1, 5);
  run_sql(at, "UPDATE scope SET digest = zeroblob(16)");
  CHECK(problems(at) == Names{"digest_disagrees"});
}

TEST_CASE("verify: a head that counts other records is found", "[verify][damage]") {
  CentreOnDisk at;
  at.add(1, 5);
  run_sql(at, "DELETE FROM record WHERE seq = 3");
  CHECK(problems(at) == Names{"head_disagrees"});
}

TEST_CASE("verify: a missing commit is found", "[verify][damage]") {
  CentreOnDisk at;
  for (int n = 1; n < 4; ++n) at.add(n, 1);
  run_sql(at, "DELETE FROM scope_commit WHERE commit_number = 2");
  CHECK(problems(at) == Names{"commits_missing"});
}

TEST_CASE("verify: files beside the database are checked", "[verify][damage]") {
  CentreOnDisk at;
  at.add_device("D-1");
  SECTION("keys") {
    write_file(at.folder() + "/keys", "{}");
    CHECK(problems(at) == Names{"damaged_keys"});
  }
  SECTION("keys of another centre") {
    CentreOnDisk other;
    write_file(at.folder() + "/keys", bytes_of(other.folder() + "/keys"));
    CHECK(problems(at) == Names{"damaged_keys"});
  }
  SECTION("recovery key") {
    std::filesystem::remove(at.folder() + "/recovery.pub");
    CHECK(problems(at) == Names{"damaged_recovery_key"});
  }
  SECTION("epoch") {
    write_file(at.folder() + "/epoch", "x\n");
    CHECK(problems(at) == Names{"damaged_epoch"});
  }
  SECTION("admissions") {
    write_file(at.folder() + "/admissions", "x\n");
    CHECK(problems(at) == Names{"admissions_disagree"});
  }
}

TEST_CASE("verify: the newest daily backup is opened", "[verify][damage]") {
  CentreOnDisk at;
  at.add(1, 5);
  DailyBackups backups(at.open());
  require_ok(backups.run(kNow, {}, {}).status());
  CHECK(problems(at).empty());
  const std::string path = kept_backups(at.open().paths()).back().path;
  std::string bytes = bytes_of(path);
  bytes[bytes.size() / 2] ^= 1;
  write_file(path, bytes);
  CHECK(problems(at) == Names{"backup_damaged"});
  CHECK_FALSE(std::filesystem::exists(at.folder() + "/backups/tested"));
}

}  // namespace nhip::server
