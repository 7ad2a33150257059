// Names: texts as small numbers, so that half a million records compare integers. 0 is "nothing".
// Numbers are never given back. Confined.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace nhip::indicators {

using NameId = std::uint32_t;

class Names {
 public:
  Names() { texts_.emplace_back(); }
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  NameId of(std::string_view text) {
    if (text.empty()) return 0;
    if (const auto found = numbers_.find(text); found != numbers_.end()) return found->second;
    texts_.emplace_back(text);  // a deque, so the key below stays where it is
    const auto number = static_cast<NameId>(texts_.size() - 1);
    numbers_.emplace(texts_.back(), number);
    return number;
  }
  NameId find(std::string_view text) const {
    const auto found = numbers_.find(text);
    return found == numbers_.end() ? 0 : found->second;
  }
  const std::string& text(NameId number) const { return texts_[number]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, NameId> numbers_;
};

}  // namespace nhip::indicators
