// Every kind of condition, on a schema that has nothing to do with unions.
#include "rules_fixture.h"

using namespace nhip;
using namespace nhip::test;

namespace {

const Schema& garden() {
  static const Schema schema = parse_schema(read_file(NHIP_TEST_DATA "/garden_registry.json"));
  return schema;
}

KnownOthers seasons() {
  KnownOthers others(garden());
  others.add("season", R"({"code":"2026","first":"2026-01-01","last":"2026-06-30","seeds_max":100,
    "questions":[{"id":"born","type":"int","min":1900,"max":2026},{"id":"soil","type":"single",
    "options":[{"code":"clay"},{"code":"sand"}],"required":true},{"id":"pests","type":"multi",
    "options":[{"code":"a"},{"code":"b"}]},{"id":"fed","type":"bool"},{"id":"on","type":"date"},
    {"id":"said","type":"text"},{"id":"owner","type":"text","required":true}]})");
  return others;
}

std::string alone(const std::string& json) {
  return broken(garden(), "planting", json, nullptr, rules::Which::kAlone);
}

std::string with(const std::string& json, KnownOthers others) {
  return broken(garden(), "planting", json, &others, rules::Which::kElsewhere);
}

std::string answers(const std::string& json) {
  return with(R"({"season":"2026","sown_on":"2026-03-01","answers":)" + json + "}", seasons());
}

}  // namespace

TEST_CASE("rules/check: what is not there breaks no comparison", "[rules]") {
  CHECK(alone("{}").empty());
  CHECK(alone(R"({"picked_on":"2026-01-01"})").empty());
  CHECK(alone(R"({"sprouts":5,"lost":1})").empty());
}

TEST_CASE("rules/check: comparisons hold at the edge and break behind it", "[rules]") {
  CHECK(alone(R"({"sown_on":"2026-03-01","picked_on":"2026-03-01"})").empty());
  CHECK(alone(R"({"sown_on":"2026-03-02","picked_on":"2026-03-01"})") == "order picked_on");
  CHECK(alone(R"({"seeds":5,"sprouts":4,"lost":1})").empty());
  CHECK(alone(R"({"seeds":5,"sprouts":5,"lost":1})") == "sum sprouts");
  CHECK(alone(R"({"seeds":4,"lost":2})").empty());
  CHECK(alone(R"({"seeds":3,"lost":2})") == "times lost");
}

TEST_CASE("rules/check: spans count days, over leap years too", "[rules]") {
  CHECK(alone(R"({"sown_on":"2023-09-01","picked_on":"2024-03-19"})").empty());
  CHECK(alone(R"({"sown_on":"2023-09-01","picked_on":"2024-03-20"})") == "span picked_on");
}

TEST_CASE("rules/check: today, now and the day of an instant are those of the moment", "[rules]") {
  CHECK(alone(R"({"sown_on":"2026-06-16"})").empty());
  CHECK(alone(R"({"sown_on":"2026-06-17"})") == "future sown_on");
  CHECK(alone(R"({"seen_at":"2026-06-15T05:00:00Z","sown_on":"2026-06-15"})").empty());
  CHECK(alone(R"({"seen_at":"2026-06-15T05:00:01Z","sown_on":"2026-06-15"})") == "seen seen_at");
  // 17:00 UTC is midnight where the schema's calendar is.
  CHECK(alone(R"({"seen_at":"2026-06-13T17:00:00Z","sown_on":"2026-06-14"})").empty());
  CHECK(alone(R"({"seen_at":"2026-06-13T16:59:59Z","sown_on":"2026-06-14"})") == "seen seen_at");
}

TEST_CASE("rules/check: a moment knows its day in the schema's time zone", "[rules]") {
  const auto moment = rules::Moment::at(1'780'246'800'000, 420);
  CHECK(moment.now == "2026-05-31T17:00:00Z");
  CHECK(moment.today == "2026-06-01");
  CHECK(rules::Moment::at(-1, 0).now == "1969-12-31T23:59:59Z");
}

TEST_CASE("rules/check: a rule applies only where its `when` is true", "[rules]") {
  CHECK(alone(R"({"name":"rose"})") == "count tags");
  CHECK(alone(R"({"name":"rose","tags":["a"]})").empty());
  CHECK(alone(R"({"name":"oak"})").empty());
}

TEST_CASE("rules/check: `@` checks each field by itself and names it", "[rules]") {
  CHECK(alone(R"({"watered":true})") == "needed seeds, needed sown_on");
  CHECK(alone(R"({"watered":true,"seeds":0})") == "needed sown_on");
  CHECK(alone(R"({"watered":false})").empty());
}

