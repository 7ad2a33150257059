#include "indicators/definitions.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "schema/object_reader.h"

namespace nhip::indicators {
namespace {

using nlohmann::json;
using schema::Fault;
using schema::ObjectReader;

constexpr std::int64_t kHourMs = 3'600'000;

std::int32_t number(ObjectReader& reader, std::string_view key) {
  return static_cast<std::int32_t>(reader.needed_integer(key, 0, 1'000'000));
}

// "T1" … "T31" as bits.
std::uint32_t topic_bits(ObjectReader& reader) {
  std::uint32_t bits = 0;
  for (const std::string& topic : reader.texts("topics")) bits |= topic_bit(topic);
  if (bits == 0) reader.report("topics", "bad_topics", "topics are named T1 to T31");
  return bits;
}

template <typename Read>
void each_object(ObjectReader& reader, std::string_view key, Fault& fault, Read read) {
  const json* list = reader.array(key);
  if (list == nullptr) {
    reader.report(key, "missing", "a list is needed here");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    ObjectReader each((*list)[i], reader.place_of(key) + "[" + std::to_string(i) + "]", fault);
    read(i, each);
    each.refuse_others();
  }
}

template <typename Read>
void one_object(ObjectReader& reader, std::string_view key, Fault& fault, Read read) {
  const json* object = reader.object(key);
  if (object == nullptr) {
    reader.report(key, "missing", "an object is needed here");
    return;
  }
  ObjectReader inner(*object, reader.place_of(key), fault);
  read(inner);
  inner.refuse_others();
}

void read_reach(ObjectReader& reader, Fault& fault, Definitions& into) {
  each_object(reader, "reach", fault, [&](std::size_t i, ObjectReader& each) {
    if (i >= kAudiences) return each.report("code", "too_many", "two kinds of people are reached");
    ReachDefinition& reach = into.reach[i];
    reach.code = each.needed_text("code");
    reach.kind = each.needed_text("kind");
    reach.denominator = each.needed_text("denominator");
    reach.topics = topic_bits(each);
    each_object(each, "over_pct", fault, [&](std::size_t, ObjectReader& step) {
      Threshold threshold;
      threshold.from_year = number(step, "from_year");
      threshold.to_year = step.has("to_year") ? number(step, "to_year") : 9999;
      threshold.over_pct = number(step, "pct");
      reach.thresholds.push_back(threshold);
    });
  });
}

void read_units(ObjectReader& reader, Fault& fault, Definitions& into) {
  one_object(reader, "units", fault, [&](ObjectReader& units) {
    into.unit_types = units.texts("base_types");
    into.unit_level = units.needed_text("unit_level");
    into.sector_level = units.needed_text("sector_level");
    into.inheriting_events = units.texts("inheriting_events");
    into.merged_event = units.needed_text("merged_event");
    into.absorbed_event = units.needed_text("absorbed_event");
  });
}

void read_conditions(ObjectReader& reader, Fault& fault, Definitions& into) {
  one_object(reader, "committee", fault, [&](ObjectReader& committee) {
    into.committee_form = committee.needed_text("form");
    into.committee_question = committee.needed_text("question");
    into.committee_women_min = number(committee, "women_min");
  });
  one_object(reader, "rooms", fault, [&](ObjectReader& rooms) {
    into.obliged_women_min = number(rooms, "obliged_women_min");
    each_object(rooms, "steps", fault, [&](std::size_t, ObjectReader& step) {
      into.room_steps.push_back({number(step, "women_below"), number(step, "rooms")});
    });
    into.rooms_min = number(rooms, "then_min");
    into.women_per_room =
        static_cast<std::int32_t>(rooms.needed_integer("then_women_per_room", 1, 100'000));
  });
  one_object(reader, "hardship", fault, [&](ObjectReader& hardship) {
    into.hardship_form = hardship.needed_text("form");
    into.loan_case = hardship.needed_text("loan_case");
    into.child_age_max = number(hardship, "age_max");
    into.paid_states = hardship.texts("paid_states");
  });
  one_object(reader, "coordination", fault, [&](ObjectReader& coordination) {
    into.annual_kind = coordination.needed_text("annual");
    into.adhoc_kind = coordination.needed_text("adhoc");
  });
  each_object(reader, "surveys", fault, [&](std::size_t i, ObjectReader& each) {
    if (i >= kAudiences) return each.report("form", "too_many", "two surveys are counted");
    into.surveys[i] = {each.needed_text("name"), each.needed_text("form"),
                       each.needed_text("verifies"), each.needed_text("question")};
  });
}

}  // namespace

Result<Definitions> Definitions::parse(std::string_view text) {
  const json parsed = json::parse(text, nullptr, false);
  Fault fault;
  if (!parsed.is_object()) {
    return Status(Code::kMalformed, "bad_definitions", "the definitions are no JSON object");
  }
  Definitions into;
  ObjectReader reader(parsed, "", fault);
  into.version = reader.needed_text("definitions_version");
  into.utc_offset_minutes = number(reader, "utc_offset_minutes");
  into.device_clock_trust_ms = number(reader, "device_clock_trust_hours") * kHourMs;
  into.full_year_kind = reader.needed_text("full_year_kind");
  into.communication = reader.texts("communication_categories");
  into.child_categories = reader.texts("child_categories");
  into.small_sample_below = number(reader, "small_sample_below");
  into.cross_check_points = number(reader, "cross_check_points");
  read_units(reader, fault, into);
  read_reach(reader, fault, into);
  read_conditions(reader, fault, into);
  each_object(reader, "indicators", fault, [&](std::size_t, ObjectReader& each) {
    into.indicators.push_back(
        {each.needed_text("code"), each.needed_text("name_vi"), each.needed_text("name_en")});
  });
  reader.refuse_others();
  if (fault.found()) return fault.status();
  return into;
}

const IndicatorText* Definitions::indicator(std::string_view code) const {
  const auto found = std::find_if(indicators.begin(), indicators.end(),
                                  [&](const IndicatorText& each) { return each.code == code; });
  return found == indicators.end() ? nullptr : &*found;
}

std::optional<std::int64_t> Definitions::threshold(Audience audience, std::int32_t year,
                                                   std::string_view kind) const {
  if (kind != full_year_kind) return std::nullopt;
  for (const Threshold& each : reach[at(audience)].thresholds) {
    if (year >= each.from_year && year <= each.to_year) return each.over_pct;
  }
  return std::nullopt;
}

std::int32_t Definitions::rooms_recommended(std::int32_t women) const {
  for (const RoomStep& step : room_steps) {
    if (women < step.women_below) return step.rooms;
  }
  return std::max(rooms_min, (women + women_per_room - 1) / women_per_room);
}

std::uint32_t topic_bit(std::string_view topic) {
  if (topic.size() < 2 || topic.size() > 3 || topic[0] != 'T') return 0;
  std::uint32_t number = 0;
  for (const char digit : topic.substr(1)) {
    if (digit < '0' || digit > '9') return 0;
    number = number * 10 + static_cast<std::uint32_t>(digit - '0');
  }
  return number >= 1 && number <= 31 && topic[1] != '0' ? 1u << number : 0;
}

}  // namespace nhip::indicators
