// What people hand in as JSON.
#include "json_input.h"

#include <catch2/catch.hpp>

namespace nhip::cli {
namespace {

std::string refusal(std::string_view text) {
  const auto record = parse_object(Language::kEnglish, text);
  return record.ok() ? "" : record.status().name();
}

Type small_type() {
  Type type;
  for (const char* path : {"title", "funding.union", "answers"}) {
    Field field;
    field.number = static_cast<std::uint16_t>(type.fields.size() + 1);
    field.path = path;
    type.fields.push_back(field);
  }
  type.fields.back().shape = Shape::kMap;
  return type;
}

}  // namespace

TEST_CASE("client_cli/json_input: only a JSON object in UTF-8 is a record", "[client_cli]") {
  CHECK(refusal(R"({"title":"Tết"})").empty());
  CHECK(refusal(R"({"title":)") == "broken_json");
  CHECK(refusal("") == "broken_json");
  CHECK(refusal("{} {}") == "broken_json");
  CHECK(refusal("[1]") == "no_object");
  CHECK(refusal("12") == "no_object");
  CHECK(refusal("{\"title\":\"B\xD6nh\"}") == "not_utf8");
}

TEST_CASE("client_cli/json_input: names the schema does not know are found", "[client_cli]") {
  const Json record = Json::parse(
      R"({"id":"x","type":"event","_meta":{"rev":1},"title":"a","funding":{"union":1,"bank":2},
          "answers":{"q1":1},"colour":"red"})");
  CHECK(unknown_fields(small_type(), record) == std::vector<std::string>{"funding.bank", "colour"});
}

TEST_CASE("client_cli/json_input: names inside the elements of a list are found once",
          "[client_cli]") {
  Type type;
  Field field;
  field.path = "people";
  field.shape = Shape::kObjects;
  field.keys.emplace_back().name = "key";
  field.values.emplace_back().name = "unit";
  type.fields.push_back(field);
  const Json record = Json::parse(
      R"({"people":[{"key":"a","phone":1},{"key":"b","unit":"U","phone":2,"mail":"x"}]})");
  CHECK(unknown_fields(type, record) ==
        std::vector<std::string>{"people[].phone", "people[].mail"});
}

TEST_CASE("client_cli/json_input: what this program printed can be handed in again",
          "[client_cli]") {
  const std::string plain = R"({"title": "a"})";
  CHECK(without_meta(plain, Json::parse(plain)) == plain);
  const std::string printed = R"({"title":"a","_meta":{"rev":1}})";
  CHECK(without_meta(printed, Json::parse(printed)) == R"({"title":"a"})");
}

}  // namespace nhip::cli
