#include "indicators/figures_json.h"

#include <nlohmann/json.hpp>

#include <array>

namespace nhip::indicators {
namespace {

using nlohmann::json;

constexpr const char* kFunding[] = {"union", "employer", "sponsor", "other"};

template <typename T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json flags_json(const ReachOfUnit& unit) {
  json flags = json::array();
  if (unit.capped) flags.push_back("CAPPED");
  if (unit.derived) flags.push_back("DERIVED_DENOM");
  if (!unit.den) flags.push_back("MISSING_DENOM");
  if (unit.den && *unit.den == 0) flags.push_back("ZERO_DENOM");
  return flags;
}

json groups_of(const std::map<std::string, Ratio>& groups) {
  json object = json::object();
  for (const auto& [name, ratio] : groups) object[name] = ratio_json(ratio);
  return object;
}

json reach_of_unit(const ReachOfUnit& unit) {
  const Ratio ratio{unit.num, unit.den.value_or(0), std::nullopt};
  return {{"num", unit.den ? json(unit.num) : json()},
          {"den", or_null(unit.den)},
          {"pct_tenths", or_null(ratio.pct_tenths())},
          {"reach", unit.reach},
          {"flags", flags_json(unit)}};
}

json reach_json(const ReachFigure& figure, const JsonContext& with) {
  json object = ratio_json(figure.total);
  json& by_unit = object["by_unit"] = json::object();
  for (const ReachOfUnit& unit : figure.by_unit) {
    by_unit[with.names.text(unit.unit)] = reach_of_unit(unit);
  }
  object["by_host_type"] = groups_of(figure.by_host_type);
  object["units_missing"] = names_json(figure.units_missing, with.names);
  object["units_zero"] = names_json(figure.units_zero, with.names);
  return object;
}

// Units of the base that have what the indicator asks for.
json share_json(const Figures& figures, const std::vector<NameId>& without, const Names& names) {
  const auto all = static_cast<std::int64_t>(figures.units.size());
  json object = ratio_json({all - static_cast<std::int64_t>(without.size()), all, std::nullopt});
  object["units_without"] = names_json(without, names);
  return object;
}

json reports_json(const Figures& figures, const Names& names) {
  std::array<std::int64_t, 3> counts{};
  json by_unit = json::object();
  for (const UnitRow& row : figures.units) {
    ++counts[static_cast<std::size_t>(row.report)];
    by_unit[names.text(row.unit)] = handing_text(row.report);
  }
  const auto count = [&](Handing handing) { return counts[static_cast<std::size_t>(handing)]; };
  const Ratio on_time{count(Handing::kOnTime), static_cast<std::int64_t>(figures.units.size()),
                      std::nullopt};
  return {{"by_unit", std::move(by_unit)},
          {"counts",
           {{"ON_TIME", count(Handing::kOnTime)},
            {"LATE", count(Handing::kLate)},
            {"MISSING", count(Handing::kMissing)}}},
          {"on_time", ratio_json(on_time)}};
}

json activities_json(const Figures& figures, const Names& names) {
  json by_unit = json::object();
  const auto add = [&](const std::string& name, const UnitRow& row) {
    by_unit[name] = {{"activities", row.activities}, {"children_turns", row.children}};
  };
  for (const UnitRow& row : figures.units) add(names.text(row.unit), row);
  if (figures.sector.activities > 0) add("__SECTOR__", figures.sector);
  if (figures.ended.activities > 0) add("__ENDED__", figures.ended);
  return {{"activities", figures.activities},
          {"by_category", figures.by_category},
          {"by_unit", std::move(by_unit)},
          {"child_activities", figures.child_activities},
          {"children_turns", figures.children}};
}

json funding_json(const std::array<std::int64_t, 4>& funding) {
  json object = json::object();
  std::int64_t total = 0;
  for (std::size_t i = 0; i < funding.size(); ++i) {
    object[kFunding[i]] = funding[i];
    total += funding[i];
  }
  object["total"] = total;
  return object;
}

json committee_json(const Figures& figures, const Names& names) {
  json object = ratio_json(figures.committee);
  object["units_missing"] = names_json(figures.committee_missing, names);
  object["units_no_data"] = names_json(figures.committee_no_data, names);
  return object;
}

json cases_by_type_json(const std::map<std::string, CaseFigure>& types) {
  json by_type = json::object();
  for (const auto& [type, figure] : types) {
    by_type[type] = {{"cases", figure.cases}, {"amount_vnd", figure.amount}};
  }
  return by_type;
}

json base_json(const UnitRow& row) {
  json object = json::object();
  for (std::size_t i = 0; i < kBaseCounts; ++i) object[kBaseFields[i]] = or_null(row.base[i]);
  object["workers_female"] = or_null(row.women);
  return object;
}

json cases_json(const Figures& figures) {
  json by_type = cases_by_type_json(figures.cases_by_type);
  return {{"cases", figures.cases},
          {"amount_vnd", figures.amount},
          {"by_type", std::move(by_type)},
          {"hardship_supported", ratio_json(figures.hardship)}};
}

json acks_json(std::int64_t on_time, std::int64_t late, std::int64_t missing) {
  return {{"on_time", ratio_json({on_time, on_time + late + missing, std::nullopt})},
          {"late", late},
          {"missing", missing}};
}

// Lower by more than the allowed points than what the records say.
bool is_doubtful(const Ratio& survey, const Ratio& records, std::int64_t points) {
  if (survey.den == 0 || records.den == 0) return false;
  // Compared as fractions of 100·den·den: (records − survey)·100 > points.
  const std::int64_t lower = records.num * survey.den - survey.num * records.den;
  return lower * 100 > points * survey.den * records.den;
}

json surveys_json(const Figures& figures, const JsonContext& with, bool reached) {
  json object = json::object();
  for (std::size_t i = 0; i < kAudiences; ++i) {
    const SurveyFigure& survey = figures.surveys[i];
    json each = ratio_json(reached ? survey.reached : survey.passed);
    if (!reached) each["small_sample"] = survey.small_sample;
    if (reached &&
        is_doubtful(survey.reached, figures.reach[i].total, with.definitions.cross_check_points)) {
      each["warning"] = "lower_than_" + with.definitions.reach[i].code;
    }
    object[with.definitions.surveys[i].name] = std::move(each);
  }
  return object;
}

json row_json(const UnitRow& row) {
  return {
      {"headcount", base_json(row)},
      {"IND03", {{"has_activity", row.has_child_activity}}},
      {"IND04",
       {{"status", handing_text(row.report)},
        {"handed_in", row.reported == kNoDay ? json() : json(day_text(row.reported))}}},
      {"IND05", {{"has_plan", row.has_plan}}},
      {"IND06",
       {{"activities", row.activities},
        {"child_activities", row.child_activities},
        {"children_turns", row.children}}},
      {"IND07", funding_json(row.funding)},
      {"IND08",
       {{"established", row.committee_said ? json(row.committee == Answer::kYes) : json()},
        {"workers_female", or_null(row.women)}}},
      {"IND09", {{"rooms", row.rooms}, {"rooms_standard", row.rooms_standard}}},
      {"IND10",
       {{"cases", row.cases},
        {"amount_vnd", row.amount},
        {"by_type", cases_by_type_json(row.cases_by_type)},
        {"hardship_supported", ratio_json(row.hardship)}}},
      {"IND11", {{"annual", row.annual}, {"adhoc", row.adhoc}, {"with_result", row.with_result}}},
      {"IND12", acks_json(row.acks_on_time, row.acks_late, row.acks_missing)},
      {"IND13", {{"total", row.contributions}}}};
}

}  // namespace

json ratio_json(const Ratio& ratio) {
  return {{"num", ratio.num},
          {"den", ratio.den},
          {"pct_tenths", or_null(ratio.pct_tenths())},
          {"threshold", or_null(ratio.threshold)},
          {"met", or_null(ratio.met())}};
}

json names_json(const std::vector<NameId>& names, const Names& with) {
  json list = json::array();
  for (const NameId name : names) list.push_back(with.text(name));
  return list;
}

std::string_view handing_text(Handing handing) {
  switch (handing) {
    case Handing::kOnTime: return "ON_TIME";
    case Handing::kLate: return "LATE";
    case Handing::kMissing: return "MISSING";
  }
  return "MISSING";
}

json figures_json(const Figures& figures, const JsonContext& with) {
  json ind03 = share_json(figures, figures.without_child_activity, with.names);
  ind03["all_met"] = figures.without_child_activity.empty();
  const Names& names = with.names;
  return {
      {"IND01", reach_json(figures.reach[0], with)},
      {"IND02", reach_json(figures.reach[1], with)},
      {"IND03", std::move(ind03)},
      {"IND04", reports_json(figures, names)},
      {"IND05", share_json(figures, figures.without_plan, names)},
      {"IND06", activities_json(figures, names)},
      {"IND07", funding_json(figures.funding)},
      {"IND08", committee_json(figures, names)},
      {"IND09",
       {{"rooms", figures.rooms},
        {"rooms_standard", figures.rooms_standard},
        {"obligated_units", names_json(figures.obliged, names)},
        {"obligated_with_room", ratio_json(figures.obliged_with_room)},
        {"recommended", ratio_json(figures.recommended)}}},
      {"IND10", cases_json(figures)},
      {"IND11",
       {{"annual", figures.annual},
        {"adhoc", figures.adhoc},
        {"with_result", figures.with_result}}},
      {"IND12", acks_json(figures.acks_on_time, figures.acks_late, figures.acks_missing)},
      {"IND13", {{"by_topic", figures.by_topic}, {"total", figures.contributions}}},
      {"IND14", surveys_json(figures, with, false)},
      {"IND15", surveys_json(figures, with, true)},
  };
}

json units_json(const Figures& figures, const JsonContext& with) {
  json object = json::object();
  for (std::size_t i = 0; i < figures.units.size(); ++i) {
    json row = row_json(figures.units[i]);
    for (std::size_t k = 0; k < kAudiences; ++k) {
      row[with.definitions.reach[k].code] = reach_of_unit(figures.reach[k].by_unit[i]);
    }
    object[with.names.text(figures.units[i].unit)] = std::move(row);
  }
  object["__SECTOR__"] = row_json(figures.sector);
  object["__ENDED__"] = row_json(figures.ended);
  return object;
}

json groups_json(const Figures& figures, std::string_view by) {
  json object = json::object();
  for (std::size_t i = 0; i < kAudiences; ++i) {
    const ReachFigure& reach = figures.reach[i];
    const std::map<std::string, Ratio>* groups = by == "district"    ? &reach.by_district
                                                 : by == "funding"   ? &reach.by_funding
                                                 : by == "host_type" ? &reach.by_host_type
                                                                     : nullptr;
    if (groups != nullptr) object[i == 0 ? "IND01" : "IND02"] = groups_of(*groups);
  }
  return object;
}

}  // namespace nhip::indicators
