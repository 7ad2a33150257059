// The sync request in binary.
#include <limits>
#include <set>

#include "core/limits.h"
#include "nhip/version.h"
#include "protocol/binary_encoding.h"
#include "protocol/token.h"
#include "protocol/wire_records.h"
#include "protocol/wire_recovery.h"

namespace nhip::protocol {
namespace {

// What the head tells beside its numbers. A token that follows from the other one and the groups is
// not sent: whoever reads it adds it up.
enum Head : std::uint8_t {
  kEpoch = 1,
  kToken = 2,
  kTokenNext = 4,
  kTokenFollows = 8,
  kWholeHead = 15
};

std::string token_behind(const SyncRequest& message) {
  std::string token = message.token;
  for (const core::Group& group : message.push) token = next_token(token, group);
  return token;
}

void write_head(const SyncRequest& message, WireWriter& out) {
  const bool follows = !message.push.empty() && message.token_next == token_behind(message);
  const bool told = !follows && !message.token_next.empty();
  out.packed.varint(static_cast<std::uint64_t>(message.protocol));
  out.packed.varint(message.schema_version);
  out.packed.byte(static_cast<std::uint8_t>(
      (message.epoch.empty() ? 0 : kEpoch) | (message.token.empty() ? 0 : kToken) |
      (told ? kTokenNext : 0) | (follows ? kTokenFollows : 0)));
  out.name(message.client);
  out.bare.zigzag(message.clock_ms);
  out.packed.varint(message.answer_bytes_max);
  out.packed.varint(message.received);
  if (!message.epoch.empty()) out.name(message.epoch);
  if (!message.token.empty()) out.name(message.token);
  if (told) out.name(message.token_next);
}

// True when the token behind the groups is to be added up.
bool read_head(SyncRequest& message, WireReader& in) {
  message.protocol = static_cast<int>(in.number(kProtocolVersion));
  message.schema_version =
      static_cast<std::uint32_t>(in.number(std::numeric_limits<std::uint32_t>::max()));
  const std::uint8_t head = in.packed.byte();
  if (head > kWholeHead || (head & (kTokenNext | kTokenFollows)) == (kTokenNext | kTokenFollows))
    in.fail();
  message.client = in.prose();
  message.clock_ms = in.bare.zigzag();
  message.answer_bytes_max = in.packed.varint();
  message.received = in.packed.varint();
  if ((head & kEpoch) != 0) message.epoch = in.prose();
  if ((head & kToken) != 0) message.token = in.prose();
  if ((head & kTokenNext) != 0) message.token_next = in.prose();
  return (head & kTokenFollows) != 0;
}

void write_feeds(const std::vector<FeedRequest>& feeds, WireWriter& out) {
  out.packed.varint(feeds.size());
  for (const FeedRequest& feed : feeds) {
    out.name(feed.feed);
    write_cursor(feed.cursor, out);
    out.packed.varint(feed.have.size());
    std::uint64_t last = feed.cursor.seq;
    for (const auto& [from, to] : feed.have) {
      out.step(last, from);
      out.step(from, to);
      last = to;
    }
  }
}

void read_have(FeedRequest& feed, WireReader& in) {
  feed.have.resize(in.count(core::kHaveRangesMax));
  std::uint64_t last = feed.cursor.seq;
  const std::pair<std::uint64_t, std::uint64_t>* before = nullptr;
  for (auto& range : feed.have) {
    range.first = in.step(last);
    range.second = last = in.step(range.first);
    if (range.second < range.first || (before != nullptr && before->first >= range.first))
      in.fail();
    before = &range;
  }
  if (feed.feed == "*" && !feed.have.empty()) in.fail();
}

void read_feeds(std::vector<FeedRequest>& feeds, WireReader& in) {
  feeds.resize(in.count(core::kFeedsMax));
  std::set<std::string> names;
  for (FeedRequest& feed : feeds) {
    if (!in.ok()) return;
    feed.feed = in.name(core::kScopeBytesMax);
    if (feed.feed.empty() || !names.insert(feed.feed).second) in.fail();
    feed.cursor = read_cursor(in);
    read_have(feed, in);
  }
}

}  // namespace

Bytes encode_binary(const SyncRequest& message, const Packing& packing) {
  FrameWriter out;
  out.add(FrameType::kRequest, [&](WireWriter& to) { write_head(message, to); });
  if (!message.feeds.empty()) {
    out.add(FrameType::kFeedRequests, [&](WireWriter& to) { write_feeds(message.feeds, to); });
  }
  if (!message.push.empty()) {
    out.add(FrameType::kPush,
            [&](WireWriter& to) { write_groups(message.push, message.clock_ms, to); });
  }
  if (!message.reconcile.empty()) {
    out.add(FrameType::kReconcileRequests,
            [&](WireWriter& to) { write_reconcile(message.reconcile, to); });
  }
  if (!message.offers.empty()) {
    out.add(FrameType::kOffers,
            [&](WireWriter& to) { write_offers(message.offers, message.clock_ms, to); });
  }
  if (!message.purged.empty()) {
    out.add(FrameType::kPurged, [&](WireWriter& to) { write_name_list(message.purged, to); });
  }
  return join_frames(WireKind::kSyncRequest, out.take(), packing);
}

Result<SyncRequest> decode_binary_request(std::span<const std::uint8_t> bytes,
                                          std::uint32_t* dictionary) {
  Frames frames;
  NHIP_TRY(take_apart(bytes, WireKind::kSyncRequest, frames));
  if (dictionary != nullptr) *dictionary = frames.dictionary;
  SyncRequest message;
  bool follows = false;
  FrameReader in(frames);
  in.require(FrameType::kRequest, "request",
             [&](WireReader& from) { follows = read_head(message, from); });
  in.read(FrameType::kFeedRequests, "feeds",
          [&](WireReader& from) { read_feeds(message.feeds, from); });
  in.read(FrameType::kPush, "push",
          [&](WireReader& from) { message.push = read_groups(message.clock_ms, from); });
  in.read(FrameType::kReconcileRequests, "reconcile",
          [&](WireReader& from) { message.reconcile = read_reconcile_requests(from); });
  in.read(FrameType::kOffers, "offers",
          [&](WireReader& from) { message.offers = read_offers(message.clock_ms, from); });
  in.read(FrameType::kPurged, "purged",
          [&](WireReader& from) { message.purged = read_name_list(from); });
  in.check(!follows || !message.push.empty(), "a token follows from no groups");
  if (!in.status().ok()) return in.status();
  if (follows) message.token_next = token_behind(message);
  return message;
}

}  // namespace nhip::protocol
