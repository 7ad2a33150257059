// The centre's endpoints: bytes in, bytes out. One lock around the centre, taken by turns;
// signatures on the answers.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <vector>

#include "centre/centre.h"
#include "http/message.h"
#include "http/turns.h"
#include "protocol/envelope.h"

namespace nhip::server {

// Shared: handlers lock `mutex`, which everything else that uses the centre locks too.
class CentreApi {
 public:
  using Clock = std::function<std::int64_t()>;

  // All outlive the api and its routes.
  CentreApi(Centre& centre, std::mutex& mutex, Clock clock);

  // GET /healthz, GET /v1/hello, POST /v1/enrol, POST /v1/sync.
  std::vector<Route> routes();

 private:
  HttpReply healthz();
  HttpReply hello(const HttpRequest& request);
  HttpReply enrol(const HttpRequest& request);
  HttpReply refused_enrolment(const HttpRequest& request, const Status& status);
  HttpReply identity(const HttpRequest& request);
  HttpReply sync(const HttpRequest& request);
  // The answer, not yet signed.
  HttpReply judge_sync(const protocol::OpenedRequest& request, std::string_view accept);
  Result<Answered> take_turn(const protocol::OpenedRequest& request);
  Turns::Size size_of(const protocol::OpenedRequest& request);
  void note_behind(const Author& replica, const protocol::SyncResponse& answer);
  HttpReply signed_reply(HttpReply reply, const Author& replica, std::uint64_t counter);

  Centre& centre_;
  std::mutex& mutex_;
  Clock clock_;
  Turns turns_;
  // Replicas whose last answer was not all there was: their next one will be large, too.
  std::mutex behind_mutex_;
  std::set<Author> behind_;
};

// The answer to a request that failed. Faults of ours are not described to strangers.
HttpReply error_reply(const Status& status);

}  // namespace nhip::server
