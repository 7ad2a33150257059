#include "bench/crowd/device.h"

#include <algorithm>
#include <thread>

#include "bench/measure.h"
#include "crypto/enrolment_code.h"
#include "nhip/sync.h"
#include "nhip/version.h"
#include "protocol/encoding.h"
#include "protocol/envelope.h"
#include "protocol/json_encoding.h"
#include "protocol/packed_json.h"
#include "protocol/signing.h"
#include "protocol/token.h"

namespace nhip::bench {
namespace {

constexpr int kTries = 20;
constexpr std::uint64_t kAnswerBytes = 512u << 10;
constexpr char kUnitPlaceholder[] = "U-01";

template <typename T>
T unwrap(Result<T> result) {
  require(result.ok(), result.status().name() + ": " + result.status().message());
  return std::move(result).value();
}

std::int64_t now_ms() { return system_environment().unix_ms(); }

Bytes bytes_of(std::span<const std::uint8_t> span) { return {span.begin(), span.end()}; }

}  // namespace

CrowdDevice::CrowdDevice(std::string url, std::string unit, std::uint64_t number)
    : url_(std::move(url)), unit_(std::move(unit)), transport_(make_http_transport()) {
  crypto::random_bytes(reinterpret_cast<std::uint8_t*>(&author_.replica), sizeof author_.replica);
  author_.incarnation = 1;
  ids_ = number << 32;
}

void CrowdDevice::enrol(const std::string& code) {
  const std::string plain = crypto::normalise_enrolment_code(code).value_or("");
  Request hello_request;
  hello_request.url = url_ + "/v1/hello?nonce=" + std::string(48, 'a');
  hello_request.post = false;
  const auto hello = unwrap(protocol::decode_hello(unwrap(transport_->send(hello_request)).body));
  std::copy(hello.public_key.begin(), hello.public_key.end(), server_key_.begin());
  protocol::EnrolRequest message;
  message.code = plain;
  message.public_key = bytes_of(key_.public_key());
  message.replica = author_;
  message.proof = bytes_of(key_.sign(crypto::as_bytes("nhip enrol v1" + plain)));
  Request request;
  request.url = url_ + "/v1/enrol";
  request.content_type = "application/octet-stream";
  request.accept = protocol::kBinaryType;
  request.body = crypto::seal_to(server_key_, protocol::encode_json(message));
  const Response response = unwrap(transport_->send(request));
  require(response.status == 200, "an enrolment was refused");
  const auto answer =
      unwrap(protocol::decode_enrol_answer(unwrap(protocol::unpack_json(response.body))));
  centre_id_ = answer.centre_id;
  asks_.schema_version = 1;
  asks_.client = std::string("nhip ") + NHIP_VERSION;
  asks_.answer_bytes_max = kAnswerBytes;
  asks_.epoch = answer.epoch;
  for (const std::string& feed : answer.granted) asks_.feeds.push_back({feed, {}, {}});
}

std::vector<core::Group> CrowdDevice::work(const std::vector<core::Operation>& templates,
                                           std::size_t from, std::size_t count, std::size_t group) {
  std::vector<core::Group> groups;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % group == 0) groups.emplace_back();
    core::Operation op = templates[(from + i) % templates.size()];
    std::array<std::uint8_t, 10> random{};
    crypto::random_bytes(random.data(), random.size());
    op.seq = next_seq_++;
    op.id =
        make_uuid_v7(static_cast<std::int64_t>(1'790'000'000'000u + (from + i) * 60'000u), random);
    op.scope = "unit/" + unit_;
    for (core::Change& change : op.changes) {
      const std::string* text = change.value.text();
      if (text != nullptr && *text == kUnitPlaceholder) change.value = unit_;
    }
    groups.back().operations.push_back(std::move(op));
  }
  return groups;
}

Bytes CrowdDevice::body_of(protocol::SyncRequest request) {
  request.clock_ms = now_ms();
  request.token_next = request.token;
  for (const core::Group& group : request.push)
    request.token_next = protocol::next_token(request.token_next, group);
  if (!request.push.empty()) asks_.token_next = request.token_next;
  const Bytes message = protocol::encode(request, protocol::best_speech());
  const std::uint64_t counter = ++counter_;
  const auto signature =
      key_.sign(protocol::request_text("POST", "/v1/sync", centre_id_, author_, counter, message));
  return protocol::put_in_envelope({author_, counter, bytes_of(signature)}, message);
}

Bytes CrowdDevice::idle_body() { return body_of(asks_); }

DeviceReply CrowdDevice::sync(std::vector<core::Group> groups, bool check_answer) {
  protocol::SyncRequest message = asks_;
  message.push = std::move(groups);
  Request request;
  request.url = url_ + "/v1/sync";
  request.content_type = protocol::kBinaryType;
  request.body = body_of(std::move(message));
  message = {};
  DeviceReply reply;
  std::optional<Response> response;
  for (int tries = 0; !response; ++tries) {
    const Stopwatch watch;
    auto sent = transport_->send(request);
    reply.seconds = watch.seconds();
    if (sent.ok()) {
      response = std::move(sent).value();
      break;
    }
    require(tries < kTries, "no answer: " + sent.status().name());
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  reply.bytes_up = response->bytes_up;
  reply.bytes_down = response->bytes_down;
  require(response->status == 200, "a sync was refused: HTTP " + std::to_string(response->status));
  if (!check_answer) return reply;
  const auto opened = protocol::open_answer(response->body);
  require(opened.has_value(), "an answer without a signature");
  const Bytes text =
      protocol::answer_text(response->status, author_, counter_, bytes_of(opened->message));
  require(crypto::verify(server_key_, text, opened->signature), "an answer of nobody");
  const auto answer = unwrap(protocol::decode_response(opened->message));
  for (const protocol::GroupVerdict& verdict : answer.verdicts) {
    require(verdict.verdict == protocol::Verdict::kAccepted ||
                verdict.verdict == protocol::Verdict::kDuplicate,
            "a group was not taken: " + verdict.code + " " + verdict.field + " " + verdict.text);
    reply.accepted += verdict.last - verdict.first + 1;
    asks_.received = verdict.last;
  }
  if (!answer.verdicts.empty()) asks_.token = asks_.token_next;
  asks_.token_next.clear();
  for (const protocol::FeedAnswer& feed : answer.feeds) {
    for (protocol::FeedRequest& mine : asks_.feeds) {
      if (mine.feed == feed.feed) mine.cursor = feed.cursor;
    }
  }
  return reply;
}

}  // namespace nhip::bench
