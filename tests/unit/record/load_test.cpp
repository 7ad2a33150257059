// What a line of an older system may look like and still count.

#include "support/json_record.h"

using nhip::Type;
using nhip::Value;
using nhip::core::cell_value;
using namespace nhip::test;

namespace {

const Type& activity() { return *union_schema().type("activity"); }

std::string line(const std::string& more) {
  return R"({"id":"a1","type":"activity","unit_id":"U-01","rev":1,"deleted":false)" + more + "}";
}

nhip::record::ParsedRecord loaded(const std::string& more) {
  return must(try_load(activity(), line(more)));
}

void check_line_refused(const std::string& more, const std::string& name, const std::string& path) {
  INFO(more);
  check_refused(try_load(activity(), line(more)), name, path);
}

std::vector<std::string> codes(const nhip::record::ParsedRecord& parsed) {
  std::vector<std::string> out;
  for (const auto& remark : parsed.remarks) out.push_back(remark.code + " " + remark.field);
  return out;
}

}  // namespace

TEST_CASE("record/load: an id that is no UUID becomes one, and its text is kept", "[record]") {
  const auto parsed = loaded("");
  CHECK(parsed.id == nhip::make_uuid_v5(kCentre, "a1"));
  CHECK(parsed.source_id == "a1");
}

TEST_CASE("record/load: a reference to such an id becomes the same one", "[record]") {
  const auto parsed = loaded(R"(,"duplicate_of":"a1")");
  const Value value = cell_value(parsed.cells, {activity().field("duplicate_of")->number, {}});
  REQUIRE(value.blob() != nullptr);
  CHECK(nhip::Id::from_bytes(*value.blob()) == parsed.id);
}

TEST_CASE("record/load: a UUID stays as it is", "[record]") {
  const auto parsed =
      must(try_load(activity(), R"({"id":"A594DC0B-a0d0-5420-91c7-4860ba94bc2f","unit_id":"U"})"));
  CHECK(parsed.id->text() == "a594dc0b-a0d0-5420-91c7-4860ba94bc2f");
  CHECK(parsed.source_id.empty());
}

TEST_CASE("record/load: text keeps its bytes", "[record]") {
  const std::string decomposed = " To\xcc\x82\xcc\x81t ";
  const auto parsed = loaded(R"(,"title":")" + decomposed + "\"");
  CHECK(cell_value(parsed.cells, {activity().field("title")->number, {}}) == Value(decomposed));
  CHECK(codes(parsed) == std::vector<std::string>{"bad_text title"});
}

TEST_CASE("record/load: too long a text is remarked and counts", "[record]") {
  const auto parsed = loaded(R"(,"title":")" + std::string(2000, 'x') + "\"");
  CHECK(codes(parsed) == std::vector<std::string>{"too_long title"});
  CHECK(cell_value(parsed.cells, {activity().field("title")->number, {}}).text()->size() == 2000);
}

TEST_CASE(
    "record/load: a wrong JSON type, an impossible date and a number out of range refuse the line",
    "[record]") {
  check_line_refused(R"(,"title":5)", "wrong_type", "title");
  check_line_refused(R"(,"topics":"T1")", "wrong_type", "topics");
  check_line_refused(R"(,"reached":{"children":true})", "wrong_type", "reached.children");
  check_line_refused(R"(,"reached":{"children":12.0})", "wrong_type", "reached.children");
  check_line_refused(R"(,"reached":[])", "wrong_type", "reached");
  check_line_refused(R"(,"participants":[{"key":5,"kind":"OFFICIAL"}])", "wrong_type",
                     "participants[].key");
  check_line_refused(R"(,"start_date":"2021-02-30")", "bad_date", "start_date");
  check_line_refused(R"(,"reached":{"children":100001})", "out_of_range", "reached.children");
  check_line_refused(R"(,"funding":{"union":-1})", "out_of_range", "funding.union");
  check_line_refused(R"(,"funding":{"union":10000000001})", "out_of_range", "funding.union");
  check_line_refused(R"(,"breakdown":[{"unit_id":"U-01","officials":100001}])", "out_of_range",
                     "breakdown[].officials");
  check_line_refused(R"(,"duplicate_of":7)", "wrong_type", "duplicate_of");
}

TEST_CASE("record/load: a line without id or unit is refused", "[record]") {
  check_refused(try_load(activity(), R"({"unit_id":"U-01"})"), "missing_field", "id");
  check_refused(try_load(activity(), R"({"id":null,"unit_id":"U-01"})"), "missing_field", "id");
  check_refused(try_load(activity(), R"({"id":"a"})"), "missing_field", "unit_id");
  check_refused(try_load(activity(), R"({"id":"a","unit_id":null})"), "missing_field", "unit_id");
  check_refused(try_load(activity(), R"({"id":7,"unit_id":"U-01"})"), "wrong_type", "id");
}

