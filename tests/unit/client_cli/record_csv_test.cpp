// Records as CSV rows and back, by the schema.
#include "record_csv.h"

#include <catch2/catch.hpp>

#include "csv_reader.h"

namespace nhip::cli {
namespace {

Field scalar(std::uint16_t number, const char* path, FieldType type) {
  Field field;
  field.number = number;
  field.path = path;
  field.column.type = type;
  return field;
}

Field list(std::uint16_t number, const char* path, Shape shape, FieldType key) {
  Field field = scalar(number, path, FieldType::kText);
  field.shape = shape;
  Column column;
  column.name = "value";
  column.type = key;
  field.keys.push_back(column);
  return field;
}

Type event_type() {
  Type type;
  type.number = 16;
  type.name = "event";
  type.fields = {scalar(1, "title", FieldType::kText),
                 scalar(2, "on", FieldType::kDate),
                 scalar(3, "funding.union", FieldType::kInteger),
                 scalar(4, "ok", FieldType::kBoolean),
                 scalar(5, "share", FieldType::kReal),
                 list(6, "topics", Shape::kSet, FieldType::kText),
                 list(7, "counts", Shape::kSet, FieldType::kInteger),
                 list(8, "people", Shape::kObjects, FieldType::kText),
                 list(9, "answers", Shape::kMap, FieldType::kText),
                 scalar(10, "extra_json", FieldType::kJson),
                 scalar(11, "secret", FieldType::kText),
                 scalar(12, "at", FieldType::kInstant)};
  type.fields[10].sealed = true;
  return type;
}

Result<Json> read(const std::vector<std::string>& header, const std::vector<std::string>& cells) {
  const Type type = event_type();  // the columns point into it
  auto columns = CsvColumns::parse(Language::kEnglish, type, header);
  if (!columns.ok()) return columns.status();
  return columns->record(Language::kEnglish, cells);
}

}  // namespace

TEST_CASE("client_cli/record_csv: cells become values by their field", "[client_cli]") {
  const auto record =
      read({"title", "on", "funding.union", "ok", "share", "topics", "counts", "at"},
           {"Tết", "1/6/2026", "1.500.000", "có", "92,4", "T1; T2", "1;2.000", "01/06/2026 07:30"});
  REQUIRE(record.ok());
  CHECK(*record ==
        Json::parse(R"({"title":"Tết","on":"2026-06-01","funding":{"union":1500000},"ok":true,
      "share":92.4,"topics":["T1","T2"],"counts":[1,2000],"at":"2026-06-01T00:30:00Z"})"));
}

TEST_CASE("client_cli/record_csv: an empty cell is absent", "[client_cli]") {
  const auto record = read({"title", "on", "topics"}, {"Tết", "", " "});
  REQUIRE(record.ok());
  CHECK(*record == Json::parse(R"({"title":"Tết"})"));
}

TEST_CASE("client_cli/record_csv: text stays text", "[client_cli]") {
  const auto record = read({"title", "unknown"}, {"123", "true"});
  REQUIRE(record.ok());
  CHECK(*record == Json::parse(R"({"title":"123","unknown":"true"})"));
}

TEST_CASE("client_cli/record_csv: a wrong value is refused and its column named", "[client_cli]") {
  const auto refused = [](const char* column, const char* cell) {
    const auto record = read({column}, {cell});
    REQUIRE_FALSE(record.ok());
    CHECK(record.status().code() == Code::kInvalid);
    CHECK(record.status().message().find(column) == 0);
    return record.status().name();
  };
  CHECK(refused("funding.union", "12.34") == "wrong_type");
  CHECK(refused("funding.union", "nhiều") == "wrong_type");
  CHECK(refused("on", "31/02/2026") == "bad_date");
  CHECK(refused("ok", "maybe") == "wrong_type");
  CHECK(refused("share", "1,2,3") == "wrong_type");
  CHECK(refused("counts", "1;x") == "wrong_type");
}

TEST_CASE("client_cli/record_csv: a row of another length is refused", "[client_cli]") {
  CHECK(read({"title", "on"}, {"Tết"}).status().name() == "wrong_columns");
  CHECK(read({"title"}, {"Tết", "x"}).status().name() == "wrong_columns");
}

TEST_CASE("client_cli/record_csv: a header with an empty or repeated name is refused",
          "[client_cli]") {
  CHECK(read({"title", ""}, {"a", "b"}).status().name() == "bad_header");
  CHECK(read({"title", "title"}, {"a", "b"}).status().name() == "bad_header");
  CHECK(read({"a..b"}, {"a"}).status().name() == "bad_header");
}

TEST_CASE("client_cli/record_csv: other encodings are refused with advice", "[client_cli]") {
  const auto record = read({"title"}, {"B\xD6nh vi\xD6n"});
  REQUIRE_FALSE(record.ok());
  CHECK(record.status().name() == "not_utf8");
  CHECK(record.status().message().find("TCVN3") != std::string::npos);
}

TEST_CASE("client_cli/record_csv: one value of a map keeps its JSON type", "[client_cli]") {
  const auto record =
      read({"answers.q1", "answers.q2", "answers.q3"}, {"true", "\"1\"", "chưa rõ"});
  REQUIRE(record.ok());
  CHECK(*record == Json::parse(R"({"answers":{"q1":true,"q2":"1","q3":"chưa rõ"}})"));
}

TEST_CASE("client_cli/record_csv: what only one side knows is not imported", "[client_cli]") {
  const auto record = read({"title", "_meta"}, {"Tết", "{}"});
  REQUIRE(record.ok());
  CHECK_FALSE(record->contains("_meta"));
}

TEST_CASE("client_cli/record_csv: sealed fields are not exported", "[client_cli]") {
  CHECK(csv_header(event_type()).find("secret") == std::string::npos);
  CHECK(csv_line(event_type(), Json{{"secret", "bí mật"}}).find("bí mật") == std::string::npos);
}

TEST_CASE("client_cli/record_csv: a record survives the way there and back", "[client_cli]") {
  const Type type = event_type();
  for (
      const char* text : {
          R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":"=1+2, \"x\"\nđ","on":"2026-06-01",
               "funding":{"union":-1500000},"ok":false,"share":1500.125,"topics":["T1","T2"],
               "counts":[1,2000],"people":[{"key":"a;b"}],"answers":{"q":1,"r":"1","s":true},
               "extra_json":[1,{"a":null}],"at":"2026-06-01T00:30:00Z"})",
          R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":"'-5","topics":["a;b","=c"],
               "extra_json":"1"})",
          R"({"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":"1","ok":true})"}) {
    const Json record = Json::parse(text);
    const std::string csv = csv_header(type) + csv_line(type, record);
    CsvReader reader(csv);
    CsvRow header;
    CsvRow row;
    REQUIRE(reader.next(header));
    REQUIRE(reader.next(row));
    const auto columns = CsvColumns::parse(Language::kEnglish, type, header.cells);
    REQUIRE(columns.ok());
    const auto back = columns->record(Language::kEnglish, row.cells);
    REQUIRE(back.ok());
    CHECK(nlohmann::json(*back) == nlohmann::json(record));
  }
}

}  // namespace nhip::cli
