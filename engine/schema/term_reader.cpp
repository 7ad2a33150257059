// Values and lookups of a rule; its conditions are in condition_reader.cpp. Every form is an object
// with one word in it, so that what a term does stands in front of what it does it to.

#include "schema/term_reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "text/pattern.h"

namespace nhip::schema {

namespace {

Term make_constant(Value value) {
  Term term;
  term.constant = std::move(value);
  return term;
}

}  // namespace

void TermReader::refuse(const std::string& place, const char* name, std::string_view message) {
  fault_.report(place, name, message, "schema/README.md, \"Rules\"");
}

TermReader::Kind TermReader::kind_of(FieldType type) {
  switch (type) {
    case FieldType::kText: return Kind::kText;
    case FieldType::kInteger:
    case FieldType::kReal: return Kind::kNumber;
    case FieldType::kBoolean: return Kind::kTruth;
    case FieldType::kDate: return Kind::kDay;
    case FieldType::kInstant: return Kind::kInstant;
    case FieldType::kJson: return Kind::kUnknown;  // as the value itself will be
    case FieldType::kReference:
    case FieldType::kBlob: return Kind::kOther;
  }
  return Kind::kUnknown;
}

void TermReader::agree(Kind a, Kind b, const std::string& place) {
  if (a == b || a == Kind::kUnknown || b == Kind::kUnknown) return;
  refuse(place, "schema_bad_rule", "sets values of different kinds against each other");
}

const Field* TermReader::field(const Type& type, const std::string& path,
                               const std::string& place) {
  const auto found = std::find_if(type.fields.begin(), type.fields.end(),
                                  [&](const Field& each) { return each.path == path; });
  if (found == type.fields.end()) {
    refuse(place, "schema_bad_reference", "names no field of " + type.name + ": " + path);
    return nullptr;
  }
  if (found->sealed) {
    refuse(place, "schema_sealed", "is sealed, and rules see open fields only: " + path);
    return nullptr;
  }
  return &*found;
}

TermReader::Typed TermReader::path_in(const Type& type, Whose whose, const std::string& text,
                                      const std::string& place) {
  Typed out;
  out.term.kind = TermKind::kField;
  out.term.whose = whose;
  const std::size_t dot = text.find('.');
  const auto map = std::find_if(type.fields.begin(), type.fields.end(), [&](const Field& each) {
    return each.shape == Shape::kMap && dot != std::string::npos &&
           each.path == text.substr(0, dot);
  });
  const Field* found = map != type.fields.end() && !map->sealed ? &*map : field(type, text, place);
  if (found == nullptr) return out;
  out.term.field = found->number;
  if (whose == Whose::kOther && looking_ != nullptr) looking_->reads.insert(found->number);
  if (found->shape == Shape::kMap && dot != std::string::npos) {
    out.term.element = text.substr(dot + 1);
    out.kind = kind_of(found->values.front().type);
    return out;
  }
  if (!found->is_scalar()) refuse(place, "schema_bad_rule", "is a list, not a value: " + text);
  out.kind = kind_of(found->column.type);
  return out;
}

TermReader::Typed TermReader::element(const std::string& name, const std::string& place) {
  Typed out;
  out.term.kind = TermKind::kField;
  out.term.whose = Whose::kElement;
  std::vector<const Column*> columns;
  for (const Column& column : list_->keys) columns.push_back(&column);
  for (const Column& column : list_->values) columns.push_back(&column);
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const Column* each) { return each->name == name; });
  if (found == columns.end()) {
    refuse(place, "schema_bad_reference", "names no column of " + list_->path + ": " + name);
    return out;
  }
  out.term.column = static_cast<std::size_t>(found - columns.begin());
  out.kind = kind_of((*found)->type);
  return out;
}

// "title", "answers.q1", "other.title" in a lookup, "element.key" inside a list, "@".
TermReader::Typed TermReader::path(const std::string& text, const std::string& place) {
  if (text == "@") {
    used_each_ = true;
    Typed out;
    out.term.kind = TermKind::kField;
    out.term.whose = Whose::kEach;
    return out;
  }
  if (other_ != nullptr && text.rfind("other.", 0) == 0) {
    return path_in(*other_, Whose::kOther, text.substr(6), place);
  }
  if (list_ != nullptr && text.rfind("element.", 0) == 0) return element(text.substr(8), place);
  return path_in(type_, Whose::kRecord, text, place);
}

TermReader::Typed TermReader::constant(const nlohmann::json& value, const std::string& place) {
  if (value.is_boolean()) {
    return {make_constant(Value(std::int64_t{value.get<bool>()})), Kind::kTruth};
  }
  const bool small = !value.is_number_unsigned() || value.get<std::uint64_t>() <= INT64_MAX;
  if (value.is_number_integer() && small) {
    return {make_constant(Value(value.get<std::int64_t>())), Kind::kNumber};
  }
  if (value.is_string()) return {make_constant(Value(value.get<std::string>())), Kind::kText};
  refuse(place, "schema_wrong_type", "must be a text, an integer, true or false");
  return {};
}

TermReader::Typed TermReader::value(const nlohmann::json& json, const std::string& place) {
  if (fault_.found()) return {};
  if (++nesting_ > kTermNestingMax) refuse(place, "schema_bad_rule", "is nested too deeply");
  Typed out;
  if (json.is_string()) {
    out = path(json.get<std::string>(), place);
  } else if (json.is_object() && json.size() == 1) {
    out = value_of(json.begin().key(), json.begin().value(), place + "." + json.begin().key());
  } else {
    out = constant(json, place);
  }
  --nesting_;
  return out;
}

