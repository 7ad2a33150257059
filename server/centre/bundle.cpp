#include "centre/bundle.h"

#include <algorithm>

#include "centre/identity.h"
#include "centre/wire_status.h"
#include "core/limits.h"
#include "protocol/bundle_file.h"
#include "protocol/encoding.h"
#include "protocol/json_encoding.h"

namespace nhip::server {

namespace {

class Taker {
 public:
  Taker(Centre& centre, std::int64_t now, BundleOutcome& outcome)
      : centre_(centre), now_(now), outcome_(outcome) {}

  Status take(const protocol::BundlePart& part) {
    const auto proof = protocol::parse_authorization(part.proof);
    if (!proof || proof->counter != part.counter) {
      return {Code::kUnauthenticated, "unauthenticated", "The bundle bears no device's signature.",
              "Make it again on the device: nhip bundle out FILE"};
    }
    Status done;
    if (part.path == "/v1/identity") {
      done = take_identity(*proof, part);
    } else if (part.path == "/v1/sync") {
      done = take_sync(*proof, part);
    } else {
      return {Code::kMalformed, "bundle_damaged", "The bundle holds what no device writes."};
    }
    if (done.ok()) return {};
    if (done.code() == Code::kCorrupt || done.code() == Code::kInternal) return done;
    outcome_.refused = done.name();
    answer(*proof, part.path, wire_status(done.code()),
           protocol::encode_json(protocol::ErrorAnswer{done.name(), done.message(), done.hint()}));
    return {};
  }

  const std::vector<protocol::BundlePart>& answers() const { return answers_; }

 private:
  Status take_identity(const protocol::RequestProof& proof, const protocol::BundlePart& part) {
    NHIP_TRY_ASSIGN(const auto message, protocol::decode_identity_request(part.body));
    NHIP_TRY_ASSIGN(const auto given, give_identity(centre_, proof, part.body, message, now_));
    answer(proof, part.path, 200, protocol::encode_json(given));
    return {};
  }

  // The device is not here to ask for the next page, so all of them are put into the answer.
  Status take_sync(const protocol::RequestProof& proof, const protocol::BundlePart& part) {
    NHIP_TRY_ASSIGN(Principal who,
                    authenticate(centre_, proof, "POST", "/v1/sync", part.body, now_, By::kFile));
    outcome_.device_id = who.device.device_id;
    outcome_.unit_id = who.device.unit_id;
    protocol::Speech speech;
    NHIP_TRY_ASSIGN(protocol::SyncRequest request, protocol::decode_request(part.body, &speech));
    for (;;) {
      NHIP_TRY_ASSIGN(const protocol::SyncResponse response,
                      sync(centre_, who, request, now_, By::kFile));
      count(response);
      answer(proof, part.path, 200, protocol::encode(response, speech));
      NHIP_TRY_ASSIGN(const auto replica, centre_.store().replica(proof.replica));
      if (replica) who.replica = *replica;
      if (!next_pages(response, request)) return {};
    }
  }

  static bool next_pages(const protocol::SyncResponse& response, protocol::SyncRequest& request) {
    request.push.clear();
    request.offers.clear();
    request.reconcile.clear();
    request.received = response.received_seq;
    request.feeds.clear();
    for (const protocol::FeedAnswer& feed : response.feeds) {
      if (feed.more && !feed.restart) request.feeds.push_back({feed.feed, feed.cursor, {}});
    }
    return !request.feeds.empty();
  }

  void count(const protocol::SyncResponse& response) {
    for (const protocol::GroupVerdict& verdict : response.verdicts) {
      switch (verdict.verdict) {
        case protocol::Verdict::kAccepted:
        case protocol::Verdict::kMerged: ++outcome_.accepted; break;
        case protocol::Verdict::kDuplicate: ++outcome_.repeated; break;
        case protocol::Verdict::kHeld: ++outcome_.held; break;
        case protocol::Verdict::kRejected: ++outcome_.rejected; break;
      }
    }
    for (const protocol::FeedAnswer& feed : response.feeds) outcome_.rows += feed.rows.size();
    for (const protocol::ReconcileAnswer& each : response.reconcile)
      outcome_.rows += each.rows.size();
  }

  void answer(const protocol::RequestProof& proof, const std::string& path, int status,
              Bytes body) {
    const Bytes text = protocol::answer_text(status, proof.replica, proof.counter, body);
    answers_.push_back({path, status, proof.counter,
                        crypto::base64(centre_.keys().signing.sign(text)), std::move(body)});
  }

  Centre& centre_;
  const std::int64_t now_;
  BundleOutcome& outcome_;
  std::vector<protocol::BundlePart> answers_;
};

}  // namespace

Result<BundleOutcome> take_bundle(Centre& centre, std::span<const std::uint8_t> bytes,
                                  std::int64_t now) {
  NHIP_TRY_ASSIGN(const protocol::Bundle bundle, protocol::decode_bundle(bytes));
  if (bundle.answer) {
    return Status(Code::kMalformed, "not_a_request", "This bundle is an answer for a device.",
                  "Carry it to the device: nhip bundle in FILE");
  }
  if (bundle.centre_id != centre.keys().centre_id.text()) {
    return Status(Code::kForbidden, "other_centre", "This bundle is for another centre.",
                  "Take it to the centre the device is enrolled at.");
  }
  BundleOutcome outcome;
  Taker taker(centre, now, outcome);
  for (const protocol::BundlePart& part : bundle.parts) NHIP_TRY(taker.take(part));
  outcome.answer =
      protocol::encode_bundle({true, bundle.centre_id, bundle.replica, taker.answers()});
  return outcome;
}

}  // namespace nhip::server
