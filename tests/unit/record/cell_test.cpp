// Single cells: their packing, their paths, their JSON.

#include "support/json_record.h"

using nhip::Bytes;
using nhip::Field;
using nhip::Type;
using nhip::Value;
using nhip::core::CellKey;
using nlohmann::json;
using namespace nhip::record;
using namespace nhip::test;

namespace {

const Type& recipe_type() { return *notebook_schema().type("recipe"); }
const Type& activity() { return *union_schema().type("activity"); }
const Type& person() { return *union_schema().type("person"); }

CellKey cell(const Type& type, const char* path, std::string element = {}) {
  return {type.field(path)->number, std::move(element)};
}

Value integer(std::int64_t value) { return Value(value); }

}  // namespace

TEST_CASE("record/element: an element of objects is a canonical JSON array of its value columns",
          "[record]") {
  const Field& ingredients = *recipe_type().field("ingredients");
  const std::vector<Value> columns{Value("two"), integer(3), integer(1)};
  CHECK(pack_element(ingredients, columns) == Value(R"(["two",3,true])"));
  CHECK(unpack_element(ingredients, Value(R"(["two",3,true])")) == columns);
  CHECK(unpack_element(ingredients, Value(R"([])")) == std::vector<Value>(3));
  CHECK_FALSE(unpack_element(ingredients, Value("{}")).has_value());
  CHECK_FALSE(unpack_element(ingredients, Value("[3]")).has_value());
  CHECK_FALSE(unpack_element(ingredients, integer(1)).has_value());
}

TEST_CASE("record/element: JSON columns keep their types inside an element", "[record]") {
  const Field& overrides = *union_schema().type("report")->field("overrides");
  const std::vector<Value> columns{Value("12"), Value("\"12\""), Value("recount")};
  CHECK(pack_element(overrides, columns) == Value(R"([12,"12","recount"])"));
  CHECK(unpack_element(overrides, pack_element(overrides, columns)) == columns);
}

TEST_CASE("record/element: sets and maps pack as 1 and as the value itself", "[record]") {
  const Field& tags = *recipe_type().field("tags");
  const Field& ratings = *recipe_type().field("ratings");
  CHECK(pack_element(tags, {}) == integer(1));
  CHECK(unpack_element(tags, integer(1)) == std::vector<Value>{});
  CHECK_FALSE(unpack_element(tags, integer(0)).has_value());
  CHECK(pack_element(ratings, {integer(4)}) == integer(4));
  CHECK(unpack_element(ratings, integer(4)) == std::vector<Value>{integer(4)});
  CHECK_FALSE(unpack_element(ratings, Value("4")).has_value());
}

TEST_CASE("record/element: key columns make the key, and the key gives them back", "[record]") {
  const Field& roles = *person().field("roles");
  const std::vector<Value> keys{Value("CHU_TICH"), Value("U-01"), Value("2021-01-01")};
  const auto element = element_of(roles, keys);
  REQUIRE(element.has_value());
  CHECK(*element ==
        "CHU_TICH\x1fU-01\x1f"
        "2021-01-01");
  CHECK(element_keys(roles, *element) == keys);
}

TEST_CASE("record/element: no key comes from empty, null, wrong, separated or too long columns",
          "[record]") {
  const Field& roles = *person().field("roles");
  CHECK_FALSE(element_of(roles, {Value("A"), Value("B"), Value()}).has_value());
  CHECK_FALSE(element_of(roles, {Value("A"), Value(""), Value("2021-01-01")}).has_value());
  CHECK_FALSE(element_of(roles, {Value("A"), Value("B"), Value("2021-02-30")}).has_value());
  CHECK_FALSE(element_of(roles, {Value("A\x1f"
                                       "C"),
                                 Value("B"), Value("2021-01-01")})
                  .has_value());
  CHECK_FALSE(element_of(roles, {Value(std::string(1100, 'x')), Value("B"), Value("2021-01-01")})
                  .has_value());
  CHECK_FALSE(element_of(roles, {Value("A"), Value("B")}).has_value());
  CHECK_FALSE(element_keys(roles, "A").has_value());
  CHECK_FALSE(element_keys(roles,
                           "A\x1f\x1f"
                           "2021-01-01")
                  .has_value());
}

