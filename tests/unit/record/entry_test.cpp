// What a person may enter, and what is refused with which word.

#include "support/json_record.h"

using nhip::Bytes;
using nhip::Type;
using nhip::Value;
using nhip::core::cell_value;
using namespace nhip::test;

namespace {

const Type& recipe_type() { return *notebook_schema().type("recipe"); }

Value scalar(const nhip::record::ParsedRecord& parsed, const char* path) {
  return cell_value(parsed.cells, {recipe_type().field(path)->number, {}});
}

Value element(const nhip::record::ParsedRecord& parsed, const char* path, const std::string& key) {
  return cell_value(parsed.cells, {recipe_type().field(path)->number, key});
}

}  // namespace

TEST_CASE("record/entry: every kind of field takes its kind of value", "[record]") {
  const auto parsed = recipe(R"({"title":"Phở","price":500000,"weight":1.5,"vegan":true,
    "cooked_on":"2024-02-29","noted_at":"2024-02-29T10:00:00Z","photo":"Zm9v",
    "based_on":"01890000-0000-7000-8000-00000000000A","steps":[1,{"b":2,"a":1}]})");
  CHECK(scalar(parsed, "title") == Value("Phở"));
  CHECK(scalar(parsed, "price") == Value(std::int64_t{500000}));
  CHECK(scalar(parsed, "weight") == Value(1.5));
  CHECK(scalar(parsed, "vegan") == Value(std::int64_t{1}));
  CHECK(scalar(parsed, "cooked_on") == Value("2024-02-29"));
  CHECK(scalar(parsed, "noted_at") == Value("2024-02-29T10:00:00Z"));
  CHECK(scalar(parsed, "photo") == Value(Bytes{'f', 'o', 'o'}));
  CHECK(scalar(parsed, "based_on").blob()->back() == 0x0a);
  CHECK(scalar(parsed, "steps") == Value(R"([1,{"a":1,"b":2}])"));
  CHECK(parsed.given.size() == 9);
  CHECK(parsed.unknown.empty());
}

TEST_CASE("record/entry: a whole number is a number where reals stand", "[record]") {
  CHECK(scalar(recipe(R"({"weight":2})"), "weight") == Value(2.0));
}

TEST_CASE("record/entry: values of another JSON type are refused", "[record]") {
  check_recipe_refused(R"({"title":1})", "wrong_type", "title");
  check_recipe_refused(R"({"price":true})", "wrong_type", "price");
  check_recipe_refused(R"({"price":"5"})", "wrong_type", "price");
  check_recipe_refused(R"({"price":12.0})", "wrong_type", "price");
  check_recipe_refused(R"({"price":[]})", "wrong_type", "price");
  check_recipe_refused(R"({"vegan":1})", "wrong_type", "vegan");
  check_recipe_refused(R"({"vegan":"true"})", "wrong_type", "vegan");
  check_recipe_refused(R"({"weight":"1"})", "wrong_type", "weight");
  check_recipe_refused(R"({"cooked_on":20240229})", "wrong_type", "cooked_on");
  check_recipe_refused(R"({"noted_at":1})", "wrong_type", "noted_at");
  check_recipe_refused(R"({"based_on":1})", "wrong_type", "based_on");
  check_recipe_refused(R"({"photo":"!"})", "wrong_type", "photo");
  check_recipe_refused(R"({"tags":"a"})", "wrong_type", "tags");
  check_recipe_refused(R"({"tags":[1]})", "wrong_type", "tags[]");
  check_recipe_refused(R"({"tags":[null]})", "wrong_type", "tags[]");
  check_recipe_refused(R"({"ingredients":{}})", "wrong_type", "ingredients");
  check_recipe_refused(R"({"ingredients":["egg"]})", "wrong_type", "ingredients[]");
  check_recipe_refused(R"({"ingredients":[{"name":"egg","grams":"1"}]})", "wrong_type",
                       "ingredients[].grams");
  check_recipe_refused(R"({"ratings":[]})", "wrong_type", "ratings");
  check_recipe_refused(R"({"ratings":{"mum":true}})", "wrong_type", "ratings.mum");
  check_recipe_refused(R"({"minutes":5})", "wrong_type", "minutes");
  check_recipe_refused(R"([])", "wrong_type", "record");
}

