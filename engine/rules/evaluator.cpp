// See evaluator.h. Values of fields are read by their column's type, so a term sees what a person
// wrote: an integer, a text, a day.

#include "rules/evaluator.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

#include "record/record_json.h"
#include "rules/form_fit.h"
#include "text/normalise.h"
#include "text/pattern.h"

namespace nhip::rules {

namespace {

Value truth(bool is) { return Value(std::int64_t{is}); }

// A value inside JSON as rules compare it; lists and objects are unknown.
Value from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_boolean()) return truth(json.get<bool>());
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) return {};
  if (json.is_number_integer()) return Value(json.get<std::int64_t>());
  if (json.is_number_float()) return Value(json.get<double>());
  if (json.is_string()) return Value(json.get<std::string>());
  return {};
}

Value seen_as(FieldType type, const Value& value) {
  return type == FieldType::kJson && value.text() != nullptr ? from_json(*value.text()) : value;
}

// Numbers that no count or sum of money reaches; beyond them arithmetic gives "unknown".
constexpr std::int64_t kNumberMax = 1'000'000'000'000'000;

bool is_small(std::int64_t number) { return number <= kNumberMax && number >= -kNumberMax; }

// Less, equal or greater as -1, 0, 1; nothing for values of unlike kinds.
std::optional<int> order(const Value& a, const Value& b) {
  if (a.integer() != nullptr && b.integer() != nullptr) {
    return *a.integer() < *b.integer() ? -1 : *a.integer() > *b.integer() ? 1 : 0;
  }
  const auto real = [](const Value& v) -> std::optional<double> {
    if (v.real() != nullptr) return *v.real();
    if (v.integer() != nullptr) return static_cast<double>(*v.integer());
    return std::nullopt;
  };
  if (real(a) && real(b)) return *real(a) < *real(b) ? -1 : *real(a) > *real(b) ? 1 : 0;
  if (a.text() != nullptr && b.text() != nullptr) {
    const std::string x = text::to_nfc(*a.text()).value_or(*a.text());
    const std::string y = text::to_nfc(*b.text()).value_or(*b.text());
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.blob() != nullptr && b.blob() != nullptr) {
    return *a.blob() < *b.blob() ? -1 : *b.blob() < *a.blob() ? 1 : 0;
  }
  return std::nullopt;
}

bool holds(Comparison comparison, int sign) {
  switch (comparison) {
    case Comparison::kEqual: return sign == 0;
    case Comparison::kUnequal: return sign != 0;
    case Comparison::kLess: return sign < 0;
    case Comparison::kLessOrEqual: return sign <= 0;
    case Comparison::kGreater: return sign > 0;
    case Comparison::kGreaterOrEqual: return sign >= 0;
  }
  return false;
}

// The columns of an element, keys first.
std::vector<Value> columns_of(const Field& list, const std::string& element, const Value& value) {
  std::vector<Value> columns;
  auto keys = record::element_keys(list, element);
  if (keys) columns = std::move(*keys);
  columns.resize(list.keys.size());
  auto values = record::unpack_element(list, value);
  if (!values) values.emplace();
  for (std::size_t i = 0; i < list.values.size(); ++i) {
    columns.push_back(i < values->size() ? seen_as(list.values[i].type, (*values)[i]) : Value());
  }
  return columns;
}

}  // namespace

bool Evaluator::is_true(const Term& term) {
  const Value result = value(term);
  return result.integer() != nullptr && *result.integer() != 0;
}

bool Evaluator::is_false(const Term& term) {
  const Value result = value(term);
  return result.integer() != nullptr && *result.integer() == 0;
}

Value Evaluator::value(const Term& term) {
  switch (term.kind) {
    case TermKind::kConstant: return term.constant;
    case TermKind::kField: return field(term);
    case TermKind::kNow: return Value(moment_.now);
    case TermKind::kToday:
    case TermKind::kYear:
    case TermKind::kHalf:
    case TermKind::kDay: return day_function(term);
    case TermKind::kFold: {
      const Value text = value(term.arguments[0]);
      return text.text() == nullptr ? Value() : Value(text::fold(*text.text()));
    }
    case TermKind::kDays:
    case TermKind::kSum:
    case TermKind::kTimes: return arithmetic(term);
    case TermKind::kCount: return count(term);
    case TermKind::kOther: return found_value(*term.lookup);
    case TermKind::kAll:
    case TermKind::kAny: return all_or_any(term);
    case TermKind::kNot: {
      const Value inner = value(term.arguments[0]);
      return inner.integer() == nullptr ? Value() : truth(*inner.integer() == 0);
    }
    case TermKind::kCompare: return compare(term);
    case TermKind::kOneOf: return one_of(term);
    case TermKind::kGiven: return truth(!value(term.arguments[0]).is_null());
    case TermKind::kMatches:
    case TermKind::kFinds: return text_search(term);
    case TermKind::kWithinPercent: return within_percent(term);
    case TermKind::kEvery:
    case TermKind::kSome: return over_list(term);
    case TermKind::kExists: return truth(exists(*term.lookup));
    case TermKind::kFitsForm: return fits_form(term);
  }
  return {};
}

