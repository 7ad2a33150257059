#include "centre/folder_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "centre/csv.h"
#include "centre/json_gate.h"
#include "text/normalise.h"

namespace nhip::server {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct KnownFile {
  std::string_view name, type;
};

// Definitions first: what follows is checked against the units they name.
constexpr std::string_view kUnitsFile = "org_units.csv";
constexpr std::string_view kPeriodsFile = "periods.json";
constexpr std::string_view kFormsFile = "survey_forms.json";
constexpr std::string_view kCodesFile = "codes.json";
constexpr std::array<KnownFile, 12> kRecordFiles = {{
    {"documents.jsonl", "document"},
    {"headcounts.jsonl", "headcount"},
    {"people.jsonl", "person"},
    {"activities.jsonl", "activity"},
    {"plans.jsonl", "plan"},
    {"reports.jsonl", "report"},
    {"acks.jsonl", "ack"},
    {"lactation_rooms.jsonl", "lactation_room"},
    {"coordination.jsonl", "coordination"},
    {"policy_contributions.jsonl", "policy_contribution"},
    {"survey_responses.jsonl", "survey_response"},
    {"support_cases.jsonl", "support_case"},
}};

Status unreadable(const fs::path& path) {
  return Status(Code::kInvalid, "unreadable_file",
                "cannot read " + path.filename().string() + ": " + std::strerror(errno));
}

Result<std::string> whole_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  // An empty file sets failbit on `text`, which is no error of reading.
  if (!in.is_open() || in.bad()) return unreadable(path);
  return text.str();
}

LoadProblem problem(const SourceLine& at, const Status& why) {
  return {at.file, at.line, why.name(), why.message()};
}

Status read_record_lines(const fs::path& path, std::string_view type,
                         const FolderVisitor& visitor) {
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) return unreadable(path);
  SourceLine at{path.filename().string(), 0, std::string(type), false};
  for (std::string text; std::getline(in, text);) {
    ++at.line;
    if (at.line == 1 && text.compare(0, 3, "\xEF\xBB\xBF") == 0) text.erase(0, 3);
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const Result<json> parsed = parse_json_text(text);
    if (!parsed.ok()) {
      visitor.broken(problem(at, parsed.status()));
    } else if (!parsed->is_object()) {
      visitor.broken({at.file, at.line, "bad_json", "a line must be one JSON object"});
    } else {
      NHIP_TRY(visitor.each(at, *parsed));
    }
  }
  if (in.bad()) return unreadable(path);
  return {};
}

struct Element {
  std::uint64_t line = 1;
  json value;
};
using ElementsOf = std::function<Result<std::vector<Element>>(const json&, std::string_view text)>;

// One definition per element of a JSON file.
Status read_elements(const fs::path& path, const char* type, const ElementsOf& elements_of,
                     const FolderVisitor& visitor) {
  NHIP_TRY_ASSIGN(const std::string text, whole_file(path));
  const std::string_view body =
      text.compare(0, 3, "\xEF\xBB\xBF") == 0 ? std::string_view(text).substr(3) : text;
  SourceLine at{path.filename().string(), 1, type, true};
  const Result<json> parsed = parse_json_text(body);
  if (!parsed.ok()) {
    visitor.broken(problem(at, parsed.status()));
    return {};
  }
  const Result<std::vector<Element>> elements = elements_of(*parsed, body);
  if (!elements.ok()) {
    visitor.broken(problem(at, elements.status()));
    return {};
  }
  for (const Element& element : *elements) {
    at.line = element.line;
    if (!element.value.is_object()) {
      visitor.broken({at.file, at.line, "bad_json", "an element must be a JSON object"});
      continue;
    }
    NHIP_TRY(visitor.each(at, element.value));
  }
  return {};
}

Status wrong_shape(const char* expected) {
  return Status(Code::kMalformed, "bad_json", std::string("expected ") + expected);
}

std::vector<Element> in_list(const json& list, const std::vector<std::uint64_t>& lines) {
  std::vector<Element> elements;
  for (std::size_t i = 0; i < list.size(); ++i) {
    elements.push_back({i < lines.size() ? lines[i] : 1, list[i]});
  }
  return elements;
}

Result<std::vector<Element>> periods(const json& file, std::string_view text) {
  if (!file.is_array()) return wrong_shape("a list of periods");
  return in_list(file, element_lines(text, 1));
}

Result<std::vector<Element>> forms(const json& file, std::string_view text) {
  if (!file.is_object() || !file.contains("forms") || !file["forms"].is_array()) {
    return wrong_shape("an object with a list \"forms\"");
  }
  return in_list(file["forms"], element_lines(text, 2));
}

