#include "sync/exchange.h"

#include "core/limits.h"
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

Result<Reply> exchange(replica::Store& store, Transport& transport, const crypto::KeyPair& key,
                       const std::string& server, const protocol::SyncRequest& request) {
  const replica::Enrolment& enrolment = *store.enrolment();
  NHIP_TRY_ASSIGN(const std::uint64_t counter, replica::next_counter(store));
  Request out;
  out.url = server + "/v1/sync";
  out.body = protocol::encode_json(request);
  const Bytes text = protocol::request_text("POST", "/v1/sync", enrolment.centre_id, store.author(),
                                            counter, out.body);
  const crypto::Signature signature = key.sign(text);
  out.authorization = protocol::authorization_header(
      {store.author(), counter, Bytes(signature.begin(), signature.end())});
  NHIP_TRY_ASSIGN(const Response in, transport.send(out));
  const auto proof = crypto::from_base64(in.signature);
  const Bytes expected = protocol::answer_text(in.status, store.author(), counter, in.body);
  if (!proof || !crypto::verify(enrolment.server_key, expected, *proof)) return not_the_centre();
  if (in.status != 200) {
    NHIP_TRY_ASSIGN(const protocol::ErrorAnswer error, protocol::decode_error(in.body));
    return status_of(in.status, error);
  }
  Reply reply;
  reply.bytes_up = in.bytes_up;
  reply.bytes_down = in.bytes_down;
  NHIP_TRY_ASSIGN(reply.message, protocol::decode_sync_response(in.body));
  return reply;
}

}  // namespace nhip::sync_driver
