// Pattern: a small language of text patterns, for rules that stand in a schema.
//
//   literal characters · `.` any · `[a-zĐ]` `[^…]` a class · `\d` a digit · `\u` an upper-case and
//   `\l` a lower-case letter · `\w` a letter or digit · `\` before anything else: that character ·
//   `( | )` alternatives · `?` `*` `+` `{2}` `{2,5}` repeats
//
// Code points are compared after NFC, with the case they have. Matching takes time proportional to
// text × pattern whatever both are, because patterns come from data and texts from people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nhip::text {

class Pattern {
 public:
  // Nothing when the text is no pattern, or one that is too large when its repeats are written out.
  static std::optional<Pattern> parse(std::string_view text);

  bool matches(std::string_view text) const;   // the whole text
  bool found_in(std::string_view text) const;  // some part of it

 private:
  friend class PatternParser;

  struct Range {
    std::int32_t first = 0, last = 0;
  };
  enum class Kind : std::uint8_t { kRange, kDigit, kUpper, kLower, kWord, kAny };
  struct Class {
    std::vector<Range> ranges;
    std::vector<Kind> kinds;
    bool negated = false;
  };
  // What one place of the pattern does: takes a character of a class, or goes on at two others.
  struct Step {
    enum class Kind : std::uint8_t { kTake, kSplit, kJump, kMatch } kind = Kind::kMatch;
    std::size_t first = 0;   // kTake: index of the class; else where to go on
    std::size_t second = 0;  // kSplit: the other way
  };

  bool run(std::string_view text, bool whole) const;
  bool accepts(const Class& set, std::int32_t code_point) const;
  void enter(std::size_t step, std::vector<bool>& active, std::vector<std::size_t>& order) const;

  std::vector<Class> classes_;
  std::vector<Step> steps_;
};

}  // namespace nhip::text