TEST_CASE("record/entry: integers outside their range are refused", "[record]") {
  CHECK(scalar(recipe(R"({"price":0})"), "price") == Value(std::int64_t{0}));
  CHECK(scalar(recipe(R"({"price":1000000})"), "price") == Value(std::int64_t{1000000}));
  check_recipe_refused(R"({"price":-1})", "out_of_range", "price");
  check_recipe_refused(R"({"price":1000001})", "out_of_range", "price");
  check_recipe_refused(R"({"price":9223372036854775808})", "out_of_range", "price");
  check_recipe_refused(R"({"minutes":{"work":100001}})", "out_of_range", "minutes.work");
  check_recipe_refused(R"({"ratings":{"mum":6}})", "out_of_range", "ratings.mum");
  check_recipe_refused(R"({"ingredients":[{"name":"egg","grams":100001}]})", "out_of_range",
                       "ingredients[].grams");
}

TEST_CASE("record/entry: a range for people binds people only", "[record]") {
  const Type& plan = *union_schema().type("plan");
  check_refused(try_entry(plan, R"({"year":1999})"), "out_of_range", "year");
  const auto loaded = must(try_load(plan, R"({"id":"p1","unit_id":"U-01","year":1999})"));
  REQUIRE(loaded.remarks.size() == 1);
  CHECK(loaded.remarks[0].code == "out_of_range");
  CHECK(loaded.remarks[0].field == "year");
}

TEST_CASE("record/entry: days and instants that do not exist are refused", "[record]") {
  check_recipe_refused(R"({"cooked_on":"2023-02-29"})", "bad_date", "cooked_on");
  check_recipe_refused(R"({"cooked_on":"29/02/2024"})", "bad_date", "cooked_on");
  check_recipe_refused(R"({"cooked_on":""})", "bad_date", "cooked_on");
  check_recipe_refused(R"({"noted_at":"2024-02-29"})", "bad_date", "noted_at");
}

TEST_CASE("record/entry: text becomes NFC and is trimmed", "[record]") {
  // "Phở " decomposed, with blanks around.
  const auto parsed =
      recipe("{\"title\":\" Pho\xcc\x9b\xcc\x89\\u00a0\",\"tags\":[\" me\xcc\x82 \"]}");
  CHECK(scalar(parsed, "title") == Value("Phở"));
  CHECK(element(parsed, "tags", "mê") == Value(std::int64_t{1}));
}

TEST_CASE("record/entry: text inside free JSON becomes NFC too", "[record]") {
  const auto parsed =
      recipe("{\"steps\":[{\"k\":\" me\xcc\x82 \"}],\"answers\":{\" a \":\" x \"}}");
  CHECK(scalar(parsed, "steps") == Value(R"([{"k":"mê"}])"));
  CHECK(element(parsed, "answers", "a") == Value("\"x\""));
}

TEST_CASE("record/entry: tabs and line ends are text, other controls are refused", "[record]") {
  CHECK(scalar(recipe(R"({"note":"a\tb\r\nc"})"), "note") == Value("a\tb\nc"));
  check_recipe_refused(R"({"note":"a\u0000b"})", "bad_text", "note");
  check_recipe_refused(R"({"note":"a\u001fb"})", "bad_text", "note");
  check_recipe_refused(R"({"note":"a\u0085b"})", "bad_text", "note");
  check_recipe_refused(R"({"steps":{"a":"\u0001"}})", "bad_text", "steps");
  check_recipe_refused(R"({"tags":["a\u001fb"]})", "bad_text", "tags[]");
}

TEST_CASE("record/entry: text longer than the schema allows is refused", "[record]") {
  CHECK(recipe(R"({"title":")" + std::string(300, 'x') + "\"}").cells.size() == 1);
  check_recipe_refused(R"({"title":")" + std::string(301, 'x') + "\"}", "too_long", "title");
  check_recipe_refused(R"({"tags":[")" + std::string(41, 'x') + "\"]}", "too_long", "tags[]");
}

TEST_CASE("record/entry: no value may exceed the engine's own limit", "[record]") {
  check_recipe_refused(R"({"steps":")" + std::string(300 * 1024, 'x') + "\"}", "too_long", "steps");
  check_recipe_refused(R"({"unknown":")" + std::string(300 * 1024, 'x') + "\"}", "too_long",
                       "extra");
}

