// Network: everything that can happen to a request between a device and the centre. It keeps what
// passed, so that old requests can arrive again after newer ones, and tells a listener what went
// over the wire.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "nhip/transport.h"
#include "sim/centre_node.h"
#include "sim/chance.h"
#include "sim/faults.h"

namespace nhip::sim {

class Network {
 public:
  struct Listener {
    std::function<void(std::size_t device, const Bytes& request)> asked;
    std::function<void(std::size_t device, const Bytes& request, const Response& answer)> answered;
    std::function<void()> meanwhile;
    std::function<void(std::string_view what)> log;
  };

  Network(CentreNode& centre, Times& times, const FaultRates& rates, FaultCounts& counts,
          Listener listener);

  // What the next requests draw their fate from. No Chance: everything arrives.
  void draw_from(Chance* chance) { chance_ = chance; }
  Result<Response> carry(std::size_t device, const Request& request);
  // Requests that were on their way when their devices gave up.
  void deliver_late(std::size_t count);
  void forget() { late_.clear(), seen_.clear(); }

 private:
  struct Passed {
    std::size_t device;
    Request request;
  };

  bool draws(Fault fault);
  std::optional<Response> ask_centre(const Request& request);
  Status broken(std::string_view what);
  void before_delivery(std::size_t device, const Request& request);
  Result<Response> hand_over(std::size_t device, const Request& request, Response answer);
  void damage(Bytes& bytes);
  void keep(std::size_t device, const Request& request);

  CentreNode& centre_;
  Times& times_;
  const FaultRates& rates_;
  FaultCounts& counts_;
  const Listener listener_;
  Chance* chance_ = nullptr;
  std::deque<Passed> seen_;
  std::deque<Passed> late_;
  std::map<std::size_t, Response> last_answer_;
};

// One device's end of it.
class Line final : public Transport {
 public:
  Line(Network& network, std::size_t device) : network_(network), device_(device) {}
  Result<Response> send(const Request& request) override {
    return network_.carry(device_, request);
  }
  void cancel() override {}

 private:
  Network& network_;
  const std::size_t device_;
};

}  // namespace nhip::sim
