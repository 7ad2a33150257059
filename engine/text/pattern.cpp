// A pattern becomes steps of a machine that is in many states at once (Thompson's construction), so
// no text makes it go back and try again.

#include "text/pattern.h"

#include <utf8proc.h>

#include <algorithm>

#include "text/normalise.h"

namespace nhip::text {

namespace {

constexpr std::size_t kStepsMax = 4000;
constexpr std::size_t kRepeatMax = 200;
constexpr std::size_t kNestingMax = 20;

std::vector<std::int32_t> code_points(std::string_view text) {
  const std::string composed = to_nfc(text).value_or(std::string(text));
  std::vector<std::int32_t> points;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(composed.data());
  auto left = static_cast<utf8proc_ssize_t>(composed.size());
  while (left > 0) {
    utf8proc_int32_t point = -1;
    utf8proc_ssize_t size = utf8proc_iterate(bytes, left, &point);
    if (size <= 0) {  // a byte that belongs to no character matches nothing
      size = 1;
      point = -1;
    }
    points.push_back(point);
    bytes += size;
    left -= size;
  }
  return points;
}

}  // namespace

class PatternParser {
 public:
  explicit PatternParser(std::string_view text) : text_(code_points(text)) {}

  std::optional<Pattern> run() {
    read_alternatives(0);
    if (at_ != text_.size()) good_ = false;
    emit({Pattern::Step::Kind::kMatch, 0, 0});
    if (!good_) return std::nullopt;
    return std::move(out_);
  }

 private:
  using Step = Pattern::Step;

  bool more() const { return good_ && at_ < text_.size(); }
  bool is(char c) const { return more() && text_[at_] == c; }
  std::size_t here() const { return out_.steps_.size(); }

  void emit(Step step) {
    if (here() >= kStepsMax) good_ = false;
    if (good_) out_.steps_.push_back(step);
  }

  // Makes room for one step at `place`; what stood from there on moves along. Steps before it that
  // go on at `place` mean the new one.
  void insert(std::size_t place, Step step) {
    for (std::size_t i = place; i < here(); ++i) {
      Step& each = out_.steps_[i];
      if (each.kind == Step::Kind::kTake || each.kind == Step::Kind::kMatch) continue;
      if (each.first >= place) ++each.first;
      if (each.kind == Step::Kind::kSplit && each.second >= place) ++each.second;
    }
    out_.steps_.insert(out_.steps_.begin() + static_cast<std::ptrdiff_t>(place), step);
    if (here() > kStepsMax) good_ = false;
  }

  void read_alternatives(std::size_t nesting) {
    if (nesting > kNestingMax) good_ = false;
    const std::size_t begin = here();
    read_sequence(nesting);
    if (!is('|')) return;
    ++at_;
    insert(begin, {Step::Kind::kSplit, begin + 1, 0});
    const std::size_t jump = here();
    emit({Step::Kind::kJump, 0, 0});
    if (!good_) return;
    out_.steps_[begin].second = here();
    read_alternatives(nesting + 1);
    if (good_) out_.steps_[jump].first = here();
  }

  void read_sequence(std::size_t nesting) {
    while (more() && !is('|') && !is(')')) read_repeated(nesting);
  }

  void read_repeated(std::size_t nesting) {
    const std::size_t begin = here();
    read_one(nesting);
    if (!more()) return;
    if (is('?')) return repeat(begin, 0, 1);
    if (is('*')) return repeat(begin, 0, std::nullopt);
    if (is('+')) return repeat(begin, 1, std::nullopt);
    if (!is('{')) return;
    ++at_;
    const std::size_t least = read_number();
    std::size_t most = least;
    bool bounded = true;
    if (is(',')) {
      ++at_;
      bounded = !is('}');
      if (bounded) most = read_number();
    }
    if (!is('}') || least > kRepeatMax || most > kRepeatMax || most < least) {
      good_ = false;
      return;
    }
    if (bounded)
      repeat(begin, least, most);
    else
      repeat(begin, least, std::nullopt);
  }

  std::size_t read_number() {
    if (!more() || text_[at_] < '0' || text_[at_] > '9') good_ = false;
    std::size_t number = 0;
    while (more() && text_[at_] >= '0' && text_[at_] <= '9' && number <= kRepeatMax) {
      number = number * 10 + static_cast<std::size_t>(text_[at_++] - '0');
    }
    return number;
  }

  // The steps from `begin` on, once more at the end.
  void copy(const std::vector<Step>& part, std::size_t begin) {
    const std::size_t shift = here() - begin;
    for (Step step : part) {
      if (step.kind == Step::Kind::kJump || step.kind == Step::Kind::kSplit) step.first += shift;
      if (step.kind == Step::Kind::kSplit) step.second += shift;
      emit(step);
    }
  }

  // Stands on the sign of the repeat.
  void repeat(std::size_t begin, std::size_t least, std::optional<std::size_t> most) {
    ++at_;
    const std::vector<Step> part(out_.steps_.begin() + static_cast<std::ptrdiff_t>(begin),
                                 out_.steps_.end());
    out_.steps_.resize(begin);
    if (part.empty()) {
      good_ = false;
      return;
    }
    for (std::size_t i = 0; i < least && good_; ++i) copy(part, begin);
    if (!most) {
      const std::size_t loop = here();
      emit({Step::Kind::kSplit, loop + 1, 0});
      copy(part, begin);
      emit({Step::Kind::kJump, loop, 0});
      if (good_) out_.steps_[loop].second = here();
      return;
    }
    for (std::size_t i = least; i < *most && good_; ++i) {
      const std::size_t choice = here();
      emit({Step::Kind::kSplit, choice + 1, 0});
      copy(part, begin);
      if (good_) out_.steps_[choice].second = here();
    }
  }