TEST_CASE("record/entry: JSON that is nested too deeply is refused", "[record]") {
  const auto nested = [](int levels) {
    return R"({"steps":)" + std::string(static_cast<std::size_t>(levels), '[') +
           std::string(static_cast<std::size_t>(levels), ']') + "}";
  };
  CHECK(recipe(nested(31)).cells.size() == 1);
  check_recipe_refused(nested(32), "too_deep", "record");
  check_recipe_refused(nested(100000), "too_deep", "record");
}

TEST_CASE("record/entry: an id must be a UUID and a type the right one", "[record]") {
  CHECK(
      recipe(R"({"id":"01890000-0000-7000-8000-00000000000A","type":"recipe"})").id->bytes.back() ==
      0x0a);
  CHECK_FALSE(recipe("{}").id.has_value());
  check_recipe_refused(R"({"id":"a1"})", "bad_id", "id");
  check_recipe_refused(R"({"id":""})", "bad_id", "id");
  check_recipe_refused(R"({"id":5})", "wrong_type", "id");
  check_recipe_refused(R"({"type":"bookmark"})", "wrong_type", "type");
  check_recipe_refused(R"({"based_on":"a1"})", "bad_id", "based_on");
}

TEST_CASE("record/entry: what is required must be there when a record is made", "[record]") {
  check_refused(try_entry(recipe_type(), R"({"title":"a"})", true), "missing_field", "shelf");
  check_refused(try_entry(recipe_type(), R"({"shelf":null})", true), "missing_field", "shelf");
  CHECK(try_entry(recipe_type(), R"({"shelf":"s"})", true).ok());
  CHECK(try_entry(recipe_type(), R"({"title":"a"})", false).ok());
}

TEST_CASE("record/entry: what is required cannot be emptied later", "[record]") {
  check_recipe_refused(R"({"shelf":null})", "missing_field", "shelf");
}

TEST_CASE("record/entry: elements of a list need their key", "[record]") {
  check_recipe_refused(R"({"ingredients":[{"grams":3}]})", "missing_key", "ingredients[].name");
  check_recipe_refused(R"({"ingredients":[{"name":null}]})", "missing_key", "ingredients[].name");
  check_recipe_refused(R"({"ingredients":[{"name":" "}]})", "missing_key", "ingredients[]");
  check_recipe_refused(R"({"tags":[""]})", "missing_key", "tags[]");
  check_recipe_refused(R"({"answers":{"":1}})", "missing_key", "answers.");
  check_recipe_refused(R"({"answers":{")" + std::string(1025, 'k') + R"(":1}})", "missing_key",
                       "answers.");
}

TEST_CASE("record/entry: a key may stand twice only with the same contents", "[record]") {
  CHECK(
      recipe(
          R"({"tags":["a","a"],"ingredients":[{"name":"egg","grams":3},{"name":"egg","grams":3}]})")
          .cells.size() == 2);
  check_recipe_refused(R"({"ingredients":[{"name":"egg","grams":3},{"name":"egg","grams":4}]})",
                       "duplicate_key", "ingredients[]");
}

TEST_CASE("record/entry: sealed fields are refused by name, whatever shape they come in",
          "[record]") {
  const Type& guest = *notebook_schema().type("guest");
  check_refused(try_entry(guest, R"({"health":{"allergy":"nuts"}})"), "sealed_field",
                "health.allergy");
  check_refused(try_entry(guest, R"({"health.allergy":"nuts"})"), "sealed_field", "health.allergy");
  check_refused(try_entry(guest, R"({"facts":{"address":"x"}})"), "sealed_field", "facts.address");
  check_refused(try_entry(guest, R"({"facts":{" address ":"x"}})"), "sealed_field",
                "facts.address");
  check_refused(try_entry(guest, R"({"facts.address":"x"})"), "sealed_field", "facts.address");
  CHECK(must(try_entry(guest, R"({"health":{"allergy":null},"facts":{"address":null}})"))
            .cells.empty());
}

TEST_CASE("record/entry: an unknown name beside sealed fields counts as sealed", "[record]") {
  const Type& guest = *notebook_schema().type("guest");
  check_refused(try_entry(guest, R"({"health":{"blood":"A"}})"), "sealed_field", "health.blood");
}

TEST_CASE("record/entry: a companion's boxes are not for people to fill", "[record]") {
  const Type& sealed = *notebook_schema().type("guest_sealed");
  check_refused(try_entry(sealed, R"({"shelf":"s","health":{"allergy":"Zm9v"}})"), "sealed_field",
                "health.allergy");
}

