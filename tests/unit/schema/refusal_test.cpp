// What a registry must not say. Each refusal names the place, so that who writes a schema finds it.

#include <catch2/catch.hpp>

#include <string>

#include "nhip/schema.h"

namespace {

constexpr const char* kOneField = R"({"number":1,"path":"p","type":"text"})";

std::string registry(const std::string& types) {
  return R"({"schema":"s","version":1,"types":[)" + types + "]}";
}

std::string type(const std::string& fields, const std::string& more = "",
                 const std::string& scope = R"({"fixed":"x"})") {
  return R"({"number":16,"name":"t","scope":)" + scope + more + R"(,"fields":[)" + fields + "]}";
}

std::string field(const std::string& attributes) { return R"({"number":2,)" + attributes + "}"; }

void check_refused(const std::string& json, const std::string& name, const std::string& place) {
  INFO(json);
  const auto schema = nhip::Schema::parse(json);
  REQUIRE_FALSE(schema.ok());
  CHECK(schema.status().code() == nhip::Code::kInvalid);
  CHECK(schema.status().name() == name);
  INFO(schema.status().message());
  CHECK(schema.status().message().rfind(place + ":", 0) == 0);
}

void check_field_refused(const std::string& attributes, const std::string& name,
                         const std::string& key) {
  check_refused(registry(type(field(attributes))), name, "types[0].fields[0]." + key);
}

}  // namespace

TEST_CASE("schema/refusals: the smallest good registry passes, so the others fail for their reason",
          "[schema]") {
  CHECK(nhip::Schema::parse(registry(type(kOneField))).ok());
  CHECK(
      nhip::Schema::parse(registry(type(field(R"("path":"a.b","type":"integer","min":1,"max":2)"))))
          .ok());
}

TEST_CASE("schema/refusals: text that is no JSON or no UTF-8", "[schema]") {
  check_refused("{", "schema_bad_json", "schema");
  check_refused("{\"schema\":\"\xff\"}", "schema_bad_json", "schema");
}

TEST_CASE("schema/refusals: something else where an object, a text, a list or a number belongs",
          "[schema]") {
  check_refused("[]", "schema_wrong_type", "");
  check_refused(R"({"schema":1,"version":1,"types":[]})", "schema_wrong_type", "schema");
  check_refused(R"({"schema":"s","version":"1","types":[]})", "schema_wrong_type", "version");
  check_refused(R"({"schema":"s","version":1,"types":{}})", "schema_wrong_type", "types");
  check_field_refused(R"("path":"p","type":"text","required":1)", "schema_wrong_type", "required");
  check_field_refused(R"("path":"p","type":"integer","min":1.5)", "schema_wrong_type", "min");
  check_field_refused(R"("path":"p","type":"integer","max":9223372036854775808)",
                      "schema_wrong_type", "max");
  check_field_refused(R"("path":"p","type":"text","policy":"server","transitions":[["a"]])",
                      "schema_wrong_type", "transitions");
  check_field_refused(R"("path":"p","type":"text","policy":"ladder","ladder":[""])",
                      "schema_wrong_type", "ladder");
  check_refused(registry(type(kOneField, "", R"("x")")), "schema_wrong_type", "types[0].scope");
}

TEST_CASE("schema/refusals: something that must be there is missing", "[schema]") {
  check_refused(R"({"version":1,"types":[]})", "schema_missing_key", "schema");
  check_refused(R"({"schema":"s","types":[]})", "schema_missing_key", "version");
  check_refused(R"({"schema":"s","version":1})", "schema_missing_key", "types");
  check_refused(registry(R"({"number":16,"name":"t","fields":[]})"), "schema_missing_key",
                "types[0].scope");
  check_refused(registry(type("")), "schema_missing_key", "types[0].fields");
  check_field_refused(R"("path":"p")", "schema_missing_key", "type");
  check_field_refused(R"("type":"text")", "schema_missing_key", "path");
}

TEST_CASE("schema/refusals: an attribute nobody knows, such as a misspelt one", "[schema]") {
  check_field_refused(R"("path":"p","type":"text","lenght_max":3)", "schema_unknown_key",
                      "lenght_max");
  check_refused(registry(type(kOneField, R"(,"writer":"any")")), "schema_unknown_key",
                "types[0].writer");
}

TEST_CASE("schema/refusals: words that mean nothing", "[schema]") {
  check_field_refused(R"("path":"p","type":"string")", "schema_unknown_word", "type");
  check_field_refused(R"("path":"p","type":"text","policy":"latest")", "schema_unknown_word",
                      "policy");
  check_field_refused(R"("path":"p","type":"text","shape":"bag")", "schema_unknown_word", "shape");
  check_refused(registry(type(kOneField, R"(,"writers":"all")")), "schema_unknown_word",
                "types[0].writers");
}

