// Every record of schema/demo is read as load reads it and printed back equal to its line. What may
// differ is said here: the envelope, absent fields that print as null, the order of sets, sealed
// values.

#include <map>
#include <sstream>

#include "support/json_record.h"

using nhip::Field;
using nhip::Shape;
using nhip::Type;
using nlohmann::json;
using namespace nhip::test;

namespace {

const std::string kDemo = NHIP_SCHEMA_DIR "/demo/";
const std::set<std::string> kEnvelope{"rev", "device_id", "updated_at", "received_at", "deleted"};

std::vector<json> lines_of(const std::string& path) {
  std::vector<json> out;
  std::istringstream text(read_file(path));
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) out.push_back(json::parse(line));
  }
  REQUIRE_FALSE(out.empty());
  return out;
}

bool is_nothing(const json& value) {
  return value.is_null() || (value.is_structured() && value.empty());
}

// Without nulls and what is empty then.
json pruned(const json& value) {
  if (value.is_array()) {
    json out = json::array();
    for (const json& each : value) out.push_back(pruned(each));
    return out;
  }
  if (!value.is_object()) return value;
  json out = json::object();
  for (const auto& [key, inner] : value.items()) {
    const json kept = pruned(inner);
    if (!is_nothing(kept)) out[key] = kept;
  }
  return out;
}

void sort_keyed_lists(const Type& type, json& record) {
  for (const Field& field : type.fields) {
    const bool keyed = field.shape == Shape::kSet || field.shape == Shape::kObjects;
    if (keyed && record.contains(field.path))
      std::sort(record[field.path].begin(), record[field.path].end());
  }
}

void remove_sealed(const Type& type, json& record) {
  for (const Field& field : type.fields) {
    const std::size_t dot = field.path.find('.');
    if (field.sealed && record.contains(field.path.substr(0, dot))) {
      record[field.path.substr(0, dot)].erase(field.path.substr(dot + 1));
    }
    for (const std::string& key : field.sealed_elements) {
      if (record.contains(field.path)) record[field.path].erase(key);
    }
  }
}

// What a line must print as.
json expected(const Type& type, const nhip::Id& id, json line) {
  for (const std::string& key : kEnvelope) line.erase(key);
  remove_sealed(type, line);
  line["type"] = type.name;
  line["id"] = id.text();
  line = pruned(line);
  sort_keyed_lists(type, line);
  return line;
}

nhip::record::ParsedRecord check_round_trip(const Type& type, const json& line) {
  INFO(line.dump());
  auto parsed = must(try_load(type, line.dump()));
  json record = pruned(printed(type, parsed));
  sort_keyed_lists(type, record);
  CHECK(record == expected(type, *parsed.id, line));
  // And once more: what is printed reads back to the same cells.
  json again = printed(type, parsed);
  CHECK(must(try_load(type, again.dump())).cells == parsed.cells);
  return parsed;
}

// The rows of a CSV file by its header; a field may stand in quotes.
std::vector<std::map<std::string, std::string>> csv_rows(const std::string& path) {
  std::vector<std::map<std::string, std::string>> rows;
  std::vector<std::string> header;
  std::istringstream text(read_file(path));
  for (std::string line; std::getline(text, line);) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.emplace_back();
      } else if (c != '\r') {
        cells.back() += c;
      }
    }
    if (header.empty()) {
      header = cells;
      continue;
    }
    REQUIRE(cells.size() == header.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i == 0) rows.emplace_back();
      rows.back()[header[i]] = cells[i];
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("record/demo: every line of every record file prints back equal to itself", "[record]") {
  const std::map<std::string, std::string> files{{"activities", "activity"},
                                                 {"headcounts", "headcount"},
                                                 {"plans", "plan"},
                                                 {"reports", "report"},
                                                 {"documents", "document"},
                                                 {"acks", "ack"},
                                                 {"lactation_rooms", "lactation_room"},
                                                 {"coordination", "coordination"},
                                                 {"policy_contributions", "policy_contribution"},
                                                 {"survey_responses", "survey_response"},
                                                 {"support_cases", "support_case"},
                                                 {"people", "person"}};
  std::set<std::string> unknown;
  for (const auto& [file, name] : files) {
    const Type& type = *union_schema().type(name);
    for (const json& line : lines_of(kDemo + file + ".jsonl")) {
      const auto parsed = check_round_trip(type, line);
      unknown.insert(parsed.unknown.begin(), parsed.unknown.end());
      CHECK(parsed.source_id.empty());
      CHECK(nhip::record::scope_of(type, parsed.cells).ok());
    }
  }
  // The mark of invented people is the one thing the schema does not know.
  CHECK(unknown == std::set<std::string>{"fictitious"});
}

TEST_CASE("record/demo: nothing sealed of the hardship records is printed", "[record]") {
  const Type& type = *union_schema().type("support_case");
  std::size_t dropped = 0;
  for (const json& line : lines_of(kDemo + "support_cases.jsonl")) {
    const auto parsed = must(try_load(type, line.dump()));
    dropped += parsed.sealed_dropped;
    const std::string text = printed(type, parsed).dump();
    CHECK(text.find("Cháu") == std::string::npos);
    CHECK(text.find("diagnosis") == std::string::npos);
  }
  CHECK(dropped > 0);
}

TEST_CASE("record/demo: periods, forms, code lists and units print back equal too", "[record]") {
  for (const json& period : json::parse(read_file(kDemo + "periods.json"))) {
    check_round_trip(*union_schema().type("period"), period);
  }
  const json forms = json::parse(read_file(kDemo + "survey_forms.json"));
  for (const json& form : forms["forms"]) {
    CHECK(check_round_trip(*union_schema().type("form"), form).unknown.empty());
  }
  const json codes = json::parse(read_file(kDemo + "codes.json"));
  for (const auto& [list, entries] : codes.items()) {
    check_round_trip(*union_schema().type("code_list"), {{"list", list}, {"entries", entries}});
  }
  std::set<nhip::Id> ids;
  const auto rows = csv_rows(kDemo + "org_units.csv");
  for (const auto& row : rows) {
    json unit = json::object();
    for (const auto& [column, text] : row) {
      if (text.empty()) continue;
      const std::string path = column == "type" ? "org_type" : column;
      unit[path] = column == "version" ? json(std::stoi(text)) : json(text);
    }
    ids.insert(*check_round_trip(*union_schema().type("org_unit"), unit).id);
  }
  CHECK(ids.size() == rows.size());
}

TEST_CASE("record/demo: the worked example's text ids become UUIDs and its lines print back",
          "[record]") {
  for (const json& line : lines_of(NHIP_TEST_DATA "/worked_example/activities.jsonl")) {
    const auto parsed = check_round_trip(*union_schema().type("activity"), line);
    CHECK(parsed.source_id == line["id"]);
  }
  for (const json& line : lines_of(NHIP_TEST_DATA "/worked_example/headcounts.jsonl")) {
    check_round_trip(*union_schema().type("headcount"), line);
  }
}

TEST_CASE("record/demo: the folder stays small", "[record]") {
  std::size_t bytes = 0;
  for (const char* file :
       {"activities.jsonl", "headcounts.jsonl", "plans.jsonl", "reports.jsonl", "documents.jsonl",
        "acks.jsonl", "lactation_rooms.jsonl", "coordination.jsonl", "policy_contributions.jsonl",
        "survey_responses.jsonl", "support_cases.jsonl", "people.jsonl", "org_units.csv",
        "codes.json", "periods.json", "survey_forms.json"}) {
    bytes += read_file(kDemo + file).size();
  }
  CHECK(bytes < 300'000);
}
