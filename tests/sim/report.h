// Report: many runs added up, and how they are shown.
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "sim/run.h"

namespace nhip::sim {

struct Failure {
  std::uint64_t seed = 0;
  oracle::Finding finding;
};

struct Summary {
  std::uint64_t runs = 0, syncs = 0, writes = 0, replayed = 0;
  std::map<std::uint64_t, std::uint64_t> rounds;  // rounds to equality → runs
  FaultCounts faults;
  std::vector<Failure> failures;
  bool unsteady = false;  // a seed gave two traces

  void add(const Outcome& outcome);
  void add(const Summary& other);
};

// Between processes: one line of text.
std::string to_line(const Summary& summary);
bool from_line(const std::string& line, Summary& summary);

void print(const Summary& summary, const Switches& switches, double seconds);
// Kinds that are switched on and never came.
std::vector<std::string> missing_faults(const Summary& summary, const Switches& switches);

}  // namespace nhip::sim