TEST_CASE("record/cell: a path names each kind of cell and is read back", "[record]") {
  const std::vector<std::pair<CellKey, std::string>> paths{
      {cell(activity(), "funding.union"), "funding.union"},
      {cell(activity(), "title"), "title"},
      {cell(activity(), "topics", "T1"), "topics[T1]"},
      {cell(activity(), "partners", "Ban A, B]"), "partners[Ban A, B]]"},
      {cell(activity(), "participants",
            "OFFICIAL\x1f"
            "CB-01-007"),
       "participants[OFFICIAL,CB-01-007]"},
      {cell(activity(), "participants",
            "A,B\x1f"
            "C\\D"),
       "participants[A\\,B,C\\\\D]"},
      {{nhip::kDeletedField, {}}, "deleted"},
      {{nhip::kExtraField, {}}, "extra"}};
  for (const auto& [key, path] : paths) {
    INFO(path);
    CHECK(cell_path(activity(), key) == path);
    CHECK(parse_cell_path(activity(), path) == key);
  }
  const CellKey answer = cell(recipe_type(), "answers", "q.1");
  CHECK(cell_path(recipe_type(), answer) == "answers.q.1");
  CHECK(parse_cell_path(recipe_type(), "answers.q.1") == answer);
}

TEST_CASE("record/cell: paths that name no cell are none", "[record]") {
  for (const char* path :
       {"", "nothing", "topics", "topics[]", "topics[T1", "topics.T1", "title[a]", "title.a",
        "participants[OFFICIAL]", "participants[A,B,C]", "funding", "funding.gold", "[a]", ".a"}) {
    INFO(path);
    CHECK_FALSE(parse_cell_path(activity(), path).has_value());
  }
}

TEST_CASE("record/cell: a value prints as a person knows it and is read back", "[record]") {
  const std::vector<std::tuple<CellKey, Value, json>> values{
      {cell(recipe_type(), "title"), Value("Phở"), "Phở"},
      {cell(recipe_type(), "price"), integer(5), 5},
      {cell(recipe_type(), "vegan"), integer(1), true},
      {cell(recipe_type(), "weight"), Value(1.5), 1.5},
      {cell(recipe_type(), "photo"), Value(Bytes{'f'}), "Zg=="},
      {cell(recipe_type(), "steps"), Value(R"({"a":[true]})"), json::parse(R"({"a":[true]})")},
      {cell(recipe_type(), "tags", "a"), integer(1), true},
      {cell(recipe_type(), "ratings", "mum"), integer(4), 4},
      {cell(recipe_type(), "answers", "q"), Value("\"1\""), "1"},
      {cell(recipe_type(), "ingredients", "egg"), Value(R"(["two",3,null])"),
       json::parse(R"({"amount":"two","grams":3,"bought":null})")},
      {{nhip::kDeletedField, {}}, integer(1), true},
      {{nhip::kExtraField, {}}, Value(R"({"a":1})"), json::parse(R"({"a":1})")}};
  for (const auto& [key, value, shown] : values) {
    INFO(cell_path(recipe_type(), key));
    CHECK(cell_to_json(recipe_type(), key, value) == shown);
    const auto back = cell_from_json(recipe_type(), key, shown);
    REQUIRE(back.ok());
    CHECK(*back == value);
  }
}

TEST_CASE("record/cell: an absent cell is null, a record that is not deleted false", "[record]") {
  CHECK(cell_to_json(recipe_type(), cell(recipe_type(), "title"), Value()).is_null());
  CHECK(cell_to_json(recipe_type(), cell(recipe_type(), "tags", "a"), Value()).is_null());
  CHECK(cell_to_json(recipe_type(), {nhip::kDeletedField, {}}, Value()) == false);
  CHECK(cell_from_json(recipe_type(), cell(recipe_type(), "title"), nullptr)->is_null());
  CHECK(cell_from_json(recipe_type(), cell(recipe_type(), "tags", "a"), false)->is_null());
  CHECK(cell_from_json(recipe_type(), {nhip::kDeletedField, {}}, false)->is_null());
}

