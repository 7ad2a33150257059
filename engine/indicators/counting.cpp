#include "indicators/counting.h"

#include <algorithm>

namespace nhip::indicators {

namespace {
bool holds(const std::vector<NameId>& list, NameId name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}
}  // namespace

Words::Words(const Definitions& definitions, Names& names)
    : unit_level(names.of(definitions.unit_level)),
      sector_level(names.of(definitions.sector_level)),
      committee_form(names.of(definitions.committee_form)),
      hardship_form(names.of(definitions.hardship_form)),
      loan(names.of(definitions.loan_case)),
      annual(names.of(definitions.annual_kind)),
      adhoc(names.of(definitions.adhoc_kind)) {
  for (const std::string& each : definitions.communication) communication.push_back(names.of(each));
  for (const std::string& each : definitions.child_categories) child.push_back(names.of(each));
  for (std::size_t i = 0; i < kAudiences; ++i) {
    survey_forms[i] = names.of(definitions.surveys[i].form);
  }
}

bool Words::is_communication(NameId category) const { return holds(communication, category); }
bool Words::is_child(NameId category) const { return holds(child, category); }

Exclusion valid(const Facts* facts) {
  if (facts == nullptr) return Exclusion::kUnknownThen;
  if (facts->deleted) return Exclusion::kDeleted;
  return facts->reviewed ? Exclusion::kCounts : Exclusion::kNotReviewed;
}

Exclusion countable(const Facts* facts, const PeriodDates& period) {
  if (const Exclusion why = valid(facts); why != Exclusion::kCounts) return why;
  const Activity* activity = std::get_if<Activity>(&facts->body);
  if (activity == nullptr) return Exclusion::kOtherCategory;
  if (!activity->done) return Exclusion::kNotDone;
  if (activity->duplicate) return Exclusion::kDuplicate;
  return is_within(activity->start, period) ? Exclusion::kCounts : Exclusion::kOtherPeriod;
}

Exclusion reaches(const Facts* facts, Audience audience, const PeriodDates& period,
                  const Definitions& definitions, const Words& words) {
  if (const Exclusion why = countable(facts, period); why != Exclusion::kCounts) return why;
  const Activity& activity = std::get<Activity>(facts->body);
  if (!words.is_communication(activity.category)) return Exclusion::kOtherCategory;
  const bool has_topic = (activity.topics & definitions.reach[at(audience)].topics) != 0;
  return has_topic ? Exclusion::kCounts : Exclusion::kNoTopic;
}

Instant punctual(std::int64_t device_time, Instant received_at, std::int64_t trust_ms) {
  const bool trusted =
      device_time >= 0 && device_time <= received_at && received_at - device_time <= trust_ms;
  return trusted ? device_time : received_at;
}

Day handed_in(const Record& record, Instant as_of, const PeriodDates&, NameId period_name,
              const Definitions& definitions) {
  const auto is_handed_in = [](const Facts& facts) {
    const Report* report = std::get_if<Report>(&facts.body);
    return report != nullptr && !facts.deleted && !report->draft;
  };
  const Facts* now = record.as_of(as_of);
  if (now == nullptr || !is_handed_in(*now) || std::get<Report>(now->body).period != period_name) {
    return kNoDay;
  }
  for (const Facts& version : record.versions) {
    if (version.received_at > as_of || !is_handed_in(version)) continue;
    const std::int64_t said = std::get<Report>(version.body).submitted_at;
    const Instant at = punctual(said >= 0 ? said : version.updated_at, version.received_at,
                                definitions.device_clock_trust_ms);
    return day_of(at, definitions.utc_offset_minutes);
  }
  return kNoDay;
}

NameId credited(const Participant& participant, const Facts& facts, const Activity& activity,
                const Words& words) {
  if (participant.unit != 0) return participant.unit;
  return activity.level == words.unit_level ? facts.unit : 0;
}

}  // namespace nhip::indicators
