#include "sim/wire_watch.h"

#include "protocol/encoding.h"
#include "protocol/envelope.h"

namespace nhip::sim {

std::vector<std::pair<std::string, std::string>> WireWatch::asked(std::size_t device,
                                                                  const Bytes& body) {
  std::vector<std::pair<std::string, std::string>> wrong;
  const auto opened = protocol::open_request(body);
  const auto request = protocol::decode_request(opened ? opened->message : body);
  if (!request.ok()) return wrong;  // of another endpoint
  const bool excused = all_excused_ || excused_.count(device) > 0;
  // Comparing values is due now and then, and differs when the centre has moved on meanwhile.
  for (const protocol::ReconcileRequest& repair : request->reconcile) {
    if (excused || repair.values) continue;
    wrong.emplace_back("repair_without_cause", "device " + std::to_string(device) + " repairs " +
                                                   repair.feed + " though nothing was put back");
  }
  for (const protocol::FeedRequest& feed : request->feeds) {
    const std::string& name = feed.feed;
    const Position now{feed.cursor.epoch, feed.cursor.seq};
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
