// Fields the schema does not know: kept, passed on, printed where they came from.

#include "support/json_record.h"

using nhip::Type;
using nhip::core::Change;
using nhip::record::changes_from;
using nlohmann::json;
using namespace nhip::test;

namespace {

const Type& recipe_type() { return *notebook_schema().type("recipe"); }

// `before` as it stands, edited by a person.
nhip::core::Cells edited(nhip::core::Cells before, const std::string& edit) {
  for (const Change& change : changes_from(recipe_type(), before, recipe(edit))) {
    nhip::core::set_cell(before, change.cell, change.value);
  }
  return before;
}

json shown(const nhip::core::Cells& cells) {
  return nhip::record::to_json(recipe_type(), kRecord, cells);
}

}  // namespace

TEST_CASE("record/extra: unknown fields come back where they came from", "[record]") {
  const std::string text = R"({"nickname":"x","deep":{"a":[1,null,{"b":true}]},
    "minutes":{"work":5,"chill":7},"ingredients":[{"name":"egg","grams":3,"brand":"A"}]})";
  const auto parsed = recipe(text);
  CHECK(parsed.unknown ==
        std::vector<std::string>{"deep", "ingredients[].brand", "minutes.chill", "nickname"});
  const json record = printed(recipe_type(), parsed);
  CHECK(record["nickname"] == "x");
  CHECK(record["deep"] == json::parse(R"({"a":[1,null,{"b":true}]})"));
  CHECK(record["minutes"]["chill"] == 7);
  CHECK(record["minutes"]["work"] == 5);
  CHECK(record["ingredients"][0]["brand"] == "A");
  CHECK(record["ingredients"][0]["grams"] == 3);
}

TEST_CASE("record/extra: an edit of one unknown field leaves the others alone", "[record]") {
  const auto before = recipe(R"({"a":1,"b":2,"minutes":{"x":1,"y":2}})").cells;
  const auto after = shown(edited(before, R"({"b":3,"minutes":{"y":4}})"));
  CHECK(after["a"] == 1);
  CHECK(after["b"] == 3);
  CHECK(after["minutes"]["x"] == 1);
  CHECK(after["minutes"]["y"] == 4);
}

TEST_CASE("record/extra: an edit of known fields alone does not touch it", "[record]") {
  const auto before = recipe(R"({"a":1,"title":"t"})").cells;
  for (const Change& change :
       changes_from(recipe_type(), before, recipe(R"({"title":"u","minutes":{"work":1}})"))) {
    CHECK(change.cell.field != nhip::kExtraField);
  }
}

TEST_CASE("record/extra: null takes an unknown field away, the last one all of it", "[record]") {
  const auto before = recipe(R"({"a":1,"minutes":{"x":1}})").cells;
  const auto without_a = edited(before, R"({"a":null})");
  CHECK_FALSE(shown(without_a).contains("a"));
  CHECK(shown(without_a)["minutes"]["x"] == 1);
  const auto without_all = edited(without_a, R"({"minutes":null})");
  CHECK(without_all.empty());
}

TEST_CASE("record/extra: a list given again replaces what was unknown in the old one", "[record]") {
  const auto before = recipe(R"({"a":1,"ingredients":[{"name":"egg","brand":"A"}]})").cells;
  const auto after = shown(edited(before, R"({"ingredients":[{"name":"egg"}]})"));
  CHECK_FALSE(after["ingredients"][0].contains("brand"));
  CHECK(after["a"] == 1);
}

TEST_CASE("record/extra: what belongs to an element goes with it", "[record]") {
  auto cells = recipe(R"({"ingredients":[{"name":"egg","brand":"A"}]})").cells;
  cells.erase({recipe_type().field("ingredients")->number, "egg"});
  CHECK(shown(cells)["ingredients"] == json::array());
}

TEST_CASE("record/extra: it never stands in for a field the schema knows", "[record]") {
  nhip::core::Cells cells;
  cells[{nhip::kExtraField, {}}] =
      nhip::Value(R"({"title":"forged","minutes":{"work":9},"answers":{"q":1},"z":1})");
  const json record = shown(cells);
  CHECK(record["title"].is_null());
  CHECK(record["minutes"]["work"].is_null());
  CHECK(record["z"] == 1);
}

TEST_CASE("record/extra: damaged bytes there do not stop the record from being read", "[record]") {
  for (const char* text : {"{", "[]", "5", "{\"a\":\"\xff\"}"}) {
    nhip::core::Cells cells;
    cells[{nhip::kExtraField, {}}] = nhip::Value(text);
    cells[{recipe_type().field("title")->number, {}}] = nhip::Value("t");
    CHECK(shown(cells)["title"] == "t");
    CHECK(shown(edited(cells, R"({"a":1})"))["a"] == 1);
  }
}