TermReader::Typed TermReader::made_of_one(TermKind term, const nlohmann::json& inner,
                                          const std::string& place, Kind argument, Kind result) {
  Typed given = value(inner, place);
  agree(given.kind, argument, place);
  return {make_term(term, {std::move(given.term)}), result};
}

TermReader::Typed TermReader::arithmetic(TermKind kind, const nlohmann::json& inner,
                                         const std::string& place) {
  const bool days = kind == TermKind::kDays;
  if (!inner.is_array() || inner.size() < 2 || (days && inner.size() != 2)) {
    refuse(place, "schema_wrong_type", days ? "must be two days" : "must be a list of numbers");
    return {};
  }
  std::vector<Term> arguments;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    Typed each = value(inner[i], place_at(place, i));
    agree(each.kind, days ? Kind::kDay : Kind::kNumber, place_at(place, i));
    arguments.push_back(std::move(each.term));
  }
  return {make_term(kind, std::move(arguments)), Kind::kNumber};
}

TermReader::Typed TermReader::value_of(const std::string& word, const nlohmann::json& inner,
                                       const std::string& place) {
  if (word == "text" && inner.is_string()) return constant(inner, place);
  if (word == "date" && inner.is_string()) {
    static const auto day = text::Pattern::parse("\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])");
    if (!day->matches(inner.get_ref<const std::string&>())) {
      refuse(place, "schema_bad_rule", "is no day YYYY-MM-DD");
    }
    return {make_constant(Value(inner.get<std::string>())), Kind::kDay};
  }
  if (word == "today" && inner.is_number_integer()) {
    return {make_term(TermKind::kToday, {constant(inner, place).term}), Kind::kDay};
  }
  if (word == "now" && inner == true) return {make_term(TermKind::kNow), Kind::kInstant};
  if (word == "year") return made_of_one(TermKind::kYear, inner, place, Kind::kDay, Kind::kNumber);
  if (word == "half") return made_of_one(TermKind::kHalf, inner, place, Kind::kDay, Kind::kText);
  if (word == "day") return made_of_one(TermKind::kDay, inner, place, Kind::kInstant, Kind::kDay);
  if (word == "fold") return made_of_one(TermKind::kFold, inner, place, Kind::kText, Kind::kText);
  if (word == "days") return arithmetic(TermKind::kDays, inner, place);
  if (word == "sum") return arithmetic(TermKind::kSum, inner, place);
  if (word == "times") return arithmetic(TermKind::kTimes, inner, place);
  if (word == "count" && inner.is_string()) {
    Typed out{make_term(TermKind::kCount), Kind::kNumber};
    const Field* found = field(type_, inner.get<std::string>(), place);
    if (found != nullptr && found->is_scalar())
      refuse(place, "schema_bad_rule", "counts lists only");
    if (found != nullptr) out.term.field = found->number;
    return out;
  }
  if (word == "of") {
    Typed out{make_term(TermKind::kOther), Kind::kUnknown};
    out.term.lookup = lookup(inner, place, true);
    return out;
  }
  refuse(place, "schema_unknown_word", "gives no value that this program knows");
  return {};
}

std::shared_ptr<const Lookup> TermReader::lookup(const nlohmann::json& json,
                                                 const std::string& place, bool wants_value) {
  ObjectReader reader(json, place, fault_);
  const std::string name = reader.needed_text("type");
  const auto type = std::find_if(types_.begin(), types_.end(),
                                 [&](const Type& each) { return each.name == name; });
  const nlohmann::json* same = reader.object("same");
  const nlohmann::json* where = reader.object("where");
  const std::string latest = reader.text("latest");
  const std::string wanted = wants_value ? reader.needed_text("value") : std::string();
  reader.refuse_others();
  if (type == types_.end() || !type->companion_of.empty()) {
    reader.report("type", "schema_bad_reference", "names no type whose records rules may see");
  }
  if (same == nullptr && where == nullptr && wants_value && latest.empty()) {
    reader.report("same", "schema_missing_key", "must say which record is meant");
  }
  if (fault_.found()) return nullptr;
  used_lookup_ = true;
  auto out = std::make_shared<Lookup>();
  out->type = type->number;
  static const nlohmann::json kNothing = nlohmann::json::object();
  for (const auto& [path, mine] : (same != nullptr ? *same : kNothing).items()) {
    // `other` in here is still that of an outer lookup.
    Typed here = value(mine, reader.place_of("same") + "." + path);
    const Field* there = field(*type, path, reader.place_of("same"));
    if (there == nullptr) return nullptr;
    if (!there->is_scalar()) refuse(reader.place_of("same"), "schema_bad_rule", "is a list");
    agree(here.kind, kind_of(there->column.type), reader.place_of("same"));
    out->same.emplace_back(there->number, std::move(here.term));
    out->reads.insert(there->number);
  }
  const Type* outer = std::exchange(other_, &*type);
  Lookup* outer_looking = std::exchange(looking_, out.get());
  if (where != nullptr) out->where = condition(*where, reader.place_of("where"));
  if (!latest.empty()) {
    out->latest = path_in(*type, Whose::kOther, latest, reader.place_of("latest")).term.field;
  }
  if (!wanted.empty()) {
    out->value = path_in(*type, Whose::kOther, wanted, reader.place_of("value")).term.field;
  }
  other_ = outer;
  looking_ = outer_looking;
  return out;
}

}  // namespace nhip::schema