Value Evaluator::field(const Term& term) {
  if (term.whose == Whose::kElement) return element_column(term);
  const bool elsewhere = term.whose == Whose::kOther;
  const Type& type = elsewhere && other_type_ != nullptr ? *other_type_ : subject_.type;
  const core::Cells& cells = elsewhere && other_ != nullptr ? *other_ : subject_.cells;
  const Field* named = term.whose == Whose::kEach ? each_ : type.field(term.field);
  if (named == nullptr) return {};
  const Value& stored = core::cell_value(cells, {named->number, term.element});
  return seen_as(term.element.empty() ? named->column.type : named->values.front().type, stored);
}

Value Evaluator::element_column(const Term& term) const {
  return term.column < columns_.size() ? columns_[term.column] : Value();
}

Value Evaluator::day_function(const Term& term) {
  const Value given = value(term.arguments[0]);
  if (term.kind == TermKind::kToday) {
    const auto today = day_number(moment_.today);
    return today && given.integer() ? Value(day_text(*today + *given.integer())) : Value();
  }
  if (given.text() == nullptr) return {};
  if (term.kind == TermKind::kDay) {
    const auto day = day_of_instant(*given.text(), moment_.utc_offset_minutes);
    return day ? Value(*day) : Value();
  }
  if (!day_number(*given.text())) return {};
  const std::string year = given.text()->substr(0, 4);
  if (term.kind == TermKind::kYear) {
    std::int64_t number = 0;
    for (const char c : year) number = number * 10 + (c - '0');
    return Value(number);
  }
  return Value(year + (given.text()->substr(5, 2) <= "06" ? "-H1" : "-H2"));
}

Value Evaluator::arithmetic(const Term& term) {
  if (term.kind == TermKind::kDays) {
    const Value from = value(term.arguments[0]), to = value(term.arguments[1]);
    if (from.text() == nullptr || to.text() == nullptr) return {};
    const auto first = day_number(*from.text()), last = day_number(*to.text());
    return first && last ? Value(*last - *first) : Value();
  }
  std::int64_t total = term.kind == TermKind::kSum ? 0 : 1;
  for (const Term& argument : term.arguments) {
    const Value each = value(argument);
    if (each.integer() == nullptr || !is_small(*each.integer())) return {};
    if (term.kind == TermKind::kSum) {
      total += *each.integer();
    } else {
      if (*each.integer() != 0 && std::abs(total) > kNumberMax / std::abs(*each.integer()))
        return {};
      total *= *each.integer();
    }
    if (!is_small(total)) return {};
  }
  return Value(total);
}

Value Evaluator::count(const Term& term) const {
  std::int64_t number = 0;
  for (auto it = subject_.cells.lower_bound({term.field, {}});
       it != subject_.cells.end() && it->first.field == term.field; ++it) {
    ++number;
  }
  return Value(number);
}

// As people reason: one "no" settles `all`, one "yes" settles `any`, whatever is unknown beside it.
Value Evaluator::all_or_any(const Term& term) {
  const bool settles = term.kind == TermKind::kAny;
  bool unknown = false;
  for (const Term& argument : term.arguments) {
    const Value each = value(argument);
    if (each.integer() == nullptr) {
      unknown = true;
    } else if ((*each.integer() != 0) == settles) {
      return truth(settles);
    }
  }
  return unknown ? Value() : truth(!settles);
}

Value Evaluator::compare(const Term& term) {
  const Value left = value(term.arguments[0]), right = value(term.arguments[1]);
  if (left.is_null() || right.is_null()) return {};
  const auto sign = order(left, right);
  if (sign) return truth(holds(term.comparison, *sign));
  return term.comparison == Comparison::kEqual     ? truth(false)
         : term.comparison == Comparison::kUnequal ? truth(true)
                                                   : Value();
}

