// The answer to a sync in binary.
#include <algorithm>
#include <limits>
#include <set>

#include "core/limits.h"
#include "nhip/version.h"
#include "protocol/binary_encoding.h"
#include "protocol/wire_records.h"
#include "protocol/wire_recovery.h"

namespace nhip::protocol {
namespace {

void write_head(const SyncResponse& message, WireWriter& out) {
  out.packed.varint(static_cast<std::uint64_t>(message.protocol));
  out.packed.varint(message.schema_version);
  out.name(message.epoch);
  out.bare.zigzag(message.server_ms);
  out.packed.varint(message.received_seq);
  out.step(message.received_seq, message.durable_seq);
}

void read_head(SyncResponse& message, WireReader& in) {
  message.protocol = static_cast<int>(in.number(kProtocolVersion));
  message.schema_version =
      static_cast<std::uint32_t>(in.number(std::numeric_limits<std::uint32_t>::max()));
  message.epoch = in.prose();
  message.server_ms = in.bare.zigzag();
  message.received_seq = in.packed.varint();
  message.durable_seq = in.step(message.received_seq);
}

// --- verdicts ---

enum VerdictHead : std::uint8_t { kWord = 7, kSeqs = 8, kExplained = 16, kAll = 31 };

bool is_explained(const GroupVerdict& verdict) {
  return verdict.at_fault != 0 || !verdict.code.empty() || !verdict.field.empty() ||
         !verdict.text.empty();
}

void write_verdicts(const std::vector<GroupVerdict>& verdicts, WireWriter& out) {
  out.packed.varint(verdicts.size());
  for (const GroupVerdict& verdict : verdicts) {
    out.packed.byte(static_cast<std::uint8_t>(static_cast<int>(verdict.verdict) |
                                              (verdict.seqs.empty() ? 0 : kSeqs) |
                                              (is_explained(verdict) ? kExplained : 0)));
  }
  std::uint64_t expected = 1, next_seq = 1;
  for (const GroupVerdict& verdict : verdicts) {
    out.step(expected, verdict.first);
    out.packed.varint(verdict.last - verdict.first);
    expected = verdict.last + 1;
  }
  for (const GroupVerdict& verdict : verdicts) {
    for (const std::uint64_t seq : verdict.seqs) {
      out.step(next_seq, seq);
      next_seq = seq + 1;
    }
  }
  for (const GroupVerdict& verdict : verdicts) {
    if (!is_explained(verdict)) continue;
    out.packed.varint(verdict.at_fault);
    out.name(verdict.code);
    out.name(verdict.field);
    out.name(verdict.text);
  }
}

std::vector<GroupVerdict> read_verdicts(WireReader& in) {
  std::vector<GroupVerdict> verdicts(in.count(core::kMessageRecordsMax));
  std::vector<std::uint8_t> heads(verdicts.size());
  std::uint64_t expected = 1, next_seq = 1;
  for (std::uint8_t& head : heads) {
    head = in.packed.byte();
    if (head > kAll || (head & kWord) > static_cast<int>(Verdict::kRejected)) in.fail();
  }
  std::size_t operations = 0;
  for (std::size_t i = 0; i < verdicts.size() && in.ok(); ++i) {
    GroupVerdict& verdict = verdicts[i];
    verdict.verdict = static_cast<Verdict>(heads[i] & kWord);
    verdict.first = in.step(expected);
    const std::uint64_t more = in.number(core::kGroupOperationsMax - 1);
    verdict.last = verdict.first + more;
    if (verdict.first == 0 || verdict.last < verdict.first) in.fail();
    expected = verdict.last + 1;
    if ((heads[i] & kSeqs) == 0) continue;
    operations += static_cast<std::size_t>(more) + 1;
    if (operations > in.packed.left()) in.fail();
    if (in.ok()) verdict.seqs.resize(static_cast<std::size_t>(more) + 1);
  }
  for (GroupVerdict& verdict : verdicts) {
    for (std::uint64_t& seq : verdict.seqs) {
      seq = in.step(next_seq);
      next_seq = seq + 1;
    }
  }
  for (std::size_t i = 0; i < verdicts.size() && in.ok(); ++i) {
    if ((heads[i] & kExplained) == 0) continue;
    verdicts[i].at_fault = in.packed.varint();
    verdicts[i].code = in.prose();
    verdicts[i].field = in.prose();
    verdicts[i].text = in.prose();
    if (!is_explained(verdicts[i])) in.fail();
  }
  return verdicts;
}

// --- feeds ---

enum FeedHead : std::uint8_t {
  kRestart = 1,
  kMore = 2,
  kRowsLeft = 4,
  kCollected = 8,
  kDigest = 16,
  kRows = 32,
  kReceipts = 64,
  kAllOfFeed = 127
};

std::uint8_t head_of(const FeedAnswer& feed) {
  return static_cast<std::uint8_t>(
      (feed.restart ? kRestart : 0) | (feed.more ? kMore : 0) |
      (feed.rows_left != 0 ? kRowsLeft : 0) | (feed.collected != 0 ? kCollected : 0) |
      (feed.digest == crypto::Digest() ? 0 : kDigest) | (feed.rows.empty() ? 0 : kRows) |
      (feed.receipts.empty() ? 0 : kReceipts));
}

void write_feeds(const std::vector<FeedAnswer>& feeds, std::int64_t begin_ms, WireWriter& out) {
  out.packed.varint(feeds.size());
  for (const FeedAnswer& feed : feeds) {
    out.name(feed.feed);
    const std::uint8_t head = head_of(feed);
    out.packed.byte(head);
    write_cursor(feed.cursor, out);
    out.step(feed.cursor.seq, feed.head);
    if ((head & kRowsLeft) != 0) out.packed.varint(feed.rows_left);
    if ((head & kCollected) != 0) out.packed.varint(feed.collected);
    if ((head & kDigest) != 0) {
      out.bare.fixed64(feed.digest.high);
      out.bare.fixed64(feed.digest.low);
    }
    if ((head & kRows) != 0) write_rows(feed.rows, begin_ms, out);
    if ((head & kReceipts) != 0) write_receipts(feed.receipts, begin_ms, out);
  }
}

void read_feed(FeedAnswer& feed, std::int64_t begin_ms, WireReader& in) {
  feed.feed = in.name(core::kScopeBytesMax);
  const std::uint8_t head = in.packed.byte();
  if (feed.feed.empty() || head > kAllOfFeed) in.fail();
  feed.restart = (head & kRestart) != 0;
  feed.more = (head & kMore) != 0;
  feed.cursor = read_cursor(in);
  feed.head = in.step(feed.cursor.seq);
  if ((head & kRowsLeft) != 0) feed.rows_left = in.packed.varint();
  if ((head & kCollected) != 0) feed.collected = in.packed.varint();
  if ((head & kDigest) != 0) {
    feed.digest.high = in.bare.fixed64();
    feed.digest.low = in.bare.fixed64();
  }
  if ((head & kRows) != 0) feed.rows = read_rows(begin_ms, in);
  if ((head & kReceipts) != 0) feed.receipts = read_receipts(begin_ms, in);
}

std::vector<FeedAnswer> read_feeds(std::int64_t begin_ms, WireReader& in) {
  std::vector<FeedAnswer> feeds(in.count(core::kFeedsMax));
  std::set<std::string> names;
  for (FeedAnswer& feed : feeds) {
    if (in.ok()) read_feed(feed, begin_ms, in);
    if (!names.insert(feed.feed).second) in.fail();
  }
  return feeds;
}

// A frame of their own: who does not know them passes over it.
void write_value_digests(const std::vector<FeedAnswer>& feeds, WireWriter& out) {
  for (std::size_t place = 0; place < feeds.size(); ++place) {
    if (!feeds[place].value_digest) continue;
    out.packed.varint(place);
    out.bare.fixed64(*feeds[place].value_digest);
  }
}

void read_value_digests(std::vector<FeedAnswer>& feeds, WireReader& in) {
  std::uint64_t least = 0;
  while (in.ok() && !in.done()) {
    const std::uint64_t place = in.packed.varint();
    if (place < least || place >= feeds.size()) return in.fail();
    feeds[static_cast<std::size_t>(place)].value_digest = in.bare.fixed64();
    least = place + 1;
  }
}

bool has_value_digests(const std::vector<FeedAnswer>& feeds) {
  return std::any_of(feeds.begin(), feeds.end(),
                     [](const FeedAnswer& feed) { return feed.value_digest.has_value(); });
}

// --- devices, notices ---

void write_devices(const std::map<std::string, std::string>& devices, WireWriter& out) {
  out.packed.varint(devices.size());
  for (const auto& [author, device] : devices) {
    out.author(Author::parse(author).value_or(Author()));
    out.name(device);
  }
}

std::map<std::string, std::string> read_devices(WireReader& in) {
  std::map<std::string, std::string> devices;
  for (std::size_t left = in.count(core::kMessageRecordsMax); in.ok() && left > 0; --left) {
    const std::string author = in.author().text();
    if (!devices.emplace(author, in.prose()).second) in.fail();
  }
  return devices;
}

void write_notices(const std::vector<Notice>& notices, WireWriter& out) {
  out.packed.varint(notices.size());
  for (const Notice& notice : notices) {
    out.packed.zigzag(notice.at);
    out.name(notice.code);
    out.name(notice.what);
  }
}

std::vector<Notice> read_notices(WireReader& in) {
  std::vector<Notice> notices(in.count(core::kMessageRecordsMax));
  for (Notice& notice : notices) {
    if (!in.ok()) return {};
    notice.at = in.packed.zigzag();
    notice.code = in.prose();
    notice.what = in.prose();
  }
  return notices;
}

}  // namespace

Bytes encode_binary(const SyncResponse& message, const Packing& packing) {
  const std::int64_t begin = message.server_ms;
  FrameWriter out;
  const auto add_unless = [&](bool empty, FrameType type, const auto& write) {
    if (!empty) out.add(type, write);
  };
  out.add(FrameType::kAnswer, [&](WireWriter& to) { write_head(message, to); });
  add_unless(message.granted.empty(), FrameType::kGranted,
             [&](WireWriter& to) { write_name_list(message.granted, to); });
  add_unless(message.verdicts.empty(), FrameType::kVerdicts,
             [&](WireWriter& to) { write_verdicts(message.verdicts, to); });
  add_unless(message.corrections.empty(), FrameType::kCorrections,
             [&](WireWriter& to) { write_rows(message.corrections, begin, to); });
  add_unless(message.feeds.empty(), FrameType::kFeeds,
             [&](WireWriter& to) { write_feeds(message.feeds, begin, to); });
  add_unless(message.reconcile.empty(), FrameType::kReconcileAnswers,
             [&](WireWriter& to) { write_reconcile(message.reconcile, begin, to); });
  add_unless(message.devices.empty(), FrameType::kDevices,
             [&](WireWriter& to) { write_devices(message.devices, to); });
  add_unless(message.notices.empty(), FrameType::kNotices,
             [&](WireWriter& to) { write_notices(message.notices, to); });
  add_unless(!has_value_digests(message.feeds), FrameType::kValueDigests,
             [&](WireWriter& to) { write_value_digests(message.feeds, to); });
  return join_frames(WireKind::kSyncAnswer, out.take(), packing);
}

Result<SyncResponse> decode_binary_response(std::span<const std::uint8_t> bytes) {
  Frames frames;
  NHIP_TRY(take_apart(bytes, WireKind::kSyncAnswer, frames));
  SyncResponse message;
  FrameReader in(frames);
  in.require(FrameType::kAnswer, "answer", [&](WireReader& from) { read_head(message, from); });
  const std::int64_t begin = message.server_ms;
  in.read(FrameType::kGranted, "granted",
          [&](WireReader& from) { message.granted = read_name_list(from); });
  in.read(FrameType::kVerdicts, "verdicts",
          [&](WireReader& from) { message.verdicts = read_verdicts(from); });
  in.read(FrameType::kCorrections, "corrections",
          [&](WireReader& from) { message.corrections = read_rows(begin, from); });
  in.read(FrameType::kFeeds, "feeds",
          [&](WireReader& from) { message.feeds = read_feeds(begin, from); });
  in.read(FrameType::kReconcileAnswers, "reconcile",
          [&](WireReader& from) { message.reconcile = read_reconcile_answers(begin, from); });
  in.read(FrameType::kDevices, "devices",
          [&](WireReader& from) { message.devices = read_devices(from); });
  in.read(FrameType::kNotices, "notices",
          [&](WireReader& from) { message.notices = read_notices(from); });
  in.read(FrameType::kValueDigests, "value digests",
          [&](WireReader& from) { read_value_digests(message.feeds, from); });
  if (!in.status().ok()) return in.status();
  return message;
}

}  // namespace nhip::protocol