TEST_CASE("record/cell: a value that does not fit is refused with the field's path", "[record]") {
  const auto refused = [](const Type& type, const CellKey& key, const json& value) {
    const auto result = cell_from_json(type, key, value);
    REQUIRE_FALSE(result.ok());
    return result.status().name() + " " +
           result.status().message().substr(0, result.status().message().find(": "));
  };
  CHECK(refused(recipe_type(), cell(recipe_type(), "price"), "5") == "wrong_type price");
  CHECK(refused(recipe_type(), cell(recipe_type(), "price"), -1) == "out_of_range price");
  CHECK(refused(recipe_type(), cell(recipe_type(), "tags", "a"), 1) == "wrong_type tags[a]");
  CHECK(refused(recipe_type(), cell(recipe_type(), "ingredients", "egg"), json::array()) ==
        "wrong_type ingredients[egg]");
  CHECK(refused(recipe_type(), cell(recipe_type(), "ingredients", "egg"), json{{"brand", 1}}) ==
        "wrong_type ingredients[egg].brand");
  CHECK(refused(recipe_type(), {nhip::kDeletedField, {}}, 1) == "wrong_type deleted");
  CHECK(refused(recipe_type(), {nhip::kExtraField, {}}, 1) == "wrong_type extra");
  CHECK(refused(recipe_type(), {999, {}}, 1) == "wrong_type field 999");
  const Type& guest = *notebook_schema().type("guest");
  CHECK(refused(guest, cell(guest, "health.allergy"), "x") == "sealed_field health.allergy");
  CHECK(refused(guest, cell(guest, "facts", "address"), "x") == "sealed_field facts.address");
}

TEST_CASE("record/json: canonical text has keys in byte order and no blanks", "[record]") {
  CHECK(canonical_json(" { \"b\" : 1 , \"a\" : [ true, 1.0 ] } ") == R"({"a":[true,1.0],"b":1})");
  CHECK(canonical_json("null") == "null");
  CHECK_FALSE(canonical_json("{").has_value());
  CHECK_FALSE(canonical_json("\"\xff\"").has_value());
  CHECK_FALSE(canonical_json(std::string(40, '[') + std::string(40, ']')).has_value());
}

TEST_CASE("record/print: every field is there, null when absent, lists empty", "[record]") {
  const json record = to_json(recipe_type(), kRecord, {});
  CHECK(record["id"] == kRecord.text());
  CHECK(record["type"] == "recipe");
  CHECK(record["title"].is_null());
  CHECK(record["tags"] == json::array());
  CHECK(record["answers"] == json::object());
  CHECK(record["minutes"] == json::parse(R"({"work":null,"wait":null})"));
  CHECK_FALSE(record.contains("_meta"));
}

TEST_CASE("record/print: sealed fields do not appear, not even as null", "[record]") {
  const Type& guest = *notebook_schema().type("guest");
  nhip::core::Cells cells;
  cells[cell(guest, "health.allergy")] = Value("nuts");
  cells[cell(guest, "facts", "address")] = Value("\"x\"");
  const json record = to_json(guest, kRecord, cells);
  CHECK_FALSE(record.contains("health"));
  CHECK(record["facts"] == json::object());
}

TEST_CASE("record/print: lists come in byte order of their keys", "[record]") {
  const auto parsed =
      recipe(R"({"tags":["b","é","a","Z"],"ingredients":[{"name":"y"},{"name":"x"}]})");
  const json record = printed(recipe_type(), parsed);
  CHECK(record["tags"] == json::parse(R"(["Z","a","b","é"])"));
  CHECK(record["ingredients"][0]["name"] == "x");
}

TEST_CASE("record/print: stored text that is no UTF-8 can still be printed", "[record]") {
  nhip::core::Cells cells;
  cells[cell(recipe_type(), "title")] = Value(
      "a\xff"
      "b");
  cells[cell(recipe_type(), "steps")] = Value("\"\xff\"");
  const std::string text = to_json(recipe_type(), kRecord, cells).dump();
  CHECK(text.find("a\xef\xbf\xbd"
                  "b") != std::string::npos);
}