TEST_CASE("rules/check: patterns match whole texts and find parts", "[rules]") {
  CHECK(alone(R"({"label":"Đ-007"})").empty());
  CHECK(alone(R"({"label":"Đ-07"})") == "label label");
  CHECK(alone(R"({"label":"xA-007"})") == "label label");
  CHECK(alone(R"({"name":"oak 12345"})") == "scan name");
  CHECK(alone(R"({"name":"oak 123"})").empty());
}

TEST_CASE("rules/check: every and some look at the elements of a list", "[rules]") {
  CHECK(alone(R"({"visits":[{"day":"2026-03-01","helpers":1},{"day":"2026-03-02"}]})").empty());
  CHECK(
      alone(R"({"visits":[{"day":"2026-03-01","helpers":1},{"day":"2026-03-02","helpers":0}]})") ==
      "every visits");
  CHECK(alone(R"({"sown_on":"2026-03-02","visits":[{"day":"2026-03-01"},{"day":"2026-03-02"}]})")
            .empty());
  CHECK(alone(R"({"sown_on":"2026-03-02","visits":[{"day":"2026-03-01"}]})") == "some visits");
}

TEST_CASE("rules/check: an element of a map counts by its JSON type", "[rules]") {
  CHECK(alone(R"({"sown_on":"2026-03-02","answers":{"born":2026}})").empty());
  CHECK(alone(R"({"sown_on":"2026-03-02","answers":{"born":2027}})") == "element answers.born");
  CHECK(alone(R"({"sown_on":"2026-03-02","answers":{"born":"2027"}})").empty());
}

TEST_CASE("rules/check: folded texts and half-years find what was entered twice", "[rules]") {
  KnownOthers others(garden());
  others.add("planting", R"({"plot":"U-01","name":"Hoa HỒNG","sown_on":"2026-01-05"})");
  CHECK(with(R"({"name":"hoa hong","sown_on":"2026-06-01"})", others) == "twice name");
  CHECK(with(R"({"name":"hoa hong","sown_on":"2026-07-01"})", others).empty());
  CHECK(with(R"({"plot":"U-02","name":"hoa hong","sown_on":"2026-06-01"})", others).empty());
}

TEST_CASE("rules/check: other records are looked up, and their absence is said", "[rules]") {
  CHECK(with(R"({"season":"2026","answers":{"soil":"clay"},"sown_on":"2026-06-30"})", seasons())
            .empty());
  CHECK(with(R"({"season":"2026","answers":{"soil":"clay"},"sown_on":"2026-07-01"})", seasons()) ==
        "season sown_on");
  CHECK(with(R"({"season":"2031","sown_on":"2026-07-01"})", seasons()) == "?season sown_on");
  CHECK(with(R"({"season":"2026","answers":{"soil":"clay"},"seeds":100})", seasons()) ==
        "season sown_on");
  CHECK(with(R"({"season":"2026","answers":{"soil":"clay"},"seeds":101,"sown_on":"2026-03-01"})",
             seasons()) == "limit seeds");
}

TEST_CASE("rules/check: without other records no rule that needs them passes in silence",
          "[rules]") {
  const auto found =
      findings_in(garden(), "planting", R"({"season":"2026"})", nullptr, rules::Which::kElsewhere);
  CHECK(found.size() == 5);
  for (const auto& finding : found) CHECK_FALSE(finding.checked);
}

TEST_CASE("rules/check: of several other records the latest counts", "[rules]") {
  KnownOthers others(garden());
  others.add("planting", R"({"plot":"U-01","seeds":1000,"sown_on":"2024-03-01"})");
  others.add("planting", R"({"plot":"U-01","seeds":100,"sown_on":"2025-03-01"})");
  others.add("planting", R"({"plot":"U-01","seeds":500,"sown_on":"2023-03-01"})");
  others.add("planting", R"({"plot":"U-01","seeds":9,"sown_on":"2027-03-01"})");
  CHECK(with(R"({"seeds":130,"sown_on":"2026-03-01"})", others).empty());
  CHECK(with(R"({"seeds":70,"sown_on":"2026-03-01"})", others).empty());
  CHECK(with(R"({"seeds":131,"sown_on":"2026-03-01"})", others) == "jump seeds");
  CHECK(with(R"({"seeds":69,"sown_on":"2026-03-01"})", others) == "jump seeds");
}

