// What SQL of an application may do to a database, and what it may not.
#include "store_fixture.h"

using namespace nhip;
using namespace nhip::store;

namespace {

class RestrictedFixture : public StoreFixture {
 public:
  RestrictedFixture() : db(open()) {
    run(*db,
        "CREATE TABLE record(a); CREATE TABLE book(a); CREATE INDEX record_a ON record(a);"
        "CREATE TRIGGER capture AFTER INSERT ON record BEGIN INSERT INTO book VALUES(new.a); END;"
        "CREATE VIEW seen AS SELECT a FROM book");
    db->restrict_writes({"record"});
  }
  std::unique_ptr<Db> db;
};

}  // namespace

TEST_CASE_METHOD(RestrictedFixture,
                 "store/authorizer: listed tables are written, triggers do their part", "[store]") {
  run(*db,
      "INSERT INTO record VALUES(1); UPDATE record SET a=2; INSERT OR REPLACE INTO record "
      "VALUES(3)");
  CHECK(ask(*db, "SELECT count(*) FROM book") == Value(std::int64_t{2}));
  run(*db, "DELETE FROM record");
  CHECK(ask(*db, "SELECT count(*) FROM record") == Value(std::int64_t{0}));
}

TEST_CASE_METHOD(RestrictedFixture, "store/authorizer: everything may be read", "[store]") {
  run(*db, "SELECT max(a), upper('x') FROM book");
  run(*db, "SELECT * FROM seen");
  run(*db,
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<3) SELECT * FROM n");
  run(*db, "PRAGMA table_info(record)");
}

TEST_CASE_METHOD(RestrictedFixture,
                 "store/authorizer: everything else is refused and changes nothing", "[store]") {
  const auto* sql = GENERATE(
      "INSERT INTO book VALUES(1)", "UPDATE book SET a=1", "DELETE FROM book",
      "REPLACE INTO book VALUES(1)", "INSERT INTO book SELECT a FROM record",
      "CREATE TABLE other(a)", "CREATE TEMP TABLE record(a)", "CREATE INDEX i ON record(a)",
      "CREATE VIEW v AS SELECT 1", "CREATE TEMP VIEW v AS SELECT 1",
      "CREATE TRIGGER t AFTER DELETE ON record BEGIN DELETE FROM book; END",
      "CREATE TEMP TRIGGER t AFTER DELETE ON record BEGIN DELETE FROM book; END",
      "CREATE VIRTUAL TABLE v USING fts5(a)", "DROP TABLE record", "DROP TRIGGER capture",
      "DROP INDEX record_a", "DROP VIEW seen", "ALTER TABLE record ADD COLUMN b",
      "ALTER TABLE record RENAME TO other", "ATTACH ':memory:' AS other", "DETACH main", "ANALYZE",
      "REINDEX", "VACUUM", "VACUUM INTO 'copy.db'", "BEGIN", "COMMIT", "SAVEPOINT s",
      "PRAGMA synchronous=OFF", "PRAGMA journal_mode=DELETE", "PRAGMA wal_autocheckpoint=1",
      "PRAGMA wal_checkpoint", "PRAGMA user_version=1", "PRAGMA writable_schema=1",
      "PRAGMA foreign_keys=1", "PRAGMA optimize");
  CAPTURE(sql);
  const Status status = db->execute(sql);
  CHECK(status.code() == Code::kForbidden);
  CHECK(status.name() == "write_not_allowed");
  db->allow_all_writes();
  CHECK(ask(*db, "SELECT count(*) FROM book") == Value(std::int64_t{0}));
  CHECK(ask(*db, "SELECT count(*) FROM sqlite_schema") == Value(std::int64_t{5}));
}

TEST_CASE_METHOD(RestrictedFixture, "store/authorizer: the schema's own table is never written",
                 "[store]") {
  const auto* sql = GENERATE("UPDATE sqlite_schema SET sql=''", "DELETE FROM sqlite_schema");
  CHECK_FALSE(db->execute(sql).ok());
  db->allow_all_writes();
  CHECK_FALSE(db->execute(sql).ok());
  CHECK(ask(*db, "SELECT count(*) FROM sqlite_schema") == Value(std::int64_t{5}));
}

TEST_CASE_METHOD(RestrictedFixture, "store/authorizer: a transaction ends whatever is restricted",
                 "[store]") {
  auto txn = Txn::begin(*db);
  REQUIRE(txn.ok());
  run(*db, "INSERT INTO record VALUES(1)");
  CHECK(db->execute("COMMIT").name() == "write_not_allowed");
  CHECK(db->execute("ROLLBACK").name() == "write_not_allowed");
  REQUIRE(txn->commit().ok());
  {
    auto dropped = Txn::begin(*db);
    REQUIRE(dropped.ok());
    run(*db, "INSERT INTO record VALUES(2)");
  }
  CHECK_FALSE(db->in_transaction());
  CHECK(ask(*db, "SELECT count(*) FROM record") == Value(std::int64_t{1}));
}

TEST_CASE_METHOD(RestrictedFixture, "store/authorizer: an empty list allows no write", "[store]") {
  db->restrict_writes({});
  CHECK(db->execute("INSERT INTO record VALUES(1)").name() == "write_not_allowed");
  run(*db, "SELECT * FROM record");
}

TEST_CASE_METHOD(RestrictedFixture, "store/authorizer: statements prepared before keep working",
                 "[store]") {
  db->allow_all_writes();
  auto own = db->prepare("INSERT INTO book VALUES(?1)");
  REQUIRE(own.ok());
  db->restrict_writes({"record"});
  CHECK(own->bind(1, 1).run().ok());
  db->allow_all_writes();
  run(*db, "INSERT INTO book VALUES(2)");
}
