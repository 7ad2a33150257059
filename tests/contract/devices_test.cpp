// Devices, replicas, enrolment codes, the inbox and settings.
#include "server_store_suite.h"

namespace nhip::server::suite {

STORE_CASE("a device is found by its id and listed in order of ids") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    for (const char* id : {"D-2", "D-10", "D-1"}) require_ok(store.put_device(device_of(id)));
  });
  CHECK(require_value(store.device("D-10")) == device_of("D-10"));
  CHECK_FALSE(require_value(store.device("D-3")).has_value());
  CHECK(require_value(store.devices()) ==
        std::vector{device_of("D-1"), device_of("D-10"), device_of("D-2")});
}

STORE_CASE("a device that is put again is replaced") {
  TestType at;
  ServerStore& store = at.store();
  Device revoked = device_of("D-1");
  revoked.label = "";
  revoked.revoked_at = 0;  // a time, not "never"
  write(store, [&] { require_ok(store.put_device(device_of("D-1"))); });
  write(store, [&] { require_ok(store.put_device(revoked)); });
  CHECK(require_value(store.devices()) == std::vector{revoked});
  write(store, [&] { require_ok(store.put_device(device_of("D-1"))); });
  CHECK(require_value(store.device("D-1")) == device_of("D-1"));
}

STORE_CASE("what was taken over of a record is kept per epoch, the newest state alone") {
  TestType at;
  ServerStore& store = at.store();
  const Id id = id_of(1);
  const OfferedState first{1'000, 41, 1'001}, newer{1'000, 44, 1'007}, other{9'000, 41, 9'002};
  write(store, [&] { require_ok(store.put_offered(16, id, first)); });
  write(store, [&] {
    require_ok(store.put_offered(16, id, newer));
    require_ok(store.put_offered(16, id, other));
  });
  CHECK(require_value(store.offered(16, id, 1'000)) == newer);
  CHECK(require_value(store.offered(16, id, 9'000)) == other);
  CHECK_FALSE(require_value(store.offered(17, id, 1'000)).has_value());
  CHECK_FALSE(require_value(store.offered(16, id, 1'001)).has_value());
}

STORE_CASE("a replica is found by number and incarnation") {
  TestType at;
  ServerStore& store = at.store();
  const Author first{7, 1}, second{7, 2};
  write(store, [&] {
    require_ok(store.put_replica(replica_of(first)));
    require_ok(store.put_replica(replica_of(second)));
  });
  CHECK(require_value(store.replica(second)) == replica_of(second));
  CHECK_FALSE(require_value(store.replica(Author{7, 3})).has_value());
  CHECK_FALSE(require_value(store.replica(Author{8, 1})).has_value());
}

STORE_CASE("replicas are listed by unsigned number and then by incarnation") {
  TestType at;
  ServerStore& store = at.store();
  const std::vector<Author> ascending = {{1, 4'000'000'000},
                                         {0x7FFF'FFFF'FFFF'FFFF, 1},
                                         {0x8000'0000'0000'0000, 1},
                                         {kNoBound, 1},
                                         {kNoBound, 2}};
  write(store, [&] {
    for (const std::size_t i : {4u, 2u, 0u, 3u, 1u}) {
      require_ok(store.put_replica(replica_of(ascending[i])));
    }
  });
  std::vector<Author> listed;
  for (const ReplicaRecord& replica : require_value(store.replicas())) {
    listed.push_back(replica.replica);
  }
  CHECK(listed == ascending);
}

STORE_CASE("a replica that is put again is replaced") {
  TestType at;
  ServerStore& store = at.store();
  ReplicaRecord bare;
  bare.replica = kWriter;
  write(store, [&] { require_ok(store.put_replica(replica_of(kWriter))); });
  write(store, [&] { require_ok(store.put_replica(bare)); });
  CHECK(require_value(store.replicas()) == std::vector{bare});
}

STORE_CASE("an enrolment code is found by its handle and replaced as it is used") {
  TestType at;
  ServerStore& store = at.store();
  EnrolmentCode used = code_of("ABCD");
  used.tries_left = 0;
  used.used_by = "D-1";
  used.used_key = Bytes(32, 0xFF);
  write(store, [&] {
    require_ok(store.put_code(code_of("ABCD")));
    require_ok(store.put_code(code_of("EFGH")));
  });
  CHECK(require_value(store.code("ABCD")) == code_of("ABCD"));
  write(store, [&] { require_ok(store.put_code(used)); });
  CHECK(require_value(store.code("ABCD")) == used);
  CHECK(require_value(store.code("EFGH")) == code_of("EFGH"));
  CHECK_FALSE(require_value(store.code("abcd")).has_value());
}

STORE_CASE("empty texts and keys survive as what they are") {
  TestType at;
  ServerStore& store = at.store();
  InboxEntry bare;
  write(store, [&] {
    require_ok(store.put_device(Device{}));
    require_ok(store.put_code(EnrolmentCode{}));
    require_ok(store.put_setting("", ""));
    CHECK(require_value(store.add_inbox(bare)) == 1);
  });
  bare.number = 1;
  CHECK(require_value(store.device("")) == Device{});
  CHECK(require_value(store.code("")) == EnrolmentCode{});
  CHECK(require_value(store.setting("")) == "");
  CHECK(require_value(store.inbox()) == std::vector{bare});
  CHECK_FALSE(require_value(store.inbox_of(Author{}, 0)).has_value());
}

STORE_CASE("inbox entries are numbered by the store and listed in that order") {
  TestType at;
  ServerStore& store = at.store();
  InboxEntry first = inbox_entry(kWriter, 5, 9), second = inbox_entry(kOther, 1, 1);
  first.number = 77;  // not the caller's to give
  second.state = "held";
  write(store, [&] {
    first.number = require_value(store.add_inbox(first));
    second.number = require_value(store.add_inbox(second));
  });
  CHECK(first.number == 1);
  CHECK(second.number == 2);
  CHECK(require_value(store.inbox()) == std::vector{first, second});
}

STORE_CASE("an inbox entry is found by every operation of its group and by no other") {
  TestType at;
  ServerStore& store = at.store();
  InboxEntry low = inbox_entry(kWriter, 5, 7), high = inbox_entry(kWriter, 10, 10),
             other = inbox_entry({kWriter.replica, kWriter.incarnation + 1}, 5, 12);
  write(store, [&] {
    high.number = require_value(store.add_inbox(high));
    low.number = require_value(store.add_inbox(low));
    other.number = require_value(store.add_inbox(other));
  });
  for (const std::uint64_t inside : {5u, 6u, 7u}) {
    INFO(inside);
    CHECK(require_value(store.inbox_of(kWriter, inside)) == low);
  }
  CHECK(require_value(store.inbox_of(kWriter, 10)) == high);
  for (const std::uint64_t outside : {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{8},
                                      std::uint64_t{9}, std::uint64_t{11}, kNoBound}) {
    INFO(outside);
    CHECK_FALSE(require_value(store.inbox_of(kWriter, outside)).has_value());
  }
  CHECK(require_value(store.inbox_of(other.author, 11)) == other);
  CHECK_FALSE(require_value(store.inbox_of(kOther, 6)).has_value());
}

STORE_CASE("of two entries for one group the newer is found and both are kept") {
  TestType at;
  ServerStore& store = at.store();
  InboxEntry held = inbox_entry(kWriter, 1, 3), rejected = held;
  held.state = "held";
  write(store, [&] {
    held.number = require_value(store.add_inbox(held));
    rejected.number = require_value(store.add_inbox(rejected));
  });
  CHECK(require_value(store.inbox_of(kWriter, 2)) == rejected);
  CHECK(require_value(store.inbox()) == std::vector{held, rejected});
}

STORE_CASE("a refused group is kept exactly even where it breaks the rules") {
  TestType at;
  ServerStore& store = at.store();
  InboxEntry entry = inbox_entry(kWriter, 1, 2);
  core::Operation& operation = entry.group.operations[0];
  operation.type = 65535;
  operation.stamp = kNoBound;
  operation.seen = kNoBound;
  operation.held = kNoBound;
  operation.scope = std::string("\xc3\x28\0", 3);
  operation.changes = {{{9, "z"}, Value(Bytes{})},
                       {{9, "a"}, Value(std::numeric_limits<std::int64_t>::min())},
                       {{0, ""}, Value()},
                       {{0, ""}, Value(-0.0)}};  // out of order, and one cell twice
  entry.group.operations[1].changes.clear();
  write(store, [&] { entry.number = require_value(store.add_inbox(entry)); });
  CHECK(require_value(store.inbox_of(kWriter, 1)) == entry);
}

STORE_CASE("a setting is found by its exact name and replaced when put again") {
  TestType at;
  ServerStore& store = at.store();
  const std::string bytes("\xff\0\x01", 3);
  write(store, [&] {
    require_ok(store.put_setting("schema", "{}"));
    require_ok(store.put_setting("schema", bytes));
    require_ok(store.put_setting("Schema", "another"));
  });
  CHECK(require_value(store.setting("schema")) == bytes);
  CHECK(require_value(store.setting("Schema")) == "another");
  CHECK_FALSE(require_value(store.setting("schem")).has_value());
}

}  // namespace nhip::server::suite
