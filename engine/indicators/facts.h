// Facts: what the indicators look at in a record, as plain values.
//
// A record has versions; R1 of the domain says which of them is its state as of an instant. One
// struct per type of record that some indicator reads, names as numbers, absent counts as kUnknown.
#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "indicators/calendar.h"
#include "indicators/names.h"
#include "nhip/id.h"

namespace nhip::indicators {

inline constexpr std::int32_t kUnknown = -1;  // nobody knows; never 0

enum class Audience : std::uint8_t { kOfficials, kFamilies };  // IND01, IND02
inline constexpr std::size_t kAudiences = 2;
inline constexpr std::size_t at(Audience audience) { return static_cast<std::size_t>(audience); }

struct Participant {
  NameId key = 0, unit = 0;  // unit 0: the activity's own
  Audience kind = Audience::kOfficials;
};

struct Share {  // of a sector activity, credited to one unit
  NameId unit = 0;
  std::array<std::int32_t, kAudiences> reached{kUnknown, kUnknown};
  std::int32_t children = kUnknown;
};

struct Activity {
  NameId category = 0, series = 0;
  NameId level = 0;          // organiser_level
  std::uint32_t topics = 0;  // bit n: T<n>
  Day start = kNoDay;
  bool done = false, duplicate = false, named = false;
  std::array<std::int32_t, kAudiences> reached{kUnknown, kUnknown};
  std::int32_t children = kUnknown;
  std::array<std::int64_t, 4> funding{};  // union, employer, sponsor, other
  std::vector<NameId> co_organisers;
  std::vector<Participant> participants;
  std::vector<Share> breakdown;
};

// What a report's first chapter tells beside the denominators.
inline constexpr std::size_t kBaseCounts = 6;
inline constexpr std::array<const char*, kBaseCounts> kBaseFields = {
    "workers_total",    "members_total",   "members_female",
    "children_under16", "children_under6", "families_with_children"};
constexpr std::array<std::int32_t, kBaseCounts> no_base_counts() {
  std::array<std::int32_t, kBaseCounts> counts{};
  counts.fill(kUnknown);
  return counts;
}

struct Headcount {
  Day as_of = kNoDay;
  std::array<std::int32_t, kAudiences> total{kUnknown, kUnknown};
  std::int32_t women = kUnknown;  // workers_female
  std::array<std::int32_t, kBaseCounts> base = no_base_counts();
};

struct Plan {
  std::int32_t year = kUnknown;
  Day issued = kNoDay;
  bool is_issued = false, integrated = false, has_targets = false;
};

struct Report {
  NameId period = 0;
  bool draft = true;
  std::int64_t submitted_at = -1;  // by the device's clock; -1: not said
};

struct Document {
  bool requires_ack = false;
  Day issued = kNoDay, due = kNoDay;
  std::vector<NameId> targets;
};

struct Ack {
  Id document;
  std::int64_t acked_at = -1;  // by the device's clock; -1: not said
};

struct Room {
  Day opened = kNoDay, closed = kNoDay;
  bool standard = false;  // has every feature
};

struct Coordination {
  NameId kind = 0;
  Day signed_on = kNoDay;
  bool with_result = false;
};

struct Contribution {
  NameId topic = 0;
  Day submitted = kNoDay;
};

enum class Answer : std::uint8_t { kNone, kNo, kYes };

struct Response {
  NameId form = 0, respondent = 0;
  std::int32_t version = kUnknown;
  Day answered = kNoDay;
  bool consent = false;
  bool known_form = false;             // the form's version is published here
  bool consent_needed = false;         // … and says so
  bool passed = false;                 // … and enough answers are right
  Answer reached = Answer::kNone;      // "reached this year"
  Answer established = Answer::kNone;  // the women's committee is there
  NameId child = 0;                    // of a list of children in hardship
  std::int32_t birth_year = kUnknown;
  Day listed = kNoDay, removed = kNoDay;
};

struct Case {
  NameId kind = 0, child = 0;
  Day disbursed = kNoDay;
  bool paid = false;  // DISBURSED or CLOSED
  std::int64_t amount = 0;
};

using Body = std::variant<Activity, Headcount, Plan, Report, Document, Ack, Room, Coordination,
                          Contribution, Response, Case>;

struct Facts {
  std::uint32_t rev = 0;
  Instant received_at = 0;
  Instant updated_at = -1;  // the device's clock, not trusted
  NameId unit = 0;
  bool deleted = false;
  bool reviewed = false;  // review_status SUBMITTED or APPROVED
  bool waiting = false;   // on a device: not yet received by the office
  NameId review_status = 0, status = 0;
  Body body;
};

// A record with all its known versions, ascending (rev, received_at).
struct Record {
  std::uint16_t type = 0;
  Id id;
  std::vector<Facts> versions;

  // R1: the state as of an instant, deleted ones too; null when nothing was received by then.
  const Facts* as_of(Instant instant) const {
    for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
      if (it->received_at <= instant) return &*it;
    }
    return nullptr;
  }
};

}  // namespace nhip::indicators
