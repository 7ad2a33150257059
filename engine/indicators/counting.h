// Counting rules of a single record (R3, R6): whether it counts in a period, and if not, why. The
// figures and their explanations ask the same functions, so they cannot disagree.
#pragma once

#include "indicators/definitions.h"
#include "indicators/fact_reader.h"
#include "indicators/facts.h"

namespace nhip::indicators {

// Why a record is left out; kCounts when it is not.
enum class Exclusion : std::uint8_t {
  kCounts,
  kUnknownThen,  // nothing was received by the instant asked for
  kDeleted,
  kNotReviewed,  // DRAFT, RETURNED, or nobody said
  kNotDone,      // planned or cancelled
  kDuplicate,    // of another record, as the reviewer said
  kOtherPeriod,  // its date lies outside
  kOtherCategory,
  kNoTopic,
  kNobodyCredited,  // nobody of this unit is named, or no count
  kNotOurs,         // organised by the sector, or by another unit
  kIncomplete,      // a condition of the indicator is not met
  kNoConsent,
  kUnknownForm,  // of a form version that nobody published
  kOutdone,      // a newer or larger one stands for it
};

// Names that the rules compare with, looked up once.
struct Words {
  Words(const Definitions& definitions, Names& names);

  NameId unit_level = 0, sector_level = 0, committee_form = 0, hardship_form = 0, loan = 0,
         annual = 0, adhoc = 0;
  std::vector<NameId> communication, child;
  std::array<NameId, kAudiences> survey_forms{};

  bool is_communication(NameId category) const;
  bool is_child(NameId category) const;
};

inline bool is_within(Day day, const PeriodDates& period) {
  return day != kNoDay && period.start <= day && day <= period.end;
}

// R3. `facts` may be null: unknown then.
Exclusion countable(const Facts* facts, const PeriodDates& period);
// An activity that IND01 or IND02 looks at, whoever is credited.
Exclusion reaches(const Facts* facts, Audience audience, const PeriodDates& period,
                  const Definitions& definitions, const Words& words);
// Of every type but activities, reports, documents and acks: there, and submitted or approved.
Exclusion valid(const Facts* facts);

// R6: by whose clock a submission counts.
Instant punctual(std::int64_t device_time, Instant received_at, std::int64_t trust_ms);
// When a report was handed in by an instant (IND04): its first version that is no draft. kNoDay: it
// is missing as of then.
Day handed_in(const Record& record, Instant as_of, const PeriodDates& period, NameId period_name,
              const Definitions& definitions);

// The unit a participant is credited to; 0: nobody.
NameId credited(const Participant& participant, const Facts& facts, const Activity& activity,
                const Words& words);

}  // namespace nhip::indicators
