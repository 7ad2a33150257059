#include "sim/wire_watch.h"

#include <nlohmann/json.hpp>

namespace nhip::sim {

std::vector<std::pair<std::string, std::string>> WireWatch::asked(std::size_t device,
                                                                  const Bytes& body) {
  std::vector<std::pair<std::string, std::string>> wrong;
  const auto request = nlohmann::json::parse(body, nullptr, false);
  if (!request.is_object() || !request.contains("feeds")) return wrong;
  const bool excused = all_excused_ || excused_.count(device) > 0;
  // Comparing values is due now and then, and differs when the centre has moved on meanwhile.
  for (const auto& repair : request.value("reconcile", nlohmann::json::array())) {
    if (excused || repair.value("values", false)) continue;
    wrong.emplace_back("repair_without_cause", "device " + std::to_string(device) + " repairs " +
                                                   repair.value("feed", "") +
                                                   " though nothing was put back");
  }
  for (const auto& feed : request["feeds"]) {
    const std::string name = feed.value("feed", "");
    const Position now{feed.value("epoch", ""), feed.value("seq", std::uint64_t{0})};
    Position& known = positions_[device][name];
    const std::string who = "device " + std::to_string(device) + ", feed " + name;
    if (!excused && now.seq == 0 && known.seq > 0) {
      wrong.emplace_back("feed_restarted", who + " began again though nothing was put back");
    } else if (now.epoch == known.epoch && now.seq < known.seq && now.seq > 0 && !excused) {
      wrong.emplace_back("cursor_back", who + " went from " + std::to_string(known.seq) + " to " +
                                            std::to_string(now.seq));
    }
    known = now;
  }
  return wrong;
}

}  // namespace nhip::sim
