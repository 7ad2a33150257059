// Feeds, heads and history: what a device that follows a scope is shown, and what was replaced.
#include <algorithm>

#include "server_store_suite.h"

namespace nhip::server::suite {

STORE_CASE("a feed gives what lies after the first bound up to the second") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    for (std::uint32_t n = 1; n <= 9; ++n) require_ok(store.put_row(row_of(n, "unit/U-1", n * 10)));
  });
  CHECK(numbers(feed(store, "unit/U-1", 0, 30)) == Numbers{10, 20, 30});
  CHECK(numbers(feed(store, "unit/U-1", 30, 50)) == Numbers{40, 50});
  CHECK(numbers(feed(store, "unit/U-1", 29, 49)) == Numbers{30, 40});
  CHECK(numbers(feed(store, "unit/U-1", 90, 200)).empty());
  CHECK(numbers(feed(store, "unit/U-1", 50, 50)).empty());
  CHECK(numbers(feed(store, "unit/U-1", 60, 20)).empty());
}

STORE_CASE("bounds beyond every number mean no bound") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 1))); });
  CHECK(numbers(feed(store, "unit/U-1", 0, kNoBound)) == Numbers{1});
  CHECK(numbers(feed(store, "unit/U-1", kNoBound, kNoBound)).empty());
  CHECK(require_value(store.count_in_scope("unit/U-1", kNoBound)) == 0);
  CHECK_FALSE(require_value(store.commit_at("unit/U-1", kNoBound)).has_value());
  CHECK(commits(store, kNoBound).empty());
}

STORE_CASE("a feed is ascending whatever order its rows were put in") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    for (const std::uint32_t n : {5u, 1u, 300u, 2u, 70000u}) {
      require_ok(store.put_row(row_of(n, "unit/U-1", n)));
    }
  });
  CHECK(numbers(feed(store, "unit/U-1")) == Numbers{1, 2, 5, 300, 70000});
}

STORE_CASE("a feed ends when its reader has enough") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    for (std::uint32_t n = 1; n <= 5; ++n) require_ok(store.put_row(row_of(n, "unit/U-1", n)));
  });
  Numbers seen;
  require_ok(store.each_in_scope("unit/U-1", 1, kNoBound, [&seen](const StoredRow& row) {
    seen.push_back(row.seq);
    return seen.size() < 2;
  }));
  CHECK(seen == Numbers{2, 3});
}

STORE_CASE("the store can be read while a feed is read") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    for (std::uint32_t n = 1; n <= 3; ++n) {
      require_ok(store.put_row(row_of(n, "unit/U-1", n)));
      require_ok(store.put_row(row_of(n + 10, "unit/U-2", n)));
    }
  });
  std::vector<Numbers> seen;
  require_ok(store.each_in_scope("unit/U-1", 0, kNoBound, [&](const StoredRow& row) {
    CHECK(stored(store, 16, row.id) == row);
    CHECK(numbers(feed(store, "unit/U-1")) == Numbers{1, 2, 3});
    seen.push_back(numbers(feed(store, "unit/U-2", row.seq)));
    return true;
  }));
  CHECK(seen == std::vector<Numbers>{{2, 3}, {3}, {}});
}

STORE_CASE("a replaced row leaves its old place in the feed") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    require_ok(store.put_row(row_of(1, "unit/U-1", 1)));
    require_ok(store.put_row(row_of(2, "unit/U-1", 2)));
  });
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 3, 2))); });
  CHECK(feed(store, "unit/U-1") ==
        std::vector{row_of(2, "unit/U-1", 2), row_of(1, "unit/U-1", 3, 2)});
  CHECK(require_value(store.count_in_scope("unit/U-1", 0)) == 2);
}

STORE_CASE("a row that moves leaves the feed of its old scope") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    require_ok(store.put_row(row_of(1, "unit/U-1", 1)));
    require_ok(store.put_row(row_of(2, "unit/U-1", 2)));
  });
  // The same number in another scope is another number.
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-2", 1, 2))); });
  CHECK(numbers(feed(store, "unit/U-1")) == Numbers{2});
  CHECK(feed(store, "unit/U-2") == std::vector{row_of(1, "unit/U-2", 1, 2)});
  CHECK(require_value(store.count_in_scope("unit/U-1", 0)) == 1);
  CHECK(require_value(store.count_in_scope("unit/U-2", 0)) == 1);
}

STORE_CASE("a number that a row left can be counted as gone but not shown again") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 1))); });
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 2))); });
  CHECK(feed(store, "unit/U-1", 0, 1).empty());
  CHECK(require_value(store.count_in_scope("unit/U-1", 1)) == 1);
}

STORE_CASE("a count is the length of the feed after its bound") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    for (const std::uint32_t n : {3u, 4u, 8u, 20u}) require_ok(store.put_row(row_of(n, "u", n)));
    require_ok(store.put_row(row_of(50, "v", 5)));
  });
  for (std::uint64_t after = 0; after <= 21; ++after) {
    INFO("after " << after);
    CHECK(require_value(store.count_in_scope("u", after)) == feed(store, "u", after).size());
  }
  CHECK(require_value(store.count_in_scope("u", 4)) == 2);
}

