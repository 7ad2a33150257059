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

// Of counts that stand beside their sum: 1 to 4 are kFewer; when that is one cell only, the next
// smallest of the others is hidden too, or the sum would give it away. Zeros stay.
std::vector<Shown> suppress(const std::vector<std::int64_t>& counts);

SheetCell shown_cell(std::int64_t count, Shown shown);

}  // namespace nhip::server
