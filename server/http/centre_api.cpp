#include "http/centre_api.h"

#include <algorithm>
#include <cstdio>

#include "centre/identity.h"
#include "centre/wire_status.h"
#include "protocol/encoding.h"
#include "protocol/json_encoding.h"
#include "protocol/packed_json.h"
#include "protocol/signing.h"

namespace nhip::server {
namespace {

constexpr std::size_t kNonceBytesMin = 16;
constexpr std::size_t kNonceBytesMax = 64;
constexpr int kRetrySeconds = 5;
// A request up to this size is a few records, a person at work; a day without a connection is more.
constexpr std::size_t kSmallRequestBytes = std::size_t{1} << 10;
// What a small request is answered with while others wait: some milliseconds of work.
constexpr std::uint64_t kBriefAnswerBytes = std::uint64_t{64} << 10;

HttpReply unauthenticated() {
  return error_reply(Status(Code::kUnauthenticated, "unauthenticated",
                            "the request bears no signature of a replica"));
}

bool reads_binary(std::string_view accept) {
  return accept.find(protocol::kBinaryType) != std::string_view::npos;
}

}  // namespace

HttpReply error_reply(const Status& status) {
  HttpReply reply;
  reply.status = wire_status(status.code());
  protocol::ErrorAnswer answer{status.name(), status.message(), status.hint()};
  if (reply.status >= 500) {
    // Said once, where it stops: here.
    std::fprintf(stderr, "nhipd: %s: %s\n", status.name().c_str(), status.message().c_str());
    if (reply.status == 500) answer = {"internal", "a fault of the server", "try again later"};
    reply.retry_after_seconds = kRetrySeconds;
  }
  reply.body = protocol::encode_json(answer);
  return reply;
}

CentreApi::CentreApi(Centre& centre, std::mutex& mutex, Clock clock)
    : centre_(centre), mutex_(mutex), clock_(std::move(clock)) {}

std::vector<Route> CentreApi::routes() {
  return {
      {"GET", "/healthz", [this](const HttpRequest&) { return healthz(); }},
      {"GET", "/v1/hello", [this](const HttpRequest& request) { return hello(request); }},
      {"POST", "/v1/enrol", [this](const HttpRequest& request) { return enrol(request); }},
      {"POST", "/v1/identity", [this](const HttpRequest& request) { return identity(request); }},
      {"POST", "/v1/sync", [this](const HttpRequest& request) { return sync(request); }},
  };
}

HttpReply CentreApi::healthz() {
  HttpReply reply;
  reply.content_type = "text/plain";
  reply.body = to_bytes("ok");
  return reply;
}

HttpReply CentreApi::hello(const HttpRequest& request) {
  const auto nonce = crypto::from_hex(request.parameter("nonce"));
  if (!nonce || nonce->size() < kNonceBytesMin || nonce->size() > kNonceBytesMax) {
    return error_reply(
        Status(Code::kMalformed, "bad_nonce", "nonce must be 16 to 64 bytes in hex"));
  }
  HttpReply reply;
  // Keys do not change while we serve, so this needs no lock.
  reply.body = protocol::encode_json(server::hello(centre_, *nonce));
  return reply;
}

HttpReply CentreApi::enrol(const HttpRequest& request) {
  const Turns::Turn turn(turns_, Turns::Size::kSmall);
  const std::lock_guard lock(mutex_);
  const auto done = server::enrol(centre_, request.body, clock_());
  if (!done.ok()) return refused_enrolment(request, done.status());
  HttpReply reply;
  reply.body = protocol::encode_json(done->second);
  if (reads_binary(request.accept)) {
    reply.body = protocol::pack_json(reply.body);
    reply.content_type = protocol::kBinaryType;
  }
  return signed_reply(std::move(reply), done->first.replica, 0);
}

// A refusal is signed for the replica that asked, so that "wrong code" is the centre's word and no
// portal's.
HttpReply CentreApi::refused_enrolment(const HttpRequest& request, const Status& status) {
  const auto box = centre_.keys().signing.open_sealed(request.body);
  const auto message =
      box ? protocol::decode_enrol_request(*box) : Result<protocol::EnrolRequest>(status);
  if (!message.ok()) return error_reply(status);
  return signed_reply(error_reply(status), message->replica, 0);
}

HttpReply CentreApi::identity(const HttpRequest& request) {
  const auto proof = protocol::parse_authorization(request.authorization);
  if (!proof) return unauthenticated();
  const auto answer = [&]() -> HttpReply {
    const auto message = protocol::decode_identity_request(request.body);
    if (!message.ok()) return error_reply(message.status());
    const Turns::Turn turn(turns_, Turns::Size::kSmall);
    const std::lock_guard lock(mutex_);
    const auto given = give_identity(centre_, *proof, request.body, *message, clock_());
    if (!given.ok()) return error_reply(given.status());
    HttpReply reply;
    reply.body = protocol::encode_json(*given);
    return reply;
  };
  return signed_reply(answer(), proof->replica, proof->counter);
}

HttpReply CentreApi::sync(const HttpRequest& request) {
  std::optional<protocol::OpenedRequest> opened = protocol::open_request(request.body);
  if (!opened) {
    auto proof = protocol::parse_authorization(request.authorization);
    if (!proof) return unauthenticated();
    opened = protocol::OpenedRequest{std::move(*proof), request.body};
  }
  HttpReply reply = judge_sync(*opened, request.accept);
  // Refusals are signed too, so that a device can believe "revoked" and no portal can say it.
  if (!protocol::is_envelope(request.body))
    return signed_reply(std::move(reply), opened->proof.replica, opened->proof.counter);
  const Bytes text =
      protocol::answer_text(reply.status, opened->proof.replica, opened->proof.counter, reply.body);
  reply.body = protocol::put_in_envelope(centre_.keys().signing.sign(text), reply.body);
  reply.content_type = protocol::kBinaryType;
  return reply;
}

HttpReply CentreApi::judge_sync(const protocol::OpenedRequest& request, std::string_view accept) {
  auto idle = answer_idle(centre_, request.proof, request.message, clock_());
  const auto answered = idle ? Result<Answered>(std::move(*idle)) : take_turn(request);
  if (!answered.ok()) return error_reply(answered.status());
  protocol::Speech speech = answered->spoken;
  // Who asks in JSON and reads binary learns from the answer that we speak it.
  if (reads_binary(accept)) speech.encoding = protocol::Encoding::kBinary;
  HttpReply reply;
  reply.body = protocol::encode(answered->message, speech);
  if (speech.encoding == protocol::Encoding::kBinary) reply.content_type = protocol::kBinaryType;
  return reply;
}

Result<Answered> CentreApi::take_turn(const protocol::OpenedRequest& request) {
  const Turns::Size size = size_of(request);
  const Turns::Turn turn(turns_, size);
  const bool brief = size == Turns::Size::kSmall && turns_.waiting() > 0;
  const std::lock_guard lock(mutex_);
  auto answered = answer_moving(centre_, request.proof, request.message, clock_(),
                                brief ? kBriefAnswerBytes : 0);
  if (answered.ok()) note_behind(request.proof.replica, answered->message);
  return answered;
}

Turns::Size CentreApi::size_of(const protocol::OpenedRequest& request) {
  if (request.message.size() > kSmallRequestBytes) return Turns::Size::kLarge;
  const std::lock_guard lock(behind_mutex_);
  return behind_.count(request.proof.replica) > 0 ? Turns::Size::kLarge : Turns::Size::kSmall;
}

void CentreApi::note_behind(const Author& replica, const protocol::SyncResponse& answer) {
  const bool more = std::any_of(answer.feeds.begin(), answer.feeds.end(),
                                [](const protocol::FeedAnswer& feed) { return feed.more; });
  const std::lock_guard lock(behind_mutex_);
  if (more) {
    behind_.insert(replica);
  } else {
    behind_.erase(replica);
  }
}

HttpReply CentreApi::signed_reply(HttpReply reply, const Author& replica, std::uint64_t counter) {
  const Bytes text = protocol::answer_text(reply.status, replica, counter, reply.body);
  reply.signature = crypto::base64(centre_.keys().signing.sign(text));
  return reply;
}

}  // namespace nhip::server
