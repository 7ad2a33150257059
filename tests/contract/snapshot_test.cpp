// Snapshots and copies of a store that goes on meanwhile.
#include "server_store_suite.h"

namespace nhip::server::suite {

namespace {

std::size_t count(ServerStore& store) { return feed(store, "unit/U-1").size(); }

void add(ServerStore& store, std::uint32_t from, std::uint32_t to) {
  write(store, [&] {
    for (std::uint32_t n = from; n <= to; ++n) require_ok(store.put_row(row_of(n, "unit/U-1", n)));
    require_ok(store.add_commit(commit_of(from, "unit/U-1", from, to)));
    require_ok(store.put_head("unit/U-1", head_of(to, to, from)));
  });
}

}  // namespace

TEST_CASE("server/store: a store in memory has no snapshot and says so", "[store][snapshot]") {
  InMemory at;
  check_refused(at.store().snapshot().status(), Code::kUnavailable, "no_snapshot");
}

TEST_CASE("server/store/sqlite: a snapshot stays as it was while the store goes on",
          "[store][snapshot]") {
  InSqlite at;
  add(at.store(), 1, 20);
  auto snapshot = require_value(at.store().snapshot());
  // More than one checkpoint's worth.
  for (std::uint32_t n = 21; n < 1200; n += 20) add(at.store(), n, n + 19);
  CHECK(count(snapshot->store()) == 20);
  CHECK(require_value(snapshot->store().last_commit()) == 1);
  require_ok(snapshot->store().verify());
  snapshot.reset();
  CHECK(count(at.store()) == 1200);
  require_ok(at.store().verify());
}

TEST_CASE("server/store/sqlite: nothing is written through a snapshot", "[store][snapshot]") {
  InSqlite at;
  const auto snapshot = require_value(at.store().snapshot());
  CHECK_FALSE(snapshot->store().begin().ok());
  CHECK_FALSE(snapshot->store().put_setting("a", "b").ok());
  write(at.store(), [&] { require_ok(at.store().put_setting("a", "c")); });
}

TEST_CASE("server/store/sqlite: a snapshot is of what is committed", "[store][snapshot]") {
  InSqlite at;
  require_ok(at.store().begin());
  check_refused(at.store().snapshot().status(), Code::kInternal, "transaction_open");
  at.store().rollback();
}

TEST_CASE("server/store/sqlite: a copy is one file that opens with all of it",
          "[store][snapshot]") {
  InSqlite at;
  const TempDir dir;
  add(at.store(), 1, 300);
  auto snapshot = require_value(at.store().snapshot());
  add(at.store(), 301, 320);
  std::uint64_t done = 0, total = 0;
  require_ok(snapshot->copy_to(dir.file("copy"), [&](std::uint64_t now, std::uint64_t of) {
    CHECK(now >= done);
    done = now;
    total = of;
    return true;
  }));
  CHECK(done == total);
  CHECK(total > 0);
  for (const char* ending : {"-wal", "-shm", "-journal"}) {
    CHECK_FALSE(std::filesystem::exists(dir.file("copy") + ending));
  }
  {
    const auto copy = require_value(open_sqlite_copy(dir.file("copy")));
    CHECK(count(*copy) == 300);
    require_ok(copy->verify());
    CHECK_FALSE(std::filesystem::exists(dir.file("copy-wal")));
  }
  const auto writable = require_value(open_sqlite_store(dir.file("copy"), false));
  add(*writable, 301, 310);
  CHECK(count(*writable) == 310);
}

TEST_CASE("server/store/sqlite: a copy that is stopped or has no place leaves no file",
          "[store][snapshot]") {
  InSqlite at;
  const TempDir dir;
  add(at.store(), 1, 30);
  const auto snapshot = require_value(at.store().snapshot());
  check_refused(
      snapshot->copy_to(dir.file("copy"), [](std::uint64_t, std::uint64_t) { return false; }),
      Code::kUnavailable, "stopped");
  CHECK_FALSE(std::filesystem::exists(dir.file("copy")));
  CHECK(snapshot->copy_to(dir.file("no/copy"), {}).name() == "cannot_open");
  require_ok(snapshot->copy_to(dir.file("copy"), {}));
  // Never over a file.
  CHECK_FALSE(snapshot->copy_to(dir.file("copy"), {}).ok());
}

TEST_CASE("server/store/sqlite: a settled file has no log left", "[store][snapshot]") {
  InSqlite at;
  add(at.store(), 1, 30);
  at.close();
  require_ok(settle_sqlite_file(at.path()));
  CHECK_FALSE(std::filesystem::exists(at.path() + "-wal"));
  at.reopen();
  CHECK(count(at.store()) == 30);
}

}  // namespace nhip::server::suite
