// The centre's side of set reconciliation (protocol/reconcile.h): one pass over a feed's rows per
// step, with memory for the buckets asked about and nothing else.

#include "protocol/reconcile.h"

#include <algorithm>

#include "centre/feed_pages.h"
#include "centre/rights.h"

namespace nhip::server {

namespace {

Status malformed() {
  return {Code::kMalformed, "bad_message", "A reconciliation contradicts itself."};
}

protocol::Held held(const StoredRow& row) {
  return {row.type, row.id, row.seq, core::is_deleted(row.row.cells), &row.row.cells};
}

}  // namespace

Status FeedPages::each_of_feed(const std::string& feed,
                               const std::function<Status(const StoredRow&)>& each) {
  std::vector<std::string> scopes{feed};
  if (feed == "*") {
    NHIP_TRY_ASSIGN(scopes, centre_.store().scopes());
  }
  for (const std::string& scope : scopes) {
    if (feed == "*" && !is_in_office_feed(scope)) continue;
    Status done;
    NHIP_TRY(centre_.store().each_in_scope(scope, 0, UINT64_MAX, [&](const StoredRow& row) {
      done = each(row);
      return done.ok();
    }));
    if (!done.ok()) return done;
  }
  return {};
}

// The position a device stands at that holds everything there is now.
Result<protocol::Cursor> FeedPages::head_cursor(const std::string& feed) {
  protocol::Cursor cursor;
  cursor.epoch = centre_.keys().epoch;
  if (feed == "*") {
    NHIP_TRY_ASSIGN(cursor.seq, centre_.store().last_commit());
    if (cursor.seq > 0) {
      NHIP_TRY_ASSIGN(const auto share, first_share(cursor.seq));
      if (share) cursor.salt = share->salt;
    }
  } else {
    NHIP_TRY_ASSIGN(const ScopeHead head, centre_.store().head(feed));
    cursor.seq = head.seq;
    cursor.salt = head.salt;
  }
  cursor.complete = cursor.seq;
  return cursor;
}

Status FeedPages::reconcile(const protocol::ReconcileRequest& request,
                            std::vector<protocol::ReconcileAnswer>& answers) {
  const auto& granted = rights_.feeds();
  if (std::find(granted.begin(), granted.end(), request.feed) == granted.end()) return {};
  protocol::ReconcileAnswer answer;
  answer.feed = request.feed;
  answer.nonce = request.nonce;
  NHIP_TRY_ASSIGN(answer.cursor, head_cursor(request.feed));
  NHIP_TRY(request.buckets.empty() ? compare_sums(request, answer)
                                   : compare_prints(request, answer));
  answers.push_back(std::move(answer));
  return {};
}

Status FeedPages::compare_sums(const protocol::ReconcileRequest& request,
                               protocol::ReconcileAnswer& answer) {
  const auto theirs = protocol::decode_prints(request.data);
  if (request.depth > protocol::kDepthMax || !theirs ||
      theirs->size() != std::size_t{1} << request.depth)
    return malformed();
  const protocol::Prints prints(centre_.keys().digest_key, request.nonce, request.values);
  protocol::Sums parts(request.depth + protocol::kPartsBits);
  NHIP_TRY(each_of_feed(request.feed, [&](const StoredRow& row) {
    parts.add(prints.place(held(row)), prints.print(held(row)));
    return Status();
  }));
  constexpr std::uint32_t kParts = 1u << protocol::kPartsBits;
  answer.depth = parts.depth();
  std::vector<protocol::Print> sums;
  for (std::uint32_t bucket = 0; bucket < theirs->size(); ++bucket) {
    protocol::Sums whole(0);
    for (std::uint32_t part = 0; part < kParts; ++part) {
      whole.add(0, parts.at(bucket * kParts + part));
    }
    if (whole.at(0) == (*theirs)[bucket]) continue;
    answer.buckets.push_back(bucket);
    for (std::uint32_t part = 0; part < kParts; ++part) {
      sums.push_back(parts.at(bucket * kParts + part));
    }
  }
  answer.data = protocol::encode_prints(sums);
  return {};
}

Status FeedPages::compare_prints(const protocol::ReconcileRequest& request,
                                 protocol::ReconcileAnswer& answer) {
  auto theirs = protocol::decode_buckets(request.buckets, request.data);
  if (request.depth > protocol::kPlaceBits || !theirs) return malformed();
  const protocol::Prints prints(centre_.keys().digest_key, request.nonce, request.values);
  NHIP_TRY(each_of_feed(request.feed, [&](const StoredRow& row) {
    const auto bucket = theirs->find(protocol::bucket_of(prints.place(held(row)), request.depth));
    if (bucket == theirs->end()) return Status();
    const auto same = bucket->second.find(prints.print(held(row)));
    if (same != bucket->second.end()) {
      bucket->second.erase(same);
    } else if (full()) {
      answer.more = true;
    } else {
      answer.rows.push_back(update_for(row, 0));
      answer.rows.back().scope = row.scope;
      return add_receipt(row, true, answer.receipts);
    }
    return Status();
  }));
  std::vector<protocol::Print> unknown;
  for (const auto& [bucket, rest] : *theirs) {
    unknown.insert(unknown.end(), rest.begin(), rest.end());
  }
  answer.unknown = protocol::encode_prints(unknown);
  NHIP_TRY_ASSIGN(const EpochHistory epochs, EpochHistory::read(centre_.store()));
  answer.floor = epochs.floor();
  return {};
}

}  // namespace nhip::server