TEST_CASE("rules/check: answers fit a form by type, range, options and need", "[rules]") {
  CHECK(answers(R"({"soil":"clay"})").empty());
  CHECK(answers(R"({"soil":"clay","born":1900,"pests":["a","b"],"fed":true,"on":"2026-01-01",
                    "said":""})")
            .empty());
  for (const char* wrong :
       {R"({})", R"({"soil":"rock"})", R"({"soil":["clay"]})", R"({"soil":"clay","born":1899})",
        R"({"soil":"clay","born":"1950"})", R"({"soil":"clay","fed":1})",
        R"({"soil":"clay","pests":["a","a"]})", R"({"soil":"clay","pests":["c"]})",
        R"({"soil":"clay","on":"2026-02-30"})", R"({"soil":"clay","said":1})",
        R"({"soil":"clay","colour":"red"})"}) {
    INFO(wrong);
    CHECK(answers(wrong) == "form answers");
  }
}

TEST_CASE("rules/check: a finding names questions, and a message takes the language asked for",
          "[rules]") {
  KnownOthers others = seasons();
  const auto form =
      findings_in(garden(), "planting",
                  R"({"season":"2026","sown_on":"2026-03-01","answers":{"fed":1}})", &others);
  REQUIRE(form.size() == 1);
  CHECK(rules::finding_text(garden().rules(), form[0], "vi") ==
        "form (answers): Does not fit: soil, fed.");
  const auto order = findings_in(garden(), "planting",
                                 R"({"sown_on":"2026-03-02","picked_on":"2026-03-01"})", &others);
  REQUIRE(order.size() == 1);
  CHECK(rules::finding_text(garden().rules(), order[0], "vi") ==
        "order (picked_on): Chưa gieo thì chưa hái.");
}

TEST_CASE("rules/check: deleted records break nothing, and errors can be asked for alone",
          "[rules]") {
  const std::string bad = R"({"sown_on":"2026-03-02","picked_on":"2025-03-01","label":"?"})";
  KnownOthers others(garden());
  CHECK(broken(garden(), "planting", bad, &others) == "order picked_on, label label");
  CHECK(broken(garden(), "planting", bad, &others, rules::Which::kErrors) == "order picked_on");
  CHECK(broken(garden(), "planting", R"({"deleted":true,"label":"?"})", &others).empty());
}

TEST_CASE("rules/check: a store that fails is a failure and no clean record", "[rules]") {
  KnownOthers others = seasons();
  others.failure = Status(Code::kCorrupt, "damaged", "The store is damaged.");
  const Type& type = *garden().type("planting");
  const auto cells = must(try_load(type, R"({"id":"01890000-0000-7000-8000-000000000001",
    "plot":"U-01","season":"2026"})"))
                         .cells;
  const auto found = rules::check(garden(), {type, kRecord, cells}, kMoment, &others);
  REQUIRE_FALSE(found.ok());
  CHECK(found.status().name() == "damaged");
}

TEST_CASE("rules/check: which states are submitted is the schema's to say", "[rules]") {
  const Type& type = *garden().type("planting");
  const auto in_state = [&](const char* state) {
    core::Cells cells;
    core::set_cell(cells, {type.field("stage")->number, {}}, Value(state));
    return rules::is_submitted(type, cells);
  };
  CHECK(in_state("offered"));
  CHECK(in_state("agreed"));
  CHECK_FALSE(in_state("sketch"));
  CHECK_FALSE(in_state("SUBMITTED"));
  CHECK_FALSE(rules::is_submitted(type, {}));
}

TEST_CASE(
    "rules/check: an error that was there before a submitted record changed is not held against it",
    "[rules]") {
  const Type& type = *garden().type("planting");
  const auto cells = [&](const std::string& json) {
    auto object = nlohmann::json::parse(json);
    object["id"] = kRecord.text();
    object["plot"] = "north";
    return must(try_load(type, object.dump())).cells;
  };
  const auto count = [&](const core::Cells* before, const core::Cells& after) {
    KnownOthers others(garden());
    const auto errors =
        rules::errors_against(garden(), {type, kRecord, after}, before, kMoment, &others);
    REQUIRE(errors.ok());
    return errors->size();
  };
  const auto bad = cells(R"({"stage":"offered","sown_on":"2026-03-02","picked_on":"2026-03-01"})");
  const auto sketch =
      cells(R"({"stage":"sketch","sown_on":"2026-03-02","picked_on":"2026-03-01"})");
  const auto worse = cells(
      R"({"stage":"offered","sown_on":"2026-03-02","picked_on":"2026-03-01","watered":true})");
  CHECK(count(nullptr, bad) == 1);
  CHECK(count(&sketch, bad) == 1);
  CHECK(count(&bad, bad) == 0);
  CHECK(count(&bad, worse) == 1);
  CHECK(count(&bad, sketch) == 0);
}
