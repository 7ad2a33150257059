// One field of a type: what it holds, how it merges, and that both go together. A policy that makes
// no sense for a shape would otherwise show only when two devices meet, years later.

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "schema/type_reader.h"

namespace nhip::schema {

namespace {

constexpr std::array<std::pair<std::string_view, FieldType>, 9> kFieldTypes{{
    {"text", FieldType::kText},
    {"integer", FieldType::kInteger},
    {"real", FieldType::kReal},
    {"boolean", FieldType::kBoolean},
    {"date", FieldType::kDate},
    {"instant", FieldType::kInstant},
    {"reference", FieldType::kReference},
    {"json", FieldType::kJson},
    {"blob", FieldType::kBlob},
}};
constexpr std::array<std::pair<std::string_view, Policy>, 8> kPolicies{{
    {"lww", Policy::kLww},
    {"review", Policy::kReview},
    {"ladder", Policy::kLadder},
    {"server", Policy::kServer},
    {"first", Policy::kFirst},
    {"set", Policy::kSet},
    {"map", Policy::kMap},
    {"append", Policy::kAppend},
}};
constexpr std::array<std::pair<std::string_view, Shape>, 4> kShapes{{
    {"scalar", Shape::kScalar},
    {"set", Shape::kSet},
    {"objects", Shape::kObjects},
    {"map", Shape::kMap},
}};

// The word's meaning, or `otherwise` when it is not there. Unknown words are a fault.
template <typename T, std::size_t N>
T read_word(ObjectReader& reader, std::string_view key,
            const std::array<std::pair<std::string_view, T>, N>& words, T otherwise) {
  if (!reader.has(key)) return otherwise;
  const std::string word = reader.needed_text(key);
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const auto& each) { return each.first == word; });
  if (found != words.end()) return found->second;
  std::string known;
  for (const auto& each : words) known += (known.empty() ? "" : ", ") + std::string(each.first);
  reader.report(key, "schema_unknown_word", "is none of " + known);
  return otherwise;
}

bool is_textual(FieldType type) {
  return type == FieldType::kText || type == FieldType::kJson || type == FieldType::kBlob;
}

void read_range(ObjectReader& reader, std::string_view min_key, std::string_view max_key,
                FieldType type, std::optional<std::int64_t>& min,
                std::optional<std::int64_t>& max) {
  min = reader.integer(min_key);
  max = reader.integer(max_key);
  if (!min && !max) return;
  const std::string_view key = min ? min_key : max_key;
  if (type != FieldType::kInteger) reader.report(key, "schema_bad_limit", "is for integers only");
  if (min && max && *min > *max) reader.report(key, "schema_bad_limit", "is above its maximum");
}

// Limits of `column`, whose type is known.
void read_limits(ObjectReader& reader, Column& column) {
  read_range(reader, "min", "max", column.type, column.min, column.max);
  read_range(reader, "entry_min", "entry_max", column.type, column.entry_min, column.entry_max);
  if (!reader.has("length_max")) return;
  column.length_max =
      reader.needed_integer("length_max", 1, std::numeric_limits<std::uint32_t>::max());
  if (!is_textual(column.type)) {
    reader.report("length_max", "schema_bad_limit", "is for text, json and blob only");
  }
}

Column read_column(const nlohmann::json& json, const std::string& place, Fault& fault) {
  ObjectReader reader(json, place, fault);
  Column column;
  column.name = reader.needed_identifier("name");
  if (column.name == "parent" || column.name == "rid") {
    reader.report("name", "schema_reserved_name", "is a column of the engine's own");
  }
  if (!reader.has("type")) reader.report("type", "schema_missing_key", "must be there");
  column.type = read_word(reader, "type", kFieldTypes, FieldType::kText);
  read_limits(reader, column);
  reader.refuse_others();
  return column;
}

std::vector<Column> read_columns(ObjectReader& field, std::string_view key, Fault& fault) {
  std::vector<Column> columns;
  const nlohmann::json* list = field.array(key);
  if (list == nullptr) return columns;
  for (std::size_t i = 0; i < list->size() && !fault.found(); ++i) {
    columns.push_back(
        read_column((*list)[i], field.place_of(key) + "[" + std::to_string(i) + "]", fault));
  }
  return columns;
}

