#include "sim/network.h"

#include <algorithm>
#include <string>

namespace nhip::sim {

namespace {

constexpr std::size_t kKept = 48;

server::HttpRequest to_http(const Request& request) {
  server::HttpRequest in;
  in.method = request.post ? "POST" : "GET";
  const std::string rest = request.url.substr(request.url.find('/', request.url.find("://") + 3));
  const std::size_t mark = rest.find('?');
  in.path = rest.substr(0, mark);
  if (mark != std::string::npos) {
    const std::string pair = rest.substr(mark + 1);
    in.query.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
  }
  in.authorization = request.authorization;
  in.accept = request.accept;
  in.body = request.body;
  return in;
}

Response page_of_somebody_else(int status, std::string_view text) {
  Response page;
  page.status = status;
  page.body.assign(text.begin(), text.end());
  return page;
}

}  // namespace

Network::Network(CentreNode& centre, Times& times, const FaultRates& rates, FaultCounts& counts,
                 Listener listener)
    : centre_(centre),
      times_(times),
      rates_(rates),
      counts_(counts),
      listener_(std::move(listener)) {}

bool Network::draws(Fault fault) {
  if (chance_ == nullptr) return false;
  if (!chance_->permille(rates_[static_cast<std::size_t>(fault)])) return false;
  counts_.note(fault);
  listener_.log(name_of(fault));
  return true;
}

Status Network::broken(std::string_view what) {
  times_.steady_ms += 3'000;
  times_.true_ms += 3'000;
  return {Code::kUnavailable, "connection_lost", std::string(what)};
}

// Nothing when the centre died over it.
std::optional<Response> Network::ask_centre(const Request& request) {
  const bool kill = chance_ != nullptr &&
                    chance_->permille(rates_[static_cast<std::size_t>(Fault::kCentreKilled)]);
  // A store in memory dies before or after its commit; one in SQLite between any two writes.
  if (kill && !centre_.on_sqlite() && chance_->permille(500)) {
    counts_.note(Fault::kCentreKilled);
    centre_.restart();
    return std::nullopt;
  }
  if (kill && centre_.on_sqlite()) centre_.arm_kill(chance_->between(0, 30));
  const server::HttpReply reply = centre_.handle(to_http(request));
  if (kill && (!centre_.on_sqlite() || centre_.take_kill())) {
    if (!centre_.on_sqlite()) centre_.restart();
    counts_.note(Fault::kCentreKilled);
    listener_.log(name_of(Fault::kCentreKilled));
    return std::nullopt;
  }
  return Response{reply.status, reply.signature, reply.body, request.body.size(),
                  reply.body.size()};
}

void Network::damage(Bytes& bytes) {
  if (bytes.empty()) return;
  const std::size_t at = chance_->below(bytes.size());
  if (chance_->permille(500)) {
    bytes.resize(at);
  } else {
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1 + chance_->below(255)));
  }
}

void Network::keep(std::size_t device, const Request& request) {
  seen_.push_back({device, request});
  if (seen_.size() > kKept) seen_.pop_front();
}

void Network::deliver_late(std::size_t count) {
  for (; count > 0 && !late_.empty(); --count) {
    const Passed passed = std::move(late_.front());
    late_.pop_front();
    listener_.log("a late request arrives");
    (void)ask_centre(passed.request);
  }
}

// What reaches the centre, or happens elsewhere, before this request does.
void Network::before_delivery(std::size_t device, const Request& request) {
  if (draws(Fault::kMeanwhile)) listener_.meanwhile();
  if (!late_.empty() && chance_ != nullptr && chance_->permille(300)) deliver_late(1);
  if (!seen_.empty() && draws(Fault::kReplayedRequest)) {
    const Request old = seen_[chance_->below(seen_.size())].request;
    (void)ask_centre(old);
  }
  if (draws(Fault::kRepeatedRequest)) (void)ask_centre(request);
  (void)device;
}

Result<Response> Network::hand_over(std::size_t device, const Request& request, Response answer) {
  if (draws(Fault::kLostAnswer)) return broken("the answer was lost");
  if (draws(Fault::kOldAnswer) && last_answer_.count(device) > 0) return last_answer_[device];
  if (draws(Fault::kCutAnswer)) {
    damage(answer.body);
    return answer;
  }
  last_answer_[device] = answer;
  if (listener_.answered) listener_.answered(device, request.body, answer);
  return answer;
}

Result<Response> Network::carry(std::size_t device, const Request& request) {
  times_.steady_ms += 40;
  times_.true_ms += 40;
  if (listener_.asked) listener_.asked(device, request.body);
  if (draws(Fault::kPortal)) return page_of_somebody_else(200, "<html>Please log in</html>");
  if (draws(Fault::kBusyServer)) return page_of_somebody_else(503, "busy");
  if (draws(Fault::kLostRequest)) return broken("the request was lost");
  if (draws(Fault::kDelayedRequest)) {
    late_.push_back({device, request});
    return broken("no answer in time");
  }
  Request sent = request;
  if (draws(Fault::kCutRequest)) damage(sent.body);
  before_delivery(device, sent);
  keep(device, sent);
  std::optional<Response> answer = ask_centre(sent);
  if (!answer) return broken("the centre went away");
  return hand_over(device, request, std::move(*answer));
}

}  // namespace nhip::sim
