// What the hook is told of the statement that changes a row: the columns it sets.
#include <algorithm>

#include "store_fixture.h"

namespace nhip::store {
namespace {

struct Told {
  bool known = false;
  std::vector<std::string> columns;
};

class Watched : public StoreFixture {
 public:
  Watched() : db_(open()) {
    REQUIRE(db_->execute("CREATE TABLE t(rid INTEGER PRIMARY KEY, id BLOB UNIQUE, a TEXT, b INT, "
                         "c INT CHECK(c<9)) STRICT;"
                         "INSERT INTO t(rid,id,a,b,c) VALUES(1,x'01','x',1,1),(2,x'02','y',2,2)")
                .ok());
    db_->on_row_change([this](const RowChange& change) {
      Told& told = told_.emplace_back();
      told.known = change.set_columns != nullptr;
      if (!told.known) return;
      for (const auto& [table, column] : change.set_columns->columns)
        told.columns.push_back(table + "." + column);
    });
  }
  std::vector<Told> run(const std::string& sql) {
    told_.clear();
    auto stmt = db_->cached(sql);
    REQUIRE(stmt.ok());
    last_ = stmt->run();
    return told_;
  }

 protected:
  std::unique_ptr<Db> db_;
  std::vector<Told> told_;
  Status last_;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Watched,
                 "store: an update tells which columns it sets, an upsert and a WITH too") {
  CHECK(run("UPDATE t SET a='z'").at(1).columns == Names{"t.a"});
  CHECK(run("UPDATE t SET (b,a)=(SELECT 1,'q') WHERE rid=1").at(0).columns == Names{"t.b", "t.a"});
  CHECK(run("INSERT INTO t(rid,b) VALUES(1,5) ON CONFLICT(rid) DO UPDATE SET b=excluded.b")
            .at(0)
            .columns == Names{"t.b"});
  CHECK(run("WITH w(x) AS (SELECT 7) UPDATE t SET b=x FROM w WHERE rid=2").at(0).columns ==
        Names{"t.b"});
  CHECK(run("DELETE FROM t WHERE rid=2").at(0).columns.empty());
}

TEST_CASE_METHOD(Watched, "store: a statement that is not kept tells nothing of its columns") {
  REQUIRE(db_->execute("UPDATE t SET a='z'").ok());
  REQUIRE(told_.size() == 2);
  CHECK_FALSE(told_[0].known);
}

TEST_CASE_METHOD(Watched, "store: a kept statement tells its columns after the table changed") {
  const std::string sql = "UPDATE t SET a='n' WHERE rid=1";
  const auto first = run(sql);
  REQUIRE(db_->execute("ALTER TABLE t ADD COLUMN d TEXT").ok());
  const auto again = run(sql);
  REQUIRE(again.size() == 1);
  CHECK(again[0].known);
  CHECK(std::count(again[0].columns.begin(), again[0].columns.end(), "t.a") > 0);
}

TEST_CASE_METHOD(Watched, "store: a statement that fails half way is counted") {
  const std::uint64_t before = db_->failures();
  const auto told = run("UPDATE t SET c=7+rid");
  CHECK(told.size() == 1);  // the first row was told, and taken back
  CHECK_FALSE(last_.ok());
  CHECK(db_->failures() == before + 1);
}

}  // namespace nhip::store
