#include "centre/identity.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "centre/transaction.h"
#include "protocol/signing.h"

namespace nhip::server {

namespace {

constexpr std::int64_t kNoticeAgeMs = std::int64_t{30} * 24 * 3600 * 1000;

Status refused(const char* name, const char* message, const char* hint) {
  return {Code::kUnauthenticated, name, message, hint};
}

bool is_signed(const Bytes& key_bytes, std::span<const std::uint8_t> text, const Bytes& signature) {
  crypto::PublicKey key{};
  if (key_bytes.size() != key.size()) return false;
  std::copy(key_bytes.begin(), key_bytes.end(), key.begin());
  return crypto::verify(key, text, signature);
}

Status check(Centre& centre, const protocol::RequestProof& proof,
             std::span<const std::uint8_t> body, const protocol::IdentityRequest& request) {
  const std::string centre_id = centre.keys().centre_id.text();
  const protocol::Certificate& certificate = request.certificate;
  const bool ours =
      crypto::verify(centre.keys().signing.public_key(),
                     protocol::certificate_text(centre_id, certificate), certificate.signature);
  if (!ours || proof.replica != certificate.replica) {
    return refused("bad_certificate", "This centre did not enrol the device.",
                   "Ask the office for a new code.");
  }
  const Bytes text =
      protocol::request_text("POST", "/v1/identity", centre_id, proof.replica, proof.counter, body);
  const std::string wanted = "nhip identity v1" + request.replica.text();
  if (!is_signed(certificate.public_key, text, proof.signature) ||
      !is_signed(request.public_key, crypto::as_bytes(wanted), request.proof)) {
    return refused("bad_signature", "The request's signature does not fit the device.",
                   "Try again.");
  }
  if (request.replica.replica == 0)
    return {Code::kMalformed, "bad_message", "No replica is named."};
  return {};
}

// The device as this centre knows it, or as its certificate says when the backup is older than it.
Result<Device> device_for(Centre& centre, const protocol::Certificate& certificate) {
  NHIP_TRY_ASSIGN(const auto known, centre.store().device(certificate.device_id));
  if (known) return *known;
  Device device{certificate.device_id, certificate.unit_id,     certificate.role,
                certificate.label,     certificate.enrolled_at, std::nullopt};
  NHIP_TRY(centre.store().put_device(device));
  return device;
}

// Stores the replica unless it is known with the same key.
Result<ReplicaRecord> admit(Centre& centre, const Device& device, const Author& replica,
                            const Bytes& public_key, const Author& parent, std::int64_t now) {
  NHIP_TRY_ASSIGN(const auto known, centre.store().replica(replica));
  if (known && known->public_key == public_key && known->device_id == device.device_id)
    return *known;
  if (known) {
    return Status(Code::kConflict, "replica_taken", "Another replica has this name.",
                  "Sync again; another one is drawn.");
  }
  ReplicaRecord record;
  record.replica = replica;
  record.device_id = device.device_id;
  record.public_key = public_key;
  record.parent = parent;
  record.last_contact = now;
  NHIP_TRY(centre.store().put_replica(record));
  return record;
}

std::string notices_of(const std::string& unit_id) { return "notices " + unit_id; }

Result<nlohmann::json> read_notices(Centre& centre, const std::string& unit_id, std::int64_t now) {
  NHIP_TRY_ASSIGN(const auto text, centre.store().setting(notices_of(unit_id)));
  nlohmann::json young = nlohmann::json::array();
  const nlohmann::json list = text ? nlohmann::json::parse(*text, nullptr, false) : young;
  if (!list.is_array()) return young;
  for (const nlohmann::json& each : list) {
    if (each.is_object() && now - each.value("at", std::int64_t{0}) < kNoticeAgeMs)
      young.push_back(each);
  }
  return young;
}

Status add_notice(Centre& centre, const Device& device, std::int64_t now) {
  NHIP_TRY_ASSIGN(nlohmann::json list, read_notices(centre, device.unit_id, now));
  list.push_back({{"at", now}, {"code", "replica_copied"}, {"what", device.device_id}});
  return centre.store().put_setting(notices_of(device.unit_id), list.dump());
}

}  // namespace

Result<std::vector<protocol::Notice>> notices_for(Centre& centre, const std::string& unit_id,
                                                  std::int64_t now) {
  NHIP_TRY_ASSIGN(const nlohmann::json list, read_notices(centre, unit_id, now));
  std::vector<protocol::Notice> notices;
  for (const nlohmann::json& each : list) {
    notices.push_back(
        {each.value("at", std::int64_t{0}), each.value("code", ""), each.value("what", "")});
  }
  return notices;
}

protocol::Certificate certify(Centre& centre, const Device& device, const ReplicaRecord& replica) {
  protocol::Certificate certificate;
  certificate.device_id = device.device_id;
  certificate.unit_id = device.unit_id;
  certificate.role = device.role;
  certificate.label = device.label;
  certificate.enrolled_at = device.enrolled_at;
  certificate.replica = replica.replica;
  certificate.public_key = replica.public_key;
  const crypto::Signature signature = centre.keys().signing.sign(
      protocol::certificate_text(centre.keys().centre_id.text(), certificate));
  certificate.signature.assign(signature.begin(), signature.end());
  return certificate;
}

Result<protocol::IdentityAnswer> give_identity(Centre& centre, const protocol::RequestProof& proof,
                                               std::span<const std::uint8_t> body,
                                               const protocol::IdentityRequest& request,
                                               std::int64_t now) {
  NHIP_TRY(check(centre, proof, body, request));
  Transaction transaction(centre.store());
  NHIP_TRY(transaction.begin());
  NHIP_TRY_ASSIGN(const Device device, device_for(centre, request.certificate));
  if (device.revoked_at) {
    return refused("device_revoked", "The office has revoked this device.",
                   "Its records stay readable; ask the office for a new code.");
  }
  // The old name too: a centre that lost it has to know whose earlier versions those are.
  NHIP_TRY_ASSIGN(ReplicaRecord replica, admit(centre, device, request.certificate.replica,
                                               request.certificate.public_key, {}, now));
  if (request.replica != request.certificate.replica) {
    NHIP_TRY_ASSIGN(replica, admit(centre, device, request.replica, request.public_key,
                                   request.certificate.replica, now));
    if (replica.epoch.empty()) {
      NHIP_TRY(add_notice(centre, device, now));
      replica.epoch = centre.keys().epoch;
      NHIP_TRY(centre.store().put_replica(replica));
    }
  }
  NHIP_TRY(transaction.commit());
  protocol::IdentityAnswer answer;
  answer.certificate = certify(centre, device, replica);
  return answer;
}

}  // namespace nhip::server
