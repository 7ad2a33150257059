// WireWatch: what can be told of the engine from its requests alone: a cursor never goes back
// within an epoch, and no feed begins again without a reason.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nhip/value.h"

namespace nhip::sim {

class WireWatch {
 public:
  // What is wrong with this request of that device; empty = nothing.
  std::vector<std::pair<std::string, std::string>> asked(std::size_t device, const Bytes& body);
  // From now on this device may read its feeds again.
  void excuse(std::size_t device) { excused_[device] = true; }
  void excuse_all() { all_excused_ = true; }
  // A device that was put back to an earlier state, or a new one.
  void forget(std::size_t device) { positions_.erase(device); }

 private:
  struct Position {
    std::string epoch;
    std::uint64_t seq = 0;
  };
  std::map<std::size_t, std::map<std::string, Position>> positions_;
  std::map<std::size_t, bool> excused_;
  bool all_excused_ = false;
};

}  // namespace nhip::sim
