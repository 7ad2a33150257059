// See rule_reader.h.

#include "schema/rule_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "schema/term_reader.h"
#include "text/pattern.h"

namespace nhip::schema {

namespace {

constexpr std::int64_t kOffsetMinutesMax = 14 * 60;

Patterns read_patterns(ObjectReader& reader, Fault& fault) {
  Patterns patterns;
  const nlohmann::json* given = reader.object("patterns");
  if (given == nullptr) return patterns;
  for (const auto& [name, text] : given->items()) {
    if (name == "comment") continue;
    const std::string place = reader.place_of("patterns") + "." + name;
    auto pattern = text.is_string() ? text::Pattern::parse(text.get<std::string>()) : std::nullopt;
    if (!is_identifier(name) || !pattern) {
      fault.report(place, "schema_bad_pattern", "is no pattern, or its name no identifier");
      return patterns;
    }
    patterns.emplace(name, std::make_shared<const text::Pattern>(std::move(*pattern)));
  }
  return patterns;
}

class RuleReader {
 public:
  RuleReader(const std::vector<Type>& types, const Patterns& patterns, const std::string& language,
             Fault& fault)
      : types_(types), patterns_(patterns), language_(language), fault_(fault) {}

  // One rule for each type it names.
  void read(const nlohmann::json& json, const std::string& place, std::vector<Rule>& out) {
    ObjectReader reader(json, place, fault_);
    Rule rule;
    rule.id = reader.needed_text("id");
    rule.severity = severity(reader);
    rule.fields = reader.texts("fields");
    const std::vector<std::string> names = reader.texts("types");
    const auto* when = reader.object("when");
    const auto* needs = reader.array("needs");
    const auto* must = reader.object("must");
    messages(reader, rule);
    reader.refuse_others();
    if (must == nullptr) reader.report("must", "schema_missing_key", "must be there");
    if (names.empty()) reader.report("types", "schema_missing_key", "must name the types");
    if (rule.fields.empty()) {
      reader.report("fields", "schema_missing_key", "must name the field that is at fault");
    }
    for (const std::string& name : names) {
      if (fault_.found()) return;
      const Type* type = type_of(name);
      if (type == nullptr) {
        reader.report("types", "schema_bad_reference", "names no type that has rules: " + name);
        return;
      }
      out.push_back(for_type(rule, *type, {when, needs, must}, place));
    }
  }

 private:
  struct Parts {
    const nlohmann::json* when;
    const nlohmann::json* needs;
    const nlohmann::json* must;
  };

  const Type* type_of(const std::string& name) const {
    const auto found = std::find_if(types_.begin(), types_.end(),
                                    [&](const Type& each) { return each.name == name; });
    return found == types_.end() || !found->companion_of.empty() ? nullptr : &*found;
  }

  static Severity severity(ObjectReader& reader) {
    const std::string word = reader.needed_text("severity");
    if (word == "warning") return Severity::kWarning;
    if (word != "error") reader.report("severity", "schema_unknown_word", "is error or warning");
    return Severity::kError;
  }

  void messages(ObjectReader& reader, Rule& rule) const {
    const nlohmann::json* given = reader.object("message");
    if (given != nullptr) {
      for (const auto& [language, text] : given->items()) {
        if (text.is_string()) rule.message[language] = text.get<std::string>();
      }
    }
    if (rule.message[language_].empty()) {
      reader.report("message", "schema_missing_key", "must say it in " + language_ + " at least");
    }
  }

