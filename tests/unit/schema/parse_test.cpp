// What a good registry becomes.

#include <catch2/catch.hpp>

#include "support/load_schema.h"

using nhip::FieldType;
using nhip::Policy;
using nhip::Schema;
using nhip::Shape;
using nhip::Type;
using nhip::Writers;
using nhip::test::notebook_schema;
using nhip::test::union_schema;

namespace {

const Type& recipe() { return *notebook_schema().type("recipe"); }

}  // namespace

TEST_CASE("schema/parse: a registry keeps its name, version and text", "[schema]") {
  const std::string text = nhip::test::notebook_registry();
  const Schema schema = nhip::test::parse_schema(text);
  CHECK(schema.name() == "notebook");
  CHECK(schema.version() == 1);
  CHECK(schema.source() == text);
}

TEST_CASE("schema/parse: types are found by name and by number, and only those", "[schema]") {
  REQUIRE(notebook_schema().type("recipe") != nullptr);
  CHECK(notebook_schema().type(std::uint16_t{16}) == notebook_schema().type("recipe"));
  CHECK(notebook_schema().type("Recipe") == nullptr);
  CHECK(notebook_schema().type(std::uint16_t{15}) == nullptr);
  CHECK(notebook_schema().type(std::uint16_t{65535}) == nullptr);
}

TEST_CASE("schema/parse: the engine's own types are part of every schema", "[schema]") {
  for (const Schema* schema : {&union_schema(), &notebook_schema()}) {
    const Type* conflict = schema->type("nhip_conflict");
    REQUIRE(conflict != nullptr);
    CHECK(conflict->number == 1);
    CHECK(conflict->scope.prefix.empty());
    CHECK(conflict->scope.column == conflict->field("scope")->number);
    CHECK(conflict->field("resolution")->policy == Policy::kFirst);
  }
}

TEST_CASE("schema/parse: types and fields stand in the order of their numbers, however written",
          "[schema]") {
  const Schema schema = nhip::test::parse_schema(R"({"schema":"s","version":3,"types":[
    {"number":18,"name":"b","scope":{"fixed":"x"},"fields":[
      {"number":7,"path":"late","type":"text"},{"number":2,"path":"early","type":"text"}]},
    {"number":17,"name":"a","scope":{"fixed":"x"},"fields":[{"number":1,"path":"p","type":"text"}]}]})");
  CHECK(schema.types().front().name == "nhip_conflict");
  CHECK(schema.types()[1].name == "a");
  const Type& b = *schema.type("b");
  CHECK(b.fields[0].path == "early");
  CHECK(b.field(std::uint16_t{7})->path == "late");
  CHECK(b.field(std::uint16_t{3}) == nullptr);
}

TEST_CASE("schema/parse: a dotted path becomes a column with an underscore", "[schema]") {
  const nhip::Field& work = *recipe().field("minutes.work");
  CHECK(work.column.name == "minutes_work");
  CHECK(work.group == "minutes");
  CHECK(work.policy == Policy::kReview);
  CHECK(*work.column.min == 0);
  CHECK(*work.column.max == 100000);
}

TEST_CASE("schema/parse: a set's value is its key", "[schema]") {
  const nhip::Field& tags = *recipe().field("tags");
  CHECK(tags.shape == Shape::kSet);
  CHECK(tags.policy == Policy::kSet);
  REQUIRE(tags.keys.size() == 1);
  CHECK(tags.keys[0].name == "value");
  CHECK(tags.keys[0].type == FieldType::kText);
  CHECK(tags.keys[0].length_max == 40);
  CHECK(tags.values.empty());
}

TEST_CASE("schema/parse: a list of objects has key and value columns", "[schema]") {
  const nhip::Field& ingredients = *recipe().field("ingredients");
  CHECK(ingredients.shape == Shape::kObjects);
  REQUIRE(ingredients.keys.size() == 1);
  REQUIRE(ingredients.values.size() == 3);
  CHECK(ingredients.values[1].name == "grams");
  CHECK(ingredients.values[1].type == FieldType::kInteger);
}

TEST_CASE("schema/parse: a map has a text key and one value", "[schema]") {
  const nhip::Field& ratings = *recipe().field("ratings");
  CHECK(ratings.shape == Shape::kMap);
  CHECK(ratings.policy == Policy::kMap);
  CHECK(ratings.element_policy == Policy::kReview);
  REQUIRE(ratings.keys.size() == 1);
  CHECK(ratings.keys[0].name == "key");
  REQUIRE(ratings.values.size() == 1);
  CHECK(*ratings.values[0].max == 5);
}

