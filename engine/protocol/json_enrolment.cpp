// Greeting, enrolment and refusals in JSON. Grammar: schema/protocol/v1.md, "Enrolment" and
// "Errors".
#include "core/limits.h"
#include "crypto/keys.h"
#include "protocol/json_encoding.h"
#include "protocol/json_reader.h"

namespace nhip::protocol {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::uint64_t kVersionMax = 1'000'000;

Json certificate_json(const Certificate& certificate) {
  return {{"device_id", certificate.device_id},
          {"unit_id", certificate.unit_id},
          {"role", certificate.role},
          {"label", certificate.label},
          {"enrolled_at", certificate.enrolled_at},
          {"replica", certificate.replica.text()},
          {"public_key", crypto::base64(certificate.public_key)},
          {"signature", crypto::base64(certificate.signature)}};
}

void read_certificate(const Json& json, Fault& fault, Certificate& certificate) {
  ObjectReader in(json, fault);
  certificate.device_id = in.string("device_id");
  certificate.unit_id = in.string("unit_id");
  certificate.role = in.string("role");
  certificate.label = in.string("label");
  certificate.enrolled_at = in.integer("enrolled_at");
  certificate.replica = in.author("replica");
  certificate.public_key = in.base64("public_key", kKeyBytes);
  certificate.signature = in.base64("signature", kSignatureBytes);
}

void read_certificate_at(ObjectReader& in, Need need, Fault& fault, Certificate& certificate) {
  const Json* json = in.find("certificate", need);
  if (json == nullptr) return;
  read_certificate(*json, fault, certificate);
  if (!fault.ok()) fault.under("certificate");
}

}  // namespace

Bytes encode_json(const Certificate& certificate) {
  return dump_message(certificate_json(certificate));
}

Result<Certificate> decode_certificate(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  Certificate certificate;
  read_certificate(json, fault, certificate);
  if (!fault.ok()) return fault.status();
  return certificate;
}

Bytes encode_json(const IdentityRequest& message) {
  return dump_message({{"certificate", certificate_json(message.certificate)},
                       {"replica", message.replica.text()},
                       {"public_key", crypto::base64(message.public_key)},
                       {"proof", crypto::base64(message.proof)}});
}

Result<IdentityRequest> decode_identity_request(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  ObjectReader in(json, fault);
  IdentityRequest message;
  read_certificate_at(in, Need::kRequired, fault, message.certificate);
  message.replica = in.author("replica");
  message.public_key = in.base64("public_key", kKeyBytes);
  message.proof = in.base64("proof", kSignatureBytes);
  if (!fault.ok()) return fault.status();
  return message;
}

Bytes encode_json(const IdentityAnswer& message) {
  return dump_message({{"certificate", certificate_json(message.certificate)}});
}

Result<IdentityAnswer> decode_identity_answer(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  ObjectReader in(json, fault);
  IdentityAnswer message;
  read_certificate_at(in, Need::kRequired, fault, message.certificate);
  if (!fault.ok()) return fault.status();
  return message;
}

Bytes encode_json(const ErrorAnswer& message) {
  Json error = {{"code", message.code}, {"message", message.message}};
  if (!message.hint.empty()) error["hint"] = message.hint;
  return dump_message({{"error", std::move(error)}});
}

Result<ErrorAnswer> decode_error(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  ObjectReader outer(json, fault);
  ErrorAnswer message;
  if (const Json* error = outer.find("error", Need::kRequired)) {
    ObjectReader in(*error, fault);
    message.code = in.string("code");
    message.message = in.string("message");
    message.hint = in.string("hint", Need::kOptional);
    if (!fault.ok()) fault.under("error");
  }
  if (!fault.ok()) return fault.status();
  return message;
}

Bytes encode_json(const HelloAnswer& message) {
  return dump_message({{"centre_id", message.centre_id},
                       {"public_key", crypto::base64(message.public_key)},
                       {"proof", crypto::base64(message.proof)},
                       {"protocol", message.protocol},
                       {"protocol_min", message.protocol_min}});
}

// A centre of another version can still be greeted: whether it fits is for the caller to say.
Result<HelloAnswer> decode_hello(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  ObjectReader in(json, fault);
  HelloAnswer message;
  message.centre_id = in.id("centre_id").text();
  message.public_key = in.base64("public_key", kKeyBytes);
  message.proof = in.base64("proof", kSignatureBytes);
  message.protocol = static_cast<int>(in.unsigned_number("protocol", Need::kRequired, kVersionMax));
  message.protocol_min =
      static_cast<int>(in.unsigned_number("protocol_min", Need::kRequired, kVersionMax));
  if (!fault.ok()) return fault.status();
  return message;
}

Bytes encode_json(const EnrolRequest& message) {
  return dump_message({{"code", message.code},
                       {"public_key", crypto::base64(message.public_key)},
                       {"replica", message.replica.text()},
                       {"label", message.label},
                       {"client", message.client},
                       {"proof", crypto::base64(message.proof)}});
}

Result<EnrolRequest> decode_enrol_request(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  ObjectReader in(json, fault);
  EnrolRequest message;
  message.code = in.string("code");
  message.public_key = in.base64("public_key", kKeyBytes);
  message.replica = in.author("replica");
  message.label = in.string("label", Need::kOptional);
  message.client = in.string("client", Need::kOptional);
  message.proof = in.base64("proof", kSignatureBytes);
  if (!fault.ok()) return fault.status();
  return message;
}

Bytes encode_json(const EnrolAnswer& message) {
  Json granted = Json::array();
  for (const std::string& feed : message.granted) granted.push_back(text_json(feed));
  Json out = {{"device_id", message.device_id}, {"unit_id", message.unit_id},
              {"role", message.role},           {"centre_id", message.centre_id},
              {"epoch", message.epoch},         {"schema_json", message.schema_json},
              {"granted", std::move(granted)},  {"digest_key", crypto::base64(message.digest_key)},
              {"server_ms", message.server_ms}};
  if (message.certificate != Certificate{})
    out["certificate"] = certificate_json(message.certificate);
  if (message.binary != 0) out["binary"] = message.binary;
  return dump_message(out);
}

Result<EnrolAnswer> decode_enrol_answer(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  ObjectReader in(json, fault);
  EnrolAnswer message;
  message.device_id = in.string("device_id");
  message.unit_id = in.string("unit_id");
  message.role = in.string("role");
  message.centre_id = in.id("centre_id").text();
  message.epoch = in.string("epoch");
  message.schema_json = in.text("schema_json", core::kMessageBytesMax);
  in.list("granted", core::kFeedsMax, message.granted,
          [](const Json& item, Fault& at, std::string& feed) {
            feed = read_text(item, core::kScopeBytesMax, at);
          });
  message.digest_key = in.base64("digest_key", kKeyBytes);
  message.server_ms = in.integer("server_ms");
  read_certificate_at(in, Need::kOptional, fault, message.certificate);
  message.binary =
      static_cast<std::uint32_t>(in.unsigned_number("binary", Need::kOptional, kVersionMax));
  if (!fault.ok()) return fault.status();
  return message;
}

}  // namespace nhip::protocol
