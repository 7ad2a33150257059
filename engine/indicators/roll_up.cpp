#include "indicators/roll_up.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "indicators/inheritance.h"

namespace nhip::indicators {
namespace {

class RollUp {
 public:
  explicit RollUp(const RollUpInput& input)
      : in_(input), inheritance_(input.lineage, input.period.end, [this](NameId unit) {
          const auto found = index_.find(unit);
          return found == index_.end() ? nullptr : &in_.parts[found->second];
        }) {
    for (std::size_t i = 0; i < in_.units.size(); ++i) index_[in_.units[i]] = i;
    out_.period = in_.period;
    out_.as_of = in_.as_of;
    for (std::size_t i = 0; i < in_.base.size(); ++i) {
      rows_[in_.base[i]] = i;
      out_.units.emplace_back().unit = in_.base[i];
    }
  }

  Figures run() {
    for (std::size_t i = 0; i < in_.units.size(); ++i) {
      add_to_sector(in_.parts[i]);
      add_to_row(in_.parts[i], row_for(i));
    }
    for (const Audience audience : {Audience::kOfficials, Audience::kFamilies}) reach(audience);
    for (UnitRow& row : out_.units) finish_row(row);
    rooms();
    hardship();
    surveys();
    return std::move(out_);
  }

 private:
  UnitRow& row_for(std::size_t i) {
    if (in_.lineage.is_above(in_.units[i])) return out_.sector;
    const auto row = rows_.find(in_.owners[i]);
    if (row != rows_.end()) return out_.units[row->second];
    return in_.owners[i] == 0 ? out_.ended : out_.sector;
  }

  void add_to_sector(const UnitPart& part) {
    for (const auto& [category, count] : part.activities) {
      out_.by_category[in_.names.text(category)] += count;
      out_.activities += count;
      if (in_.words.is_child(category)) out_.child_activities += count;
    }
    out_.children += part.children;
    for (std::size_t i = 0; i < part.funding.size(); ++i) out_.funding[i] += part.funding[i];
    out_.rooms += part.rooms;
    out_.rooms_standard += part.rooms_standard;
    for (const CaseSum& each : part.cases) {
      CaseFigure& figure = out_.cases_by_type[in_.names.text(each.kind)];
      figure.cases += each.cases;
      figure.amount += each.amount;
      out_.cases += each.cases;
      out_.amount += each.amount;
    }
    out_.annual += part.annual;
    out_.adhoc += part.adhoc;
    out_.with_result += part.with_result;
    out_.acks_on_time += part.acks_on_time;
    out_.acks_late += part.acks_late;
    out_.acks_missing += part.acks_missing;
    for (const auto& [topic, count] : part.contributions) {
      out_.by_topic[in_.names.text(topic)] += count;
      out_.contributions += count;
    }
  }

  void add_to_row(const UnitPart& part, UnitRow& row) {
    row.has_child_activity = row.has_child_activity || part.child_activity;
    row.has_plan = row.has_plan || part.plan;
    if (part.reported != kNoDay) {
      row.reported = row.reported == kNoDay ? part.reported : std::min(row.reported, part.reported);
    }
    for (const auto& [category, count] : part.activities) {
      row.activities += count;
      if (in_.words.is_child(category)) row.child_activities += count;
    }
    row.children += part.children;
    for (std::size_t i = 0; i < part.funding.size(); ++i) row.funding[i] += part.funding[i];
    row.rooms += part.rooms;
    row.rooms_standard += part.rooms_standard;
    for (const CaseSum& each : part.cases) {
      CaseFigure& figure = row.cases_by_type[in_.names.text(each.kind)];
      figure.cases += each.cases;
      figure.amount += each.amount;
      row.cases += each.cases;
      row.amount += each.amount;
    }
    row.annual += part.annual;
    row.adhoc += part.adhoc;
    row.with_result += part.with_result;
    row.acks_on_time += part.acks_on_time;
    row.acks_late += part.acks_late;
    row.acks_missing += part.acks_missing;
    for (const auto& [topic, count] : part.contributions) row.contributions += count;
  }

  void reach(Audience audience) {
    ReachFigure& figure = out_.reach[at(audience)];
    figure.total.threshold = in_.definitions.threshold(audience, in_.period.year, in_.period.kind);
    for (const NameId unit : in_.base) {
      const Inheritance::Denominator people = inheritance_.people(unit, audience);
      ReachOfUnit each;
      each.unit = unit;
      each.den = people.value;
      each.derived = people.derived;
      each.reach = inheritance_.reach(unit, audience);
      each.num = each.den ? std::min(each.reach, *each.den) : 0;
      each.capped = each.counts() && each.reach > *each.den;
      add_to_groups(each, figure);
      figure.by_unit.push_back(each);
    }
  }

  void add_to_groups(const ReachOfUnit& each, ReachFigure& figure) {
    const UnitVersion* version = in_.lineage.on(each.unit, in_.period.end);
    Ratio* const groups[] = {&figure.total, &figure.by_host_type[version->host_type],
                             &figure.by_district[version->district],
                             &figure.by_funding[version->funding]};
    if (!each.den) return figure.units_missing.push_back(each.unit);
    if (*each.den == 0) return figure.units_zero.push_back(each.unit);
    for (Ratio* group : groups) {
      group->num += each.num;
      group->den += *each.den;
    }
  }