  Rule for_type(const Rule& common, const Type& type, const Parts& parts,
                const std::string& place) {
    Rule rule = common;
    rule.type = type.number;
    for (const std::string& path : rule.fields) check_field(type, path, place + ".fields");
    TermReader terms(types_, patterns_, type, fault_);
    if (parts.when != nullptr) rule.when = terms.condition(*parts.when, place + ".when");
    for (std::size_t i = 0; parts.needs != nullptr && i < parts.needs->size(); ++i) {
      rule.needs.push_back(
          terms.lookup((*parts.needs)[i], place + ".needs[" + std::to_string(i) + "]", false));
    }
    rule.must = terms.condition(*parts.must, place + ".must");
    rule.looks_elsewhere = terms.used_lookup();
    rule.each = terms.used_each();
    for (const std::string& path : rule.fields) {
      const Field* field = find(type, path);
      if (rule.each && (field == nullptr || !field->is_scalar())) {
        fault_.report(place + ".fields", "schema_bad_rule",
                      "@ stands for fields of one value only");
      }
    }
    return rule;
  }

  static const Field* find(const Type& type, const std::string& path) {
    const auto found = std::find_if(type.fields.begin(), type.fields.end(),
                                    [&](const Field& each) { return each.path == path; });
    return found == type.fields.end() ? nullptr : &*found;
  }

  // A field, or one element of a map.
  void check_field(const Type& type, const std::string& path, const std::string& place) {
    const Field* field = find(type, path);
    const Field* map = find(type, path.substr(0, path.find('.')));
    const bool element = map != nullptr && map->shape == Shape::kMap;
    if ((field == nullptr || field->sealed) && !element) {
      fault_.report(place, "schema_bad_reference",
                    "names no open field of " + type.name + ": " + path);
    }
  }

  const std::vector<Type>& types_;
  const Patterns& patterns_;
  const std::string& language_;
  Fault& fault_;
};

std::set<std::string> as_set(std::vector<std::string> words) {
  return {words.begin(), words.end()};
}

}  // namespace

RuleSet read_rules(const nlohmann::json& json, const std::vector<Type>& types,
                   const std::string& place, Fault& fault) {
  ObjectReader reader(json, place, fault);
  RuleSet set;
  set.language = reader.needed_identifier("language");
  const std::int64_t offset = reader.integer("utc_offset_minutes").value_or(0);
  if (offset < -kOffsetMinutesMax || offset > kOffsetMinutesMax) {
    reader.report("utc_offset_minutes", "schema_bad_number", "is no offset of a time zone");
  }
  set.utc_offset_minutes = static_cast<int>(offset);
  const Patterns patterns = read_patterns(reader, fault);
  const auto* list = reader.array("list");
  reader.refuse_others();
  if (list == nullptr) reader.report("list", "schema_missing_key", "must be there");
  if (fault.found()) return set;
  RuleReader rules(types, patterns, set.language, fault);
  for (std::size_t i = 0; i < list->size() && !fault.found(); ++i) {
    rules.read((*list)[i], place + ".list[" + std::to_string(i) + "]", set.rules);
  }
  return set;
}

Review read_review(const nlohmann::json& json, const Type& type, const std::string& place,
                   Fault& fault) {
  ObjectReader reader(json, place, fault);
  const auto number = [&](std::string_view key) -> std::uint16_t {
    const std::string path = reader.needed_text(key);
    const auto found = std::find_if(type.fields.begin(), type.fields.end(),
                                    [&](const Field& each) { return each.path == path; });
    if (found != type.fields.end() && found->policy == Policy::kServer) return found->number;
    reader.report(key, "schema_bad_reference", "names no field of this type with policy server");
    return 0;
  };
  Review review;
  review.field = number("field");
  review.note = number("note");
  review.submitted = as_set(reader.texts("submitted"));
  review.approved = as_set(reader.texts("approved"));
  review.returned = reader.needed_text("returned");
  reader.refuse_others();
  if (review.submitted.empty()) {
    reader.report("submitted", "schema_missing_key", "must name the states that count");
  }
  if (review.submitted.count(review.returned) > 0) {
    reader.report("returned", "schema_bad_rule", "cannot be a submitted state");
  }
  for (const std::string& state : review.approved) {
    if (review.submitted.count(state) == 0) {
      reader.report("approved", "schema_bad_rule", "must be submitted states too");
    }
  }
  return review;
}

}  // namespace nhip::schema
