// Statements: values in and out, leases, faults that cannot be overlooked.
#include <cmath>
#include <limits>

#include "store_fixture.h"

using namespace nhip;
using namespace nhip::store;

TEST_CASE_METHOD(StoreFixture, "store/stmt: every kind of value comes back exactly", "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a)");
  const Value values[] = {
      Value(),
      Value(std::numeric_limits<std::int64_t>::min()),
      Value(std::numeric_limits<std::int64_t>::max()),
      Value(0.1),
      Value(-std::numeric_limits<double>::infinity()),
      Value(std::numeric_limits<double>::denorm_min()),
      Value(""),
      Value(std::string("a\0b", 3)),
      Value("Đông Hưng"),
      Value(std::string("\xFF\x80")),
      Value(Bytes{}),
      Value(Bytes{0, 1, 255}),
  };
  for (const Value& value : values) {
    run(*db, "DELETE FROM t");
    auto insert = db->cached("INSERT INTO t VALUES(?1)");
    REQUIRE(insert.ok());
    REQUIRE(insert->bind(1, value).run().ok());
    CHECK(ask(*db, "SELECT a FROM t") == value);
  }
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: typed binds and columns agree", "[store]") {
  const auto db = open();
  auto stmt = db->prepare("SELECT ?1, ?2, ?3, ?4, ?5 AS named");
  REQUIRE(stmt.ok());
  const Id id = *Id::parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  const std::string text = "x";
  stmt->bind(1, 5).bind(2, text).bind(3, Bytes{1}).bind(4, id).bind_null(5);
  REQUIRE(*stmt->step());
  CHECK(stmt->columns() == 5);
  CHECK(stmt->column_name(4) == "named");
  CHECK(stmt->integer(0) == 5);
  CHECK(stmt->text(1) == "x");
  CHECK(stmt->blob(2) == Bytes{1});
  CHECK(stmt->id(3) == id);
  CHECK(stmt->is_null(4));
  CHECK(stmt->id(2) == Id{});
  CHECK(stmt->integer(4) == 0);
  CHECK(stmt->text(4).empty());
  CHECK(stmt->blob(4).empty());
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: a stamp above 2^63 survives as unsigned", "[store]") {
  const auto db = open();
  auto stmt = db->prepare("SELECT ?1");
  REQUIRE(stmt.ok());
  const std::uint64_t stamp = 0xFFFF'FFFF'FFFF'0001ULL;
  stmt->bind(1, static_cast<std::int64_t>(stamp));
  REQUIRE(*stmt->step());
  CHECK(stmt->unsigned_integer(0) == stamp);
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: a bind that fails is reported by the next step",
                 "[store]") {
  const auto db = open();
  auto stmt = db->prepare("SELECT ?1");
  REQUIRE(stmt.ok());
  stmt->bind(2, 1).bind(1, 1);
  const auto row = stmt->step();
  REQUIRE_FALSE(row.ok());
  CHECK(row.status().code() == Code::kUsage);
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: after the end it can be bound and run again",
                 "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a)");
  auto insert = db->prepare("INSERT INTO t VALUES(?1)");
  REQUIRE(insert.ok());
  for (int i = 1; i <= 3; ++i) REQUIRE(insert->bind(1, i).run().ok());
  CHECK(db->changes() == 1);
  CHECK(db->last_insert_rowid() == 3);
  CHECK(ask(*db, "SELECT sum(a) FROM t") == Value(std::int64_t{6}));
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: an error in the middle leaves the statement usable",
                 "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a UNIQUE)");
  auto insert = db->prepare("INSERT INTO t VALUES(?1)");
  REQUIRE(insert.ok());
  REQUIRE(insert->bind(1, 1).run().ok());
  CHECK(insert->bind(1, 1).run().name() == "constraint");
  CHECK(insert->bind(1, 2).run().ok());
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: a returned lease comes back unbound", "[store]") {
  const auto db = open();
  const char* const sql = "SELECT ?1";
  {
    auto lease = db->cached(sql);
    REQUIRE(lease.ok());
    lease->bind(1, "secret");
    REQUIRE(*lease->step());
  }
  auto again = db->cached(sql);
  REQUIRE(again.ok());
  REQUIRE(*again->step());
  CHECK(again->is_null(0));
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: two leases of one text do not disturb each other",
                 "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)");
  const char* const sql = "SELECT a FROM t ORDER BY a";
  auto outer = db->cached(sql);
  REQUIRE(outer.ok());
  REQUIRE(*outer->step());
  {
    auto inner = db->cached(sql);
    REQUIRE(inner.ok());
    REQUIRE(*inner->step());
    CHECK(inner->integer(0) == 1);
  }
  REQUIRE(*outer->step());
  CHECK(outer->integer(0) == 2);
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: moving keeps the lease with the new owner", "[store]") {
  const auto db = open();
  const char* const sql = "SELECT 1";
  {
    auto lease = db->cached(sql);
    REQUIRE(lease.ok());
    Stmt moved = std::move(*lease);
    Stmt assigned;
    assigned = std::move(moved);
    CHECK(*assigned.step());
  }
  CHECK(*db->cached(sql)->step());
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: nothing prepared is an error, not a crash", "[store]") {
  Stmt none;
  CHECK(none.step().status().code() == Code::kInternal);
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: prepare takes one statement and no second one",
                 "[store]") {
  const auto db = open();
  CHECK(db->prepare("SELECT 1; -- that was all\n").ok());
  CHECK(db->prepare("SELECT 1; SELECT 2").status().name() == "many_statements");
  CHECK(db->prepare("SELECT 1; nonsense").status().name() == "many_statements");
  CHECK(db->prepare(std::string_view("SELECT 1;\0DROP", 14)).status().name() == "many_statements");
  CHECK(db->prepare(" -- nothing").status().name() == "empty_sql");
  CHECK(db->prepare("SELEC 1").status().name() == "bad_sql");
}

TEST_CASE_METHOD(StoreFixture, "store/stmt: what only reads says so", "[store]") {
  const auto db = open();
  run(*db, "CREATE TABLE t(a)");
  CHECK(db->prepare("SELECT * FROM t")->read_only());
  CHECK_FALSE(db->prepare("DELETE FROM t")->read_only());
}