Value Evaluator::one_of(const Term& term) {
  const Value asked = value(term.arguments[0]);
  if (asked.is_null()) return {};
  for (std::size_t i = 1; i < term.arguments.size(); ++i) {
    if (order(asked, term.arguments[i].constant) == 0) return truth(true);
  }
  return truth(false);
}

Value Evaluator::text_search(const Term& term) {
  const Value asked = value(term.arguments[0]);
  if (asked.text() == nullptr) return {};
  return truth(term.kind == TermKind::kMatches ? term.pattern->matches(*asked.text())
                                               : term.pattern->found_in(*asked.text()));
}

// |a − b| · 100 ≤ percent · b, in integers.
Value Evaluator::within_percent(const Term& term) {
  const Value a = value(term.arguments[0]), b = value(term.arguments[1]);
  const Value percent = value(term.arguments[2]);
  if (a.integer() == nullptr || b.integer() == nullptr || percent.integer() == nullptr) return {};
  if (!is_small(*a.integer()) || !is_small(*b.integer())) return {};
  const std::int64_t difference = std::abs(*a.integer() - *b.integer());
  if (difference > kNumberMax / 100 || std::abs(*b.integer()) > kNumberMax / 10'000) return {};
  return truth(difference * 100 <= *percent.integer() * std::abs(*b.integer()));
}

Value Evaluator::over_list(const Term& term) {
  const Field* list = subject_.type.field(term.field);
  if (list == nullptr) return {};
  const bool settles = term.kind == TermKind::kSome;
  bool unknown = false;
  const std::vector<Value> outer = std::move(columns_);
  Value result;
  bool settled = false;
  for (auto it = subject_.cells.lower_bound({term.field, {}});
       !settled && it != subject_.cells.end() && it->first.field == term.field; ++it) {
    columns_ = columns_of(*list, it->first.element, it->second);
    const Value each = value(term.arguments[0]);
    if (each.integer() == nullptr) {
      unknown = true;
    } else if ((*each.integer() != 0) == settles) {
      settled = true;
    }
  }
  columns_ = outer;
  if (settled) return truth(settles);
  return unknown ? Value() : truth(!settles);
}

namespace {

// The cells that a lookup found, with the better of two kept.
struct Best {
  std::optional<core::Cells> cells;
  Value rank;
};

}  // namespace

Value Evaluator::found_value(const Lookup& lookup) {
  const Type* type = schema_.type(lookup.type);
  if (type == nullptr || others_ == nullptr || !failure_.ok()) return {};
  Others::Same same;
  for (const auto& [number, term] : lookup.same) {
    Value here = value(term);
    if (here.is_null()) return {};
    same.emplace_back(number, std::move(here));
  }
  Best best;
  const core::Cells* outer = other_;
  const Type* outer_type = other_type_;
  const Status done = others_->find(*type, same, [&](const Id& id, const core::Cells& cells) {
    if (id == subject_.id && type->number == subject_.type.number) return true;
    other_ = &cells;
    other_type_ = type;
    if (lookup.where && !is_true(*lookup.where)) return true;
    const Value rank = lookup.latest == 0 ? Value() : core::cell_value(cells, {lookup.latest, {}});
    if (best.cells && order(rank, best.rank).value_or(-1) <= 0) return true;
    best.cells = cells;
    best.rank = rank;
    return lookup.latest != 0;
  });
  other_ = outer;
  other_type_ = outer_type;
  if (!done.ok() && failure_.ok()) failure_ = done;
  if (!done.ok() || !best.cells) return {};
  if (lookup.value == 0) return truth(true);
  const Field* wanted = type->field(lookup.value);
  const Value& stored = core::cell_value(*best.cells, {lookup.value, {}});
  // The questions of a form stay the JSON text they are.
  const bool whole = wanted != nullptr && wanted->column.type == FieldType::kJson &&
                     stored.text() != nullptr && !stored.text()->empty() &&
                     (stored.text()->front() == '[' || stored.text()->front() == '{');
  return wanted == nullptr || whole ? stored : seen_as(wanted->column.type, stored);
}

bool Evaluator::exists(const Lookup& lookup) {
  const Value found = found_value(lookup);
  return found.integer() != nullptr && *found.integer() != 0;
}

Value Evaluator::fits_form(const Term& term) {
  const Value questions = found_value(*term.lookup);
  const Field* answers = subject_.type.field(term.field);
  if (questions.text() == nullptr || answers == nullptr) return {};
  std::vector<std::string> wrong =
      misfits(subject_.type, *answers, subject_.cells, *questions.text());
  if (wrong.empty()) return truth(true);
  added_ = std::move(wrong);
  return truth(false);
}

}  // namespace nhip::rules
