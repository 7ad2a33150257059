#include "sim/report.h"

#include <nlohmann/json.hpp>

namespace nhip::sim {

using nlohmann::json;

void Summary::add(const Outcome& outcome) {
  ++runs;
  syncs += outcome.syncs;
  writes += outcome.writes;
  faults.add(outcome.faults);
  if (outcome.findings.empty()) {
    ++rounds[outcome.rounds];
  } else {
    failures.push_back({outcome.seed, outcome.findings.front()});
  }
}

void Summary::add(const Summary& other) {
  runs += other.runs;
  syncs += other.syncs;
  writes += other.writes;
  replayed += other.replayed;
  unsteady = unsteady || other.unsteady;
  for (const auto& [count, times] : other.rounds) rounds[count] += times;
  faults.add(other.faults);
  failures.insert(failures.end(), other.failures.begin(), other.failures.end());
}

std::string to_line(const Summary& summary) {
  json failures = json::array();
  for (const Failure& each : summary.failures)
    failures.push_back({each.seed, each.finding.check, each.finding.text});
  json rounds = json::array();
  for (const auto& [count, times] : summary.rounds) rounds.push_back({count, times});
  json faults = json::array();
  for (std::size_t i = 0; i < kFaultCount; ++i)
    faults.push_back(summary.faults.of(static_cast<Fault>(i)));
  const json all = {{"runs", summary.runs},
                    {"syncs", summary.syncs},
                    {"writes", summary.writes},
                    {"replayed", summary.replayed},
                    {"unsteady", summary.unsteady},
                    {"rounds", rounds},
                    {"faults", faults},
                    {"failures", failures}};
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool from_line(const std::string& line, Summary& summary) {
  const json all = json::parse(line, nullptr, false);
  if (!all.is_object()) return false;
  summary.runs = all.value("runs", std::uint64_t{0});
  summary.syncs = all.value("syncs", std::uint64_t{0});
  summary.writes = all.value("writes", std::uint64_t{0});
  summary.replayed = all.value("replayed", std::uint64_t{0});
  summary.unsteady = all.value("unsteady", false);
  for (const json& each : all.value("rounds", json::array()))
    summary.rounds[each[0].get<std::uint64_t>()] = each[1].get<std::uint64_t>();
  std::size_t at = 0;
  for (const json& each : all.value("faults", json::array()))
    summary.faults.raw()[at++] = each.get<std::uint64_t>();
  for (const json& each : all.value("failures", json::array())) {
    summary.failures.push_back(
        {each[0].get<std::uint64_t>(), {each[1].get<std::string>(), each[2].get<std::string>()}});
  }
  return true;
}

std::vector<std::string> missing_faults(const Summary& summary, const Switches& switches) {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < kFaultCount; ++i) {
    const auto fault = static_cast<Fault>(i);
    if (is_on(fault, switches) && summary.faults.of(fault) == 0)
      missing.emplace_back(name_of(fault));
  }
  return missing;
}

void print(const Summary& summary, const Switches& switches, double seconds) {
  std::printf("%-24s %10s\n", "fault", "times");
  for (std::size_t i = 0; i < kFaultCount; ++i) {
    const auto fault = static_cast<Fault>(i);
    std::printf("%-24s %10llu\n", std::string(name_of(fault)).c_str(),
                static_cast<unsigned long long>(summary.faults.of(fault)));
  }
  std::printf(
      "\n%llu runs in %.1f s (%.0f a minute), %llu syncs, %llu changes, %llu played twice\n",
      static_cast<unsigned long long>(summary.runs), seconds,
      seconds > 0 ? 60.0 * static_cast<double>(summary.runs) / seconds : 0.0,
      static_cast<unsigned long long>(summary.syncs),
      static_cast<unsigned long long>(summary.writes),
      static_cast<unsigned long long>(summary.replayed));
  std::printf("rounds to equality:");
  for (const auto& [count, times] : summary.rounds)
    std::printf("  %llu: %llu runs", static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(times));
  std::printf("\n");
  if (summary.unsteady) std::printf("a seed gave two different traces\n");
  for (const std::string& name : missing_faults(summary, switches))
    std::printf("never came: %s\n", name.c_str());
  std::size_t shown = 0;
  for (const Failure& each : summary.failures) {
    if (++shown > 20) break;
    std::printf("seed %llu: %s: %s\n", static_cast<unsigned long long>(each.seed),
                each.finding.check.c_str(), each.finding.text.c_str());
  }
  std::printf("%zu failed\n", summary.failures.size());
}

}  // namespace nhip::sim
