// From what was given to what changes, and which changes of somebody else's are refused.

#include "support/json_record.h"

using nhip::Bytes;
using nhip::Type;
using nhip::Value;
using nhip::core::CellKey;
using nhip::core::Change;
using nhip::record::changes_from;
using nhip::record::check_changes;
using namespace nhip::test;

namespace {

const Type& recipe_type() { return *notebook_schema().type("recipe"); }
std::uint16_t number(const char* path) { return recipe_type().field(path)->number; }

std::vector<Change> changes(const std::string& before, const std::string& given) {
  return changes_from(recipe_type(), recipe(before).cells, recipe(given));
}

void check_change_refused(const Type& type, const CellKey& cell, const Value& value,
                          const std::string& name) {
  const nhip::Status status = check_changes(type, {{cell, value}});
  INFO(status.message());
  CHECK(status.code() == nhip::Code::kInvalid);
  CHECK(status.name() == name);
}

void check_recipe_change(const char* path, const std::string& element, const Value& value,
                         const std::string& name) {
  INFO(path);
  check_change_refused(recipe_type(), {number(path), element}, value, name);
}

bool passes(const char* path, const std::string& element, const Value& value) {
  return check_changes(recipe_type(), {{{number(path), element}, value}}).ok();
}

Value integer(std::int64_t value) { return Value(value); }

}  // namespace

TEST_CASE("record/changes: only what differs is a change", "[record]") {
  CHECK(changes(R"({"title":"a","price":5})", R"({"title":"a","price":6})") ==
        std::vector<Change>{{{number("price"), {}}, integer(6)}});
  CHECK(changes(R"({"tags":["a","b"]})", R"({"tags":["b","a"]})").empty());
}

TEST_CASE("record/changes: fields that are not given stay", "[record]") {
  CHECK(changes(R"({"title":"a","tags":["x"]})", "{}").empty());
}

TEST_CASE("record/changes: null empties a field", "[record]") {
  CHECK(changes(R"({"title":"a"})", R"({"title":null})") ==
        std::vector<Change>{{{number("title"), {}}, Value()}});
  CHECK(changes("{}", R"({"title":null})").empty());
}

TEST_CASE("record/changes: a list given replaces the whole list", "[record]") {
  CHECK(changes(R"({"tags":["a","b"]})", R"({"tags":["b","c"]})") ==
        std::vector<Change>{{{number("tags"), "a"}, Value()}, {{number("tags"), "c"}, integer(1)}});
  CHECK(changes(R"({"ingredients":[{"name":"egg"}]})", R"({"ingredients":null})") ==
        std::vector<Change>{{{number("ingredients"), "egg"}, Value()}});
}

TEST_CASE("record/changes: a map given changes only the keys it has", "[record]") {
  CHECK(changes(R"({"ratings":{"a":1,"b":2,"c":3}})", R"({"ratings":{"b":5,"c":null}})") ==
        std::vector<Change>{{{number("ratings"), "b"}, integer(5)},
                            {{number("ratings"), "c"}, Value()}});
  CHECK(changes(R"({"ratings":{"a":1}})", R"({"ratings":{}})").empty());
  CHECK(changes(R"({"ratings":{"a":1}})", R"({"ratings":null})").size() == 1);
}

TEST_CASE("record/changes: they come in the order of cells", "[record]") {
  const auto all =
      changes(R"({"z":1,"tags":["b"]})", R"({"z":2,"note":"n","tags":["a"],"title":"t"})");
  CHECK(std::is_sorted(all.begin(), all.end(),
                       [](const Change& a, const Change& b) { return a.cell < b.cell; }));
  CHECK(all.back().cell.field == nhip::kExtraField);
}

TEST_CASE("record/changes: what entry makes always passes the centre's check", "[record]") {
  const auto made =
      changes("{}", R"({"shelf":"s","title":"t","tags":["a"],"ingredients":[{"name":"egg","grams":3,
    "bought":true}],"answers":{"q":[1]},"ratings":{"mum":5},"stage":"idea","minutes":{"work":1,"wait":null},"price":3,
    "cooked_on":"2024-02-29","noted_at":"2024-02-29T10:00:00Z","vegan":false,"weight":1.5,
    "based_on":"01890000-0000-7000-8000-000000000001","photo":"Zm9v","steps":{},"nobody":"knows"})");
  CHECK(made.size() == 17);
  CHECK(check_changes(recipe_type(), made).ok());
}

