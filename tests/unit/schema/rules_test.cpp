// Rules of a schema as they are read: every malformed one is refused by name and place.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "support/load_schema.h"

namespace {

using nhip::test::parse_schema;

const std::string kTypes = R"([{"number":16,"name":"note","scope":{"fixed":"x"},"fields":[
  {"number":1,"path":"title","type":"text"},{"number":2,"path":"pages","type":"integer"},
  {"number":3,"path":"day","type":"date"},{"number":4,"path":"state","type":"text","policy":"server"},
  {"number":5,"path":"why","type":"text","policy":"server"},
  {"number":6,"path":"tags","type":"text","shape":"set"},
  {"number":7,"path":"marks","shape":"map","values":[{"name":"value","type":"json"}]},
  {"number":8,"path":"secret.name","type":"text","sealed":true}]REVIEW},
  {"number":17,"name":"note_sealed","scope":{"fixed":"y"},"companion_of":"note","fields":[
  {"number":1,"path":"secret.name","type":"blob","sealed":true}]}])";

std::string with(const std::string& rules, const std::string& review = "") {
  std::string types = kTypes;
  types.replace(types.find("REVIEW"), 6, review.empty() ? "" : ",\"review\":" + review);
  return R"({"schema":"s","version":1,"types":)" + types +
         (rules.empty() ? "" : ",\"rules\":" + rules) + "}";
}

std::string list(const std::string& rule) {
  return R"({"language":"en","patterns":{"word":"\\w+"},"list":[)" + rule + "]}";
}

std::string rule(const std::string& must, const std::string& fields = R"(["title"])") {
  return R"({"id":"R1","severity":"error","types":["note"],"fields":)" + fields +
         R"(,"message":{"en":"No."},"must":)" + must + "}";
}

void check_refused(const std::string& json, const std::string& name, const std::string& place) {
  INFO(json);
  const auto schema = nhip::Schema::parse(json);
  REQUIRE_FALSE(schema.ok());
  INFO(schema.status().name() << " " << schema.status().message());
  CHECK(schema.status().code() == nhip::Code::kInvalid);
  CHECK(schema.status().name() == name);
  CHECK(schema.status().message().rfind(place + ":", 0) == 0);
}

void check_must_refused(const std::string& must, const std::string& name,
                        const std::string& place) {
  check_refused(with(list(rule(must))), name, "rules.list[0].must" + place);
}

const std::string kReview =
    R"({"field":"state","note":"why","submitted":["sent","good"],"approved":["good"],"returned":"back"})";

}  // namespace

TEST_CASE("schema/rules: a good rule and a good review pass, so the others fail for their reason",
          "[schema]") {
  const auto schema = parse_schema(with(list(rule(R"({"given":"title"})")), kReview));
  REQUIRE(schema.rules().rules.size() == 1);
  CHECK(schema.rules().rules[0].id == "R1");
  CHECK(schema.rules().rules[0].type == 16);
  CHECK_FALSE(schema.rules().rules[0].looks_elsewhere);
  CHECK(schema.type("note")->review.field == 4);
  CHECK(schema.type("note")->review.note == 5);
  CHECK(schema.type("note_sealed")->review.field == 0);
}

TEST_CASE("schema/rules: a schema without rules has none", "[schema]") {
  CHECK(parse_schema(with("")).rules().rules.empty());
}

TEST_CASE("schema/rules: a rule for several types is one for each of them", "[schema]") {
  const auto& rules = nhip::test::union_schema().rules().rules;
  const auto count = std::count_if(rules.begin(), rules.end(),
                                   [](const nhip::Rule& each) { return each.id == "V18"; });
  CHECK(count == 3);
}

