#include "indicators/explanation.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace nhip::indicators {
namespace {

// What one record is to a figure.
struct Role {
  bool matters = false, in_denominator = false;
  Exclusion why = Exclusion::kCounts;
  std::int64_t amount = 0;
};

Role left_out(Exclusion why) { return {true, false, why, 0}; }
Role counted(std::int64_t amount) { return {true, false, Exclusion::kCounts, amount}; }
const Role kNothing{};

class Asker {
 public:
  Asker(const Ledger& ledger, const Question& question, const PeriodDates& period,
        std::set<NameId> units)
      : ledger_(ledger),
        question_(question),
        period_(period),
        units_(std::move(units)),
        context_(ledger.context(period, question.as_of)),
        window_start_(year_before(period.end)) {}

  Role ask(const Record& record, const Facts& facts) const {
    return std::visit([&](const auto& body) { return this->role(record, facts, body); },
                      facts.body);
  }

 private:
  bool is(std::string_view code) const { return question_.code == code; }
  bool is_ours(NameId unit) const { return units_.empty() || units_.contains(unit); }
  bool is_in_window(Day day) const {
    return day != kNoDay && window_start_ < day && day <= period_.end;
  }

  Role role(const Record&, const Facts& facts, const Activity& activity) const {
    if (!is_within(activity.start, period_)) return kNothing;
    if (is("IND01")) return reach(facts, activity, Audience::kOfficials);
    if (is("IND02")) return reach(facts, activity, Audience::kFamilies);
    const Exclusion why = countable(&facts, period_);
    if (is("IND03")) return child_activity(facts, activity, why);
    if ((!is("IND06") && !is("IND07")) || !is_ours(facts.unit)) return kNothing;
    if (why != Exclusion::kCounts) return left_out(why);
    std::int64_t money = 0;
    for (const std::int64_t each : activity.funding) money += each;
    return counted(is("IND07") ? money : 1);
  }

  Role child_activity(const Facts& facts, const Activity& activity, Exclusion why) const {
    if (!context_.words.is_child(activity.category)) return kNothing;
    const bool ours = is_ours(facts.unit) ||
                      std::any_of(activity.co_organisers.begin(), activity.co_organisers.end(),
                                  [&](NameId unit) { return is_ours(unit); });
    if (why != Exclusion::kCounts) return ours ? left_out(why) : kNothing;
    if (!ours || activity.level != context_.words.unit_level) return left_out(Exclusion::kNotOurs);
    return counted(1);
  }

  Role reach(const Facts& facts, const Activity& activity, Audience audience) const {
    if (!context_.words.is_communication(activity.category)) return kNothing;
    const Exclusion why = reaches(&facts, audience, period_, context_.definitions, context_.words);
    if (why != Exclusion::kCounts) return is_ours(facts.unit) ? left_out(why) : kNothing;
    const std::int64_t people = credit(facts, activity, audience);
    if (people > 0) return counted(people);
    return is_ours(facts.unit) ? left_out(Exclusion::kNobodyCredited) : kNothing;
  }

  std::int64_t credit(const Facts& facts, const Activity& activity, Audience audience) const {
    std::int64_t people = 0;
    if (activity.named) {
      std::set<std::pair<NameId, NameId>> keys;
      for (const Participant& each : activity.participants) {
        const NameId unit = credited(each, facts, activity, context_.words);
        if (each.kind == audience && unit != 0 && is_ours(unit)) keys.insert({unit, each.key});
      }
      return static_cast<std::int64_t>(keys.size());
    }
    if (activity.level != context_.words.sector_level) {
      return is_ours(facts.unit) ? std::max(activity.reached[at(audience)], 0) : 0;
    }
    for (const Share& share : activity.breakdown) {
      if (is_ours(share.unit)) people += std::max(share.reached[at(audience)], 0);
    }
    return people;
  }

  Role role(const Record&, const Facts& facts, const Headcount& headcount) const {
    const bool women = is("IND08") || is("IND09");
    if ((!women && !is("IND01") && !is("IND02")) || !is_ours(facts.unit) ||
        !is_in_window(headcount.as_of)) {
      return kNothing;
    }
    const std::int32_t people = women ? headcount.women : headcount.total[is("IND01") ? 0 : 1];
    Role role = left_out(valid(&facts));
    role.in_denominator = role.why == Exclusion::kCounts;
    if (people == kUnknown && role.in_denominator) return left_out(Exclusion::kIncomplete);
    role.amount = people;
    return role;
  }

  Role role(const Record&, const Facts& facts, const Plan& plan) const {
    if (!is("IND05") || !is_ours(facts.unit) || plan.year != period_.year) return kNothing;
    if (const Exclusion why = valid(&facts); why != Exclusion::kCounts) return left_out(why);
    const bool complete = plan.is_issued && plan.issued != kNoDay && plan.issued <= period_.end &&
                          plan.integrated && plan.has_targets;
    return complete ? counted(1) : left_out(Exclusion::kIncomplete);
  }

