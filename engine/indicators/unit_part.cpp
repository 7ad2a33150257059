#include "indicators/unit_part.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace nhip::indicators {
namespace {

void add(Tally& tally, NameId name, std::int64_t count) {
  const auto place =
      std::lower_bound(tally.begin(), tally.end(), name,
                       [](const auto& each, NameId key) { return each.first < key; });
  if (place != tally.end() && place->first == name) {
    place->second += count;
  } else {
    tally.insert(place, {name, count});
  }
}

void make_set(std::vector<NameId>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

template <typename T>
bool holds(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// The record that decides among several of one unit: the latest date, then the latest receipt, then
// the larger id, so that the order of reading decides nothing.
using Rank = std::tuple<Day, Instant, Id>;

class PartMaker {
 public:
  PartMaker(NameId unit, const PartContext& context) : unit_(unit), context_(context) {
    window_start_ = year_before(context.period.end);
    new_year_ = parse_day(std::to_string(context.period.year) + "-01-01");
  }

  void add(const Record& record) {
    const Facts* facts = record.as_of(context_.as_of);
    if (facts == nullptr || facts->deleted) return;
    std::visit([&](const auto& body) { this->take(record, *facts, body); }, facts->body);
  }

  UnitPart finish() {
    for (std::size_t i = 0; i < kAudiences; ++i) {
      make_set(named_[i]);
      std::int64_t head = 0;
      for (const auto& [group, sum] : groups_[i]) head = std::max(head, sum);
      // The larger of the two ways of counting, never their sum: the same people may be in both.
      part_.own[i] = std::max(static_cast<std::int64_t>(named_[i].size()), head);
    }
    make_set(part_.listed);
    make_set(part_.supported);
    for (auto& list : part_.respondents) {
      std::sort(list.begin(), list.end(), [](const Respondent& a, const Respondent& b) {
        return std::tie(a.key, a.id) < std::tie(b.key, b.id);
      });
    }
    std::sort(part_.cases.begin(), part_.cases.end(),
              [](const CaseSum& a, const CaseSum& b) { return a.kind < b.kind; });
    return std::move(part_);
  }

 private:
  bool is_valid(const Facts& facts) const {
    return facts.unit == unit_ && valid(&facts) == Exclusion::kCounts;
  }
  bool is_in_window(Day day) const {
    return day != kNoDay && window_start_ < day && day <= context_.period.end;
  }

  void take(const Record& record, const Facts& facts, const Activity& activity) {
    if (countable(&facts, context_.period) != Exclusion::kCounts) return;
    if (facts.unit == unit_) count_activity(activity);
    for (const Audience audience : {Audience::kOfficials, Audience::kFamilies}) {
      if (reaches(&facts, audience, context_.period, context_.definitions, context_.words) ==
          Exclusion::kCounts) {
        count_reach(record, facts, activity, audience);
      }
    }
    if (activity.level == context_.words.unit_level && context_.words.is_child(activity.category) &&
        (facts.unit == unit_ || holds(activity.co_organisers, unit_))) {
      part_.child_activity = true;
    }
  }

  void count_activity(const Activity& activity) {
    indicators::add(part_.activities, activity.category, 1);
    if (activity.children != kUnknown) {
      part_.children += activity.children;
    } else {
      for (const Share& share : activity.breakdown) part_.children += std::max(share.children, 0);
    }
    for (std::size_t i = 0; i < activity.funding.size(); ++i) {
      part_.funding[i] += activity.funding[i];
    }
  }

  void count_reach(const Record& record, const Facts& facts, const Activity& activity,
                   Audience audience) {
    if (activity.named) {
      for (const Participant& participant : activity.participants) {
        if (participant.kind == audience &&
            credited(participant, facts, activity, context_.words) == unit_) {
          named_[at(audience)].push_back(participant.key);
        }
      }
      return;
    }
    // Sessions of a series have different audiences and add up; without one an activity is a group.
    const auto group = activity.series != 0 ? std::pair<NameId, Id>{activity.series, Id{}}
                                            : std::pair<NameId, Id>{0, record.id};
    std::int64_t& sum = groups_[at(audience)][group];
    if (activity.level != context_.words.sector_level) {
      if (facts.unit == unit_) sum += std::max(activity.reached[at(audience)], 0);
      return;
    }
    for (const Share& share : activity.breakdown) {
      if (share.unit == unit_) sum += std::max(share.reached[at(audience)], 0);
    }
  }

  void take(const Record& record, const Facts& facts, const Headcount& headcount) {
    if (!is_valid(facts) || !is_in_window(headcount.as_of)) return;
    const Rank rank{headcount.as_of, facts.received_at, record.id};
    const auto offer = [&](std::int32_t value, std::int32_t& best, Rank& best_rank) {
      if (value == kUnknown || (best != kUnknown && rank < best_rank)) return;
      best = value;
      best_rank = rank;
    };
    for (std::size_t i = 0; i < kAudiences; ++i) {
      offer(headcount.total[i], part_.total[i], total_rank_[i]);
    }
    offer(headcount.women, part_.women, women_rank_);
    for (std::size_t i = 0; i < kBaseCounts; ++i) {
      offer(headcount.base[i], part_.base[i], base_rank_[i]);
    }
  }

  void take(const Record&, const Facts& facts, const Plan& plan) {
    if (!is_valid(facts) || plan.year != context_.period.year || !plan.is_issued ||
        plan.issued == kNoDay || plan.issued > context_.period.end) {
      return;
    }
    if (plan.integrated && plan.has_targets) part_.plan = true;
  }

  void take(const Record& record, const Facts& facts, const Report&) {
    if (facts.unit != unit_) return;
    const Day day = handed_in(record, context_.as_of, context_.period, context_.period_name,
                              context_.definitions);
    if (day == kNoDay) return;
    part_.reported = part_.reported == kNoDay ? day : std::min(part_.reported, day);
  }

  void take(const Record& record, const Facts&, const Document& document) {
    if (!document.requires_ack || !is_within(document.issued, context_.period) ||
        !holds(document.targets, unit_)) {
      return;
    }
    const Day day = acknowledged(record.id, unit_, context_);
    if (day == kNoDay) {
      ++part_.acks_missing;
    } else {
      ++(document.due == kNoDay || day <= document.due ? part_.acks_on_time : part_.acks_late);
    }
  }

  void take(const Record&, const Facts&, const Ack&) {}  // looked up from its document

  void take(const Record&, const Facts& facts, const Room& room) {
    if (!is_valid(facts) || room.opened == kNoDay || room.opened > context_.period.end ||
        (room.closed != kNoDay && room.closed <= context_.period.end)) {
      return;
    }
    ++part_.rooms;
    if (room.standard) ++part_.rooms_standard;
  }

  void take(const Record&, const Facts& facts, const Coordination& coordination) {
    if (!is_valid(facts) || !is_within(coordination.signed_on, context_.period)) return;
    if (coordination.kind == context_.words.annual) ++part_.annual;
    if (coordination.kind == context_.words.adhoc) ++part_.adhoc;
    if (coordination.with_result) ++part_.with_result;
  }

  void take(const Record&, const Facts& facts, const Contribution& contribution) {
    if (!is_valid(facts) || !is_within(contribution.submitted, context_.period)) return;
    indicators::add(part_.contributions, contribution.topic, 1);
  }

  void take(const Record& record, const Facts& facts, const Response& response) {
    if (!is_valid(facts)) return;
    const Rank rank{response.answered, facts.received_at, record.id};
    if (response.form == context_.words.committee_form && is_in_window(response.answered) &&
        (!part_.committee_said || rank > committee_rank_)) {
      part_.committee_said = true;
      part_.committee = response.established;
      committee_rank_ = rank;
    }
    if (response.form == context_.words.hardship_form) take_listed(response);
    for (std::size_t i = 0; i < kAudiences; ++i) {
      if (response.form != context_.words.survey_forms[i] || !response.known_form ||
          !is_within(response.answered, context_.period) ||
          (response.consent_needed && !response.consent)) {
        continue;
      }
      part_.respondents[i].push_back({response.respondent, response.answered, facts.received_at,
                                      record.id, response.passed, response.reached});
    }
  }

  void take_listed(const Response& response) {
    const PeriodDates& period = context_.period;
    const bool is_listed = response.consent && response.child != 0 && response.listed != kNoDay &&
                           response.listed <= period.end &&
                           (response.removed == kNoDay || response.removed >= new_year_) &&
                           response.birth_year != kUnknown &&
                           response.birth_year >= period.year - context_.definitions.child_age_max;
    if (is_listed) part_.listed.push_back(response.child);
  }

  void take(const Record&, const Facts& facts, const Case& support) {
    if (!is_valid(facts) || !support.paid || !is_within(support.disbursed, context_.period)) return;
    const auto same = std::find_if(part_.cases.begin(), part_.cases.end(),
                                   [&](const CaseSum& each) { return each.kind == support.kind; });
    CaseSum& sum = same != part_.cases.end() ? *same : part_.cases.emplace_back();
    sum.kind = support.kind;
    ++sum.cases;
    sum.amount += support.amount;
    if (support.kind != context_.words.loan && support.child != 0) {
      part_.supported.push_back(support.child);
    }
  }

  NameId unit_;
  const PartContext& context_;
  Day window_start_ = kNoDay, new_year_ = kNoDay;
  UnitPart part_;
  std::array<std::vector<NameId>, kAudiences> named_;
  std::array<std::map<std::pair<NameId, Id>, std::int64_t>, kAudiences> groups_;
  std::array<Rank, kAudiences> total_rank_{};
  Rank women_rank_{}, committee_rank_{};
  std::array<Rank, kBaseCounts> base_rank_{};
};

}  // namespace

Day acknowledged(const Id& document, NameId target, const PartContext& context) {
  Day first = kNoDay;
  for (const NameId unit : context.lineage.chain(target)) {
    context.each_ack(document, unit, [&](const Record& record) {
      const Facts* facts = record.as_of(context.as_of);
      if (facts == nullptr || facts->deleted || facts->unit != unit) return;
      const Ack& ack = std::get<Ack>(facts->body);
      if (ack.document != document) return;
      const Instant at = punctual(ack.acked_at >= 0 ? ack.acked_at : facts->updated_at,
                                  facts->received_at, context.definitions.device_clock_trust_ms);
      const Day day = day_of(at, context.definitions.utc_offset_minutes);
      first = first == kNoDay ? day : std::min(first, day);
    });
  }
  return first;
}

UnitPart compute_part(NameId unit, const std::vector<const Record*>& touching,
                      const PartContext& context) {
  PartMaker maker(unit, context);
  for (const Record* record : touching) maker.add(*record);
  return maker.finish();
}

std::vector<NameId> touched_units(const Facts& facts) {
  std::vector<NameId> units;
  if (const Document* document = std::get_if<Document>(&facts.body)) {
    units = document->targets;
  } else {
    units.push_back(facts.unit);
  }
  if (const Activity* activity = std::get_if<Activity>(&facts.body)) {
    units.insert(units.end(), activity->co_organisers.begin(), activity->co_organisers.end());
    for (const Participant& each : activity->participants) units.push_back(each.unit);
    for (const Share& each : activity->breakdown) units.push_back(each.unit);
  }
  make_set(units);
  if (!units.empty() && units.front() == 0) units.erase(units.begin());
  return units;
}

bool may_concern(const Facts& facts, const PeriodDates& period, NameId period_name,
                 const Words& words) {
  const Day window_start = year_before(period.end);
  const auto in_window = [&](Day day) { return day > window_start && day <= period.end; };
  if (const auto* body = std::get_if<Activity>(&facts.body)) return is_within(body->start, period);
  if (const auto* body = std::get_if<Headcount>(&facts.body)) return in_window(body->as_of);
  if (const auto* body = std::get_if<Plan>(&facts.body)) return body->year == period.year;
  if (const auto* body = std::get_if<Report>(&facts.body)) return body->period == period_name;
  if (const auto* body = std::get_if<Document>(&facts.body)) return is_within(body->issued, period);
  if (const auto* body = std::get_if<Case>(&facts.body)) return is_within(body->disbursed, period);
  if (const auto* body = std::get_if<Coordination>(&facts.body)) {
    return is_within(body->signed_on, period);
  }
  if (const auto* body = std::get_if<Contribution>(&facts.body)) {
    return is_within(body->submitted, period);
  }
  if (const auto* body = std::get_if<Response>(&facts.body)) {
    return body->form == words.hardship_form || in_window(body->answered) ||
           is_within(body->answered, period);
  }
  return true;
}

}  // namespace nhip::indicators
