// Rule: what must hold in a record beyond the types and ranges of its fields, as data.
//
// A rule is a condition over one record, written in a small vocabulary (grammar: schema/README.md,
// "Rules"), with a severity and a message. It may look at other records through a Lookup. Here is
// only its parsed form; engine/rules evaluates it. Immutable after parsing.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nhip/value.h"

namespace nhip {

namespace text {
class Pattern;
}

enum class Severity {
  kError,    // such a record cannot be submitted
  kWarning,  // a person is told, the record passes
};

// What a term of a rule does. Terms give a value; conditions are terms that give true, false or
// "unknown", which is what a comparison with something that is not there gives.
enum class TermKind {
  kConstant,
  kField,
  kToday,
  kNow,
  kYear,
  kHalf,
  kDay,
  kFold,
  kDays,
  kSum,
  kTimes,
  kCount,
  kOther,
  kAll,
  kAny,
  kNot,
  kCompare,
  kOneOf,
  kGiven,
  kMatches,
  kFinds,
  kWithinPercent,
  kEvery,
  kSome,
  kExists,
  kFitsForm,
};

enum class Comparison { kEqual, kUnequal, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

// Whose field a term names.
enum class Whose {
  kRecord,   // of the record that is checked
  kOther,    // of the record that a lookup is looking at
  kElement,  // a column of the list element that kEvery or kSome is looking at
  kEach,     // the field the rule is checking in turn
};

struct Lookup;

struct Term {
  TermKind kind = TermKind::kConstant;
  Value constant;  // kConstant; of kOneOf the constants are arguments
  Whose whose = Whose::kRecord;
  std::uint16_t field = 0;  // kField, kCount, kEvery, kSome
  std::string element;      // of a map: which element
  std::size_t column = 0;   // kElement: index among the keys, then the values
  Comparison comparison = Comparison::kEqual;
  std::vector<Term> arguments;
  std::shared_ptr<const Lookup> lookup;          // kOther, kExists, kFitsForm
  std::shared_ptr<const text::Pattern> pattern;  // kMatches, kFinds
};

// Other records: those of `type` that agree in `same` and for which `where` is true.
struct Lookup {
  std::uint16_t type = 0;
  std::vector<std::pair<std::uint16_t, Term>> same;  // field of the other, value here
  std::optional<Term> where;
  std::uint16_t latest = 0;       // of several, the one with the greatest value here; 0: the first
  std::uint16_t value = 0;        // kOther, kFitsForm: the field that is wanted
  std::set<std::uint16_t> reads;  // fields of the other that the lookup uses
};

struct Rule {
  std::string id;  // "V06"; several rules may share one
  Severity severity = Severity::kError;
  std::uint16_t type = 0;           // a rule for several types is one rule per type here
  std::vector<std::string> fields;  // paths; a finding names the one at fault
  bool each = false;                // checked once per field, else the first one is named
  std::optional<Term> when;         // does it concern this record?
  // Without such records the rule cannot be checked.
  std::vector<std::shared_ptr<const Lookup>> needs;
  Term must;
  bool looks_elsewhere = false;                // has a lookup anywhere
  std::map<std::string, std::string> message;  // by language; {0} is what a finding adds
};

// Which states of a type's review field mean what.
struct Review {
  std::uint16_t field = 0;          // 0: records of this type are not reviewed
  std::uint16_t note = 0;           // why a record was returned, in words
  std::set<std::string> submitted;  // in these, no rule of severity error may be broken
  std::set<std::string> approved;   // those among them that the office has given
  std::string returned;             // what the centre sets when one is broken after a merge
};

// What belongs to all rules of a schema.
struct RuleSet {
  std::vector<Rule> rules;
  int utc_offset_minutes = 0;  // whose calendar "today" is
  std::string language;        // of what the centre itself writes into records
};

}  // namespace nhip
