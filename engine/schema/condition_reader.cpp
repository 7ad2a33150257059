// The conditions of a rule. See term_reader.h.

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

#include "schema/term_reader.h"

namespace nhip::schema {

namespace {

constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons{{
    {"=", Comparison::kEqual},
    {"!=", Comparison::kUnequal},
    {"<", Comparison::kLess},
    {"<=", Comparison::kLessOrEqual},
    {">", Comparison::kGreater},
    {">=", Comparison::kGreaterOrEqual},
}};

}  // namespace

Term TermReader::condition(const nlohmann::json& json, const std::string& place) {
  if (fault_.found()) return {};
  if (!json.is_object() || json.size() != 1) {
    refuse(place, "schema_wrong_type", "must be an object with one condition");
    return {};
  }
  if (++nesting_ > kTermNestingMax) refuse(place, "schema_bad_rule", "is nested too deeply");
  const std::string& word = json.begin().key();
  Term term = condition_of(word, json.begin().value(), place + "." + word);
  --nesting_;
  return term;
}

Term TermReader::condition_of(const std::string& word, const nlohmann::json& inner,
                              const std::string& place) {
  if (word == "all") return several(TermKind::kAll, inner, place);
  if (word == "any") return several(TermKind::kAny, inner, place);
  if (word == "not") return make_term(TermKind::kNot, {condition(inner, place)});
  if (word == "compare") return compare(inner, place);
  if (word == "one_of") return one_of(inner, place);
  if (word == "given") return make_term(TermKind::kGiven, {value(inner, place).term});
  if (word == "matches") return searched(TermKind::kMatches, inner, place);
  if (word == "finds") return searched(TermKind::kFinds, inner, place);
  if (word == "within_percent") return within_percent(inner, place);
  if (word == "every") return over_list(TermKind::kEvery, inner, place);
  if (word == "some") return over_list(TermKind::kSome, inner, place);
  if (word == "fits_form") return fits_form(inner, place);
  if (word == "exists") {
    Term term = make_term(TermKind::kExists);
    term.lookup = lookup(inner, place, false);
    return term;
  }
  refuse(place, "schema_unknown_word", "is no condition that this program knows");
  return {};
}

Term TermReader::several(TermKind kind, const nlohmann::json& inner, const std::string& place) {
  if (!inner.is_array() || inner.empty()) {
    refuse(place, "schema_wrong_type", "must be a list of conditions");
    return {};
  }
  std::vector<Term> arguments;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    arguments.push_back(condition(inner[i], place_at(place, i)));
  }
  return make_term(kind, std::move(arguments));
}

Term TermReader::compare(const nlohmann::json& inner, const std::string& place) {
  if (!inner.is_array() || inner.size() != 3 || !inner[1].is_string()) {
    refuse(place, "schema_wrong_type", "must be a value, a sign and a value");
    return {};
  }
  const auto sign = std::find_if(kComparisons.begin(), kComparisons.end(), [&](const auto& each) {
    return each.first == inner[1].get_ref<const std::string&>();
  });
  if (sign == kComparisons.end()) {
    refuse(place_at(place, 1), "schema_unknown_word", "is none of = != < <= > >=");
    return {};
  }
  Typed left = value(inner[0], place_at(place, 0));
  Typed right = value(inner[2], place_at(place, 2));
  agree(left.kind, right.kind, place);
  Term term = make_term(TermKind::kCompare, {std::move(left.term), std::move(right.term)});
  term.comparison = sign->second;
  return term;
}

Term TermReader::one_of(const nlohmann::json& inner, const std::string& place) {
  if (!inner.is_array() || inner.size() != 2 || !inner[1].is_array() || inner[1].empty()) {
    refuse(place, "schema_wrong_type", "must be a value and a list of constants");
    return {};
  }
  Typed asked = value(inner[0], place_at(place, 0));
  std::vector<Term> arguments{std::move(asked.term)};
  for (std::size_t i = 0; i < inner[1].size(); ++i) {
    Typed each = constant(inner[1][i], place_at(place_at(place, 1), i));
    agree(asked.kind, each.kind, place_at(place_at(place, 1), i));
    arguments.push_back(std::move(each.term));
  }
  return make_term(TermKind::kOneOf, std::move(arguments));
}

Term TermReader::searched(TermKind kind, const nlohmann::json& inner, const std::string& place) {
  if (!inner.is_array() || inner.size() != 2 || !inner[1].is_string()) {
    refuse(place, "schema_wrong_type", "must be a text and the name of a pattern");
    return {};
  }
  Typed asked = value(inner[0], place_at(place, 0));
  agree(asked.kind, Kind::kText, place_at(place, 0));
  Term term = make_term(kind, {std::move(asked.term)});
  const auto pattern = patterns_.find(inner[1].get_ref<const std::string&>());
  if (pattern == patterns_.end()) {
    refuse(place_at(place, 1), "schema_bad_reference", "names no pattern of these rules");
  } else {
    term.pattern = pattern->second;
  }
  return term;
}

Term TermReader::within_percent(const nlohmann::json& inner, const std::string& place) {
  if (!inner.is_array() || inner.size() != 3 || !inner[2].is_number_unsigned() ||
      inner[2].get<std::uint64_t>() > 10'000) {
    refuse(place, "schema_wrong_type", "must be a number, the one it is held against, percent");
    return {};
  }
  std::vector<Term> arguments;
  for (std::size_t i = 0; i < 3; ++i) {
    Typed each = value(inner[i], place_at(place, i));
    agree(each.kind, Kind::kNumber, place_at(place, i));
    arguments.push_back(std::move(each.term));
  }
  return make_term(TermKind::kWithinPercent, std::move(arguments));
}

Term TermReader::over_list(TermKind kind, const nlohmann::json& inner, const std::string& place) {
  ObjectReader reader(inner, place, fault_);
  Term term = make_term(kind);
  const std::string name = reader.needed_text("list");
  const nlohmann::json* inside = reader.object("is");
  reader.refuse_others();
  if (inside == nullptr) reader.report("is", "schema_missing_key", "must be there");
  if (fault_.found()) return term;
  const Field* found = field(type_, name, reader.place_of("list"));
  if (found == nullptr) return term;
  if (found->is_scalar()) refuse(reader.place_of("list"), "schema_bad_rule", "is no list");
  term.field = found->number;
  const Field* outer = std::exchange(list_, found);
  term.arguments.push_back(condition(*inside, reader.place_of("is")));
  list_ = outer;
  return term;
}

Term TermReader::fits_form(const nlohmann::json& inner, const std::string& place) {
  ObjectReader reader(inner, place, fault_);
  Term term = make_term(TermKind::kFitsForm);
  const std::string name = reader.needed_text("answers");
  const nlohmann::json* form = reader.object("form");
  reader.refuse_others();
  if (form == nullptr) reader.report("form", "schema_missing_key", "must be there");
  if (fault_.found()) return term;
  const Field* found = field(type_, name, reader.place_of("answers"));
  if (found != nullptr && found->shape != Shape::kMap) {
    refuse(reader.place_of("answers"), "schema_bad_rule", "must be a map");
  }
  if (found != nullptr) term.field = found->number;
  term.lookup = lookup(*form, reader.place_of("form"), true);
  return term;
}

}  // namespace nhip::schema
