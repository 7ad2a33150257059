// Connections: what is opened and how, what errors mean, checkpoints, transactions.
#include <sys/stat.h>

#include <limits>

#include "store_fixture.h"

using namespace nhip;
using namespace nhip::store;

namespace {

const Value kOne(std::int64_t{1});

}  // namespace

TEST_CASE_METHOD(StoreFixture,
                 "store/db: a new database is private, in WAL mode and fully synchronous",
                 "[store]") {
  const auto db = open();
  CHECK(ask(*db, "PRAGMA journal_mode") == Value("wal"));
  CHECK(ask(*db, "PRAGMA synchronous") == Value(std::int64_t{2}));
  CHECK(ask(*db, "PRAGMA wal_autocheckpoint") == Value(std::int64_t{0}));
  run(*db, "CREATE TABLE t(a)");
  for (const char* name : {"a.db", "a.db-wal", "a.db-shm"}) {
    struct stat found {};
    CAPTURE(name);
    REQUIRE(stat(path(name).c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
  }
}

TEST_CASE_METHOD(StoreFixture, "store/db: a missing file is not found and not made", "[store]") {
  const auto db = Db::open(path(), options(false));
  CHECK(db.status().code() == Code::kNotFound);
  CHECK(db.status().name() == "no_file");
  CHECK_FALSE(std::filesystem::exists(path()));
}

TEST_CASE_METHOD(StoreFixture, "store/db: a folder, a text file and an empty file are no databases",
                 "[store]") {
  std::filesystem::create_directory(path("folder"));
  write_file("short", "hello");
  write_file("long", std::string(5000, 'x'));
  write_file("empty", "");
  for (const char* name : {"folder", "short", "long", "empty"}) {
    CAPTURE(name);
    const auto db = Db::open(path(name), options(false));
    CHECK(db.status().code() == Code::kCorrupt);
    CHECK(db.status().name() == "not_a_database");
  }
  const auto db = Db::open(path("long"), options(true));
  CHECK(db.status().name() == "not_a_database");
  CHECK(read_file("short") == "hello");
  CHECK(read_file("long") == std::string(5000, 'x'));
  CHECK(read_file("empty").empty());
}

TEST_CASE_METHOD(StoreFixture, "store/db: names with a meaning for SQLite are plain file names",
                 "[store]") {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(path("."));
  for (const char* name : {":memory:", "file:b?mode=memory"}) {
    const auto db = Db::open(name, options(true));
    CHECK(db.ok());
    CHECK(std::filesystem::exists(name));
  }
  std::filesystem::current_path(before);
  CHECK(Db::open("", options(true)).status().name() == "bad_path");
  CHECK(Db::open(std::string("a\0b", 3), options(true)).status().name() == "bad_path");
}

TEST_CASE_METHOD(StoreFixture, "store/db: a folder that is not there cannot be written to",
                 "[store]") {
  const auto db = Db::open(path("nowhere/a.db"), options(true));
  CHECK(db.status().code() == Code::kCorrupt);
  CHECK(db.status().name() == "cannot_open");
}

TEST_CASE_METHOD(StoreFixture, "store/db: a damaged page is reported as damage", "[store]") {
  {
    const auto db = open();
    run(*db, "CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(20000))");
    REQUIRE(db->checkpoint().ok());
  }
  {
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(4096, '\x7F');
  }
  const auto db = open();
  const Status status = db->execute("SELECT a FROM t");
  CHECK(status.code() == Code::kCorrupt);
  CHECK(status.name() == "damaged");
}

TEST_CASE_METHOD(StoreFixture, "store/db: a full disk is told apart and undoes the transaction",
                 "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a); PRAGMA max_page_count=4");
  auto txn = Txn::begin(*db);
  REQUIRE(txn.ok());
  const Status status = db->execute("INSERT INTO t VALUES(zeroblob(100000))");
  CHECK(status.code() == Code::kDiskFull);
  CHECK(status.name() == "disk_full");
  txn->rollback();
  CHECK_FALSE(db->in_transaction());
  CHECK(ask(*db, "SELECT count(*) FROM t") == Value(std::int64_t{0}));
}

TEST_CASE_METHOD(StoreFixture, "store/db: a broken constraint is the caller's data", "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b CHECK(b > 0)); INSERT INTO t VALUES(1, 1)");
  for (const char* sql : {"INSERT INTO t VALUES(1, 1)", "INSERT INTO t VALUES(2, 0)",
                          "INSERT INTO t VALUES('x', 1)"}) {
    CAPTURE(sql);
    const Status status = db->execute(sql);
    CHECK(status.code() == Code::kInvalid);
    CHECK(status.name() == "constraint");
  }
}

TEST_CASE_METHOD(StoreFixture, "store/db: a second writer finds the database in use", "[store]") {
  const auto first = open();
  run(*first, "CREATE TABLE t(a)");
  const auto second = open();
  auto txn = Txn::begin(*first);
  REQUIRE(txn.ok());
  const auto refused = Txn::begin(*second);
  CHECK(refused.status().code() == Code::kBusy);
  CHECK(refused.status().name() == "in_use");
  REQUIRE(txn->commit().ok());
  CHECK(Txn::begin(*second).ok());
}