STORE_CASE("nothing crosses a scope however alike two names are") {
  TestType at;
  ServerStore& store = at.store();
  const std::vector<std::string> names = {
      "",
      "unit/U-1",
      "unit/U-10",
      "unit/u-1",
      "unit/U-1/sealed",
      "unit/U-1 ",
      "office",
      "unit/Bệnh viện Đa khoa",
      "unit/Bệnh viện Đa khoa",  // the second one decomposed below
      std::string("unit/\0a", 7),
      std::string("unit/\0b", 7),
      std::string("\xff\xfe", 2)};
  std::vector<std::string> scopes = names;
  scopes[8] = "unit/Be\xcc\xa3\xcc\x82nh vie\xcc\xa3\xcc\x82n";
  write(store, [&] {
    for (std::uint32_t n = 0; n < scopes.size(); ++n) {
      require_ok(store.put_row(row_of(n, scopes[n], 1)));
      require_ok(store.put_head(scopes[n], head_of(1 + n, 1)));
    }
  });
  for (std::uint32_t n = 0; n < scopes.size(); ++n) {
    INFO("scope " << n);
    CHECK(feed(store, scopes[n]) == std::vector{row_of(n, scopes[n], 1)});
    CHECK(require_value(store.head(scopes[n])) == head_of(1 + n, 1));
  }
  std::vector<std::string> sorted = scopes;
  std::sort(sorted.begin(), sorted.end());
  CHECK(require_value(store.scopes()) == sorted);
}

STORE_CASE("an unknown scope has an empty feed and a head of zeros") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 1))); });
  CHECK(feed(store, "unit/U-9").empty());
  CHECK(require_value(store.count_in_scope("unit/U-9", 0)) == 0);
  CHECK(require_value(store.head("unit/U-9")) == ScopeHead{});
  CHECK(require_value(store.head("unit/U-1")) == ScopeHead{});
}

STORE_CASE("a head is replaced whole and keeps every bit") {
  TestType at;
  ServerStore& store = at.store();
  ScopeHead head;
  head.seq = (1ULL << 63) - 1;
  head.salt = kNoBound;
  head.commit = (1ULL << 63) - 1;
  head.rows = kNoBound;
  head.digest = {kNoBound, 1ULL << 63};
  write(store, [&] { require_ok(store.put_head("office", head)); });
  CHECK(require_value(store.head("office")) == head);
  write(store, [&] { require_ok(store.put_head("office", head_of(3, 2))); });
  CHECK(require_value(store.head("office")) == head_of(3, 2));
}

STORE_CASE("the scopes are those that have a head") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    require_ok(store.put_head("unit/U-2", head_of(1, 0)));
    require_ok(store.put_head("office", head_of(1, 0)));
    require_ok(store.add_past(16, id_of(1), past_of(1, kNoon, "known by its history alone")));
  });
  CHECK(require_value(store.scopes()) == std::vector<std::string>{"office", "unit/U-2"});
}

STORE_CASE("past versions come by rev and then by receipt time") {
  TestType at;
  ServerStore& store = at.store();
  const PastVersion a = past_of(1, kNoon, "first"), b = past_of(2, kNoon - 10, "second"),
                    c = past_of(2, kNoon, "third"), d = past_of(300, -5, "fourth");
  write(store, [&] {
    for (const PastVersion& version : {c, d, a, b}) {
      require_ok(store.add_past(16, id_of(1), version));
    }
  });
  CHECK(require_value(store.past(16, id_of(1))) == std::vector{a, b, c, d});
}

STORE_CASE("past versions that are equal in rev and time are all kept in order of arrival") {
  TestType at;
  ServerStore& store = at.store();
  const PastVersion first = past_of(1, kNoon, "z"), second = past_of(1, kNoon, "a");
  write(store, [&] {
    for (const PastVersion& version : {first, second, second}) {
      require_ok(store.add_past(16, id_of(1), version));
    }
  });
  CHECK(require_value(store.past(16, id_of(1))) == std::vector{first, second, second});
}

STORE_CASE("past versions belong to one record of one type") {
  TestType at;
  ServerStore& store = at.store();
  const PastVersion mine = past_of(1, kNoon, "mine");
  write(store, [&] {
    require_ok(store.add_past(16, id_of(1), mine));
    require_ok(store.add_past(17, id_of(1), past_of(1, kNoon, "another type")));
    require_ok(store.add_past(16, id_of(2), past_of(1, kNoon, "another record")));
  });
  CHECK(require_value(store.past(16, id_of(1))) == std::vector{mine});
  CHECK(require_value(store.past(16, id_of(3))).empty());
}

STORE_CASE("a past version keeps whatever differs from its commit") {
  TestType at;
  ServerStore& store = at.store();
  PastVersion odd = past_of(2, kNoon, "odd");
  odd.info.received_at = std::numeric_limits<std::int64_t>::min();
  odd.info.commit = 1;
  odd.info.updated_at = std::numeric_limits<std::int64_t>::max();
  odd.info.author = Author{};
  odd.info.device_id = "";
  odd.scope = "unit/moved away";
  odd.cells[{3, "key"}] = Value(Bytes{0, 1});
  write(store, [&] {
    require_ok(store.add_past(16, id_of(1), past_of(1, kNoon, "plain")));
    require_ok(store.add_past(16, id_of(1), odd));
  });
  CHECK(require_value(store.past(16, id_of(1))) == std::vector{past_of(1, kNoon, "plain"), odd});
}

STORE_CASE("history shows in no feed and no list of rows") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] { require_ok(store.add_past(16, id_of(1), past_of(1, kNoon, "t"))); });
  CHECK_FALSE(require_value(store.row(16, id_of(1))).has_value());
  CHECK(feed(store, "unit/U-1").empty());
  bool any = false;
  require_ok(store.each_row(16, [&any](const StoredRow&) { return any = true; }));
  CHECK_FALSE(any);
}

}  // namespace nhip::server::suite
