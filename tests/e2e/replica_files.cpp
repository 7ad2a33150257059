#include "e2e/replica_files.h"

#include <sqlite3.h>
#include <catch2/catch.hpp>

#include <filesystem>

namespace nhip::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const std::string& replica) {
  std::vector<fs::path> files;
  const std::string name = fs::path(replica).filename().string();
  for (const auto& entry : fs::directory_iterator(fs::path(replica).parent_path())) {
    const std::string given = entry.path().filename().string();
    if (given == name || given.rfind(name + "-", 0) == 0) files.push_back(entry.path());
  }
  return files;
}

int add_first(void* rows, int columns, char** values, char**) {
  if (columns > 0 && values[0] != nullptr)
    static_cast<std::vector<std::string>*>(rows)->push_back(values[0]);
  return 0;
}

}  // namespace

void copy_replica(const std::string& from, const std::string& to) {
  for (const fs::path& old : files_of(to)) fs::remove(old);
  for (const fs::path& file : files_of(from))
    fs::copy_file(file, to + file.string().substr(from.size()));
}

std::vector<std::string> read_sql(const std::string& file, const std::string& sql) {
  std::vector<std::string> rows;
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  char* error = nullptr;
  const int code = sqlite3_exec(db, sql.c_str(), add_first, &rows, &error);
  INFO(sql << " → " << (error != nullptr ? error : ""));
  sqlite3_free(error);
  sqlite3_close(db);
  REQUIRE(code == SQLITE_OK);
  return rows;
}

void run_sql(const std::string& file, const std::string& sql) { read_sql(file, sql); }

}  // namespace nhip::test