  Role role(const Record& record, const Facts& facts, const Report& report) const {
    if (!is("IND04") || !is_ours(facts.unit) || report.period != context_.period_name) {
      return kNothing;
    }
    if (facts.deleted) return left_out(Exclusion::kDeleted);
    const Day day =
        handed_in(record, question_.as_of, period_, context_.period_name, context_.definitions);
    if (day == kNoDay) return left_out(Exclusion::kNotReviewed);
    return counted(period_.due_unit == kNoDay || day <= period_.due_unit ? 1 : 0);
  }

  Role role(const Record& record, const Facts& facts, const Document& document) const {
    if (!is("IND12") || !is_within(document.issued, period_)) return kNothing;
    if (facts.deleted) return left_out(Exclusion::kDeleted);
    if (!document.requires_ack) return left_out(Exclusion::kIncomplete);
    Role role = counted(0);
    role.in_denominator = true;
    for (const NameId target : document.targets) {
      if (is_ours(target)) ++role.amount;
    }
    (void)record;
    return role.amount > 0 ? role : kNothing;
  }

  Role role(const Record&, const Facts& facts, const Ack&) const {
    if (!is("IND12") || !is_ours(facts.unit)) return kNothing;
    return facts.deleted ? left_out(Exclusion::kDeleted) : counted(1);
  }

  Role role(const Record&, const Facts& facts, const Room& room) const {
    if (!is("IND09") || !is_ours(facts.unit)) return kNothing;
    if (const Exclusion why = valid(&facts); why != Exclusion::kCounts) return left_out(why);
    const bool open = room.opened != kNoDay && room.opened <= period_.end &&
                      (room.closed == kNoDay || room.closed > period_.end);
    return open ? counted(1) : left_out(Exclusion::kOtherPeriod);
  }

  Role role(const Record&, const Facts& facts, const Coordination& coordination) const {
    if (!is("IND11")) return kNothing;
    return dated(facts, coordination.signed_on, 1);
  }
  Role role(const Record&, const Facts& facts, const Contribution& contribution) const {
    if (!is("IND13")) return kNothing;
    return dated(facts, contribution.submitted, 1);
  }

  Role dated(const Facts& facts, Day day, std::int64_t amount) const {
    if (!is_ours(facts.unit) || !is_within(day, period_)) return kNothing;
    const Exclusion why = valid(&facts);
    return why == Exclusion::kCounts ? counted(amount) : left_out(why);
  }

  Role role(const Record&, const Facts& facts, const Case& support) const {
    if (!is("IND10") || !is_ours(facts.unit)) return kNothing;
    if (support.disbursed != kNoDay && !is_within(support.disbursed, period_)) return kNothing;
    if (const Exclusion why = valid(&facts); why != Exclusion::kCounts) return left_out(why);
    if (!support.paid || support.disbursed == kNoDay) return left_out(Exclusion::kNotDone);
    return counted(support.amount);
  }

  Role role(const Record&, const Facts& facts, const Response& response) const {
    if (!is_ours(facts.unit)) return kNothing;
    const Words& words = context_.words;
    if (is("IND08") && response.form == words.committee_form && is_in_window(response.answered)) {
      const Exclusion why = valid(&facts);
      if (why != Exclusion::kCounts) return left_out(why);
      return response.established == Answer::kYes ? counted(1) : left_out(Exclusion::kIncomplete);
    }
    if (is("IND10") && response.form == words.hardship_form) return listed(facts, response);
    const bool survey = is("IND14") || is("IND15");
    const bool of_survey = std::find(words.survey_forms.begin(), words.survey_forms.end(),
                                     response.form) != words.survey_forms.end();
    if (!survey || !of_survey || !is_within(response.answered, period_)) return kNothing;
    if (const Exclusion why = valid(&facts); why != Exclusion::kCounts) return left_out(why);
    if (!response.known_form) return left_out(Exclusion::kUnknownForm);
    if (response.consent_needed && !response.consent) return left_out(Exclusion::kNoConsent);
    const bool in_numerator = is("IND14") ? response.passed : response.reached == Answer::kYes;
    if (is("IND15") && response.reached == Answer::kNone) return left_out(Exclusion::kIncomplete);
    Role role = counted(1);
    role.in_denominator = !in_numerator;
    return role;
  }

  Role listed(const Facts& facts, const Response& response) const {
    if (response.listed == kNoDay || response.listed > period_.end) return kNothing;
    if (const Exclusion why = valid(&facts); why != Exclusion::kCounts) return left_out(why);
    if (!response.consent) return left_out(Exclusion::kNoConsent);
    const Day new_year = parse_day(std::to_string(period_.year) + "-01-01");
    if (response.removed != kNoDay && response.removed < new_year) {
      return left_out(Exclusion::kOtherPeriod);
    }
    const std::int32_t oldest = period_.year - context_.definitions.child_age_max;
    if (response.child == 0 || response.birth_year < oldest) {
      return left_out(Exclusion::kIncomplete);
    }
    Role role = counted(1);
    role.in_denominator = true;
    return role;
  }

