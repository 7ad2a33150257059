// The two schemas of the tests: the union's, and a notebook of recipes and bookmarks that has
// nothing to do with it. Both are read from where they stand, so a test never has a copy that grew
// old.
#pragma once

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>

#include "nhip/schema.h"

namespace nhip::test {

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  INFO("reading " << path);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline Schema parse_schema(const std::string& json) {
  Result<Schema> schema = Schema::parse(json);
  INFO(schema.status().name() << " " << schema.status().message());
  REQUIRE(schema.ok());
  return std::move(schema).value();
}

inline std::string union_registry() { return read_file(NHIP_SCHEMA_DIR "/union/registry.json"); }
inline std::string notebook_registry() {
  return read_file(NHIP_TEST_DATA "/notebook_registry.json");
}

inline const Schema& union_schema() {
  static const Schema schema = parse_schema(union_registry());
  return schema;
}

inline const Schema& notebook_schema() {
  static const Schema schema = parse_schema(notebook_registry());
  return schema;
}

}  // namespace nhip::test
