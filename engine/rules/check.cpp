#include "rules/check.h"

#include <algorithm>

#include "rules/evaluator.h"

namespace nhip::rules {

namespace {

bool is_wanted(const Rule& rule, Which which) {
  switch (which) {
    case Which::kAll: return true;
    case Which::kErrors: return rule.severity == Severity::kError;
    case Which::kAlone: return !rule.looks_elsewhere;
    case Which::kElsewhere: return rule.looks_elsewhere;
  }
  return true;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

// One rule. Several fields are checked one by one when the rule says "@".
void check_rule(const Rule& rule, const Subject& subject, bool blind, Evaluator& evaluator,
                std::vector<Finding>& out) {
  const std::size_t rounds = rule.each ? rule.fields.size() : 1;
  for (std::size_t i = 0; i < rounds; ++i) {
    evaluator.look_at(rule.each ? subject.type.field(rule.fields[i]) : nullptr);
    if (rule.when && !evaluator.is_true(*rule.when)) continue;
    const bool unknown =
        rule.looks_elsewhere &&
        (blind || !std::all_of(rule.needs.begin(), rule.needs.end(),
                               [&](const auto& lookup) { return evaluator.exists(*lookup); }));
    if (unknown) {
      out.push_back({&rule, rule.fields[i], {}, false});
      continue;
    }
    if (!evaluator.is_false(rule.must)) continue;
    Finding finding{&rule, rule.fields[i], {}, true};
    if (const auto added = evaluator.take_added(); !added.empty()) {
      finding.added.push_back(joined(added));
    }
    out.push_back(std::move(finding));
  }
}

}  // namespace

Result<std::vector<Finding>> check(const Schema& schema, const Subject& subject,
                                   const Moment& moment, Others* others, Which which) {
  std::vector<Finding> findings;
  if (core::is_deleted(subject.cells)) return findings;
  Evaluator evaluator(schema, subject, moment, others);
  for (const Rule& rule : schema.rules().rules) {
    if (rule.type != subject.type.number || !is_wanted(rule, which)) continue;
    check_rule(rule, subject, others == nullptr, evaluator, findings);
    if (!evaluator.failure().ok()) return evaluator.failure();
  }
  return findings;
}

bool is_submitted(const Type& type, const core::Cells& cells) {
  if (type.review.field == 0 || core::is_deleted(cells)) return false;
  const Value& state = core::cell_value(cells, {type.review.field, {}});
  return state.text() != nullptr && type.review.submitted.count(*state.text()) > 0;
}

Result<std::vector<Finding>> errors_against(const Schema& schema, const Subject& subject,
                                            const core::Cells* before, const Moment& moment,
                                            Others* others) {
  if (!is_submitted(subject.type, subject.cells)) return std::vector<Finding>();
  NHIP_TRY_ASSIGN(auto errors, check(schema, subject, moment, others, Which::kErrors));
  std::erase_if(errors, [](const Finding& each) { return !each.checked; });
  if (errors.empty() || before == nullptr || !is_submitted(subject.type, *before)) return errors;
  NHIP_TRY_ASSIGN(const auto known, check(schema, {subject.type, subject.id, *before}, moment,
                                          others, Which::kErrors));
  std::erase_if(errors, [&](const Finding& each) {
    return std::any_of(known.begin(), known.end(), [&](const Finding& old) {
      return old.checked && old.rule == each.rule && old.field == each.field;
    });
  });
  return errors;
}

std::string finding_text(const RuleSet& rules, const Finding& finding,
                         const std::string& language) {
  const auto& messages = finding.rule->message;
  auto message = messages.find(language);
  if (message == messages.end()) message = messages.find(rules.language);
  std::string text = message == messages.end() ? std::string() : message->second;
  for (std::size_t i = 0; i < finding.added.size() && i < 10; ++i) {
    const std::string slot = "{" + std::to_string(i) + "}";
    if (const auto at = text.find(slot); at != std::string::npos) {
      text.replace(at, slot.size(), finding.added[i]);
    }
  }
  return finding.rule->id + " (" + finding.field + "): " + text;
}

}  // namespace nhip::rules
