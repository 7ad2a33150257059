// What a store tells after a commit, for the files beside it.
#include "server_store_suite.h"

namespace nhip::server::suite {

namespace {

struct Heard {
  explicit Heard(ServerStore& store) {
    store.set_commit_hook([this](const Committed& committed) { commits.push_back(committed); });
  }
  std::vector<Committed> commits;
};

}  // namespace

STORE_CASE("a commit tells the numbers it gave out and whom it let in") {
  TestType at;
  const Heard heard(at.store());
  write(at.store(), [&] {
    require_ok(at.store().add_commit(commit_of(7, "unit/U-1", 3, 9)));
    require_ok(at.store().add_commit(commit_of(7, "unit/U-2", 40, 41)));
    require_ok(at.store().put_device(device_of("D-001")));
    require_ok(at.store().put_replica(replica_of(kWriter)));
    require_ok(at.store().put_code(code_of("ABCD")));
  });
  REQUIRE(heard.commits.size() == 1);
  CHECK(heard.commits[0].commit == 7);
  CHECK(heard.commits[0].number == 41);
  CHECK(heard.commits[0].devices == std::vector{device_of("D-001")});
  CHECK(heard.commits[0].replicas == std::vector{replica_of(kWriter)});
  CHECK(heard.commits[0].codes == std::vector{code_of("ABCD")});
}

STORE_CASE("a commit tells of nothing that was taken back") {
  TestType at;
  ServerStore& store = at.store();
  const Heard heard(store);
  require_ok(store.begin());
  for (const Writer& writer : every_writer()) require_ok(writer.call(store));
  store.rollback();
  CHECK(heard.commits.empty());
  require_ok(store.begin());
  require_ok(store.put_device(device_of("D-001")));
  require_ok(store.savepoint());
  require_ok(store.put_device(device_of("D-002")));
  require_ok(store.add_commit(commit_of(9, "unit/U-1", 1, 9)));
  require_ok(store.rollback_to_savepoint());
  require_ok(store.commit());
  REQUIRE(heard.commits.size() == 1);
  CHECK(heard.commits[0].devices == std::vector{device_of("D-001")});
  CHECK(heard.commits[0].commit == 0);
  CHECK(heard.commits[0].number == 0);
}

STORE_CASE("each commit tells of itself alone") {
  TestType at;
  const Heard heard(at.store());
  write(at.store(), [&] { require_ok(at.store().put_device(device_of("D-001"))); });
  write(at.store(), [&] { require_ok(at.store().put_setting("a", "b")); });
  REQUIRE(heard.commits.size() == 2);
  CHECK(heard.commits[1].devices.empty());
}

}  // namespace nhip::server::suite
