#include "api/entry_rules.h"

#include "rules/check.h"

namespace nhip::api {

namespace {

class ReplicaOthers final : public rules::Others {
 public:
  explicit ReplicaOthers(replica::Store& store) : store_(store) {}

  Status find(const Type& type, const Same& same, const Each& each) override {
    replica::RecordTable* table = store_.table(type.number);
    if (table == nullptr) return {};
    return table->each_same(same, [&](const replica::RecordTable::Found& found) {
      return each(found.id, found.cells);
    });
  }

 private:
  replica::Store& store_;
};

Result<rules::Moment> moment_of(replica::Store& store) {
  NHIP_TRY_ASSIGN(const std::int64_t now, store.likely_now());
  return rules::Moment::at(now, store.schema().rules().utc_offset_minutes);
}

// The state in which a record may wait: one that a unit gives a new record and that is no submitted
// one.
std::string how_to_keep(const Type& type) {
  const Field* state = type.field(type.review.field);
  for (const Transition& each : state->transitions) {
    if (!each.from.empty() || type.review.submitted.count(each.to) > 0) continue;
    return "Correct it, or keep it for now with " + state->path + "=" + each.to + ".";
  }
  return "Correct it first.";
}

}  // namespace

Result<std::vector<RuleFinding>> findings_of(replica::Store& store, const Type& type, const Id& id,
                                             const core::Cells& cells) {
  NHIP_TRY_ASSIGN(const rules::Moment moment, moment_of(store));
  ReplicaOthers others(store);
  NHIP_TRY_ASSIGN(const auto found,
                  rules::check(store.schema(), {type, id, cells}, moment, &others));
  std::vector<RuleFinding> out;
  for (const rules::Finding& finding : found) {
    out.push_back({finding.rule->id, finding.rule->severity == Severity::kError, finding.checked,
                   finding.field,
                   rules::finding_text(store.schema().rules(), finding, store.language())});
  }
  return out;
}

Status may_stand(replica::Store& store, const Type& type, const Id& id, const core::Cells* before,
                 const core::Cells& after) {
  if (!rules::is_submitted(type, after)) return {};
  NHIP_TRY_ASSIGN(const rules::Moment moment, moment_of(store));
  ReplicaOthers others(store);
  NHIP_TRY_ASSIGN(const auto errors, rules::errors_against(store.schema(), {type, id, after},
                                                           before, moment, &others));
  std::string text;
  for (const rules::Finding& error : errors) {
    text += (text.empty() ? "" : "\n") +
            rules::finding_text(store.schema().rules(), error, store.language());
  }
  if (text.empty()) return {};
  return {Code::kInvalid, "breaks_rule", text, how_to_keep(type)};
}

}  // namespace nhip::api
