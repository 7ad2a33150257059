// Enrolment from the device's side. Nothing secret leaves before the server has proved the key that
// the code names: first a signed nonce, then a box that only that key can open.

#include "crypto/enrolment_code.h"
#include "nhip/version.h"
#include "protocol/binary_encoding.h"
#include "protocol/json_encoding.h"
#include "protocol/signing.h"
#include "replica/feed_position.h"
#include "sync/driver.h"
#include "sync/exchange.h"

namespace nhip::sync_driver {

namespace {

constexpr std::size_t kNonceBytes = 24;

Status wrong_server() {
  return {Code::kForbidden, "wrong_server",
          "The server at this address is not the one the code was made for.",
          "Check the address; if it is right, tell the office. Nothing was sent."};
}

Result<protocol::HelloAnswer> meet(replica::Store& store, Transport& transport,
                                   const std::string& server, const std::string& code) {
  Bytes nonce(kNonceBytes);
  store.random(nonce.data(), nonce.size());
  Request request;
  request.url = server + "/v1/hello?nonce=" + crypto::hex(nonce);
  request.post = false;
  NHIP_TRY_ASSIGN(const Response response, transport.send(request));
  auto hello = protocol::decode_hello(response.body);
  if (response.status != 200 || !hello.ok()) {
    return Status(Code::kUnavailable, "not_the_centre",
                  "What answered at this address is not a centre.",
                  "Check the address and the connection.");
  }
  crypto::PublicKey key{};
  if (hello->public_key.size() != key.size()) return wrong_server();
  std::copy(hello->public_key.begin(), hello->public_key.end(), key.begin());
  Bytes text(crypto::as_bytes("nhip hello v1").begin(), crypto::as_bytes("nhip hello v1").end());
  text.insert(text.end(), nonce.begin(), nonce.end());
  if (!crypto::code_names_server(code, key) || !crypto::verify(key, text, hello->proof))
    return wrong_server();
  if (hello->protocol_min > kProtocolVersion) {
    return Status(Code::kVersion, "client_too_old",
                  "The centre no longer speaks this program's version.", "Update the program.");
  }
  return hello;
}

Result<protocol::EnrolAnswer> present(replica::Store& store, Transport& transport,
                                      const EnrolOptions& options, const std::string& code,
                                      const crypto::PublicKey& server_key) {
  NHIP_TRY_ASSIGN(const crypto::KeyPair key, store.signing_key());
  protocol::EnrolRequest message;
  message.code = code;
  message.public_key.assign(key.public_key().begin(), key.public_key().end());
  message.replica = store.author();
  message.label = options.label;
  message.client = std::string("nhip ") + NHIP_VERSION;
  const crypto::Signature proof = key.sign(crypto::as_bytes("nhip enrol v1" + code));
  message.proof.assign(proof.begin(), proof.end());
  Request request;
  request.url = options.server + "/v1/enrol";
  request.content_type = "application/octet-stream";
  request.body = crypto::seal_to(server_key, protocol::encode_json(message));
  NHIP_TRY_ASSIGN(const Response response, transport.send(request));
  const auto signature = crypto::from_base64(response.signature);
  const Bytes expected = protocol::answer_text(response.status, store.author(), 0, response.body);
  if (!signature || !crypto::verify(server_key, expected, *signature)) {
    return Status(Code::kUnavailable, "not_the_centre", "The answer was not the centre's.",
                  "Try again; the same code still works.");
  }
  if (response.status != 200) {
    NHIP_TRY_ASSIGN(const protocol::ErrorAnswer error, protocol::decode_error(response.body));
    return status_of(response.status, error);
  }
  return protocol::decode_enrol_answer(response.body);
}

Status adopt(replica::Store& store, const protocol::EnrolAnswer& answer, const std::string& server,
             const crypto::PublicKey& server_key) {
  replica::Enrolment enrolment;
  enrolment.device_id = answer.device_id;
  enrolment.unit_id = answer.unit_id;
  enrolment.role = answer.role;
  enrolment.server = server;
  enrolment.centre_id = answer.centre_id;
  enrolment.server_key = server_key;
  if (answer.digest_key.size() != enrolment.digest_key.size()) {
    return {Code::kMalformed, "bad_message", "The centre's answer lacks a key."};
  }
  std::copy(answer.digest_key.begin(), answer.digest_key.end(), enrolment.digest_key.begin());
  NHIP_TRY(store.check_schema(answer.schema_json));
  return store.transact([&]() -> Status {
    NHIP_TRY(store.save_enrolment(enrolment));
    if (answer.certificate != protocol::Certificate{})
      NHIP_TRY(store.save_certificate(answer.certificate));
    NHIP_TRY(store.set_setting("epoch", Value(answer.epoch)));
    NHIP_TRY(note_binary(store, answer.binary >= protocol::kWireVersion));
    NHIP_TRY(store.set_setting("clock_offset_ms", Value(answer.server_ms - store.now())));
    return replica::follow(store, answer.granted).status();
  });
}

}  // namespace

Status enrol(replica::Store& store, Transport& transport, const EnrolOptions& options) {
  if (store.enrolment()) {
    return {Code::kConflict, "already_enrolled", "This replica belongs to a centre already.",
            "Use another --replica for another centre or unit."};
  }
  const auto code = crypto::normalise_enrolment_code(options.code);
  if (!code) {
    return {Code::kUsage, "bad_code", "An enrolment code has 25 letters and digits in five groups.",
            "Type it as it stands on the sheet."};
  }
  EnrolOptions clean = options;
  while (!clean.server.empty() && clean.server.back() == '/') clean.server.pop_back();
  NHIP_TRY_ASSIGN(const protocol::HelloAnswer hello, meet(store, transport, clean.server, *code));
  crypto::PublicKey server_key{};
  std::copy(hello.public_key.begin(), hello.public_key.end(), server_key.begin());
  auto answer = present(store, transport, clean, *code, server_key);
  if (answer.status().name() == "replica_taken") {
    // An earlier enrolment reached the centre and its answer never reached us: begin as another.
    NHIP_TRY(store.transact([&] { return store.take_name(store.draw_author()); }));
    answer = present(store, transport, clean, *code, server_key);
  }
  if (!answer.ok()) return answer.status();
  return adopt(store, *answer, clean.server, server_key);
}

}  // namespace nhip::sync_driver
