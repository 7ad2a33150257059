#include "sync/bundle.h"

#include <fstream>
#include <iterator>

#include "core/limits.h"
#include "core/planted.h"
#include "protocol/bundle_file.h"
#include "protocol/json_encoding.h"
#include "protocol/signing.h"
#include "protocol/token.h"
#include "replica/apply.h"
#include "replica/capture.h"
#include "replica/feed_position.h"
#include "replica/offer.h"
#include "replica/outbox.h"
#include "sync/exchange.h"
#include "sync/identity.h"

namespace nhip::sync_driver {

namespace {

constexpr std::size_t kPartBytes = core::kChunkBytesMax;

Status unreadable(const std::string& path) {
  return {Code::kNotFound, "no_file", "The file " + path + " cannot be read.", "Check its name."};
}

Result<Bytes> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return unreadable(path);
  Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return unreadable(path);
  return bytes;
}

Status write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file.good()) return {};
  return {Code::kDiskFull, "not_written", "The bundle could not be written to " + path + ".",
          "Check that the place exists and has room."};
}

Status not_enrolled() {
  return {Code::kUnauthenticated, "not_enrolled", "This device is not enrolled at a centre.",
          "Ask the office for a code, then: nhip enrol --server URL --code CODE"};
}

class Writer {
 public:
  explicit Writer(replica::Store& store) : store_(store) {}

  Result<BundleReport> write(const std::string& path) {
    NHIP_TRY(store_.transact([&] { return replica::seal(store_, replica::SealAs::kManyGroups); }));
    bundle_.centre_id = store_.enrolment()->centre_id;
    bundle_.replica = store_.author().text();
    if (store_.has_certificate()) NHIP_TRY(add_identity());
    NHIP_TRY(add_syncs());
    const Bytes bytes = protocol::encode_bundle(bundle_);
    NHIP_TRY(write_file(path, bytes));
    report_.bytes = bytes.size();
    return report_;
  }

 private:
  Status add_identity() {
    NHIP_TRY_ASSIGN(const SignedIdentity identity, sign_identity(store_, store_.author()));
    bundle_.parts.push_back(
        {"/v1/identity", 0, identity.counter, identity.authorization, identity.body});
    return {};
  }

  // As many requests as the outbox needs; feeds are asked for in the last, which comes after all
  // that is brought.
  Status add_syncs() {
    replica::Repair repair;
    NHIP_TRY(repair.load(store_));
    NHIP_TRY_ASSIGN(const Manner manner, Manner::of(store_, false));
    // A file cannot ask whether the centre knows our dictionary.
    speech_ = {manner.speech().encoding, 0};
    NHIP_TRY_ASSIGN(protocol::SyncRequest request,
                    replica::next_request(store_, kPartBytes, kPartBytes, repair));
    NHIP_TRY(store_.transact([&] { return repair.save(store_); }));
    while (!request.push.empty()) {
      const std::uint64_t last = request.push.back().operations.back().seq;
      for (const core::Group& group : request.push) report_.operations += group.operations.size();
      NHIP_TRY_ASSIGN(std::vector<core::Group> rest,
                      replica::peek_groups(store_, last, kPartBytes));
      if (rest.empty()) break;
      protocol::SyncRequest first = request;
      first.feeds.clear();
      NHIP_TRY(add_sync(first));
      request.received = last;
      request.token = request.token_next;
      request.push = std::move(rest);
      for (const core::Group& group : request.push)
        request.token_next = protocol::next_token(request.token_next, group);
    }
    NHIP_TRY(add_sync(request));
    const Bytes asked = protocol::encode(request, speech_);
    const auto counter = static_cast<std::int64_t>(bundle_.parts.back().counter);
    return store_.transact([&]() -> Status {
      NHIP_TRY(store_.set_setting("bundle_asked", Value(asked)));
      return store_.set_setting("bundle_counter", Value(counter));
    });
  }

