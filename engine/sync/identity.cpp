#include "sync/identity.h"

#include "protocol/json_encoding.h"
#include "protocol/signing.h"
#include "replica/apply.h"
#include "sync/exchange.h"

namespace nhip::sync_driver {

namespace {

Result<protocol::Certificate> ask(replica::Store& store, Transport& transport,
                                  const std::string& server,
                                  const protocol::IdentityRequest& message) {
  NHIP_TRY_ASSIGN(const crypto::KeyPair key, store.signing_key());
  const replica::Enrolment& enrolment = *store.enrolment();
  NHIP_TRY_ASSIGN(const std::uint64_t counter, replica::next_counter(store));
  Request out;
  out.url = server + "/v1/identity";
  out.body = protocol::encode_json(message);
  const Bytes text = protocol::request_text("POST", "/v1/identity", enrolment.centre_id,
                                            store.author(), counter, out.body);
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
  NHIP_TRY_ASSIGN(protocol::IdentityAnswer answer, protocol::decode_identity_answer(in.body));
  return std::move(answer.certificate);
}

}  // namespace

Status ask_identity(replica::Store& store, Transport& transport, const std::string& server,
                    Identity which) {
  protocol::IdentityRequest message;
  NHIP_TRY_ASSIGN(message.certificate, store.certificate());
  message.replica = which == Identity::kNew ? store.draw_author() : store.author();
  NHIP_TRY_ASSIGN(const crypto::KeyPair key, store.signing_key_of(message.replica));
  message.public_key.assign(key.public_key().begin(), key.public_key().end());
  const crypto::Signature proof =
      key.sign(crypto::as_bytes("nhip identity v1" + message.replica.text()));
  message.proof.assign(proof.begin(), proof.end());
  NHIP_TRY_ASSIGN(const protocol::Certificate certificate, ask(store, transport, server, message));
  if (certificate.replica != message.replica) {
    return {Code::kMalformed, "bad_message", "The centre's answer names another replica."};
  }
  if (which == Identity::kSame) return {};
  return store.transact([&] { return store.take_identity(certificate); });
}

}  // namespace nhip::sync_driver
