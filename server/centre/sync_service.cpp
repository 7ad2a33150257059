// One sync request: who asks, what they may do, their groups one by one, then the pages they lack.

#include <algorithm>

#include "centre/centre.h"
#include "centre/collect.h"
#include "centre/continuity.h"
#include "centre/devices.h"
#include "centre/feed_pages.h"
#include "centre/identity.h"
#include "centre/intake.h"
#include "centre/offers.h"
#include "centre/rights.h"
#include "centre/transaction.h"
#include "nhip/version.h"

namespace nhip::server {

namespace {

constexpr std::string_view kSyncPath = "/v1/sync";

Status refused(const char* code, const char* message, const char* hint) {
  return {Code::kUnauthenticated, code, message, hint};
}

// A counter is used once. The very same request may come twice (its answer was lost); any other one
// with an old number was replayed or comes from a copy of the replica.
Status check_counter(const ReplicaRecord& replica, const protocol::RequestProof& proof,
                     const Bytes& digest) {
  if (proof.counter > replica.counter) return {};
  if (proof.counter == replica.counter && digest == replica.request_digest) return {};
  return {Code::kConflict, "new_identity",
          "This request's number was used before, by a copy of this replica.",
          "Its work is kept. The program goes on under a new name by itself: sync again."};
}

Status check_order(const std::vector<core::Group>& groups) {
  std::uint64_t expected = 0;
  for (const core::Group& group : groups) {
    if (group.operations.empty())
      return {Code::kMalformed, "bad_message", "A group without operations."};
    for (const core::Operation& op : group.operations) {
      if (op.seq == 0 || (expected != 0 && op.seq != expected)) {
        return {Code::kMalformed, "bad_message", "Operation numbers must follow each other."};
      }
      expected = op.seq + 1;
    }
  }
  return {};
}

// Where the device holds everything, as it says and as its cursors prove.
void note_positions(const protocol::SyncRequest& request, const protocol::SyncResponse& answer,
                    ReplicaRecord& replica) {
  auto positions = read_positions(replica.positions);
  for (const protocol::FeedAnswer& feed : answer.feeds) {
    const auto asked = std::find_if(request.feeds.begin(), request.feeds.end(),
                                    [&](const auto& each) { return each.feed == feed.feed; });
    if (asked != request.feeds.end() && !feed.restart)
      positions[feed.feed] = complete_position(asked->cursor);
  }
  replica.positions = write_positions(positions);
}

// A device says that it removed what it may no longer read; the office sees it in `devices`.
Status note_purges(Centre& centre, const std::vector<std::string>& purged, std::int64_t now,
                   ReplicaRecord& replica) {
  auto positions = read_positions(replica.positions);
  for (const std::string& feed : purged) {
    positions.erase(feed);
    NHIP_TRY(add_purge(centre.store(), replica.device_id, {feed, replica.replica.text(), now}));
  }
  replica.positions = write_positions(positions);
  return {};
}

}  // namespace

Result<Principal> authenticate(Centre& centre, const protocol::RequestProof& proof,
                               std::string_view method, std::string_view path,
                               std::span<const std::uint8_t> body, std::int64_t now, By by) {
  NHIP_TRY_ASSIGN(const auto replica, centre.store().replica(proof.replica));
  if (!replica)
    return refused("not_enrolled", "This centre does not know the device.",
                   "Enrol it with a code from the office.");
  NHIP_TRY_ASSIGN(const auto device, centre.store().device(replica->device_id));
  crypto::PublicKey key{};
  if (!device || replica->public_key.size() != key.size()) {
    return refused("not_enrolled", "This centre does not know the device.",
                   "Enrol it with a code from the office.");
  }
  std::copy(replica->public_key.begin(), replica->public_key.end(), key.begin());
  const Bytes text = protocol::request_text(method, path, centre.keys().centre_id.text(),
                                            proof.replica, proof.counter, body);
  if (!crypto::verify(key, text, proof.signature)) {
    return refused("bad_signature", "The request's signature does not fit the device.",
                   "Try again.");
  }
  if (device->revoked_at) {
    return refused("device_revoked", "The office has revoked this device.",
                   "Its records stay readable; ask the office for a new code.");
  }
  const crypto::Hash hash = crypto::hash(text);
  const Bytes digest(hash.begin(), hash.end());
  if (by == By::kFile) return Principal{*device, *replica};
  Principal principal{*device, *replica};
  if (const auto used = centre.idle().used(proof.replica)) {
    if (used->counter > principal.replica.counter) {
      principal.replica.counter = used->counter;
      principal.replica.request_digest = used->request_digest;
    }
  }
  NHIP_TRY(check_counter(principal.replica, proof, digest));
  principal.replica.counter = proof.counter;
  principal.replica.request_digest = digest;
  principal.replica.last_contact = now;
  return principal;
}

Result<protocol::SyncResponse> sync(Centre& centre, const Principal& who,
                                    const protocol::SyncRequest& request, std::int64_t now, By by) {
  if (request.protocol < kProtocolVersionMin || request.protocol > kProtocolVersion) {
    return Status(Code::kVersion, "unknown_protocol",
                  "The centre does not speak this protocol version.",
                  "Update the older of the two programs.");
  }
  NHIP_TRY(check_order(request.push));
  NHIP_TRY_ASSIGN(const std::uint64_t lost, proof_of_loss(centre, who, request, now));
  if (lost > 0) {
    const Status opened = centre.new_epoch(now, lost);
    if (!opened.ok() && opened.name() != "no_epoch_opener") return opened;
  }
  Transaction transaction(centre.store());
  NHIP_TRY(transaction.begin());
  NHIP_TRY_ASSIGN(const Rights rights, Rights::of(centre, who.device));
  const std::string& epoch = centre.keys().epoch;
  Principal here = who;
  const bool outdated = by == By::kFile && is_outdated(request, here.replica);
  if (!outdated) NHIP_TRY(check_continuity(request, epoch, here.replica));
  Intake intake(centre, here, rights, now);
  NHIP_TRY(intake.prepare());
  NHIP_TRY_ASSIGN(auto to_correct,
                  take_offers(centre, here, rights, request.offers, request.epoch, now));
  // What rests on records that a restore lost waits until they are back.
  const bool agreed = request.epoch.empty() || request.epoch == epoch;
  if (agreed && !outdated) {
    for (const core::Group& group : request.push) NHIP_TRY(intake.take(group));
    move_token(request, here.replica);
  }
  NHIP_TRY(intake.finish());
  to_correct.insert(intake.to_correct().begin(), intake.to_correct().end());

  protocol::SyncResponse answer;
  answer.schema_version = centre.schema().version();
  answer.epoch = epoch;
  answer.server_ms = now;
  answer.granted = rights.feeds();
  answer.verdicts = intake.verdicts();
  answer.received_seq = intake.received_seq();
  answer.durable_seq = here.replica.durable_seq;
  FeedPages pages(centre, rights, intake.exact(), request.answer_bytes_max, now);
  NHIP_TRY(pages.correct(to_correct, request.feeds, answer.corrections));
  for (const protocol::FeedRequest& feed : request.feeds) NHIP_TRY(pages.read(feed, answer.feeds));
  for (const protocol::ReconcileRequest& each : request.reconcile) {
    NHIP_TRY(pages.reconcile(each, answer.reconcile));
  }
  NHIP_TRY_ASSIGN(answer.devices, pages.devices());
  if (who.device.role == "lead") {
    NHIP_TRY_ASSIGN(answer.notices, notices_for(centre, who.device.unit_id, now));
  }
  note_positions(request, answer, here.replica);
  NHIP_TRY(note_purges(centre, request.purged, now, here.replica));

  ReplicaRecord replica = here.replica;
  replica.received_seq = intake.received_seq();
  replica.inherited = intake.inherited();
  replica.client = request.client.substr(0, 80);
  if (by == By::kConnection) replica.clock_skew_ms = request.clock_ms - now;
  replica.schema_version = request.schema_version;
  NHIP_TRY(centre.store().put_replica(replica));
  NHIP_TRY(is_idle(request) ? transaction.commit_own() : transaction.commit());
  return answer;
}

std::optional<Answered> answer_idle(Centre& centre, const protocol::RequestProof& proof,
                                    std::span<const std::uint8_t> body, std::int64_t now) {
  const auto basis = [&] { return IdleBasis{centre.store().version(), now}; };
  const auto key = centre.idle().key_for(proof, basis());
  if (!key) return std::nullopt;
  const Bytes text = protocol::request_text("POST", kSyncPath, centre.keys().centre_id.text(),
                                            proof.replica, proof.counter, body);
  if (!crypto::verify(*key, text, proof.signature)) return std::nullopt;
  Answered answered;
  const auto request = protocol::decode_request(body, &answered.spoken);
  if (!request.ok()) return std::nullopt;
  const crypto::Hash hash = crypto::hash(text);
  const IdleAnswers::Used used{proof.counter, Bytes(hash.begin(), hash.end())};
  auto again = centre.idle().repeat(proof.replica, used, *request, basis());
  if (!again) return std::nullopt;
  answered.message = std::move(*again);
  return answered;
}

Result<Answered> answer_moving(Centre& centre, const protocol::RequestProof& proof,
                               std::span<const std::uint8_t> body, std::int64_t now,
                               std::uint64_t answer_bytes_max) {
  Answered answered;
  NHIP_TRY_ASSIGN(const Principal who, authenticate(centre, proof, "POST", kSyncPath, body, now));
  NHIP_TRY_ASSIGN(protocol::SyncRequest request, protocol::decode_request(body, &answered.spoken));
  if (answer_bytes_max > 0 &&
      (request.answer_bytes_max == 0 || request.answer_bytes_max > answer_bytes_max)) {
    request.answer_bytes_max = answer_bytes_max;
  }
  NHIP_TRY_ASSIGN(answered.message, sync(centre, who, request, now));
  crypto::PublicKey key{};
  std::copy(who.replica.public_key.begin(), who.replica.public_key.end(), key.begin());
  centre.idle().remember(proof.replica, key, {who.replica.counter, who.replica.request_digest},
                         request, answered.message, {centre.store().version(), now});
  return answered;
}

Result<Answered> answer_sync(Centre& centre, const protocol::RequestProof& proof,
                             std::span<const std::uint8_t> body, std::int64_t now) {
  if (auto answered = answer_idle(centre, proof, body, now)) return std::move(*answered);
  return answer_moving(centre, proof, body, now);
}

}  // namespace nhip::server