TEST_CASE("record/check: emptying passes for every field", "[record]") {
  for (const char* path : {"title", "price", "cooked_on", "vegan", "photo"})
    CHECK(passes(path, "", Value()));
  CHECK(passes("tags", "a", Value()));
  CHECK(passes("ingredients", "egg", Value()));
}

TEST_CASE("record/check: another kind of value is refused", "[record]") {
  check_recipe_change("title", "", integer(1), "wrong_type");
  check_recipe_change("price", "", Value("1"), "wrong_type");
  check_recipe_change("price", "", Value(1.0), "wrong_type");
  check_recipe_change("vegan", "", integer(2), "wrong_type");
  check_recipe_change("weight", "", integer(1), "wrong_type");
  check_recipe_change("based_on", "", Value(Bytes(15)), "wrong_type");
  check_recipe_change("photo", "", Value("x"), "wrong_type");
  check_recipe_change("steps", "", Value("{"), "wrong_type");
  check_recipe_change("steps", "", Value(std::string(40, '[') + std::string(40, ']')),
                      "wrong_type");
  check_recipe_change("ratings", "mum", Value("5"), "wrong_type");
}

TEST_CASE("record/check: ranges, dates and UTF-8 hold for what comes over the wire", "[record]") {
  check_recipe_change("price", "", integer(-1), "out_of_range");
  check_recipe_change("ratings", "mum", integer(6), "out_of_range");
  check_recipe_change("cooked_on", "", Value("2023-02-29"), "bad_date");
  check_recipe_change("noted_at", "", Value("2023-02-28"), "bad_date");
  check_recipe_change("title", "", Value("\xff"), "bad_text");
}

TEST_CASE("record/check: limits that only bind people do not refuse what a centre once accepted",
          "[record]") {
  CHECK(passes("title", "", Value(std::string(5000, 'x'))));
  CHECK(passes("title", "", Value(" decomposed e\xcc\x82 ")));
  check_recipe_change("title", "", Value(std::string(300 * 1024, 'x')), "too_long");
}

TEST_CASE("record/check: elements must have the shape of their list", "[record]") {
  CHECK(passes("tags", "a", integer(1)));
  CHECK(passes("ingredients", "egg", Value(R"(["two",3,true])")));
  CHECK(passes("ingredients", "egg", Value(R"(["two"])")));                 // an older schema's
  CHECK(passes("ingredients", "egg", Value(R"(["two",3,true,"newer"])")));  // a newer one's
  check_recipe_change("tags", "", integer(1), "missing_key");
  check_recipe_change("tags",
                      "a\x1f"
                      "b",
                      integer(1), "missing_key");
  check_recipe_change("tags", std::string(2000, 'x'), integer(1), "missing_key");
  check_recipe_change("tags", "a", integer(2), "wrong_type");
  check_recipe_change("ingredients", "egg", Value(R"({"grams":3})"), "wrong_type");
  check_recipe_change("ingredients", "egg", Value(R"([1])"), "wrong_type");
  check_recipe_change("ingredients", "egg", Value(R"([null,100001])"), "wrong_type");
  check_recipe_change("title", "a", Value("t"), "wrong_type");
}

TEST_CASE("record/check: keys must be of their columns' types, in their one spelling", "[record]") {
  const Type& person = *union_schema().type("person");
  const std::uint16_t roles = person.field("roles")->number;
  CHECK(check_changes(person, {{{roles,
                                 "CHU_TICH\x1fU-01\x1f"
                                 "2021-01-01"},
                                Value("[null]")}})
            .ok());
  check_change_refused(person,
                       {roles,
                        "CHU_TICH\x1fU-01\x1f"
                        "2021-02-30"},
                       Value("[null]"), "missing_key");
  check_change_refused(person, {roles, "CHU_TICH\x1fU-01"}, Value("[null]"), "missing_key");
}

TEST_CASE("record/check: sealed values are refused in an open record and pass in the companion",
          "[record]") {
  const Type& guest = *notebook_schema().type("guest");
  const Type& sealed = *notebook_schema().type("guest_sealed");
  const std::uint16_t allergy = guest.field("health.allergy")->number;
  const std::uint16_t facts = guest.field("facts")->number;
  check_change_refused(guest, {allergy, {}}, Value("nuts"), "sealed_field");
  check_change_refused(guest, {allergy, {}}, Value(), "sealed_field");
  check_change_refused(guest, {facts, "address"}, Value("\"x\""), "sealed_field");
  CHECK(check_changes(guest, {{{facts, "colour"}, Value("\"red\"")}}).ok());
  CHECK(check_changes(sealed, {{{sealed.field("health.allergy")->number, {}}, Value(Bytes{1})},
                               {{sealed.field("facts")->number, "address"}, Value(Bytes{2})}})
            .ok());
}