// Whether a type may stand in an element key: its text must name the value, in one way only.
bool may_be_key(FieldType type) {
  return type == FieldType::kText || type == FieldType::kInteger || type == FieldType::kDate ||
         type == FieldType::kReference;
}

// At most two identifiers with a dot between them.
void read_path(ObjectReader& reader, Field& field) {
  static const std::set<std::string_view> kReserved{"id",      "rid",   "type",
                                                    "deleted", "extra", "source_id"};
  field.path = reader.needed_text("path");
  const std::size_t dot = field.path.find('.');
  const std::string_view path = field.path;
  const bool good = dot == std::string::npos
                        ? is_identifier(path)
                        : is_identifier(path.substr(0, dot)) && is_identifier(path.substr(dot + 1));
  if (!good) {
    reader.report("path", "schema_bad_name", "must be an identifier, or two with a dot between");
    return;
  }
  field.column.name = field.path;
  std::replace(field.column.name.begin(), field.column.name.end(), '.', '_');
  if (kReserved.count(path.substr(0, dot)) > 0 || kReserved.count(field.column.name) > 0) {
    reader.report("path", "schema_reserved_name", "has a meaning of the engine's own");
  }
}

void read_set(ObjectReader& reader, Field& field) {
  Column key = field.column;
  key.name = "value";
  field.keys.push_back(std::move(key));
  if (!may_be_key(field.column.type)) {
    reader.report("type", "schema_bad_column",
                  "values of a set are text, integer, date or reference");
  }
}

void read_map(ObjectReader& reader, Field& field, Fault& fault) {
  Column key;
  key.name = "key";
  field.keys.push_back(std::move(key));
  field.values = read_columns(reader, "values", fault);
  if (field.values.size() != 1 || field.values.front().name != "value") {
    reader.report("values", "schema_bad_column", "a map has one column, named value");
  }
}

void read_objects(ObjectReader& reader, Field& field, Fault& fault) {
  field.keys = read_columns(reader, "keys", fault);
  field.values = read_columns(reader, "values", fault);
  if (field.keys.empty()) {
    reader.report("keys", "schema_bad_column", "a list of objects needs a key",
                  "a list without a key is a field of type json");
  }
  std::set<std::string> names;
  for (const Column& column : field.keys) {
    names.insert(column.name);
    if (!may_be_key(column.type)) {
      reader.report("keys", "schema_bad_column", "keys are text, integer, date or reference");
    }
  }
  for (const Column& column : field.values) {
    names.insert(column.name);
    // An element is one cell, written as JSON by SQL triggers too: these would not come out the
    // same.
    if (column.type == FieldType::kReal || column.type == FieldType::kBlob) {
      reader.report("values", "schema_bad_column", "values of a list cannot be real or blob");
    }
  }
  if (names.size() != field.keys.size() + field.values.size()) {
    reader.report("keys", "schema_duplicate", "two columns have the same name");
  }
}

void read_shape(ObjectReader& reader, Field& field, Fault& fault) {
  field.shape = read_word(reader, "shape", kShapes, Shape::kScalar);
  const bool typed = field.shape == Shape::kScalar || field.shape == Shape::kSet;
  if (typed != reader.has("type")) {
    reader.report("type", typed ? "schema_missing_key" : "schema_bad_column",
                  typed ? "must be there" : "the columns of this shape have types of their own");
  }
  field.column.type = read_word(reader, "type", kFieldTypes, FieldType::kText);
  if (typed) read_limits(reader, field.column);
  switch (field.shape) {
    case Shape::kScalar: field.column.required = reader.boolean("required"); break;
    case Shape::kSet: read_set(reader, field); break;
    case Shape::kMap: read_map(reader, field, fault); break;
    case Shape::kObjects: read_objects(reader, field, fault); break;
  }
}

Policy default_policy(Shape shape) {
  switch (shape) {
    case Shape::kScalar: return Policy::kLww;
    case Shape::kMap: return Policy::kMap;
    case Shape::kSet:
    case Shape::kObjects: return Policy::kSet;
  }
  return Policy::kLww;
}

