#include "sync/exchange.h"

#include "protocol/envelope.h"
#include "protocol/json_encoding.h"
#include "protocol/signing.h"
#include "replica/apply.h"

namespace nhip::sync_driver {

Status not_the_centre() {
  return {Code::kUnavailable, "not_the_centre", "What answered is not the centre.",
          "Check the connection: a hotel or hospital network may want a log-in page first. Nothing "
          "is lost."};
}

Status status_of(int http_status, const protocol::ErrorAnswer& error) {
  const auto with = [&](Code code) { return Status(code, error.code, error.message, error.hint); };
  switch (http_status) {
    case 401: return with(Code::kUnauthenticated);
    case 403: return with(Code::kForbidden);
    case 404: return with(Code::kUnavailable);
    case 409: return with(Code::kConflict);
    case 413: return with(Code::kLimit);
    case 426: return with(Code::kVersion);
    case 400:
    case 411:
    case 415:
    case 422: return with(Code::kMalformed);
    default: return with(Code::kUnavailable);
  }
}

namespace {

constexpr const char* kBinarySetting = "binary";
constexpr const char* kPath = "/v1/sync";

// The answer's message after its signature was found to be the centre's.
struct Proven {
  int status = 0;
  Bytes message;
  std::uint64_t bytes_up = 0, bytes_down = 0;
};

Request sealed(const replica::Store& store, const crypto::KeyPair& key, std::uint64_t counter,
               const protocol::Speech& speech, bool fixed, Bytes message) {
  const Bytes text = protocol::request_text("POST", kPath, store.enrolment()->centre_id,
                                            store.author(), counter, message);
  const crypto::Signature signature = key.sign(text);
  const protocol::RequestProof proof{store.author(), counter,
                                     Bytes(signature.begin(), signature.end())};
  Request out;
  if (speech.encoding == protocol::Encoding::kBinary) {
    out.content_type = protocol::kBinaryType;
    out.body = protocol::put_in_envelope(proof, message);
    return out;
  }
  if (!fixed) out.accept = protocol::kBinaryType;
  out.authorization = protocol::authorization_header(proof);
  out.body = std::move(message);
  return out;
}

Result<Proven> proven(const replica::Store& store, std::uint64_t counter, Response in) {
  std::optional<Bytes> signature;
  if (const auto opened = protocol::open_answer(in.body)) {
    signature = opened->signature;
    in.body = Bytes(opened->message.begin(), opened->message.end());
  } else {
    signature = crypto::from_base64(in.signature);
  }
  const Bytes expected = protocol::answer_text(in.status, store.author(), counter, in.body);
  if (!signature || !crypto::verify(store.enrolment()->server_key, expected, *signature))
    return not_the_centre();
  return Proven{in.status, std::move(in.body), in.bytes_up, in.bytes_down};
}

Result<Reply> ask(replica::Store& store, Transport& transport, const crypto::KeyPair& key,
                  const std::string& server, const protocol::SyncRequest& request, Manner& manner) {
  NHIP_TRY_ASSIGN(const std::uint64_t counter, replica::next_counter(store));
  Request out = sealed(store, key, counter, manner.speech(), manner.fixed(),
                       protocol::encode(request, manner.speech()));
  out.url = server + kPath;
  NHIP_TRY_ASSIGN(Response in, transport.send(out));
  // A centre of an earlier version refuses what it cannot read, unsigned. A stranger who says so
  // only makes us speak JSON, and JSON is signed, too.
  if (in.status == 415 && manner.speech().encoding == protocol::Encoding::kBinary)
    return Status(Code::kVersion, "unsupported_type", "the centre reads another encoding");
  NHIP_TRY_ASSIGN(const Proven answer, proven(store, counter, std::move(in)));
  if (answer.status != 200) {
    NHIP_TRY_ASSIGN(const protocol::ErrorAnswer error, protocol::decode_error(answer.message));
    return status_of(answer.status, error);
  }
  NHIP_TRY(manner.heard(store, protocol::encoding_of(answer.message)));
  Reply reply;
  reply.bytes_up = answer.bytes_up;
  reply.bytes_down = answer.bytes_down;
  NHIP_TRY_ASSIGN(reply.message, protocol::decode_response(answer.message));
  return reply;
}

}  // namespace

Result<Manner> Manner::of(replica::Store& store, bool json) {
  Manner manner;
  NHIP_TRY_ASSIGN(const Value binary, store.setting(kBinarySetting));
  manner.known_ = binary.integer() != nullptr && *binary.integer() != 0;
  manner.fixed_ = json;
  if (manner.known_ && !json) manner.speech_ = protocol::best_speech();
  return manner;
}

bool Manner::step_down(const Status& refusal) {
  if (speech_.encoding == protocol::Encoding::kJson) return false;
  if (refusal.name() == "unknown_dictionary" && speech_.dictionary != 0) {
    speech_.dictionary = 0;
    return true;
  }
  if (refusal.name() != "unsupported_type") return false;
  speech_ = {};
  return true;
}

Status Manner::heard(replica::Store& store, protocol::Encoding encoding) {
  const bool binary = encoding == protocol::Encoding::kBinary;
  if (fixed_) return {};
  if (binary && speech_.encoding == protocol::Encoding::kJson) speech_ = protocol::best_speech();
  if (!binary) speech_ = {};
  if (binary == known_) return {};
  known_ = binary;
  return store.transact([&] { return note_binary(store, binary); });
}

Status note_binary(replica::Store& store, bool speaks) {
  return store.set_setting(kBinarySetting, Value(std::int64_t{speaks}));
}

Result<Reply> exchange(replica::Store& store, Transport& transport, const crypto::KeyPair& key,
                       const std::string& server, const protocol::SyncRequest& request,
                       Manner& manner) {
  for (;;) {
    auto reply = ask(store, transport, key, server, request, manner);
    if (reply.ok() || !manner.step_down(reply.status())) return reply;
  }
}

}  // namespace nhip::sync_driver