TEST_CASE("record/load: the envelope is no field and nothing unknown", "[record]") {
  const auto parsed =
      loaded(R"(,"received_at":"2021-01-01T00:00:00Z","device_id":"D","updated_at":"x")");
  CHECK(parsed.unknown.empty());
  CHECK(parsed.given.size() == 1);
}

TEST_CASE("record/load: sealed values are dropped and counted", "[record]") {
  const Type& support_case = *union_schema().type("support_case");
  const auto parsed = must(try_load(support_case, R"({"id":"c","unit_id":"U-01","sensitive":
      {"child_name":"x","group":"A","diagnosis":null,"birth_year":2015,"school":"y"}})"));
  CHECK(parsed.sealed_dropped == 3);
  CHECK(parsed.unknown.empty());
  const std::string text = printed(support_case, parsed).dump();
  CHECK(text.find("child_name") == std::string::npos);
  CHECK(text.find("school") == std::string::npos);
  CHECK(printed(support_case, parsed)["sensitive"]["birth_year"] == 2015);
}

TEST_CASE("record/load: the sensitive answer of the hardship list is dropped, the others stay",
          "[record]") {
  const Type& response = *union_schema().type("survey_response");
  const auto parsed = must(try_load(response, R"({"id":"r","unit_id":"U-01","form_id":"DS-KK-05",
      "answers":{"groups":["D"],"birth_year":2015,"need":"HOC_BONG","removed_on":null}})"));
  CHECK(parsed.sealed_dropped == 1);
  CHECK(printed(response, parsed)["answers"] ==
        nlohmann::json::parse(R"({"birth_year":2015,"need":"HOC_BONG"})"));
}

TEST_CASE("record/load: elements without a usable key are kept and printed, and remarked",
          "[record]") {
  const auto parsed = loaded(R"(,"participants":[{"kind":"OFFICIAL","key":null,"unit_id":"U-01"},
      {"kind":"OFFICIAL","key":"CB-1","unit_id":null}],"topics":["","T1"])");
  CHECK(codes(parsed) ==
        std::vector<std::string>{"missing_key participants[].key", "missing_key topics[]"});
  const auto record = printed(activity(), parsed);
  CHECK(record["participants"].size() == 2);
  CHECK(record["participants"][0]["key"] == "CB-1");
  CHECK(record["participants"][1]["unit_id"] == "U-01");
  CHECK(record["topics"] == nlohmann::json::parse(R"(["T1",""])"));
}

TEST_CASE("record/load: a second element of one key is kept beside the first, and remarked",
          "[record]") {
  const auto parsed =
      loaded(R"(,"breakdown":[{"unit_id":"U-01","officials":1},{"unit_id":"U-01","officials":2}])");
  CHECK(codes(parsed) == std::vector<std::string>{"duplicate_key breakdown[]"});
  const auto breakdown = printed(activity(), parsed)["breakdown"];
  REQUIRE(breakdown.size() == 2);
  CHECK(breakdown[0]["officials"] == 1);
  CHECK(breakdown[1]["officials"] == 2);
}

TEST_CASE("record/load: a key with the separator in it cannot become another element's key",
          "[record]") {
  const auto parsed =
      loaded(R"(,"participants":[{"kind":"A\u001fB","key":"C"},{"kind":"A","key":"B\u001fC"}])");
  CHECK(parsed.remarks.size() == 4);  // two untidy texts, two elements without a usable key
  CHECK(printed(activity(), parsed)["participants"].size() == 2);
}

TEST_CASE("record/load: records with a natural key need no id", "[record]") {
  const Type& period = *union_schema().type("period");
  const auto parsed = must(try_load(period, R"({"code":"2021-H1","year":2021,"lock_at":null})"));
  CHECK(parsed.id == nhip::make_uuid_v5(kCentre, "period/2021-H1"));
  CHECK(parsed.source_id.empty());
  check_refused(try_load(period, R"({"year":2021})"), "missing_field", "code");
}

TEST_CASE("record/load: what one type keeps sealed is dropped and counted in every type",
          "[record]") {
  const auto parsed = must(try_load(activity(), R"({"id":"01890000-0000-7000-8000-000000000001",
    "unit_id":"U-01","title":"Trại hè","sensitive":{"child_name":"Cháu Ví Dụ","phone":"1",
    "none":null},"sensitive.more":2})"));
  CHECK(parsed.sealed_dropped == 3);
  CHECK(parsed.unknown.empty());
  CHECK(printed(activity(), parsed).dump().find("Ví Dụ") == std::string::npos);
}