TEST_CASE("schema/rules: what must be there is missed by name", "[schema]") {
  check_refused(with("[]"), "schema_wrong_type", "rules");
  check_refused(with(R"({"list":[]})"), "schema_missing_key", "rules.language");
  check_refused(with(R"({"language":"en"})"), "schema_missing_key", "rules.list");
  check_refused(with(R"({"language":"en","list":[],"lists":[]})"), "schema_unknown_key",
                "rules.lists");
  check_refused(with(R"({"language":"en","list":[],"utc_offset_minutes":900})"),
                "schema_bad_number", "rules.utc_offset_minutes");
  check_refused(with(list("{}")), "schema_missing_key", "rules.list[0].id");
  check_refused(
      with(list(
          R"({"id":"R","severity":"fatal","types":["note"],"fields":["title"],"message":{"en":"x"},
    "must":{"given":"title"}})")),
      "schema_unknown_word", "rules.list[0].severity");
  check_refused(with(list(R"({"id":"R","severity":"error","fields":["title"],"message":{"en":"x"},
    "must":{"given":"title"}})")),
                "schema_missing_key", "rules.list[0].types");
  check_refused(
      with(list(
          R"({"id":"R","severity":"error","types":["nothing"],"fields":["title"],"message":{"en":"x"},
    "must":{"given":"title"}})")),
      "schema_bad_reference", "rules.list[0].types");
  check_refused(
      with(list(R"({"id":"R","severity":"error","types":["note_sealed"],"fields":["title"],
    "message":{"en":"x"},"must":{"given":"title"}})")),
      "schema_bad_reference", "rules.list[0].types");
  check_refused(with(list(R"({"id":"R","severity":"error","types":["note"],"message":{"en":"x"},
    "must":{"given":"title"}})")),
                "schema_missing_key", "rules.list[0].fields");
  check_refused(
      with(list(
          R"({"id":"R","severity":"error","types":["note"],"fields":["title"],"message":{"vi":"x"},
    "must":{"given":"title"}})")),
      "schema_missing_key", "rules.list[0].message");
  check_refused(
      with(list(
          R"({"id":"R","severity":"error","types":["note"],"fields":["title"],"message":{"en":"x"}})")),
      "schema_missing_key", "rules.list[0].must");
}

TEST_CASE("schema/rules: fields that are not there, lists and sealed ones are refused",
          "[schema]") {
  check_must_refused(R"({"given":"titel"})", "schema_bad_reference", ".given");
  check_must_refused(R"({"given":"tags"})", "schema_bad_rule", ".given");
  check_must_refused(R"({"given":"secret.name"})", "schema_sealed", ".given");
  check_must_refused(R"({"given":"other.title"})", "schema_bad_reference", ".given");
  check_must_refused(R"({"given":"element.key"})", "schema_bad_reference", ".given");
  check_refused(with(list(rule(R"({"given":"title"})", R"(["secret.name"])"))),
                "schema_bad_reference", "rules.list[0].fields");
  check_refused(with(list(rule(R"({"given":"@"})", R"(["tags"])"))), "schema_bad_rule",
                "rules.list[0].fields");
}

TEST_CASE("schema/rules: `@` stands for fields of one value", "[schema]") {
  check_refused(with(list(rule(R"({"given":"@"})", R"(["marks.a"])"))), "schema_bad_rule",
                "rules.list[0].fields");
  CHECK(nhip::Schema::parse(with(list(rule(R"({"given":"@"})", R"(["title","day"])")))).ok());
}

TEST_CASE("schema/rules: conditions and values that nobody knows, or with other parts, are refused",
          "[schema]") {
  check_must_refused(R"({"gvien":"title"})", "schema_unknown_word", ".gvien");
  check_must_refused(R"({})", "schema_wrong_type", "");
  check_must_refused(R"({"given":"title","not":{}})", "schema_wrong_type", "");
  check_must_refused(R"({"given":{"upper":"title"}})", "schema_unknown_word", ".given.upper");
  check_must_refused(R"({"given":[1]})", "schema_wrong_type", ".given");
  check_must_refused(R"({"all":[]})", "schema_wrong_type", ".all");
  check_must_refused(R"({"any":[{"given":"title"},{"given":"x"}]})", "schema_bad_reference",
                     ".any[1].given");
  check_must_refused(R"({"compare":["pages","<"]})", "schema_wrong_type", ".compare");
  check_must_refused(R"({"compare":["pages","=<",1]})", "schema_unknown_word", ".compare[1]");
  check_must_refused(R"({"one_of":["title",[]]})", "schema_wrong_type", ".one_of");
  check_must_refused(R"({"matches":["title","nothing"]})", "schema_bad_reference", ".matches[1]");
  check_must_refused(R"({"within_percent":["pages",5,-1]})", "schema_wrong_type",
                     ".within_percent");
  check_must_refused(R"({"every":{"list":"title","is":{"given":"title"}}})", "schema_bad_rule",
                     ".every.list");
  check_must_refused(R"({"every":{"list":"tags"}})", "schema_missing_key", ".every.is");
  check_must_refused(R"({"every":{"list":"tags","is":{"given":"element.nothing"}}})",
                     "schema_bad_reference", ".every.is.given");
  check_must_refused(
      R"({"fits_form":{"answers":"tags","form":{"type":"note","same":{"title":"title"},
    "value":"title"}}})",
      "schema_bad_rule", ".fits_form.answers");
}