bool policy_fits(const Field& field) {
  const bool text = field.column.type == FieldType::kText;
  switch (field.policy) {
    case Policy::kLww:
    case Policy::kReview:
    case Policy::kFirst: return field.is_scalar();
    case Policy::kLadder:
    case Policy::kServer: return field.is_scalar() && text;
    case Policy::kMap: return field.shape == Shape::kMap || field.shape == Shape::kObjects;
    case Policy::kSet:
    case Policy::kAppend: return field.shape == Shape::kSet || field.shape == Shape::kObjects;
  }
  return false;
}

void read_ladder(ObjectReader& reader, Field& field) {
  field.ladder = reader.texts("ladder");
  if ((field.policy == Policy::kLadder) == field.ladder.empty()) {
    reader.report("ladder", "schema_bad_policy", "goes with the policy ladder, and that with it");
  }
  std::set<std::string> words;
  for (const std::string& rung : field.ladder) {
    std::size_t start = 0;
    while (start <= rung.size()) {
      const std::size_t end = std::min(rung.find('|', start), rung.size());
      const std::string word = rung.substr(start, end - start);
      if (word.empty() || !words.insert(word).second) {
        reader.report("ladder", "schema_duplicate", "has an empty word or one twice");
      }
      start = end + 1;
    }
  }
}

void read_transitions(ObjectReader& reader, Field& field) {
  const nlohmann::json* list = reader.array("transitions");
  if (list == nullptr) return;
  if (field.policy != Policy::kServer) {
    reader.report("transitions", "schema_bad_policy", "go with the policy server only");
  }
  for (const nlohmann::json& each : *list) {
    if (!each.is_array() || each.size() != 2 || !each[0].is_string() || !each[1].is_string()) {
      reader.report("transitions", "schema_wrong_type", "must be pairs of texts: from, to");
      return;
    }
    field.transitions.push_back({each[0].get<std::string>(), each[1].get<std::string>()});
  }
}

void read_merging(ObjectReader& reader, Field& field) {
  field.policy = read_word(reader, "policy", kPolicies, default_policy(field.shape));
  if (!policy_fits(field)) {
    reader.report("policy", "schema_bad_policy", "does not go with the field's type or shape");
  }
  field.element_policy = read_word(reader, "element_policy", kPolicies, Policy::kLww);
  const bool known =
      field.element_policy == Policy::kLww || field.element_policy == Policy::kReview;
  if (!known || (reader.has("element_policy") && field.policy != Policy::kMap)) {
    reader.report("element_policy", "schema_bad_policy",
                  "is lww or review, and goes with the policy map only");
  }
  read_ladder(reader, field);
  read_transitions(reader, field);
  field.group = reader.text("group");
  if (!field.group.empty() && (!is_identifier(field.group) || !field.is_scalar())) {
    reader.report("group", "schema_bad_name", "must be an identifier, on a field that is no list");
  }
}

void read_marks(ObjectReader& reader, Field& field) {
  field.sealed = reader.boolean("sealed");
  field.sealed_elements = reader.texts("sealed_elements");
  if (!field.sealed_elements.empty() && field.shape != Shape::kMap) {
    reader.report("sealed_elements", "schema_sealed", "only a map has sealed elements");
  }
  field.names_unit = reader.text("names_unit");
  if (field.names_unit.empty()) return;
  const auto is_it = [&](const Column& column) {
    return column.name == field.names_unit && column.type == FieldType::kText;
  };
  const bool key = std::any_of(field.keys.begin(), field.keys.end(), is_it);
  const bool value = std::any_of(field.values.begin(), field.values.end(), is_it);
  if (field.shape == Shape::kMap || (!key && !value)) {
    reader.report("names_unit", "schema_bad_reference", "names no text column of this list");
  }
}

}  // namespace

Field read_field(const nlohmann::json& json, const std::string& place, Fault& fault) {
  ObjectReader reader(json, place, fault);
  Field field;
  field.number = static_cast<std::uint16_t>(reader.needed_integer("number", 1, kFieldMax));
  read_path(reader, field);
  read_shape(reader, field, fault);
  read_merging(reader, field);
  read_marks(reader, field);
  reader.refuse_others();
  return field;
}

}  // namespace nhip::schema