TEST_CASE("schema/refusals: numbers outside what belongs to a schema", "[schema]") {
  check_refused(registry(R"({"number":15,"name":"t","scope":{"fixed":"x"},"fields":[)" +
                         std::string(kOneField) + "]}"),
                "schema_bad_number", "types[0].number");
  check_refused(registry(R"({"number":65536,"name":"t","scope":{"fixed":"x"},"fields":[]})"),
                "schema_bad_number", "types[0].number");
  check_refused(registry(type(R"({"number":0,"path":"p","type":"text"})")), "schema_bad_number",
                "types[0].fields[0].number");
  check_refused(registry(type(R"({"number":65534,"path":"p","type":"text"})")), "schema_bad_number",
                "types[0].fields[0].number");
  check_refused(R"({"schema":"s","version":0,"types":[]})", "schema_bad_number", "version");
}

TEST_CASE("schema/refusals: names that are no identifiers", "[schema]") {
  check_refused(R"({"schema":"S","version":1,"types":[]})", "schema_bad_name", "schema");
  for (const char* path : {"Title", "1a", "a.b.c", "a.", ".a", "a-b", "a b", "a;drop"}) {
    check_field_refused(R"("type":"text","path":")" + std::string(path) + "\"", "schema_bad_name",
                        "path");
  }
  check_field_refused(R"("path":"p","type":"text","group":"two words")", "schema_bad_name",
                      "group");
  check_refused(registry(type(field(R"("path":"a.b","shape":"set","type":"text")"))),
                "schema_bad_name", "types[0].fields[0].path");
}

TEST_CASE("schema/refusals: names that the engine needs itself", "[schema]") {
  for (const char* path :
       {"id", "type", "rid", "extra", "deleted", "source_id", "extra.a", "source.id"}) {
    check_field_refused(R"("type":"text","path":")" + std::string(path) + "\"",
                        "schema_reserved_name", "path");
  }
  for (const char* name : {"nhip_thing", "sqlite_thing"}) {
    check_refused(registry(R"({"number":16,"name":")" + std::string(name) +
                           R"(","scope":{"fixed":"x"},"fields":[)" + kOneField + "]}"),
                  "schema_reserved_name", "types[0].name");
  }
  check_field_refused(R"("path":"p","shape":"objects","keys":[{"name":"parent","type":"text"}])",
                      "schema_reserved_name", "keys[0].name");
}

TEST_CASE("schema/refusals: numbers and names that stand twice", "[schema]") {
  const std::string one = type(kOneField);
  check_refused(registry(one + "," + one), "schema_duplicate", "types[1].number");
  check_refused(registry(one + R"(,{"number":17,"name":"t","scope":{"fixed":"x"},"fields":[)" +
                         kOneField + "]}"),
                "schema_duplicate", "types[1].name");
  check_refused(
      registry(type(std::string(kOneField) + R"(,{"number":1,"path":"q","type":"text"})")),
      "schema_duplicate", "types[0].fields[1].number");
  check_refused(registry(type(std::string(kOneField) + "," + field(R"("path":"p","type":"text")"))),
                "schema_duplicate", "types[0].fields[1].path");
  check_field_refused(R"("path":"p","shape":"objects","keys":[{"name":"a","type":"text"}],
                        "values":[{"name":"a","type":"text"}])",
                      "schema_duplicate", "keys");
  check_field_refused(R"("path":"p","type":"text","policy":"ladder","ladder":["a","b|a"])",
                      "schema_duplicate", "ladder");
}

TEST_CASE("schema/refusals: two fields that would get one column or one table", "[schema]") {
  check_refused(
      registry(type(
          R"({"number":1,"path":"a_b","type":"text"},{"number":2,"path":"a.b","type":"text"})")),
      "schema_duplicate", "types[0].fields[1].path");
  check_refused(
      registry(
          type(R"({"number":1,"path":"a","type":"text"},{"number":2,"path":"a.b","type":"text"})")),
      "schema_duplicate", "types[0].fields[1].path");
  check_refused(
      registry(type(R"({"number":1,"path":"p","type":"text","shape":"set"})") +
               R"(,{"number":17,"name":"t_p","scope":{"fixed":"x"},"fields":[)" + kOneField + "]}"),
      "schema_duplicate", "types[1].name");
}

