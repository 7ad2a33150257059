// Commits: what each of them did in which scope, found by number, by end and by position; and the
// check that heads agree with what is stored.
#include "server_store_suite.h"

namespace nhip::server::suite {

namespace {

// Commit 1 in two scopes, 3 in the first, 7 in both; numbers are skipped on purpose.
const std::vector<ScopeCommit> kShares = {
    commit_of(1, "office", 1, 2), commit_of(1, "unit/U-1", 1, 10), commit_of(3, "office", 3, 3),
    commit_of(7, "office", 4, 900), commit_of(7, "unit/U-1", 11, 11)};

void add_shares(ServerStore& store) {
  write(store, [&] {
    // Not in order: a commit writes its scopes as it met them.
    for (const std::size_t i : {1u, 0u, 2u, 4u, 3u}) require_ok(store.add_commit(kShares[i]));
  });
}

Status verify_with_head(ServerStore& store, const ScopeHead& head) {
  write(store, [&] {
    require_ok(store.put_row(row_of(1, "unit/U-1", 1)));
    require_ok(store.put_row(row_of(2, "unit/U-1", 2)));
    require_ok(store.add_commit(commit_of(1, "unit/U-1", 1, 2)));
    require_ok(store.put_head("unit/U-1", head));
  });
  return store.verify();
}

}  // namespace

STORE_CASE("the last commit is the highest number") {
  TestType at;
  ServerStore& store = at.store();
  CHECK(require_value(store.last_commit()) == 0);
  add_shares(store);
  CHECK(require_value(store.last_commit()) == 7);
}

STORE_CASE("rows alone make no commit") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 1, 99))); });
  CHECK(require_value(store.last_commit()) == 0);
  CHECK(commits(store, 0).empty());
}

STORE_CASE("a commit is found by every number it gave out and by no other") {
  TestType at;
  ServerStore& store = at.store();
  add_shares(store);
  CHECK(require_value(store.commit_at("office", 2)) == kShares[0]);
  CHECK(require_value(store.commit_at("office", 900)) == kShares[3]);
  CHECK(require_value(store.commit_at("unit/U-1", 10)) == kShares[1]);
  CHECK(require_value(store.commit_at("office", 1)) == kShares[0]);
  CHECK(require_value(store.commit_at("office", 3)) == kShares[2]);
  CHECK(require_value(store.commit_at("office", 4)) == kShares[3]);
  for (const std::uint64_t outside : {0u, 901u}) {
    INFO(outside);
    CHECK_FALSE(require_value(store.commit_at("office", outside)).has_value());
  }
  CHECK_FALSE(require_value(store.commit_at("unit/U-9", 2)).has_value());
}

STORE_CASE("the newest share not above a commit is the one that is found") {
  TestType at;
  ServerStore& store = at.store();
  add_shares(store);
  CHECK_FALSE(require_value(store.commit_before("office", 0)).has_value());
  CHECK(require_value(store.commit_before("office", 1)) == kShares[0]);
  CHECK(require_value(store.commit_before("office", 2)) == kShares[0]);
  CHECK(require_value(store.commit_before("office", 6)) == kShares[2]);
  CHECK(require_value(store.commit_before("unit/U-1", 6)) == kShares[1]);
  CHECK(require_value(store.commit_before("unit/U-1", kNoBound)) == kShares[4]);
  CHECK_FALSE(require_value(store.commit_before("unit/U-9", 7)).has_value());
}

STORE_CASE("commits come by number and then by scope") {
  TestType at;
  ServerStore& store = at.store();
  add_shares(store);
  CHECK(commits(store, 0) == kShares);
  CHECK(commits(store, 1) == std::vector<ScopeCommit>(kShares.begin() + 2, kShares.end()));
  CHECK(commits(store, 5) == std::vector<ScopeCommit>(kShares.begin() + 3, kShares.end()));
  CHECK(commits(store, 7).empty());
}

