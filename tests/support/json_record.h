// Short words for tests that read records from JSON.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

#include "record/record_json.h"
#include "support/load_schema.h"

namespace nhip::test {

inline const Id kCentre = *Id::parse("0f0e0d0c-0b0a-4908-8706-050403020100");
inline const Id kRecord = *Id::parse("01890000-0000-7000-8000-000000000001");

inline Result<record::ParsedRecord> try_entry(const Type& type, const std::string& json,
                                              bool creating = false) {
  record::ParseOptions options;
  options.creating = creating;
  options.centre = kCentre;
  return record::parse_record(type, nlohmann::json::parse(json), options);
}

inline Result<record::ParsedRecord> try_load(const Type& type, const std::string& json) {
  record::ParseOptions options;
  options.source = record::Source::kLoad;
  options.centre = kCentre;
  return record::parse_record(type, nlohmann::json::parse(json), options,
                              {"rev", "device_id", "updated_at", "received_at", "deleted"});
}

inline record::ParsedRecord must(Result<record::ParsedRecord> parsed) {
  INFO(parsed.status().name() << " " << parsed.status().message());
  REQUIRE(parsed.ok());
  return std::move(parsed).value();
}

// Entry of fields of a recipe, and what the record then looks like.
inline record::ParsedRecord recipe(const std::string& json) {
  return must(try_entry(*notebook_schema().type("recipe"), json));
}

inline nlohmann::json printed(const Type& type, const record::ParsedRecord& parsed) {
  return record::to_json(type, parsed.id.value_or(kRecord), parsed.cells);
}

// `message` begins with the field's path: "title: …".
inline void check_refused(const Result<record::ParsedRecord>& parsed, const std::string& name,
                          const std::string& path) {
  REQUIRE_FALSE(parsed.ok());
  INFO(parsed.status().message());
  CHECK(parsed.status().code() == Code::kInvalid);
  CHECK(parsed.status().name() == name);
  CHECK(parsed.status().message().rfind(path + ":", 0) == 0);
}

inline void check_recipe_refused(const std::string& json, const std::string& name,
                                 const std::string& path) {
  INFO(json);
  check_refused(try_entry(*notebook_schema().type("recipe"), json), name, path);
}

}  // namespace nhip::test
