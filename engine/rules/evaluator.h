// Evaluator: the value of one term for one record. Null is "unknown": it spreads through
// comparisons, and a rule whose condition is unknown is not broken.
#pragma once

#include <string>
#include <vector>

#include "rules/check.h"

namespace nhip::rules {

class Evaluator {
 public:
  Evaluator(const Schema& schema, const Subject& subject, const Moment& moment, Others* others)
      : schema_(schema), subject_(subject), moment_(moment), others_(others) {}

  // The field that "@" stands for.
  void look_at(const Field* each) { each_ = each; }

  // 1, 0 or null for conditions.
  Value value(const Term& term);
  bool is_true(const Term& term);
  bool is_false(const Term& term);

  // Whether there is a record that the lookup means.
  bool exists(const Lookup& lookup);

  // What evaluating found out beside the value: names of the questions a form does not fit.
  std::vector<std::string> take_added() { return std::move(added_); }
  // The first failure of `others`; after it everything is unknown.
  const Status& failure() const { return failure_; }

 private:
  Value field(const Term& term);
  Value element_column(const Term& term) const;
  Value day_function(const Term& term);
  Value arithmetic(const Term& term);
  Value count(const Term& term) const;
  Value all_or_any(const Term& term);
  Value compare(const Term& term);
  Value one_of(const Term& term);
  Value text_search(const Term& term);
  Value within_percent(const Term& term);
  Value over_list(const Term& term);
  Value fits_form(const Term& term);
  Value found_value(const Lookup& lookup);

  const Schema& schema_;
  const Subject& subject_;
  const Moment& moment_;
  Others* others_;
  const Field* each_ = nullptr;
  const core::Cells* other_ = nullptr;  // the record a lookup is looking at
  const Type* other_type_ = nullptr;
  std::vector<Value> columns_;  // of the list element being looked at
  std::vector<std::string> added_;
  Status failure_;
};

}  // namespace nhip::rules