  Status add_sync(const protocol::SyncRequest& request) {
    NHIP_TRY_ASSIGN(const crypto::KeyPair key, store_.signing_key());
    NHIP_TRY_ASSIGN(const std::uint64_t counter, replica::next_counter(store_));
    protocol::BundlePart part;
    part.path = "/v1/sync";
    part.counter = counter;
    part.body = protocol::encode(request, speech_);
    const Bytes text = protocol::request_text("POST", part.path, store_.enrolment()->centre_id,
                                              store_.author(), counter, part.body);
    const crypto::Signature signature = key.sign(text);
    part.proof = protocol::authorization_header(
        {store_.author(), counter, Bytes(signature.begin(), signature.end())});
    bundle_.parts.push_back(std::move(part));
    return {};
  }

  replica::Store& store_;
  protocol::Bundle bundle_;
  protocol::Speech speech_;
  BundleReport report_;
};

class Reader {
 public:
  Reader(replica::Store& store, const Notify& notify) : store_(store), notify_(notify) {}

  Result<BundleReport> read(const protocol::Bundle& bundle) {
    NHIP_TRY(check(bundle));
    NHIP_TRY(read_asked());
    NHIP_TRY_ASSIGN(const bool current, is_current(bundle));
    if (!current) return report_;
    report_.applied = true;
    NHIP_TRY(repair_.load(store_));
    for (const protocol::BundlePart& part : bundle.parts) {
      NHIP_TRY(part.path == "/v1/identity" ? take_identity(part) : take_sync(part));
    }
    NHIP_TRY(store_.transact([&]() -> Status {
      NHIP_TRY(repair_.save(store_));
      NHIP_TRY(store_.set_setting("bundle_counter", Value(std::int64_t{0})));
      return store_.set_setting("last_sync_at", Value(store_.now()));
    }));
    return finish();
  }

 private:
  Status check(const protocol::Bundle& bundle) const {
    if (!bundle.answer) {
      return {Code::kMalformed, "not_an_answer", "This bundle is a request for the centre.",
              "Carry it to the office: nhipd bundle in FILE --reply FILE"};
    }
    if (bundle.centre_id != store_.enrolment()->centre_id) {
      return {Code::kForbidden, "other_centre", "This bundle comes from another centre.",
              "Use the answer of the centre this device is enrolled at."};
    }
    if (bundle.replica != store_.author().text()) {
      return {Code::kForbidden, "other_replica", "This bundle answers another device.",
              "Use the answer to the bundle that this device wrote."};
    }
    for (const protocol::BundlePart& part : bundle.parts) {
      const auto proof = crypto::from_base64(part.proof);
      const Bytes text =
          protocol::answer_text(part.status, store_.author(), part.counter, part.body);
      const Bytes old_text = identity_text(part);
      const auto fits = [&](const Bytes& signed_text) {
        return proof && crypto::verify(store_.enrolment()->server_key, signed_text, *proof);
      };
      if (!fits(text) && !fits(old_text)) {
        return {Code::kForbidden, "bundle_forged", "This bundle is not signed by the centre.",
                "Ask the office for the answer again."};
      }
    }
    return {};
  }

  // An identity is asked for in the name that the certificate bears, which may be an older one.
  Bytes identity_text(const protocol::BundlePart& part) const {
    auto certificate = store_.certificate();
    if (!certificate.ok()) return {};
    return protocol::answer_text(part.status, certificate->replica, part.counter, part.body);
  }

  Status read_asked() {
    NHIP_TRY_ASSIGN(const Value counter, store_.setting("bundle_counter"));
    NHIP_TRY_ASSIGN(const Value asked, store_.setting("bundle_asked"));
    if (counter.integer() != nullptr) counter_ = static_cast<std::uint64_t>(*counter.integer());
    if (asked.blob() == nullptr) return {};
    NHIP_TRY_ASSIGN(asked_, protocol::decode_request(*asked.blob()));
    return {};
  }