TEST_CASE("record/entry: a refusal names the field and never says what was entered", "[record]") {
  const auto refused = try_entry(recipe_type(), R"({"cooked_on":"secret-day","price":1})");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.status().message().find("secret") == std::string::npos);
  CHECK(refused.status().hint().find("secret") == std::string::npos);
}

TEST_CASE("record/entry: null names a field without giving it a value", "[record]") {
  const auto parsed = recipe(R"({"title":null,"tags":null,"answers":null})");
  CHECK(parsed.cells.empty());
  CHECK(parsed.given.size() == 3);
  CHECK(parsed.patched.empty());
}

TEST_CASE("record/entry: null for a branch empties all its members", "[record]") {
  const auto parsed = recipe(R"({"minutes":null})");
  CHECK(parsed.given == std::set<std::uint16_t>{recipe_type().field("minutes.work")->number,
                                                recipe_type().field("minutes.wait")->number});
}

TEST_CASE("record/entry: a dotted key names the same field as nesting does", "[record]") {
  CHECK(scalar(recipe(R"({"minutes.work":5})"), "minutes.work") == Value(std::int64_t{5}));
  const auto parsed = recipe(R"({"answers.q.1":true})");
  CHECK(element(parsed, "answers", "q.1") == Value("true"));
  CHECK(parsed.patched.size() == 1);
}

TEST_CASE("record/entry: answers keep their JSON types, so true, 1 and \"1\" stay different",
          "[record]") {
  const auto parsed =
      recipe(R"({"answers":{"a":true,"b":1,"c":"1","d":1.0,"e":["x"],"f":"null"}})");
  CHECK(element(parsed, "answers", "a") == Value("true"));
  CHECK(element(parsed, "answers", "b") == Value("1"));
  CHECK(element(parsed, "answers", "c") == Value("\"1\""));
  CHECK(element(parsed, "answers", "d") == Value("1.0"));
  CHECK(element(parsed, "answers", "e") == Value("[\"x\"]"));
  CHECK(element(parsed, "answers", "f") == Value("\"null\""));
}

TEST_CASE("record/entry: what stands under _meta is not the record's", "[record]") {
  const auto parsed = recipe(R"({"_meta":{"rev":3},"title":"a"})");
  CHECK(parsed.given.size() == 1);
  CHECK(parsed.unknown.empty());
}

TEST_CASE("record/natural key: the key makes the id, the same everywhere", "[record]") {
  const Type& measure = *notebook_schema().type("unit_of_measure");
  const auto parsed = must(try_entry(measure, R"({"code":"cup","grams":240})", true));
  CHECK(parsed.id == nhip::make_uuid_v5(kCentre, "unit_of_measure/cup"));
  const Type& unit = *union_schema().type("org_unit");
  CHECK(must(try_entry(unit, R"({"unit_id":"U-06","version":2})", true)).id ==
        nhip::make_uuid_v5(kCentre, "org_unit/U-06/2"));
}

TEST_CASE("record/natural key: an id that belongs to another key is refused", "[record]") {
  const Type& measure = *notebook_schema().type("unit_of_measure");
  const std::string id = nhip::make_uuid_v5(kCentre, "unit_of_measure/cup").text();
  CHECK(try_entry(measure, R"({"id":")" + id + R"(","code":"cup"})").ok());
  CHECK(try_entry(measure, R"({"id":")" + id + R"(","label":"Cup"})").ok());
  check_refused(try_entry(measure, R"({"id":")" + id + R"(","code":"spoon"})"), "bad_id", "id");
  check_refused(try_entry(measure, R"({"label":"Cup"})"), "missing_field", "code");
}

TEST_CASE("record/entry: what one type keeps sealed is refused in a record of any other type",
          "[record]") {
  check_recipe_refused(R"({"health":{"allergy":"nuts"}})", "sealed_field", "health.allergy");
  check_recipe_refused(R"({"health":{"phone":1}})", "sealed_field", "health.phone");
  check_recipe_refused(R"({"health":"nuts"})", "sealed_field", "health");
  check_recipe_refused(R"({"health.allergy":"nuts"})", "sealed_field", "health.allergy");
  CHECK(recipe(R"({"health":null})").unknown.empty());
  CHECK(recipe(R"({"health":{"allergy":null}})").cells.empty());
}
