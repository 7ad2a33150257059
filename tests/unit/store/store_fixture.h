// A folder of its own for each test, and connections to a database in it.
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "store/db.h"

namespace nhip::store {

class StoreFixture {
 public:
  StoreFixture() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nhip_store_XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~StoreFixture() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  StoreFixture(const StoreFixture&) = delete;
  StoreFixture& operator=(const StoreFixture&) = delete;

  std::string path(const std::string& name = "a.db") const { return (folder_ / name).string(); }

  static DbOptions options(bool create) {
    DbOptions options;
    options.create = create;
    options.busy_timeout_ms = 0;
    return options;
  }

  std::unique_ptr<Db> open(const std::string& name = "a.db") const {
    auto db = Db::open(path(name), options(true));
    REQUIRE(db.status().message() == "");
    REQUIRE(db.ok());
    return std::move(*db);
  }

  static void run(Db& db, std::string_view sql) {
    const Status status = db.execute(sql);
    INFO(status.message());
    REQUIRE(status.ok());
  }

  // The first column of the first row.
  static Value ask(Db& db, std::string_view sql) {
    auto stmt = db.prepare(sql);
    INFO(stmt.status().message());
    REQUIRE(stmt.ok());
    auto row = stmt->step();
    REQUIRE(row.ok());
    return *row ? stmt->value(0) : Value();
  }

  void write_file(const std::string& name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
  }
  std::string read_file(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace nhip::store
