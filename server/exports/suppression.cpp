#include "exports/suppression.h"

#include <algorithm>

namespace nhip::server {

namespace {
constexpr std::int64_t kSmallest = 5;  // that is shown
}

std::vector<Shown> suppress(const std::vector<std::int64_t>& counts) {
  std::vector<Shown> shown(counts.size(), Shown::kAsIs);
  std::size_t small = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] <= 0 || counts[i] >= kSmallest) continue;
    shown[i] = Shown::kFewer;
    ++small;
  }
  if (small != 1) return shown;
  std::optional<std::size_t> next;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (shown[i] == Shown::kAsIs && counts[i] > 0 && (!next || counts[i] < counts[*next])) next = i;
  }
  if (next) shown[*next] = Shown::kHidden;
  return shown;
}

SheetCell shown_cell(std::int64_t count, Shown shown) {
  switch (shown) {
    case Shown::kAsIs: return count;
    case Shown::kFewer: return std::string("<5");
    case Shown::kHidden: return std::string("…");
  }
  return {};
}

}  // namespace nhip::server
