// Definitions: the indicators as data (schema/union/indicators.json). What they mean is in the code
// of this layer; which categories, forms, thresholds and names they use is here, under one version
// number that every stored result repeats. Immutable.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "indicators/facts.h"
#include "nhip/status.h"

namespace nhip::indicators {

// "T1" … "T31" as a bit; 0 for anything else.
std::uint32_t topic_bit(std::string_view topic);

struct Threshold {
  std::int32_t from_year = 0, to_year = 0;
  std::int64_t over_pct = 0;  // met: strictly more
};

struct ReachDefinition {
  std::string code, kind, denominator;  // "IND01", "OFFICIAL", "officials_total"
  std::uint32_t topics = 0;             // bit n: T<n>
  std::vector<Threshold> thresholds;
};

struct SurveyDefinition {
  std::string name, form, verifies, question;  // "officials", "KS-CB-01", "IND01", "cb_reached"
};

struct RoomStep {
  std::int32_t women_below = 0, rooms = 0;
};

struct IndicatorText {
  std::string code, name_vi, name_en;
};

struct Definitions {
  std::string version;
  int utc_offset_minutes = 0;
  std::int64_t device_clock_trust_ms = 0;      // R6
  std::string full_year_kind;                  // of a period that has verdicts
  std::vector<std::string> unit_types;         // of the base
  std::string unit_level, sector_level;        // organiser_level
  std::vector<std::string> inheriting_events;  // successor_id is followed
  std::string merged_event, absorbed_event;
  std::vector<std::string> communication, child_categories;
  std::array<ReachDefinition, kAudiences> reach;
  std::string committee_form, committee_question;
  std::int32_t committee_women_min = 0;
  std::int32_t obliged_women_min = 0;
  std::vector<RoomStep> room_steps;
  std::int32_t rooms_min = 0, women_per_room = 0;
  std::string hardship_form, loan_case;
  std::int32_t child_age_max = 0;
  std::vector<std::string> paid_states;
  std::string annual_kind, adhoc_kind;
  std::array<SurveyDefinition, kAudiences> surveys;
  std::int32_t small_sample_below = 0;
  std::int64_t cross_check_points = 0;
  std::vector<IndicatorText> indicators;

  // kInvalid with the place at fault.
  static Result<Definitions> parse(std::string_view json);

  const IndicatorText* indicator(std::string_view code) const;
  // R8; nothing for a year or kind of period without a verdict.
  std::optional<std::int64_t> threshold(Audience audience, std::int32_t year,
                                        std::string_view kind) const;
  std::int32_t rooms_recommended(std::int32_t women) const;
};

}  // namespace nhip::indicators
