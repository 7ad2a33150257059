#include "sim/shrink.h"

#include <algorithm>

namespace nhip::sim {

namespace {

Script without(const Script& script, std::size_t first, std::size_t count) {
  Script shorter = script;
  const auto begin = shorter.events.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = shorter.events.begin() +
                   static_cast<std::ptrdiff_t>(std::min(first + count, script.events.size()));
  shorter.events.erase(begin, end);
  return shorter;
}

}  // namespace

// Halves first, then quarters, down to single events, until no single one can go (Zeller, 1999).
Script shrink(Script script, const std::string& check,
              const std::function<std::string(const Script&)>& fails) {
  for (std::size_t fault = 0; fault < kFaultCount; ++fault) {
    Script calmer = script;
    calmer.rates[fault] = 0;
    if (calmer.rates != script.rates && fails(calmer) == check) script = std::move(calmer);
  }
  std::size_t size = std::max<std::size_t>(script.events.size() / 2, 1);
  for (;;) {
    bool shorter = false;
    for (std::size_t first = 0; first < script.events.size();) {
      Script candidate = without(script, first, size);
      if (fails(candidate) == check) {
        script = std::move(candidate);
        shorter = true;
      } else {
        first += size;
      }
    }
    if (size == 1 && !shorter) return script;
    if (size > 1) size /= 2;
  }
}

}  // namespace nhip::sim
