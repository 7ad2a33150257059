// Small cells (§7.3): counts of children in hardship and of their cases that are small enough to
// point at somebody do not leave the office, and neither does what they could be derived from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exports/sheet.h"

namespace nhip::server {

enum class Shown { kAsIs, kFewer, kHidden };  // the number, "<5", "…"

// How counts and their sum are shown.
struct Cover {
  std::vector<Shown> counts;
  Shown sum = Shown::kAsIs;
};

// Counts from 1 to 4 are kFewer. Whoever knows the sum and the other cells must find at least two
// possible values for each of them; until that is so the next smallest count is hidden, and when
// none is left, the sum. `hide_sum`: another table hides the same sum, so this one must not add up
// to it either. Zeros stay.
Cover cover(const std::vector<std::int64_t>& counts, bool hide_sum = false);

SheetCell shown_cell(std::int64_t count, Shown shown);
// "<5" or "…"; empty as is.
std::string shown_text(Shown shown);

}  // namespace nhip::server
