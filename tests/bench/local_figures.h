// What a local write costs beside plain SQLite.
#pragma once

#include <string>

#include "bench/measure.h"

namespace nhip::bench {

struct Sizes {
  std::uint64_t rows = 10'000;  // of the figures about many rows
  std::uint64_t batch = 1'000;  // rows in one transaction
  std::uint64_t batches = 10;   // of one run
  std::uint64_t singles = 150;  // transactions of one row, of one run
  int runs = 5;                 // alternating; the median counts
};

// Insert and update ratios. `folder` is empty and stays so.
void local_figures(const std::string& folder, const Sizes& sizes, Report& report);

}  // namespace nhip::bench
