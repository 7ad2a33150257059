// The work that the gate counts, as stages that build on each other. A process runs the first `k`
// of them and ends; what stage k costs is the difference to a process that ran k − 1.
//
// Everything is the same on every run: activities from a counter, a clock that ticks once a call, a
// generator from a seed. So the counts differ only when the code, the compiler or a library does.
#pragma once

#include <string>
#include <vector>

namespace nhip::bench {

// In this order. "prepare" is the process itself, the files and the invented rows.
const std::vector<std::string>& gate_stages();

// Runs the stages before and including `last`. `folder` is empty. Ends the program when one fails.
void run_stages(const std::string& folder, const std::string& last);

// Rows that each stage but the first works on.
inline constexpr int kGateRows = 400;

}  // namespace nhip::bench
