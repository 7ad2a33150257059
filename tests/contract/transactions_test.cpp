// Transactions and savepoints: what is undone is undone everywhere, and nothing else is.
#include "server_store_suite.h"

namespace nhip::server::suite {

STORE_CASE("an empty store holds nothing") {
  TestType at;
  check_untouched(at.store());
}

STORE_CASE("a committed write is there after the transaction") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 1))); });
  CHECK(stored(store, 16, id_of(1)) == row_of(1, "unit/U-1", 1));
}

STORE_CASE("a rollback undoes every kind of write") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  for (const Writer& writer : every_writer()) {
    INFO(writer.name);
    require_ok(writer.call(store));
  }
  store.rollback();
  check_untouched(store);
}

STORE_CASE("what was rolled back can be written again") {
  TestType at;
  ServerStore& store = at.store();
  for (int round = 0; round < 2; ++round) {
    require_ok(store.begin());
    for (const Writer& writer : every_writer()) require_ok(writer.call(store));
    store.rollback();
  }
  write(store, [&] {
    for (const Writer& writer : every_writer()) require_ok(writer.call(store));
  });
  CHECK(stored(store, 16, id_of(90)) == row_of(90, "unit/W", 1));
  CHECK(require_value(store.past(16, id_of(90))) == std::vector{past_of(1, kNoon, "t")});
  CHECK(require_value(store.replicas()) == std::vector{replica_of(kOther)});
  CHECK(require_value(store.inbox()).at(0).number == 1);
}

STORE_CASE("a rollback undoes replacements as well as additions") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    require_ok(store.put_row(row_of(1, "unit/U-1", 1)));
    require_ok(store.put_head("unit/U-1", head_of(1, 1)));
    require_ok(store.put_setting("name", "before"));
    require_ok(store.put_device(device_of("D-001")));
  });
  require_ok(store.begin());
  require_ok(store.put_row(row_of(1, "unit/U-2", 7, 2)));
  require_ok(store.put_head("unit/U-1", head_of(9, 0)));
  require_ok(store.put_setting("name", "after"));
  Device revoked = device_of("D-001");
  revoked.revoked_at = kNoon;
  require_ok(store.put_device(revoked));
  store.rollback();

  CHECK(feed(store, "unit/U-1") == std::vector{row_of(1, "unit/U-1", 1)});
  CHECK(feed(store, "unit/U-2").empty());
  CHECK(require_value(store.head("unit/U-1")) == head_of(1, 1));
  CHECK(require_value(store.setting("name")) == "before");
  CHECK(require_value(store.device("D-001")) == device_of("D-001"));
}

STORE_CASE("reads inside a transaction see its writes") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  require_ok(store.put_row(row_of(1, "unit/U-1", 1)));
  require_ok(store.put_head("unit/U-1", head_of(1, 1)));
  require_ok(store.add_commit(commit_of(1, "unit/U-1", 1, 1)));
  require_ok(store.put_setting("name", "value"));

  CHECK(stored(store, 16, id_of(1)) == row_of(1, "unit/U-1", 1));
  CHECK(numbers(feed(store, "unit/U-1")) == Numbers{1});
  CHECK(require_value(store.head("unit/U-1")) == head_of(1, 1));
  CHECK(require_value(store.last_commit()) == 1);
  CHECK(require_value(store.setting("name")) == "value");
  require_ok(store.commit());
}

STORE_CASE("undoing a savepoint undoes what came after it and nothing before") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  require_ok(store.put_row(row_of(1, "unit/U-1", 1)));
  require_ok(store.savepoint());
  require_ok(store.put_row(row_of(1, "unit/U-2", 1)));
  require_ok(store.put_row(row_of(2, "unit/U-1", 2)));
  require_ok(store.rollback_to_savepoint());
  require_ok(store.commit());

  CHECK(feed(store, "unit/U-1") == std::vector{row_of(1, "unit/U-1", 1)});
  CHECK(feed(store, "unit/U-2").empty());
  CHECK_FALSE(require_value(store.row(16, id_of(2))).has_value());
}