// An object of lists becomes one record per list.
Result<std::vector<Element>> code_lists(const json& file, std::string_view text) {
  if (!file.is_object()) return wrong_shape("an object of code lists");
  std::vector<Element> lists;
  for (const auto& [name, entries] : file.items()) {
    const std::size_t begin = std::min(text.find(json(name).dump()), text.size());
    const auto breaks =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
    lists.push_back(
        {static_cast<std::uint64_t>(breaks) + 1, json{{"list", name}, {"entries", entries}}});
  }
  return lists;
}

// CSV has only text: a whole number becomes one, an empty field is no value. The column `type` of a
// unit would be taken for the record's type, so the record calls it org_type.
json unit_object(const std::vector<std::string>& heading, const std::vector<std::string>& fields) {
  json object = json::object();
  for (std::size_t i = 0; i < heading.size(); ++i) {
    const std::string name = heading[i] == "type" ? "org_type" : heading[i];
    const std::string& text = fields[i];
    const bool number = name == "version" && !text.empty() && text.size() < 10 &&
                        text.find_first_not_of("0123456789") == std::string::npos;
    if (text.empty()) {
      object[name] = nullptr;
    } else if (number) {
      object[name] = std::stoll(text);
    } else {
      object[name] = text;
    }
  }
  return object;
}

Status read_units(const fs::path& path, const FolderVisitor& visitor) {
  NHIP_TRY_ASSIGN(const std::string text, whole_file(path));
  const std::vector<CsvRow> rows = read_csv(text);
  SourceLine at{path.filename().string(), 1, "org_unit", true};
  if (rows.empty()) return {};
  const std::vector<std::string>& heading = rows.front().fields;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const CsvRow& row = rows[i];
    at.line = row.line;
    const bool utf8 = std::all_of(row.fields.begin(), row.fields.end(),
                                  [](const std::string& field) { return text::is_utf8(field); });
    if (!row.ok || row.fields.size() != heading.size()) {
      visitor.broken({at.file, at.line, "bad_csv", "the fields do not match the heading"});
    } else if (!utf8) {
      visitor.broken({at.file, at.line, "bad_utf8", "this is not UTF-8"});
    } else {
      NHIP_TRY(visitor.each(at, unit_object(heading, row.fields)));
    }
  }
  return {};
}

bool is_known(std::string_view name) {
  return std::any_of(kRecordFiles.begin(), kRecordFiles.end(),
                     [&](const KnownFile& file) { return file.name == name; });
}

// Other *.jsonl files, by name, so that the order does not depend on the file system.
std::vector<fs::path> other_files(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".jsonl" && !is_known(path.filename().string())) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Status read_definition_file(const fs::path& path, const FolderVisitor& visitor) {
  const std::string name = path.filename().string();
  if (name == kUnitsFile) return read_units(path, visitor);
  if (name == kPeriodsFile) return read_elements(path, "period", periods, visitor);
  if (name == kFormsFile) return read_elements(path, "form", forms, visitor);
  return read_elements(path, "code_list", code_lists, visitor);
}

}  // namespace

Status read_definition_files(const std::string& folder, const FolderVisitor& visitor) {
  for (const std::string_view name : {kUnitsFile, kPeriodsFile, kFormsFile, kCodesFile}) {
    std::error_code error;
    const fs::path path = fs::path(folder) / name;
    if (fs::exists(path, error)) NHIP_TRY(read_definition_file(path, visitor));
  }
  return {};
}

Status read_folder(const std::string& folder, const FolderVisitor& visitor) {
  const fs::path root(folder);
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    return Status(Code::kNotFound, "no_folder", "no such folder: " + folder);
  }
  std::size_t found = 0;
  const auto present = [&](std::string_view name) {
    std::error_code ignored;
    const bool there = fs::exists(root / name, ignored);
    found += there ? 1 : 0;
    return there;
  };
  for (const std::string_view name : {kUnitsFile, kPeriodsFile, kFormsFile, kCodesFile}) {
    if (present(name)) NHIP_TRY(read_definition_file(root / name, visitor));
  }
  for (const KnownFile& file : kRecordFiles) {
    if (present(file.name)) NHIP_TRY(read_record_lines(root / file.name, file.type, visitor));
  }
  for (const fs::path& path : other_files(root)) {
    ++found;
    NHIP_TRY(read_record_lines(path, "", visitor));
  }
  if (found != 0) return {};
  return Status(Code::kInvalid, "no_known_files", "none of the known files is in " + folder,
                "expected files such as activities.jsonl, org_units.csv, periods.json");
}

}  // namespace nhip::server