  // The answer to the newest bundle, and no sync since has moved what it starts from.
  Result<bool> is_current(const protocol::Bundle& bundle) {
    if (counter_ == 0 || bundle.parts.empty() || bundle.parts.back().counter != counter_)
      return false;
    NHIP_TRY_ASSIGN(const auto feeds, replica::feed_requests(store_));
    if (NHIP_PLANTED(overtaken_answer_taken)) return true;
    for (const protocol::FeedRequest& asked : asked_.feeds) {
      for (const protocol::FeedRequest& now : feeds) {
        if (now.feed == asked.feed && now.cursor != asked.cursor) return false;
      }
    }
    return true;
  }

  Status take_identity(const protocol::BundlePart& part) {
    if (part.status != 200) return {};  // the sync that follows tells what is wrong
    NHIP_TRY_ASSIGN(const auto answer, protocol::decode_identity_answer(part.body));
    if (answer.certificate.replica != store_.author()) return {};
    return store_.transact([&] { return store_.save_certificate(answer.certificate); });
  }

  Status take_sync(const protocol::BundlePart& part) {
    if (part.status != 200) return refused(part);
    NHIP_TRY_ASSIGN(const protocol::SyncResponse answer, protocol::decode_response(part.body));
    protocol::SyncRequest asked = part.counter == counter_ ? asked_ : protocol::SyncRequest();
    if (part.counter == counter_ && taken_) {  // a further page
      asked.offers.clear();
      asked.reconcile.clear();
    }
    taken_ = taken_ || part.counter == counter_;
    // How long the file was under way says nothing about the clock.
    NHIP_TRY_ASSIGN(const Value offset, store_.setting("clock_offset_ms"));
    asked.clock_ms = answer.server_ms - (offset.integer() ? *offset.integer() : 0);
    NHIP_TRY_ASSIGN(const replica::Applied applied, replica::apply(store_, asked, answer, repair_));
    report_.operations += applied.sent;
    report_.received += applied.rows;
    report_.rejected += applied.rejected;
    report_.held += applied.held;
    report_.verified = applied.verified && !applied.more;
    more_ = applied.more;
    if (notify_ && !applied.types.empty()) notify_({applied.types.begin(), applied.types.end()});
    return {};
  }

  Status refused(const protocol::BundlePart& part) {
    NHIP_TRY_ASSIGN(const protocol::ErrorAnswer error, protocol::decode_error(part.body));
    if (error.code != "new_identity") return status_of(part.status, error);
    // A copy: it takes its own name now and shows it with the next bundle.
    more_ = true;
    const Author name = store_.draw_author();
    NHIP_TRY(store_.signing_key_of(name).status());
    return store_.transact([&] { return store_.take_name(name); });
  }

  Result<BundleReport> finish() {
    NHIP_TRY_ASSIGN(const std::uint64_t queued, replica::count_queued(store_));
    NHIP_TRY_ASSIGN(const std::uint64_t offers, replica::count_offers(store_));
    report_.complete = !more_ && queued == 0 && offers == 0;
    return report_;
  }

  replica::Store& store_;
  const Notify& notify_;
  replica::Repair repair_;
  protocol::SyncRequest asked_;
  std::uint64_t counter_ = 0;
  bool taken_ = false;
  bool more_ = false;
  BundleReport report_;
};

}  // namespace

Result<BundleReport> bundle_out(replica::Store& store, const std::string& path) {
  if (!store.enrolment()) return not_enrolled();
  return Writer(store).write(path);
}

Result<BundleReport> bundle_in(replica::Store& store, const std::string& path,
                               const Notify& notify) {
  if (!store.enrolment()) return not_enrolled();
  NHIP_TRY_ASSIGN(const Bytes bytes, read_file(path));
  NHIP_TRY_ASSIGN(const protocol::Bundle bundle, protocol::decode_bundle(bytes));
  NHIP_TRY_ASSIGN(auto lock, store::FileLock::take(store.path() + "-sync", 0));
  NHIP_TRY_ASSIGN(BundleReport report, Reader(store, notify).read(bundle));
  report.bytes = bytes.size();
  return report;
}

}  // namespace nhip::sync_driver