TEST_CASE("schema/rules: values of different kinds are not set against each other", "[schema]") {
  check_must_refused(R"({"compare":["pages","<","title"]})", "schema_bad_rule", ".compare");
  check_must_refused(R"({"compare":["day","<",5]})", "schema_bad_rule", ".compare");
  check_must_refused(R"({"compare":["day","<",{"text":"2026-01-01"}]})", "schema_bad_rule",
                     ".compare");
  check_must_refused(R"({"compare":[{"year":"title"},"<",5]})", "schema_bad_rule",
                     ".compare[0].year");
  check_must_refused(R"({"compare":[{"sum":["pages","day"]},"<",5]})", "schema_bad_rule",
                     ".compare[0].sum[1]");
  check_must_refused(R"({"compare":[{"days":["day","pages"]},"<",5]})", "schema_bad_rule",
                     ".compare[0].days[1]");
  check_must_refused(R"({"one_of":["pages",["1"]]})", "schema_bad_rule", ".one_of[1][0]");
  check_must_refused(R"({"finds":["pages","word"]})", "schema_bad_rule", ".finds[0]");
  check_must_refused(R"({"compare":["day","<",{"date":"2026-13-01"}]})", "schema_bad_rule",
                     ".compare[2].date");
  // What stands in JSON is known when it is there.
  CHECK(nhip::Schema::parse(with(list(rule(R"({"compare":["marks.a","<",5]})")))).ok());
}

TEST_CASE("schema/rules: lookups name a type, its fields and what is wanted", "[schema]") {
  check_must_refused(R"({"exists":{"type":"nothing"}})", "schema_bad_reference", ".exists.type");
  check_must_refused(R"({"exists":{"type":"note_sealed"}})", "schema_bad_reference",
                     ".exists.type");
  check_must_refused(R"({"exists":{"type":"note","same":{"nothing":"title"}}})",
                     "schema_bad_reference", ".exists.same");
  check_must_refused(R"({"exists":{"type":"note","same":{"pages":"title"}}})", "schema_bad_rule",
                     ".exists.same");
  check_must_refused(R"({"exists":{"type":"note","value":"title"}})", "schema_unknown_key",
                     ".exists.value");
  check_must_refused(R"({"given":{"of":{"type":"note","same":{"title":"title"}}}})",
                     "schema_missing_key", ".given.of.value");
  check_must_refused(R"({"exists":{"type":"note","where":{"given":"other.nothing"}}})",
                     "schema_bad_reference", ".exists.where.given");
}

TEST_CASE("schema/rules: patterns are checked when they are read", "[schema]") {
  check_refused(with(R"({"language":"en","list":[],"patterns":{"bad":"a("}})"),
                "schema_bad_pattern", "rules.patterns.bad");
  check_refused(with(R"({"language":"en","list":[],"patterns":{"Bad":"a"}})"), "schema_bad_pattern",
                "rules.patterns.Bad");
}

TEST_CASE("schema/rules: nesting without end is refused", "[schema]") {
  std::string must = R"({"given":"title"})";
  for (int i = 0; i < 100; ++i) must = R"({"not":)" + must + "}";
  const auto schema = nhip::Schema::parse(with(list(rule(must))));
  REQUIRE_FALSE(schema.ok());
  CHECK(schema.status().name() == "schema_bad_rule");
}

TEST_CASE("schema/rules: a review names fields the office rules, and states that go together",
          "[schema]") {
  check_refused(with("", R"({"field":"title","note":"why","submitted":["a"],"returned":"b"})"),
                "schema_bad_reference", "types[0].review.field");
  check_refused(with("", R"({"field":"state","note":"title","submitted":["a"],"returned":"b"})"),
                "schema_bad_reference", "types[0].review.note");
  check_refused(with("", R"({"field":"state","note":"why","returned":"b"})"), "schema_missing_key",
                "types[0].review.submitted");
  check_refused(with("", R"({"field":"state","note":"why","submitted":["a"],"returned":"a"})"),
                "schema_bad_rule", "types[0].review.returned");
  check_refused(
      with("",
           R"({"field":"state","note":"why","submitted":["a"],"approved":["c"],"returned":"b"})"),
      "schema_bad_rule", "types[0].review.approved");
}