TEST_CASE("schema/parse: ladders, transitions, scopes and writers are read", "[schema]") {
  CHECK(recipe().field("stage")->ladder ==
        std::vector<std::string>{"idea", "tried|dropped", "loved"});
  const auto& transitions = recipe().field("approval")->transitions;
  REQUIRE(transitions.size() == 3);
  CHECK(transitions[0].from.empty());
  CHECK(transitions[0].to == "asked");
  CHECK(recipe().scope.prefix == "shelf/");
  CHECK(recipe().scope.named.at("common") == "everyone");
  CHECK(recipe().writers == Writers::kUnit);
  CHECK(notebook_schema().type("bookmark")->scope.fixed == "everyone");
  CHECK(notebook_schema().type("bookmark")->writers == Writers::kAny);
  CHECK(notebook_schema().type("guest_sealed")->scope.suffix == "/sealed");
  CHECK(notebook_schema().type("guest_sealed")->companion_of == "guest");
}

TEST_CASE("schema/parse: an attribute named comment is for people", "[schema]") {
  CHECK(Schema::parse(R"({"schema":"s","version":1,"comment":"a","types":[
    {"number":17,"name":"a","comment":"b","scope":{"fixed":"x"},
     "fields":[{"number":1,"path":"p","type":"text","comment":"c"}]}]})")
            .ok());
}

TEST_CASE("schema/union: the union has every type people work with, under its permanent number",
          "[schema]") {
  const std::vector<std::pair<std::uint16_t, std::string>> expected{{16, "activity"},
                                                                    {17, "headcount"},
                                                                    {18, "plan"},
                                                                    {19, "report"},
                                                                    {20, "document"},
                                                                    {21, "ack"},
                                                                    {22, "lactation_room"},
                                                                    {23, "coordination"},
                                                                    {24, "policy_contribution"},
                                                                    {25, "survey_response"},
                                                                    {26, "support_case"},
                                                                    {27, "person"},
                                                                    {28, "support_case_sealed"},
                                                                    {29, "survey_response_sealed"},
                                                                    {30, "org_unit"},
                                                                    {31, "period"},
                                                                    {32, "form"},
                                                                    {33, "code_list"},
                                                                    {34, "sector_activity"}};
  for (const auto& [number, name] : expected) {
    INFO(name);
    REQUIRE(union_schema().type(number) != nullptr);
    CHECK(union_schema().type(number)->name == name);
  }
}

TEST_CASE("schema/union: counts and money are chosen by a person, never merged unseen",
          "[schema]") {
  const Type& activity = *union_schema().type("activity");
  for (const char* path :
       {"reached.officials", "reached.children", "funding.union", "gifts_count"}) {
    INFO(path);
    CHECK(activity.field(path)->policy == Policy::kReview);
  }
  CHECK(activity.field("breakdown")->element_policy == Policy::kReview);
  CHECK(union_schema().type("support_case")->field("amount_vnd")->policy == Policy::kReview);
  CHECK(union_schema().type("plan")->field("budget_vnd")->policy == Policy::kReview);
}

TEST_CASE("schema/union: counts reach to 100,000 and money to ten thousand million", "[schema]") {
  const Type& activity = *union_schema().type("activity");
  CHECK(*activity.field("reached.families")->column.max == 100000);
  CHECK(*activity.field("funding.other")->column.max == 10000000000);
  CHECK(*activity.field("funding.other")->column.min == 0);
}

TEST_CASE("schema/union: every record of a unit has its unit and a review status", "[schema]") {
  for (const char* name :
       {"activity", "headcount", "plan", "report", "document", "ack", "lactation_room",
        "coordination", "policy_contribution", "survey_response", "support_case", "person"}) {
    INFO(name);
    const Type& type = *union_schema().type(name);
    CHECK(type.field("unit_id")->number == 1);
    CHECK(type.field("unit_id")->column.required);
    CHECK(type.scope.column == 1);
    CHECK(type.field("review_status")->policy == Policy::kServer);
    CHECK(type.field("review_status")->transitions.size() == 7);
  }
}

TEST_CASE("schema/union: what is P3 is sealed and has its place in a companion", "[schema]") {
  const Type& main = *union_schema().type("support_case");
  const Type& sealed = *union_schema().type("support_case_sealed");
  for (const char* path : {"sensitive.child_name", "sensitive.group", "sensitive.diagnosis"}) {
    INFO(path);
    CHECK(main.field(path)->sealed);
    CHECK(sealed.field(path)->column.type == FieldType::kBlob);
  }
  CHECK_FALSE(main.field("sensitive.birth_year")->sealed);
  CHECK(sealed.scope.suffix == "/sealed");
  CHECK(union_schema().type("survey_response")->field("answers")->sealed_elements.front() ==
        "groups");
}
