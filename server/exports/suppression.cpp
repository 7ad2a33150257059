#include "exports/suppression.h"

#include <algorithm>

namespace nhip::server {

namespace {

constexpr std::int64_t kSmallest = 5;  // that is shown

bool is_small(std::int64_t count) { return count > 0 && count < kSmallest; }

// Whether every small count could be another one, given that the hidden ones add up to what they
// do. A hidden count is known to be no small one, so it is at least kSmallest.
bool is_ambiguous(const std::vector<std::int64_t>& counts, const std::vector<Shown>& shown) {
  std::int64_t sum = 0, least = 0, most = 0;
  bool unbounded = false;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (shown[i] == Shown::kAsIs) continue;
    sum += counts[i];
    least += shown[i] == Shown::kFewer ? 1 : kSmallest;
    most += shown[i] == Shown::kFewer ? kSmallest - 1 : 0;
    unbounded = unbounded || shown[i] == Shown::kHidden;
  }
  // The same for each of them: what the others leave to it, at most and at least.
  const bool any = std::find(shown.begin(), shown.end(), Shown::kFewer) != shown.end();
  if (!any) return true;
  const std::int64_t high = std::min(kSmallest - 1, sum - (least - 1));
  const std::int64_t low =
      unbounded ? 1 : std::max<std::int64_t>(1, sum - (most - (kSmallest - 1)));
  return high > low;
}

// False when there is none left.
bool hide_next(const std::vector<std::int64_t>& counts, std::vector<Shown>& shown) {
  std::optional<std::size_t> next;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (shown[i] == Shown::kAsIs && counts[i] > 0 && (!next || counts[i] < counts[*next])) next = i;
  }
  if (next) shown[*next] = Shown::kHidden;
  return next.has_value();
}

}  // namespace

Cover cover(const std::vector<std::int64_t>& counts, bool hide_sum) {
  Cover out;
  std::int64_t sum = 0;
  for (const std::int64_t count : counts) {
    out.counts.push_back(is_small(count) ? Shown::kFewer : Shown::kAsIs);
    sum += count;
  }
  if (is_small(sum)) {
    out.sum = Shown::kFewer;
  } else if (hide_sum) {
    out.sum = Shown::kHidden;
  }
  while (out.sum == Shown::kAsIs && !is_ambiguous(counts, out.counts)) {
    if (!hide_next(counts, out.counts)) out.sum = Shown::kHidden;
  }
  const bool all_shown =
      std::all_of(out.counts.begin(), out.counts.end(), [](Shown s) { return s == Shown::kAsIs; });
  if (out.sum != Shown::kAsIs && all_shown) hide_next(counts, out.counts);
  return out;
}

std::string shown_text(Shown shown) {
  switch (shown) {
    case Shown::kAsIs: return "";
    case Shown::kFewer: return "<5";
    case Shown::kHidden: return "…";
  }
  return "";
}

SheetCell shown_cell(std::int64_t count, Shown shown) {
  return shown == Shown::kAsIs ? SheetCell(count) : SheetCell(shown_text(shown));
}

}  // namespace nhip::server