TEST_CASE("record/check: deleted is nothing, 0 or 1, and extra is an object", "[record]") {
  CHECK(check_changes(recipe_type(), {{{nhip::kDeletedField, {}}, integer(1)}}).ok());
  CHECK(check_changes(recipe_type(), {{{nhip::kDeletedField, {}}, Value()}}).ok());
  CHECK(check_changes(recipe_type(), {{{nhip::kExtraField, {}}, Value(R"({"a":1})")}}).ok());
  check_change_refused(recipe_type(), {nhip::kDeletedField, {}}, integer(2), "wrong_type");
  check_change_refused(recipe_type(), {nhip::kDeletedField, {}}, Value("1"), "wrong_type");
  check_change_refused(recipe_type(), {nhip::kDeletedField, "x"}, integer(1), "wrong_type");
  check_change_refused(recipe_type(), {nhip::kExtraField, {}}, Value("[]"), "wrong_type");
  check_change_refused(recipe_type(), {nhip::kExtraField, {}}, integer(1), "wrong_type");
  check_change_refused(recipe_type(), {nhip::kExtraField, "x"}, Value("{}"), "wrong_type");
}

TEST_CASE("record/check: fields of a newer schema pass, within the engine's limits", "[record]") {
  CHECK(check_changes(recipe_type(), {{{999, "x"}, Value("y")}}).ok());
  check_change_refused(recipe_type(), {999, {}}, Value(std::string(300 * 1024, 'x')), "too_long");
  check_change_refused(recipe_type(), {999, std::string(2000, 'x')}, integer(1), "too_long");
}

TEST_CASE("record/scope: a fixed scope, a column's value, a named value and a suffix", "[record]") {
  const auto scope = [](const char* type_name, const std::string& shelf) {
    const Type& type = *notebook_schema().type(type_name);
    nhip::core::Cells cells;
    if (!shelf.empty()) cells[{1, {}}] = Value(shelf);
    const auto result = nhip::record::scope_of(type, cells);
    return result.ok() ? *result : "refused " + result.status().name();
  };
  CHECK(scope("bookmark", "") == "everyone");
  CHECK(scope("recipe", "kitchen") == "shelf/kitchen");
  CHECK(scope("recipe", "common") == "everyone");
  CHECK(scope("guest_sealed", "kitchen") == "shelf/kitchen/sealed");
  CHECK(scope("recipe", "") == "refused missing_field");
  CHECK(scope("recipe", std::string(300, 'x')) == "refused too_long");
}

TEST_CASE("record/scope: a value cannot lead into another scope", "[record]") {
  for (const char* shelf : {"kitchen/sealed", "/", "a\nb", "a\x7f"}) {
    nhip::core::Cells cells;
    cells[{1, {}}] = Value(shelf);
    const auto result = nhip::record::scope_of(recipe_type(), cells);
    REQUIRE_FALSE(result.ok());
    CHECK(result.status().name() == "bad_text");
  }
}

TEST_CASE("record/scope: the union's units, sector and documents", "[record]") {
  const auto scope = [](const char* type_name, const char* unit) {
    nhip::core::Cells cells;
    cells[{1, {}}] = Value(unit);
    return *nhip::record::scope_of(*union_schema().type(type_name), cells);
  };
  CHECK(scope("activity", "U-01") == "unit/U-01");
  CHECK(scope("activity", "U-CDN") == "office");
  CHECK(scope("document", "U-CDN") == "shared");
  CHECK(scope("document", "U-01") == "unit/U-01");
  CHECK(scope("support_case_sealed", "U-01") == "unit/U-01/sealed");
  CHECK(scope("sector_activity", "U-01") == "unit/U-01");
  CHECK(scope("org_unit", "U-01") == "shared");
}

TEST_CASE("record/changes: a replica cannot bring in as unknown what another type keeps sealed",
          "[record]") {
  const Type& type = *notebook_schema().type("recipe");
  const auto extra = [&](const char* json) {
    return nhip::record::check_changes(type, {{{nhip::kExtraField, {}}, Value(json)}});
  };
  CHECK(extra(R"({"nickname":"x"})").ok());
  CHECK(extra(R"({"health":{"allergy":"nuts"}})").name() == "sealed_field");
  CHECK(extra(R"({"health.allergy":"nuts"})").name() == "sealed_field");
}