STORE_CASE("scopes of one commit sort by name and not by when they were first seen") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    for (const char* scope : {"z", "a", "m"})
      require_ok(store.add_commit(commit_of(1, scope, 1, 1)));
  });
  std::string order;
  for (const ScopeCommit& share : commits(store, 0)) order += share.scope;
  CHECK(order == "amz");
}

STORE_CASE("reading commits ends when the reader has enough") {
  TestType at;
  ServerStore& store = at.store();
  add_shares(store);
  int seen = 0;
  require_ok(store.each_commit(0, [&seen](const ScopeCommit&) { return ++seen < 2; }));
  CHECK(seen == 2);
}

STORE_CASE("a share is recorded once") {
  TestType at;
  ServerStore& store = at.store();
  add_shares(store);
  require_ok(store.begin());
  check_refused(store.add_commit(commit_of(7, "office", 901, 901)), Code::kConflict,
                "commit_exists");
  check_refused(store.add_commit(commit_of(8, "office", 900, 900)), Code::kConflict,
                "commit_exists");
  require_ok(store.add_commit(commit_of(8, "office", 901, 901)));
  require_ok(store.commit());
}

STORE_CASE("a share keeps its own time and author beside the rows of its commit") {
  TestType at;
  ServerStore& store = at.store();
  StoredRow loaded = row_of(1, "unit/U-1", 1);
  loaded.info.author = Author{};
  loaded.info.received_at = 12345;
  ScopeCommit same = commit_of(1, "unit/U-1", 1, 1);
  same.author = Author{};
  same.received_at = 12345;
  same.salt = kNoBound;
  ScopeCommit other = commit_of(1, "unit/U-2", 5, 5);
  other.author = kOther;
  write(store, [&] {
    require_ok(store.put_row(loaded));
    require_ok(store.add_commit(same));
    require_ok(store.add_commit(other));
  });
  CHECK(commits(store, 0) == std::vector{same, other});
  CHECK(stored(store, 16, id_of(1)) == loaded);
}

STORE_CASE("a share without rows of its own keeps its bounds") {
  TestType at;
  ServerStore& store = at.store();
  ScopeCommit empty = commit_of(1, "unit/U-1", 6, 5);  // first above last: nothing was assigned
  write(store, [&] { require_ok(store.add_commit(empty)); });
  CHECK(commits(store, 0) == std::vector{empty});
  CHECK_FALSE(require_value(store.commit_at("unit/U-1", 5)).has_value());
}

STORE_CASE("a store whose heads agree with it is sound") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.verify());
  require_ok(verify_with_head(store, head_of(2, 2)));
}

STORE_CASE("a head may be ahead of the rows that are left in its scope") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    require_ok(store.put_row(row_of(2, "unit/U-1", 2)));
    require_ok(store.add_past(16, id_of(2), past_of(1, kNoon, "t")));
    require_ok(store.put_head("unit/U-1", head_of(3, 1)));
    require_ok(store.put_head("unit/U-2", head_of(8, 0)));
  });
  require_ok(store.verify());
}

STORE_CASE("a head that counts wrong is found and its scope named") {
  TestType at;
  const Status status = verify_with_head(at.store(), head_of(2, 3));
  check_refused(status, Code::kCorrupt, "head_disagrees");
  CHECK_THAT(status.message(), Catch::Contains("unit/U-1"));
}

STORE_CASE("a head behind its rows is found") {
  TestType at;
  check_refused(verify_with_head(at.store(), head_of(1, 2)), Code::kCorrupt, "head_disagrees");
}

STORE_CASE("a head with another salt than its newest commit is found") {
  TestType at;
  ScopeHead head = head_of(2, 2);
  head.salt += 1;
  check_refused(verify_with_head(at.store(), head), Code::kCorrupt, "head_disagrees");
}

STORE_CASE("a head older than its newest commit is found") {
  TestType at;
  check_refused(verify_with_head(at.store(), head_of(2, 2, 0)), Code::kCorrupt, "head_disagrees");
}

STORE_CASE("rows in a scope that has no head are found") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 1))); });
  check_refused(store.verify(), Code::kCorrupt, "head_disagrees");
}

}  // namespace nhip::server::suite