TEST_CASE_METHOD(StoreFixture, "store/db: a read-only connection reads and refuses to write",
                 "[store]") {
  const auto writer = open();
  run(*writer, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  DbOptions reading = options(false);
  reading.read_only = true;
  auto db = Db::open(path(), reading);
  REQUIRE(db.ok());
  CHECK(ask(**db, "SELECT a FROM t") == kOne);
  const Status status = (*db)->execute("INSERT INTO t VALUES(2)");
  CHECK(status.code() == Code::kForbidden);
  CHECK(status.name() == "read_only");
}

TEST_CASE_METHOD(StoreFixture,
                 "store/db: double quotes never make a text out of a wrong column name",
                 "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a)");
  CHECK(db->execute("SELECT \"nothing\" FROM t").name() == "bad_sql");
  CHECK(db->execute("INSERT INTO t VALUES(\"text\")").name() == "bad_sql");
}

TEST_CASE_METHOD(StoreFixture, "store/db: execute runs every statement and passes over comments",
                 "[store]") {
  const auto db = open();
  run(*db,
      "-- first\nCREATE TABLE t(a);;\n INSERT INTO t VALUES(1); /* and */ INSERT INTO t VALUES(2) "
      "-- x");
  CHECK(ask(*db, "SELECT sum(a) FROM t") == Value(std::int64_t{3}));
  CHECK_FALSE(db->execute(std::string_view("SELECT 1;\0DELETE FROM t", 23)).ok());
  CHECK_FALSE(db->execute("INSERT INTO t VALUES(3); nonsense").ok());
}

TEST_CASE_METHOD(StoreFixture,
                 "store/db: a commit counts the pages of the log, a checkpoint empties it",
                 "[store]") {
  const auto db = open();
  CHECK(db->wal_pages() == 0);
  run(*db, "CREATE TABLE t(a)");
  const auto after_create = db->wal_pages();
  CHECK(after_create > 0);
  run(*db, "INSERT INTO t VALUES(1)");
  CHECK(db->wal_pages() > after_create);
  REQUIRE(db->checkpoint().ok());
  CHECK(db->wal_pages() == 0);
  CHECK(std::filesystem::file_size(path("a.db-wal")) == 0);
}

TEST_CASE_METHOD(StoreFixture,
                 "store/db: a checkpoint does not wait for a reader, and loses nothing",
                 "[store]") {
  const auto writer = open();
  run(*writer, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  const auto reader = open();
  {
    auto reading = reader->prepare("SELECT a FROM t");
    REQUIRE(reading.ok());
    REQUIRE(reading->step().ok());
    run(*writer, "INSERT INTO t VALUES(2)");
    CHECK(writer->checkpoint().ok());
    CHECK(writer->wal_pages() > 0);
  }
  CHECK(writer->checkpoint().ok());
  CHECK(writer->wal_pages() == 0);
  CHECK(ask(*reader, "SELECT sum(a) FROM t") == Value(std::int64_t{3}));
}

TEST_CASE_METHOD(StoreFixture, "store/db: closing does not checkpoint", "[store]") {
  {
    const auto db = open();
    run(*db, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  }
  CHECK(std::filesystem::file_size(path("a.db-wal")) > 0);
  const auto db = open();
  CHECK(ask(*db, "SELECT a FROM t") == kOne);
}

TEST_CASE_METHOD(StoreFixture, "store/txn: what was not committed is undone", "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a)");
  {
    auto txn = Txn::begin(*db);
    REQUIRE(txn.ok());
    run(*db, "INSERT INTO t VALUES(1)");
    CHECK(db->in_transaction());
  }
  CHECK_FALSE(db->in_transaction());
  CHECK(ask(*db, "SELECT count(*) FROM t") == Value(std::int64_t{0}));
}

TEST_CASE_METHOD(StoreFixture, "store/txn: after commit and after rollback it is inert",
                 "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a)");
  auto txn = Txn::begin(*db);
  REQUIRE(txn.ok());
  run(*db, "INSERT INTO t VALUES(1)");
  REQUIRE(txn->commit().ok());
  auto next = Txn::begin(*db);
  REQUIRE(next.ok());
  txn->rollback();
  CHECK_FALSE(txn->commit().ok());
  CHECK(db->in_transaction());
  next->rollback();
  CHECK_FALSE(next->commit().ok());
  CHECK(ask(*db, "SELECT count(*) FROM t") == kOne);
}

TEST_CASE("store/db: memory databases work without files", "[store]") {
  auto db = Db::open_memory();
  REQUIRE(db.ok());
  REQUIRE((*db)->execute("CREATE TABLE t(a); INSERT INTO t VALUES(7)").ok());
  CHECK(StoreFixture::ask(**db, "SELECT a FROM t") == Value(std::int64_t{7}));
  CHECK((*db)->checkpoint().ok());
}

TEST_CASE("store/db: an identifier keeps its quotes", "[store]") {
  CHECK(quoted("plain") == "\"plain\"");
  CHECK(quoted("a\"b") == "\"a\"\"b\"");
}