STORE_CASE("undoing a savepoint undoes every kind of write") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  require_ok(store.savepoint());
  for (const Writer& writer : every_writer()) require_ok(writer.call(store));
  require_ok(store.rollback_to_savepoint());
  check_untouched(store);
  require_ok(store.commit());
  check_untouched(store);
}

STORE_CASE("a transaction goes on after an undone savepoint and may use the same names") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  require_ok(store.savepoint());
  require_ok(store.put_row(row_of(1, "unit/new", 1)));
  require_ok(store.rollback_to_savepoint());

  // Other names first, so that whatever the undone ones stood for is given away to these.
  StoredRow other = row_of(2, "unit/other", 1);
  other.info.author = kOther;
  other.info.device_id = "D-002";
  require_ok(store.put_row(other));
  require_ok(store.put_row(row_of(1, "unit/new", 1)));
  require_ok(store.commit());
  CHECK(feed(store, "unit/other") == std::vector{other});
  CHECK(feed(store, "unit/new") == std::vector{row_of(1, "unit/new", 1)});
}

STORE_CASE("a released savepoint is kept by a commit") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  require_ok(store.savepoint());
  require_ok(store.put_setting("name", "kept"));
  require_ok(store.release());
  require_ok(store.commit());
  CHECK(require_value(store.setting("name")) == "kept");
}

STORE_CASE("a released savepoint is undone by the rollback of its transaction") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  require_ok(store.savepoint());
  require_ok(store.put_setting("name", "gone"));
  require_ok(store.release());
  store.rollback();
  CHECK_FALSE(require_value(store.setting("name")).has_value());
}

STORE_CASE("savepoints follow each other but are not nested") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  require_ok(store.savepoint());
  check_refused(store.savepoint(), Code::kInternal, "savepoint_open");
  require_ok(store.put_setting("first", "1"));
  require_ok(store.release());
  require_ok(store.savepoint());
  require_ok(store.put_setting("second", "2"));
  require_ok(store.rollback_to_savepoint());
  require_ok(store.savepoint());
  require_ok(store.put_setting("third", "3"));
  require_ok(store.commit());  // keeps what an open savepoint holds

  CHECK(require_value(store.setting("first")) == "1");
  CHECK_FALSE(require_value(store.setting("second")).has_value());
  CHECK(require_value(store.setting("third")) == "3");
}

STORE_CASE("no writer works outside a transaction") {
  TestType at;
  ServerStore& store = at.store();
  for (const Writer& writer : every_writer()) {
    INFO(writer.name);
    check_refused(writer.call(store), Code::kInternal, "no_transaction");
  }
  check_untouched(store);
}

STORE_CASE("the calls of a transaction are refused out of turn") {
  TestType at;
  ServerStore& store = at.store();
  check_refused(store.commit(), Code::kInternal, "no_transaction");
  check_refused(store.savepoint(), Code::kInternal, "no_transaction");
  check_refused(store.release(), Code::kInternal, "no_savepoint");
  check_refused(store.rollback_to_savepoint(), Code::kInternal, "no_savepoint");
  store.rollback();  // harmless
  require_ok(store.begin());
  check_refused(store.begin(), Code::kInternal, "transaction_open");
  check_refused(store.release(), Code::kInternal, "no_savepoint");
  require_ok(store.commit());
  check_refused(store.commit(), Code::kInternal, "no_transaction");
}

STORE_CASE("a refused write leaves the transaction usable") {
  TestType at;
  ServerStore& store = at.store();
  require_ok(store.begin());
  require_ok(store.put_row(row_of(1, "unit/U-1", 1)));
  check_refused(store.put_row(row_of(2, "unit/U-1", 1)), Code::kConflict, "seq_taken");
  require_ok(store.put_row(row_of(2, "unit/U-1", 2)));
  require_ok(store.commit());
  CHECK(numbers(feed(store, "unit/U-1")) == Numbers{1, 2});
}

}  // namespace nhip::server::suite
