// Checking one record against the rules of its schema. Pure: the moment and the other records are
// arguments. Knows no rule and no type by name; they are data (nhip/rule.h).
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/row.h"
#include "nhip/schema.h"
#include "nhip/status.h"
#include "rules/moment.h"

namespace nhip::rules {

// The other records, as far as somebody here knows them.
class Others {
 public:
  using Same = std::vector<std::pair<std::uint16_t, Value>>;  // field numbers, values not null
  using Each = std::function<bool(const Id& id, const core::Cells& cells)>;

  virtual ~Others() = default;
  // Calls `each` with every record of `type` that is not deleted and has these values, until it
  // returns false. Cells of fields that no rule reads may be missing.
  virtual Status find(const Type& type, const Same& same, const Each& each) = 0;
};

struct Finding {
  const Rule* rule = nullptr;
  std::string field;               // path of the field at fault
  std::vector<std::string> added;  // for {0} … of the message; names, never contents
  bool checked = true;             // false: what the rule needs to know is not known here
};

enum class Which {
  kAll,
  kErrors,     // only those of severity error
  kAlone,      // only those that look at nothing but the record
  kElsewhere,  // only the others
};

struct Subject {
  const Type& type;
  const Id& id;
  const core::Cells& cells;
};

// What the record breaks, in the order of the schema; a deleted record breaks nothing. Without
// `others` every rule that looks elsewhere is reported as not checked. Fails only when `others`
// does.
Result<std::vector<Finding>> check(const Schema& schema, const Subject& subject,
                                   const Moment& moment, Others* others, Which which = Which::kAll);

// Whether the record's state is one in which it must break no rule of severity error.
bool is_submitted(const Type& type, const core::Cells& cells);
// Errors that keep a changed record from standing in a submitted state. Coming into one, all count;
// when it stood in one already (`before`, null for a new record), only those the change brings:
// what an older system left there is told, and not held against the next edit.
Result<std::vector<Finding>> errors_against(const Schema& schema, const Subject& subject,
                                            const core::Cells* before, const Moment& moment,
                                            Others* others);

// "V06 (topics): …", in `language` or the schema's own.
std::string finding_text(const RuleSet& rules, const Finding& finding, const std::string& language);

}  // namespace nhip::rules