  const Ledger& ledger_;
  const Question& question_;
  const PeriodDates& period_;
  std::set<NameId> units_;
  PartContext context_;
  Day window_start_;
};

// A unit answers for those that went into it.
std::set<NameId> family(const Ledger& ledger, NameId unit) {
  std::set<NameId> all;
  std::vector<NameId> open{unit};
  while (!open.empty()) {
    const NameId next = open.back();
    open.pop_back();
    if (!all.insert(next).second) continue;
    for (const Lineage::Predecessor& each : ledger.lineage().predecessors(next)) {
      open.push_back(each.unit);
    }
  }
  return all;
}

bool is_headcount(const Explained& each) {
  return std::holds_alternative<Headcount>(each.facts->body);
}

// Of several headcounts of one unit only the newest stands.
void keep_newest_headcount(Explanation& explanation) {
  const auto rank = [](const Explained& each) {
    return std::make_tuple(std::get<Headcount>(each.facts->body).as_of, each.facts->received_at,
                           each.record->id);
  };
  std::map<NameId, Explained> newest;
  for (const Explained& each : explanation.denominator) {
    if (!is_headcount(each)) continue;
    const auto [it, is_new] = newest.try_emplace(each.facts->unit, each);
    if (!is_new && rank(it->second) < rank(each)) it->second = each;
  }
  std::vector<Explained> kept;
  for (Explained& each : explanation.denominator) {
    if (!is_headcount(each) || newest.at(each.facts->unit).record == each.record) {
      kept.push_back(each);
    } else {
      each.why = Exclusion::kOutdone;
      explanation.left_out.push_back(each);
    }
  }
  explanation.denominator = std::move(kept);
}

// §5.2: of a unit's names and its groups of counts one stands, the others are outdone.
void keep_largest_reach(const Question& question, Explanation& explanation) {
  const Audience audience = question.code == "IND01" ? Audience::kOfficials : Audience::kFamilies;
  using Group = std::tuple<NameId, NameId, Id>;
  const auto group_of = [](const Explained& each) {
    const Activity& activity = std::get<Activity>(each.facts->body);
    const bool alone = !activity.named && activity.series == 0;
    return Group{each.facts->unit, activity.named ? 0 : activity.series,
                 alone ? each.record->id : Id{}};
  };
  std::map<NameId, std::map<Group, std::int64_t>> sums;
  std::map<NameId, std::set<NameId>> names;
  for (const Explained& each : explanation.numerator) {
    const Activity& activity = std::get<Activity>(each.facts->body);
    if (!activity.named) {
      sums[each.facts->unit][group_of(each)] += each.amount;
      continue;
    }
    for (const Participant& person : activity.participants) {
      if (person.kind == audience) names[each.facts->unit].insert(person.key);
    }
    sums[each.facts->unit][group_of(each)] =
        static_cast<std::int64_t>(names[each.facts->unit].size());
  }
  std::vector<Explained> kept;
  for (Explained& each : explanation.numerator) {
    const auto& groups = sums[each.facts->unit];
    const auto largest =
        std::max_element(groups.begin(), groups.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (group_of(each) == largest->first) {
      kept.push_back(each);
    } else {
      each.why = Exclusion::kOutdone;
      explanation.left_out.push_back(each);
    }
  }
  explanation.numerator = std::move(kept);
}

}  // namespace

Explanation explain(const Ledger& ledger, const Question& question) {
  Explanation explanation;
  const PeriodDates* period = ledger.period(question.period);
  if (period == nullptr) return explanation;
  const std::set<NameId> units =
      question.unit == 0 ? std::set<NameId>{} : family(ledger, question.unit);
  const Asker asker(ledger, question, *period, units);
  const auto each = [&](const Record& record) {
    const Facts* now = record.as_of(kForEver);
    const Facts* facts = record.as_of(question.as_of);
    const bool after_lock = facts != now;
    if (facts == nullptr) {
      // It came after the instant: left out, if it would matter.
      const Role role = asker.ask(record, *now);
      if (!role.matters || role.why != Exclusion::kCounts) return;
      explanation.left_out.push_back({&record, now, Exclusion::kUnknownThen, role.amount, true});
      return;
    }
    const Role role = asker.ask(record, *facts);
    if (!role.matters) return;
    std::vector<Explained>& into = role.why != Exclusion::kCounts ? explanation.left_out
                                   : role.in_denominator          ? explanation.denominator
                                                                  : explanation.numerator;
    into.push_back({&record, facts, role.why, role.amount, after_lock});
  };
  if (units.empty()) {
    ledger.each_record(each);
  } else {
    for (const Record* record : ledger.records_of({units.begin(), units.end()})) each(*record);
  }
  keep_newest_headcount(explanation);
  if (question.code == "IND01" || question.code == "IND02") {
    keep_largest_reach(question, explanation);
  }
  return explanation;
}

}  // namespace nhip::indicators