  void read_one(std::size_t nesting) {
    const std::int32_t c = text_[at_++];
    switch (c) {
      case '(':
        read_alternatives(nesting + 1);
        if (!is(')')) good_ = false;
        ++at_;
        return;
      case '[': return read_class();
      case '\\': return take({{}, {}, false}, true);
      case '.': return take({{}, {Pattern::Kind::kAny}, false}, false);
      case '?':
      case '*':
      case '+':
      case '{':
      case '}':
      case ']': good_ = false; return;
      default: return take({{{c, c}}, {}, false}, false);
    }
  }

  void take(Pattern::Class set, bool escaped) {
    if (escaped) read_escape(set);
    out_.classes_.push_back(std::move(set));
    emit({Step::Kind::kTake, out_.classes_.size() - 1, 0});
  }

  void read_escape(Pattern::Class& set) {
    if (!more()) {
      good_ = false;
      return;
    }
    const std::int32_t c = text_[at_++];
    switch (c) {
      case 'd': return set.kinds.push_back(Pattern::Kind::kDigit);
      case 'u': return set.kinds.push_back(Pattern::Kind::kUpper);
      case 'l': return set.kinds.push_back(Pattern::Kind::kLower);
      case 'w': return set.kinds.push_back(Pattern::Kind::kWord);
      default: set.ranges.push_back({c, c});
    }
    // Other letters are kept free for later.
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) good_ = false;
  }

  void read_class() {
    Pattern::Class set;
    if (is('^')) {
      set.negated = true;
      ++at_;
    }
    while (more() && !is(']')) {
      const std::int32_t c = text_[at_++];
      if (c == '\\') {
        read_escape(set);
        continue;
      }
      const bool range = is('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
      if (!range) {
        set.ranges.push_back({c, c});
        continue;
      }
      const std::int32_t last = text_[at_ + 1];
      at_ += 2;
      if (last < c) good_ = false;
      set.ranges.push_back({c, last});
    }
    if (!is(']') || (set.ranges.empty() && set.kinds.empty())) good_ = false;
    ++at_;
    take(std::move(set), false);
  }

  std::vector<std::int32_t> text_;
  std::size_t at_ = 0;
  bool good_ = true;
  Pattern out_;
};

std::optional<Pattern> Pattern::parse(std::string_view text) {
  if (text.empty() || !is_utf8(text)) return std::nullopt;
  return PatternParser(text).run();
}

bool Pattern::matches(std::string_view text) const { return run(text, true); }
bool Pattern::found_in(std::string_view text) const { return run(text, false); }

bool Pattern::accepts(const Class& set, std::int32_t point) const {
  if (point < 0) return false;
  const auto category = utf8proc_category(point);
  const auto is_kind = [&](Kind kind) {
    switch (kind) {
      case Kind::kAny: return true;
      case Kind::kDigit: return point >= '0' && point <= '9';
      case Kind::kUpper: return category == UTF8PROC_CATEGORY_LU;
      case Kind::kLower: return category == UTF8PROC_CATEGORY_LL;
      case Kind::kWord:
        return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO &&
               category != UTF8PROC_CATEGORY_MN && category != UTF8PROC_CATEGORY_MC &&
               category != UTF8PROC_CATEGORY_ME;
      case Kind::kRange: return false;
    }
    return false;
  };
  const bool inside = std::any_of(set.kinds.begin(), set.kinds.end(), is_kind) ||
                      std::any_of(set.ranges.begin(), set.ranges.end(), [&](const Range& range) {
                        return point >= range.first && point <= range.last;
                      });
  return inside != set.negated;
}

// Adds `step` and everything that is reached from it without taking a character.
void Pattern::enter(std::size_t step, std::vector<bool>& active,
                    std::vector<std::size_t>& order) const {
  std::vector<std::size_t> open{step};
  while (!open.empty()) {
    const std::size_t next = open.back();
    open.pop_back();
    if (active[next]) continue;
    active[next] = true;
    order.push_back(next);
    const Step& at = steps_[next];
    if (at.kind == Step::Kind::kJump || at.kind == Step::Kind::kSplit) open.push_back(at.first);
    if (at.kind == Step::Kind::kSplit) open.push_back(at.second);
  }
}

bool Pattern::run(std::string_view text, bool whole) const {
  const std::size_t end = steps_.size() - 1;  // the step that says "matched"
  std::vector<bool> active(steps_.size()), next_active;
  std::vector<std::size_t> order, next_order;
  enter(0, active, order);
  for (const std::int32_t point : code_points(text)) {
    if (!whole && active[end]) return true;
    next_active.assign(steps_.size(), false);
    next_order.clear();
    for (const std::size_t step : order) {
      if (steps_[step].kind != Step::Kind::kTake) continue;
      if (accepts(classes_[steps_[step].first], point)) enter(step + 1, next_active, next_order);
    }
    if (!whole) enter(0, next_active, next_order);
    active.swap(next_active);
    order.swap(next_order);
  }
  return active[end];
}

}  // namespace nhip::text
