// Enrolment: how a device becomes one of ours.
//
// The office makes a code, a person carries it to the device, the device checks our key against it
// and then sends, sealed to that key, the code and its own public key. A code works once. The first
// four of its characters find it, the hash of all of them proves it, and five wrong proofs end it,
// so guessing the 30 bits behind a known beginning is hopeless. A lost answer costs nothing: the
// same code with the same public key is answered again while the code lives.
#include <algorithm>
#include <array>

#include "centre/centre.h"
#include "centre/identity.h"
#include "centre/transaction.h"
#include "crypto/enrolment_code.h"
#include "nhip/version.h"
#include "protocol/binary_encoding.h"
#include "protocol/json_encoding.h"
#include "text/normalise.h"

namespace nhip::server {
namespace {

constexpr std::size_t kUnitBytesMax = 100;
constexpr std::size_t kLabelBytesMax = 200;
constexpr int kHandleDrawsMax = 64;

bool is_plain(std::string_view text, std::size_t bytes_max) {
  return text.size() <= bytes_max && text::is_utf8(text) && !text::has_control_characters(text) &&
         text.find_first_of("\t\n") == std::string_view::npos;
}

// A unit must stand in the table of units once there is one. An ended unit is still a unit: its
// devices must be able to bring in what they hold.
Status check_unit(Centre& centre, const std::string& unit_id) {
  // A slash would let a unit's scope look like a part of another one's.
  if (unit_id.empty() || unit_id.find('/') != std::string::npos ||
      !is_plain(unit_id, kUnitBytesMax)) {
    return Status(Code::kInvalid, "unknown_unit", "this is no unit id",
                  "give the unit_id as it stands in the table of units");
  }
  const Type* units = centre.schema().type("org_unit");
  const Field* field = units == nullptr ? nullptr : units->field("unit_id");
  if (field == nullptr) return {};
  bool any = false, found = false;
  const core::CellKey key{field->number, ""};
  NHIP_TRY(centre.store().each_row(units->number, [&](const StoredRow& row) {
    if (core::is_deleted(row.row.cells)) return true;
    any = true;
    const std::string* text = core::cell_value(row.row.cells, key).text();
    found = text != nullptr && *text == unit_id;
    return !found;
  }));
  if (any && !found) {
    return Status(Code::kInvalid, "unknown_unit", "no unit " + unit_id + " in the table of units",
                  "list them with: nhipd records org_unit");
  }
  return {};
}

Status refused(const char* name, const char* message) {
  return Status(Code::kUnauthenticated, name, message, "ask the office for a new code");
}

Bytes proof_text(std::string_view prefix, std::string_view text) {
  core::Writer out;
  out.raw(crypto::as_bytes(prefix));
  out.raw(crypto::as_bytes(text));
  return out.take();
}

Result<protocol::EnrolRequest> open_request(Centre& centre, std::span<const std::uint8_t> sealed) {
  const auto opened = centre.keys().signing.open_sealed(sealed);
  if (!opened) {
    return Status(Code::kMalformed, "bad_box", "the request is not sealed to this server's key");
  }
  NHIP_TRY_ASSIGN(protocol::EnrolRequest request, protocol::decode_enrol_request(*opened));
  crypto::PublicKey key{};
  if (request.public_key.size() != key.size() || request.replica.replica == 0) {
    return Status(Code::kMalformed, "bad_message", "public_key or replica is not of its form");
  }
  if (!is_plain(request.label, kLabelBytesMax) || !is_plain(request.client, kLabelBytesMax)) {
    return Status(Code::kMalformed, "bad_message", "label or client is too long or no plain text");
  }
  std::copy(request.public_key.begin(), request.public_key.end(), key.begin());
  if (!crypto::verify(key, proof_text("nhip enrol v1", request.code), request.proof)) {
    return Status(Code::kMalformed, "bad_proof", "the request is not signed by its own key");
  }
  return request;
}

// The code behind a request, whole and alive, or why not. A wrong guess costs a try.
Result<EnrolmentCode> find_code(Centre& centre, const protocol::EnrolRequest& request,
                                std::int64_t now) {
  const auto wrong = [] { return refused("wrong_code", "this code is not known here"); };
  const auto text = crypto::normalise_enrolment_code(request.code);
  if (!text) return wrong();
  NHIP_TRY_ASSIGN(std::optional<EnrolmentCode> found,
                  centre.store().code(crypto::code_handle(*text)));
  if (!found || (found->used_by.empty() && found->tries_left == 0)) return wrong();
  const crypto::Hash hash = crypto::hash(crypto::as_bytes(*text));
  if (!std::equal(hash.begin(), hash.end(), found->hash.begin(), found->hash.end())) {
    if (found->used_by.empty()) {
      --found->tries_left;
      Transaction transaction(centre.store());
      NHIP_TRY(transaction.begin());
      NHIP_TRY(centre.store().put_code(*found));
      NHIP_TRY(transaction.commit());
    }
    return wrong();
  }
  if (now >= found->expires_at) return refused("expired_code", "this code has expired");
  if (!found->used_by.empty() && found->used_key != request.public_key) {
    return refused("used_code", "this code was used by another device");
  }
  return *std::move(found);
}

Result<std::string> new_device_id(Centre& centre) {
  for (;;) {
    std::array<std::uint8_t, 6> random{};
    centre.random()(random.data(), random.size());
    std::string id = "D-" + crypto::hex(random);
    NHIP_TRY_ASSIGN(const std::optional<Device> taken, centre.store().device(id));
    if (!taken) return id;
  }
}

// Stores the device, its replica and the use of the code, all or nothing.
Result<Device> admit(Centre& centre, EnrolmentCode code, const protocol::EnrolRequest& request,
                     std::int64_t now) {
  ServerStore& store = centre.store();
  NHIP_TRY_ASSIGN(const std::optional<ReplicaRecord> taken, store.replica(request.replica));
  if (taken) {
    return Status(Code::kConflict, "replica_taken", "another replica has this identity",
                  "enrol again; a new identity is drawn");
  }
  Device device;
  NHIP_TRY_ASSIGN(device.device_id, new_device_id(centre));
  device.unit_id = code.unit_id;
  device.role = code.role;
  device.label = request.label.empty() ? code.label : request.label;
  device.enrolled_at = now;
  ReplicaRecord replica;
  replica.replica = request.replica;
  replica.device_id = device.device_id;
  replica.public_key = request.public_key;
  replica.last_contact = now;
  replica.client = request.client;
  replica.epoch = centre.keys().epoch;
  code.used_by = device.device_id;
  code.used_key = request.public_key;

  Transaction transaction(store);
  NHIP_TRY(transaction.begin());
  NHIP_TRY(store.put_device(device));
  NHIP_TRY(store.put_replica(replica));
  NHIP_TRY(store.put_code(code));
  NHIP_TRY(transaction.commit());
  return device;
}

// The device that used this code before: its answer was lost.
Result<Device> admitted_before(Centre& centre, const EnrolmentCode& code,
                               const protocol::EnrolRequest& request) {
  NHIP_TRY_ASSIGN(const std::optional<Device> device, centre.store().device(code.used_by));
  NHIP_TRY_ASSIGN(const std::optional<ReplicaRecord> replica,
                  centre.store().replica(request.replica));
  if (!device || !replica || replica->device_id != code.used_by) {
    return refused("used_code", "this code was used by another device");
  }
  if (device->revoked_at) return refused("revoked", "this device has been revoked");
  return *device;
}

}  // namespace

Result<MadeCode> make_code(Centre& centre, const std::string& unit_id, const std::string& role,
                           const std::string& label, std::int64_t ttl_ms, std::int64_t now) {
  if (!is_known_role(role)) {
    return Status(Code::kInvalid, "unknown_role", "no such role: " + role,
                  "one of: field, lead, office");
  }
  if (!may_hold_replica(role)) {
    return Status(Code::kForbidden, "role_without_replica",
                  "the role " + role + " works in pages and enrols no device",
                  "one of: field, lead, office");
  }
  if (!is_plain(label, kLabelBytesMax)) {
    return Status(Code::kInvalid, "bad_label", "the label is too long or has control characters");
  }
  NHIP_TRY(check_unit(centre, unit_id));

  EnrolmentCode code;
  MadeCode made{.code = "", .unit_id = unit_id, .role = role, .expires_at = now + ttl_ms};
  for (int draw = 0; draw < kHandleDrawsMax && code.handle.empty(); ++draw) {
    std::array<std::uint8_t, 7> secret{};
    centre.random()(secret.data(), secret.size());
    made.code = crypto::make_enrolment_code(secret, centre.keys().signing.public_key());
    const auto text = crypto::normalise_enrolment_code(made.code);
    if (!text) break;
    NHIP_TRY_ASSIGN(const std::optional<EnrolmentCode> taken,
                    centre.store().code(crypto::code_handle(*text)));
    // A living code keeps its beginning to itself, a used one too: its answer may have been lost.
    if (taken && now < taken->expires_at) continue;
    const crypto::Hash hash = crypto::hash(crypto::as_bytes(*text));
    code.handle = crypto::code_handle(*text);
    code.hash.assign(hash.begin(), hash.end());
  }
  if (code.handle.empty()) {
    return Status(Code::kInternal, "no_code", "no free enrolment code was found");
  }
  code.unit_id = unit_id;
  code.role = role;
  code.label = label;
  code.expires_at = made.expires_at;
  Transaction transaction(centre.store());
  NHIP_TRY(transaction.begin());
  NHIP_TRY(centre.store().put_code(code));
  NHIP_TRY(transaction.commit());
  return made;
}

protocol::HelloAnswer hello(Centre& centre, std::span<const std::uint8_t> nonce) {
  const crypto::KeyPair& keys = centre.keys().signing;
  const std::string_view asked(reinterpret_cast<const char*>(nonce.data()), nonce.size());
  const crypto::Signature proof = keys.sign(proof_text("nhip hello v1", asked));
  protocol::HelloAnswer answer;
  answer.centre_id = centre.keys().centre_id.text();
  answer.public_key.assign(keys.public_key().begin(), keys.public_key().end());
  answer.proof.assign(proof.begin(), proof.end());
  answer.protocol = kProtocolVersion;
  answer.protocol_min = kProtocolVersionMin;
  return answer;
}

Result<std::pair<protocol::EnrolRequest, protocol::EnrolAnswer>> enrol(
    Centre& centre, std::span<const std::uint8_t> sealed, std::int64_t now) {
  NHIP_TRY_ASSIGN(protocol::EnrolRequest request, open_request(centre, sealed));
  NHIP_TRY_ASSIGN(const EnrolmentCode code, find_code(centre, request, now));
  auto admitted = code.used_by.empty() ? admit(centre, code, request, now)
                                       : admitted_before(centre, code, request);
  if (!admitted.ok()) return admitted.status();
  const Device& device = *admitted;

  protocol::EnrolAnswer answer;
  answer.device_id = device.device_id;
  answer.unit_id = device.unit_id;
  answer.role = device.role;
  answer.centre_id = centre.keys().centre_id.text();
  answer.epoch = centre.keys().epoch;
  answer.schema_json = centre.schema().source();
  answer.binary = protocol::kWireVersion;
  answer.granted = granted_feeds(centre, device);
  answer.digest_key.assign(centre.keys().digest_key.begin(), centre.keys().digest_key.end());
  answer.server_ms = now;
  NHIP_TRY_ASSIGN(const auto replica, centre.store().replica(request.replica));
  if (replica) answer.certificate = certify(centre, device, *replica);
  return std::pair{std::move(request), std::move(answer)};
}

Status revoke(Centre& centre, const std::string& device_id, std::int64_t now) {
  NHIP_TRY_ASSIGN(std::optional<Device> device, centre.store().device(device_id));
  if (!device) {
    return Status(Code::kNotFound, "unknown_device", "no device " + device_id,
                  "list them with: nhipd devices");
  }
  if (device->revoked_at) return {};
  device->revoked_at = now;
  Transaction transaction(centre.store());
  NHIP_TRY(transaction.begin());
  NHIP_TRY(centre.store().put_device(*device));
  return transaction.commit();
}

}  // namespace nhip::server
