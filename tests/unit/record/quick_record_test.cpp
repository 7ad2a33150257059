// The quick way comes to what parse_record comes to, or gives up.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <random>

#include "record/quick_record.h"
#include "record/record_json.h"

using namespace nhip;
using nlohmann::json;

namespace {

const Schema& registry() {
  static const Schema schema = [] {
    std::ifstream file(NHIP_SCHEMA_DIR "/union/registry.json");
    return *Schema::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return schema;
}

const Type& activity() { return *registry().type("activity"); }

const std::set<std::string> kEnvelope{"_meta", "rev", "updated_at", "deleted"};

// As the slow way reads a new record of unit U-01.
std::optional<core::Cells> slowly(const std::string& text) {
  json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  if (!object.contains("unit_id")) object["unit_id"] = "U-01";
  record::ParseOptions options;
  options.creating = true;
  auto parsed = record::parse_record(activity(), object, options, kEnvelope);
  if (!parsed.ok()) return std::nullopt;
  core::Cells cells;
  for (const core::Change& each : record::changes_from(activity(), {}, *parsed))
    core::set_cell(cells, each.cell, each.value);
  return cells;
}

std::optional<core::Cells> quickly(const std::string& text) {
  static const record::QuickRecord quick(activity(), kEnvelope);
  const std::string unit = "U-01";
  const auto given = quick.read(text, &unit);
  if (!given) return std::nullopt;
  core::Cells cells;
  for (const core::Change& each : given->cells) {
    CHECK((cells.empty() || cells.rbegin()->first < each.cell));
    CHECK_FALSE(each.value.is_null());
    cells.emplace(each.cell, each.value);
  }
  CHECK(given->bytes >= core::encode_cells(cells).size());
  return cells;
}

// With a letter that is not in NFC.
const std::string kUsual =
    R"({ "type":"activity","title":"Trại hè \"Xanh\"\nở \\ biển", "category":null,
  "topics":["T3","T1","T3"],"reached":{"officials":0,"families":12,"members":null},
  "start_date":"2026-02-28","place":"  Hà Nội\r\n ","funding":{},"gifts_count":-0,
  "duplicate_of":"0190D2A4-0000-7000-8000-00000000000a","note":"Ho)"
    "a\xCC\x80\"}";

}  // namespace

TEST_CASE("quick record: a usual record comes to the same cells") {
  const auto quick = quickly(kUsual);
  REQUIRE(quick);
  CHECK(*quick == slowly(kUsual));
  CHECK(quickly("{}") == slowly("{}"));
}

TEST_CASE("quick record: what needs a second look is left to the slow way") {
  for (const char* text : {"",
                           "[]",
                           "{",
                           "{}x",
                           R"({"title":"a",})",
                           R"({"title":"a" "note":"b"})",
                           R"({"title":})",
                           R"({"title":5})",
                           R"({"nickname":"x"})",
                           R"({"title":"a","title":"b"})",
                           R"({"id":"x"})",
                           R"({"id":null})",
                           R"({"type":"report"})",
                           R"({"reached":null})",
                           R"({"reached":{"x":1}})",
                           R"({"reached":{"officials":-1}})",
                           R"({"reached":{"officials":01}})",
                           R"({"reached":{"officials":1.0}})",
                           R"({"reached":{"officials":100001}})",
                           R"({"start_date":"2026-02-30"})",
                           R"({"topics":[null]})",
                           R"({"topics":[""]})",
                           R"({"topics":"T1"})",
                           R"({"participants":[]})",
                           R"({"evidence":{}})",
                           R"({"deleted":false})",
                           R"({"title":"\u0041"})",
                           "{\"title\":\"a\x01\"}",
                           "{\"title\":\"\xFF\"}",
                           "{\"title\":\"a\xC2\x85z\"}",
                           "{\"title\":\"a\x7F\"}",
                           R"({"funding.union":5})",
                           R"({"unit_id":null})",
                           R"({"gifts_count":9223372036854775808})"}) {
    CAPTURE(text);
    CHECK_FALSE(quickly(text));
  }
}

TEST_CASE("quick record: records cut and changed at random never come to something else") {
  std::mt19937 random(20261124);
  static const char kBytes[] = "\"\\{}[]:, 0123456789-+.eEtrufalsn\n\xC3\xA1\xE2\x80\xAF\x7F";
  int quick_ones = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text = kUsual;
    for (std::size_t edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      const char byte = kBytes[random() % (sizeof kBytes - 1)];
      if (random() % 3 == 0)
        text.erase(at, 1 + random() % 4);
      else if (random() % 2 == 0)
        text[at] = byte;
      else
        text.insert(at, 1, byte);
    }
    const auto quick = quickly(text);
    if (!quick) continue;
    ++quick_ones;
    CAPTURE(text);
    REQUIRE(quick == slowly(text));
  }
  CHECK(quick_ones > 100);
}
