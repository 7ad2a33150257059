#include "sync/identity.h"

#include "protocol/json_encoding.h"
#include "protocol/signing.h"
#include "replica/apply.h"
#include "sync/exchange.h"

namespace nhip::sync_driver {

namespace {

Result<protocol::Certificate> send(replica::Store& store, Transport& transport,
                                   const std::string& server, const SignedIdentity& identity) {
  Request out;
  out.url = server + "/v1/identity";
  out.body = identity.body;
  out.authorization = identity.authorization;
  NHIP_TRY_ASSIGN(const Response in, transport.send(out));
  const auto proof = crypto::from_base64(in.signature);
  const Bytes expected =
      protocol::answer_text(in.status, identity.asker, identity.counter, in.body);
  if (!proof || !crypto::verify(store.enrolment()->server_key, expected, *proof))
    return not_the_centre();
  if (in.status != 200) {
    NHIP_TRY_ASSIGN(const protocol::ErrorAnswer error, protocol::decode_error(in.body));
    return status_of(in.status, error);
  }
  NHIP_TRY_ASSIGN(protocol::IdentityAnswer answer, protocol::decode_identity_answer(in.body));
  return std::move(answer.certificate);
}

}  // namespace

Result<SignedIdentity> sign_identity(replica::Store& store, const Author& name) {
  protocol::IdentityRequest message;
  NHIP_TRY_ASSIGN(message.certificate, store.certificate());
  message.replica = name;
  NHIP_TRY_ASSIGN(const crypto::KeyPair key, store.signing_key_of(name));
  message.public_key.assign(key.public_key().begin(), key.public_key().end());
  const crypto::Signature proof = key.sign(crypto::as_bytes("nhip identity v1" + name.text()));
  message.proof.assign(proof.begin(), proof.end());
  SignedIdentity identity;
  identity.asker = message.certificate.replica;
  identity.body = protocol::encode_json(message);
  NHIP_TRY_ASSIGN(identity.counter, replica::next_counter(store));
  NHIP_TRY_ASSIGN(const crypto::KeyPair old_key, store.signing_key_of(identity.asker));
  const Bytes text = protocol::request_text("POST", "/v1/identity", store.enrolment()->centre_id,
                                            identity.asker, identity.counter, identity.body);
  const crypto::Signature signature = old_key.sign(text);
  identity.authorization = protocol::authorization_header(
      {identity.asker, identity.counter, Bytes(signature.begin(), signature.end())});
  return identity;
}

Status ask_identity(replica::Store& store, Transport& transport, const std::string& server,
                    Identity which) {
  const Author name = which == Identity::kNew ? store.draw_author() : store.author();
  NHIP_TRY_ASSIGN(const SignedIdentity identity, sign_identity(store, name));
  NHIP_TRY_ASSIGN(const protocol::Certificate certificate,
                  send(store, transport, server, identity));
  if (certificate.replica != name) {
    return {Code::kMalformed, "bad_message", "The centre's answer names another replica."};
  }
  return store.transact([&] {
    return name == store.author() ? store.save_certificate(certificate)
                                  : store.take_identity(certificate);
  });
}

}  // namespace nhip::sync_driver