TEST_CASE("schema/refusals: policies that do not go with a shape, a type or a group", "[schema]") {
  check_field_refused(R"("path":"p","type":"text","policy":"map")", "schema_bad_policy", "policy");
  check_field_refused(R"("path":"p","type":"text","policy":"append")", "schema_bad_policy",
                      "policy");
  check_field_refused(R"("path":"p","type":"text","shape":"set","policy":"lww")",
                      "schema_bad_policy", "policy");
  check_field_refused(R"("path":"p","type":"integer","policy":"ladder","ladder":["a"])",
                      "schema_bad_policy", "policy");
  check_field_refused(R"("path":"p","type":"text","policy":"ladder")", "schema_bad_policy",
                      "ladder");
  check_field_refused(R"("path":"p","type":"text","ladder":["a"])", "schema_bad_policy", "ladder");
  check_field_refused(R"("path":"p","type":"text","transitions":[["a","b"]])", "schema_bad_policy",
                      "transitions");
  check_field_refused(R"("path":"p","type":"text","shape":"set","element_policy":"review")",
                      "schema_bad_policy", "element_policy");
  check_field_refused(
      R"("path":"p","shape":"map","values":[{"name":"value","type":"text"}],"element_policy":"first")",
      "schema_bad_policy", "element_policy");
  check_refused(registry(type(R"({"number":1,"path":"a","type":"text","group":"g"},
                                 {"number":2,"path":"b","type":"text","group":"g","policy":"review"})")),
                "schema_bad_policy", "types[0].fields[1].group");
}

TEST_CASE("schema/refusals: limits that make no sense", "[schema]") {
  check_field_refused(R"("path":"p","type":"text","min":1)", "schema_bad_limit", "min");
  check_field_refused(R"("path":"p","type":"integer","min":3,"max":2)", "schema_bad_limit", "min");
  check_field_refused(R"("path":"p","type":"integer","entry_min":3,"entry_max":2)",
                      "schema_bad_limit", "entry_min");
  check_field_refused(R"("path":"p","type":"integer","length_max":2)", "schema_bad_limit",
                      "length_max");
}

TEST_CASE("schema/refusals: columns that cannot be what they are meant for", "[schema]") {
  check_field_refused(R"("path":"p","shape":"objects","values":[])", "schema_bad_column", "keys");
  check_field_refused(R"("path":"p","shape":"objects","keys":[{"name":"a","type":"real"}])",
                      "schema_bad_column", "keys");
  check_field_refused(R"("path":"p","shape":"objects","keys":[{"name":"a","type":"text"}],
                        "values":[{"name":"b","type":"real"}])",
                      "schema_bad_column", "values");
  check_field_refused(R"("path":"p","shape":"map")", "schema_bad_column", "values");
  check_field_refused(R"("path":"p","shape":"map","values":[{"name":"v","type":"text"}])",
                      "schema_bad_column", "values");
  check_field_refused(
      R"("path":"p","shape":"map","type":"text","values":[{"name":"value","type":"text"}])",
      "schema_bad_column", "type");
  check_field_refused(R"("path":"p","shape":"set","type":"json")", "schema_bad_column", "type");
  check_refused(
      registry(type(R"({"number":1,"path":"p","type":"json"})", R"(,"natural_key":["p"])")),
      "schema_bad_column", "types[0].natural_key");
}

TEST_CASE("schema/refusals: scopes that lead nowhere or to two places", "[schema]") {
  check_refused(registry(type(kOneField, "", "{}")), "schema_bad_scope", "types[0].scope.fixed");
  check_refused(registry(type(kOneField, "", R"({"fixed":"x","column":"p"})")), "schema_bad_scope",
                "types[0].scope.fixed");
  check_refused(registry(type(kOneField, "", R"({"fixed":"x","prefix":"y"})")), "schema_bad_scope",
                "types[0].scope.fixed");
  check_refused(registry(type(kOneField, "", R"({"column":"p","named":{"a":""}})")),
                "schema_bad_scope", "types[0].scope.named");
  check_refused(
      registry(type(R"({"number":1,"path":"p","type":"integer"})", "", R"({"column":"p"})")),
      "schema_bad_scope", "types[0].scope.column");
}

TEST_CASE("schema/refusals: references to nothing", "[schema]") {
  check_refused(registry(type(kOneField, "", R"({"column":"q"})")), "schema_bad_reference",
                "types[0].scope.column");
  check_refused(registry(type(kOneField, R"(,"natural_key":["q"])")), "schema_bad_reference",
                "types[0].natural_key");
  check_refused(registry(type(kOneField, R"(,"companion_of":"u")")), "schema_bad_reference",
                "types[0].companion_of");
  check_refused(registry(type(kOneField, R"(,"companion_of":"t")")), "schema_bad_reference",
                "types[0].companion_of");
  check_refused(registry(type(kOneField, R"(,"spread_as":"u")")), "schema_bad_reference",
                "types[0].spread_as");
  check_refused(registry(type(kOneField, R"(,"spread_from":"u")")), "schema_bad_reference",
                "types[0].spread_from");
  check_field_refused(R"("path":"p","type":"text","shape":"set","names_unit":"unit")",
                      "schema_bad_reference", "names_unit");
}

TEST_CASE("schema/refusals: sealed fields without a place, or places that are no boxes",
          "[schema]") {
  check_refused(registry(type(field(R"("path":"p","type":"text","sealed":true)"))), "schema_sealed",
                "types[0].fields[0]");
  check_field_refused(R"("path":"p","type":"text","sealed_elements":["a"])", "schema_sealed",
                      "sealed_elements");
  const std::string main = type(field(R"("path":"p","type":"text","sealed":true)"));
  const std::string companion =
      R"(,{"number":17,"name":"c","scope":{"fixed":"x"},"companion_of":"t","fields":[)";
  check_refused(
      registry(main + companion + field(R"("path":"p","type":"text","sealed":true)") + "]}"),
      "schema_sealed", "types[1].fields[0]");
  CHECK(nhip::Schema::parse(
            registry(main + companion + field(R"("path":"p","type":"blob","sealed":true)") + "]}"))
            .ok());
}
