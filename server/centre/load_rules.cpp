#include "centre/load_rules.h"

#include <algorithm>
#include <tuple>

#include "centre/store_others.h"

namespace nhip::server {

namespace {

rules::Moment moment_of(Centre& centre, const VersionInfo& info) {
  return rules::Moment::at(info.received_at, centre.schema().rules().utc_offset_minutes);
}

// English, as all messages of a load; a client translates by the rule's id.
LineFlag flag_of(const RuleSet& rules, const rules::Finding& finding) {
  return {finding.rule->id, rules::finding_text(rules, finding, "en")};
}

}  // namespace

LoadRules::LoadRules(Centre& centre) : centre_(centre) {
  for (const Rule& rule : centre.schema().rules().rules) {
    if (rule.looks_elsewhere) looking_elsewhere_.insert(rule.type);
  }
}

Status LoadRules::judge(const SourceLine& at, ReadLine& line, LoadReport& report) {
  const Type& type = *centre_.schema().type(line.version.type);
  NHIP_TRY_ASSIGN(
      const auto findings,
      rules::check(centre_.schema(), {type, line.version.id, line.version.cells},
                   moment_of(centre_, line.version.info), nullptr, rules::Which::kAlone));
  for (const rules::Finding& finding : findings) {
    line.flags.push_back(flag_of(centre_.schema().rules(), finding));
    ++report.by_rule[finding.rule->id];
  }
  if (looking_elsewhere_.count(type.number) > 0) remember(at, line);
  return {};
}

void LoadRules::remember(const SourceLine& at, const ReadLine& line) {
  if (files_.empty() || files_.back() != at.file) files_.push_back(at.file);
  const VersionInfo& info = line.version.info;
  const Origin origin{info.rev, info.received_at, files_.size() - 1, at.line, !line.flags.empty()};
  const auto [place, is_new] = newest_.try_emplace({line.version.type, line.version.id}, origin);
  Origin& known = place->second;
  if (is_new || std::tie(known.rev, known.received_at) >= std::tie(origin.rev, origin.received_at))
    return;
  known = origin;
}

Status LoadRules::finish(LoadReport& report) {
  StoreOthers others(centre_);
  struct Told {
    Origin origin;
    LineFlag flag;
  };
  std::vector<Told> told;
  for (auto& [key, origin] : newest_) {
    NHIP_TRY_ASSIGN(const auto row, centre_.store().row(key.first, key.second));
    // A newer state than this folder's is judged where it came in.
    const bool stands = row && row->info.rev == origin.rev &&
                        row->info.received_at == origin.received_at && row->info.author == Author{};
    if (!stands) continue;
    const Type& type = *centre_.schema().type(key.first);
    NHIP_TRY_ASSIGN(const auto findings,
                    rules::check(centre_.schema(), {type, row->id, row->row.cells},
                                 moment_of(centre_, row->info), &others, rules::Which::kElsewhere));
    for (const rules::Finding& finding : findings) {
      if (!finding.checked) {
        ++report.not_checked[finding.rule->id];
        continue;
      }
      ++report.by_rule[finding.rule->id];
      if (!std::exchange(origin.flagged, true)) ++report.flagged;
      told.push_back({origin, flag_of(centre_.schema().rules(), finding)});
    }
  }
  std::stable_sort(told.begin(), told.end(), [](const Told& a, const Told& b) {
    return std::tie(a.origin.file, a.origin.line) < std::tie(b.origin.file, b.origin.line);
  });
  for (Told& each : told) {
    report.warnings.push_back({files_[each.origin.file], each.origin.line,
                               std::move(each.flag.code), std::move(each.flag.message)});
  }
  return {};
}

}  // namespace nhip::server