  void finish_row(UnitRow& row) {
    if (row.reported != kNoDay) {
      const bool on_time = in_.period.due_unit == kNoDay || row.reported <= in_.period.due_unit;
      row.report = on_time ? Handing::kOnTime : Handing::kLate;
    }
    if (!row.has_child_activity) out_.without_child_activity.push_back(row.unit);
    if (!row.has_plan) out_.without_plan.push_back(row.unit);
    const Inheritance::Denominator women = inheritance_.women(row.unit);
    row.women = women.value;
    row.women_derived = women.derived;
    for (std::size_t i = 0; i < kBaseCounts; ++i) {
      row.base[i] = inheritance_.base_count(row.unit, i).value;
    }
    const auto own = index_.find(row.unit);
    if (own != index_.end()) {
      // A committee is no inheritance: only the unit's own word counts.
      row.committee = in_.parts[own->second].committee;
      row.committee_said = in_.parts[own->second].committee_said;
    }
    if (!row.women) return out_.committee_missing.push_back(row.unit);
    if (*row.women < in_.definitions.committee_women_min) return;
    ++out_.committee.den;
    if (!row.committee_said) return out_.committee_no_data.push_back(row.unit);
    if (row.committee == Answer::kYes) ++out_.committee.num;
  }

  void rooms() {
    for (const UnitRow& row : out_.units) {
      if (!row.women || *row.women <= 0) continue;
      const auto women = static_cast<std::int32_t>(std::min<std::int64_t>(*row.women, INT32_MAX));
      ++out_.recommended.den;
      if (row.rooms >= in_.definitions.rooms_recommended(women)) ++out_.recommended.num;
      if (women < in_.definitions.obliged_women_min) continue;
      out_.obliged.push_back(row.unit);
      ++out_.obliged_with_room.den;
      if (row.rooms >= 1) ++out_.obliged_with_room.num;
    }
  }

  static void make_set(std::vector<NameId>& names) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  static Ratio supported_of(std::vector<NameId> listed, std::vector<NameId> supported) {
    make_set(listed);
    make_set(supported);
    const auto num = std::count_if(listed.begin(), listed.end(), [&](NameId child) {
      return std::binary_search(supported.begin(), supported.end(), child);
    });
    return {num, static_cast<std::int64_t>(listed.size()), std::nullopt};
  }

  // Children are counted once however many units list or support them.
  void hardship() {
    struct Children {
      std::vector<NameId> listed, supported;
      void add(const UnitPart& part) {
        listed.insert(listed.end(), part.listed.begin(), part.listed.end());
        supported.insert(supported.end(), part.supported.begin(), part.supported.end());
      }
    };
    Children all;
    std::unordered_map<UnitRow*, Children> of_rows;
    for (std::size_t i = 0; i < in_.parts.size(); ++i) {
      if (in_.parts[i].listed.empty() && in_.parts[i].supported.empty()) continue;
      all.add(in_.parts[i]);
      of_rows[&row_for(i)].add(in_.parts[i]);
    }
    out_.hardship = supported_of(std::move(all.listed), std::move(all.supported));
    for (auto& [row, children] : of_rows) {
      row->hardship = supported_of(std::move(children.listed), std::move(children.supported));
    }
  }

  void surveys() {
    for (std::size_t i = 0; i < kAudiences; ++i) {
      std::vector<const Respondent*> all;
      for (const UnitPart& part : in_.parts) {
        for (const Respondent& each : part.respondents[i]) all.push_back(&each);
      }
      // One answer per person and form: the latest comes last in its run.
      const auto order = [](const Respondent* each) {
        return std::make_tuple(each->key, each->answered, each->received_at, each->id);
      };
      std::sort(all.begin(), all.end(),
                [&](const Respondent* a, const Respondent* b) { return order(a) < order(b); });
      SurveyFigure& figure = out_.surveys[i];
      for (std::size_t at = 0; at < all.size(); ++at) {
        const bool is_last = at + 1 == all.size() || all[at + 1]->key != all[at]->key;
        if (!is_last && all[at]->key != 0) continue;
        ++figure.passed.den;
        if (all[at]->passed) ++figure.passed.num;
        if (all[at]->reached != Answer::kNone) ++figure.reached.den;
        if (all[at]->reached == Answer::kYes) ++figure.reached.num;
      }
      figure.small_sample = figure.passed.den < in_.definitions.small_sample_below;
    }
  }

  const RollUpInput& in_;
  std::unordered_map<NameId, std::size_t> index_, rows_;
  Inheritance inheritance_;
  Figures out_;
};

}  // namespace

Figures roll_up(const RollUpInput& input) { return RollUp(input).run(); }

const UnitRow* Figures::row_of(NameId unit) const {
  const auto found = std::find_if(units.begin(), units.end(),
                                  [&](const UnitRow& each) { return each.unit == unit; });
  return found == units.end() ? nullptr : &*found;
}

}  // namespace nhip::indicators
