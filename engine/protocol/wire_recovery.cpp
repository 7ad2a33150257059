#include "protocol/wire_recovery.h"

#include <set>

#include "core/limits.h"
#include "protocol/wire_records.h"

namespace nhip::protocol {
namespace {

constexpr std::uint64_t kDepthMax = 24;
constexpr std::uint64_t kBucketMax = (1u << kDepthMax) - 1;

// Sums and prints are random bytes.
void write_data(const Bytes& data, WireWriter& out) {
  out.packed.varint(data.size());
  out.bare.raw(data);
}

Bytes read_data(WireReader& in) { return in.bare_blob(core::kMessageBytesMax); }

// Each is behind the one before; the first one is behind -1.
void write_buckets(const std::vector<std::uint32_t>& buckets, WireWriter& out) {
  out.packed.varint(buckets.size());
  std::uint32_t begin = 0;
  for (const std::uint32_t bucket : buckets) {
    out.packed.varint(bucket - begin);
    begin = bucket + 1;
  }
}

std::vector<std::uint32_t> read_buckets(WireReader& in) {
  std::vector<std::uint32_t> buckets(in.count(core::kMessageBytesMax));
  std::uint64_t begin = 0;
  for (std::uint32_t& bucket : buckets) {
    const std::uint64_t number = begin + in.number(kBucketMax);
    if (number > kBucketMax) in.fail();
    bucket = static_cast<std::uint32_t>(number);
    begin = number + 1;
  }
  return buckets;
}

std::uint32_t read_depth(WireReader& in) {
  return static_cast<std::uint32_t>(in.number(kDepthMax));
}

std::string read_feed(WireReader& in) {
  std::string feed = in.name(core::kScopeBytesMax);
  if (feed.empty()) in.fail();
  return feed;
}

}  // namespace

void write_reconcile(const std::vector<ReconcileRequest>& requests, WireWriter& out) {
  out.packed.varint(requests.size());
  for (const ReconcileRequest& request : requests) {
    out.name(request.feed);
    out.bare.fixed64(request.nonce);
    out.packed.varint(request.depth);
    out.packed.byte(request.values ? 1 : 0);
    write_buckets(request.buckets, out);
    write_data(request.data, out);
  }
}

std::vector<ReconcileRequest> read_reconcile_requests(WireReader& in) {
  std::vector<ReconcileRequest> requests(in.count(core::kFeedsMax));
  std::set<std::string> feeds;
  for (ReconcileRequest& request : requests) {
    if (!in.ok()) return {};
    request.feed = read_feed(in);
    if (!feeds.insert(request.feed).second) in.fail();
    request.nonce = in.bare.fixed64();
    request.depth = read_depth(in);
    request.values = in.flag();
    request.buckets = read_buckets(in);
    request.data = read_data(in);
  }
  return requests;
}

void write_reconcile(const std::vector<ReconcileAnswer>& answers, std::int64_t begin_ms,
                     WireWriter& out) {
  out.packed.varint(answers.size());
  for (const ReconcileAnswer& answer : answers) {
    out.name(answer.feed);
    out.bare.fixed64(answer.nonce);
    out.packed.varint(answer.depth);
    out.packed.byte(answer.more ? 1 : 0);
    out.packed.varint(answer.floor);
    write_cursor(answer.cursor, out);
    write_buckets(answer.buckets, out);
    write_data(answer.data, out);
    write_data(answer.unknown, out);
    write_rows(answer.rows, begin_ms, out);
    write_receipts(answer.receipts, begin_ms, out);
  }
}

std::vector<ReconcileAnswer> read_reconcile_answers(std::int64_t begin_ms, WireReader& in) {
  std::vector<ReconcileAnswer> answers(in.count(core::kFeedsMax));
  for (ReconcileAnswer& answer : answers) {
    if (!in.ok()) return {};
    answer.feed = read_feed(in);
    answer.nonce = in.bare.fixed64();
    answer.depth = read_depth(in);
    answer.more = in.flag();
    answer.floor = in.packed.varint();
    answer.cursor = read_cursor(in);
    answer.buckets = read_buckets(in);
    answer.data = read_data(in);
    answer.unknown = read_data(in);
    answer.rows = read_rows(begin_ms, in);
    answer.receipts = read_receipts(begin_ms, in);
  }
  return answers;
}

// The rows, then for each whether a receipt is there, then the receipts.
void write_offers(const std::vector<Offer>& offers, std::int64_t begin_ms, WireWriter& out) {
  std::vector<RowUpdate> rows;
  std::vector<Receipt> receipts;
  for (const Offer& offer : offers) {
    RowUpdate& row = rows.emplace_back();
    row.type = offer.type;
    row.id = offer.id;
    row.scope = offer.scope;
    row.seq = offer.seq;
    row.row = offer.row;
    if (offer.receipt) receipts.push_back(*offer.receipt);
  }
  write_rows(rows, begin_ms, out);
  for (const Offer& offer : offers) out.packed.byte(offer.receipt ? 1 : 0);
  write_receipts(receipts, begin_ms, out);
}

std::vector<Offer> read_offers(std::int64_t begin_ms, WireReader& in) {
  std::vector<RowUpdate> rows = read_rows(begin_ms, in);
  std::vector<bool> has_receipt;
  for (std::size_t i = 0; i < rows.size() && in.ok(); ++i) has_receipt.push_back(in.flag());
  std::vector<Receipt> receipts = read_receipts(begin_ms, in);
  std::vector<Offer> offers(in.ok() ? rows.size() : 0);
  std::size_t next = 0;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    RowUpdate& row = rows[i];
    if (!row.whole || row.left || row.scope.empty() || !row.source_id.empty()) in.fail();
    offers[i].type = row.type;
    offers[i].id = row.id;
    offers[i].scope = std::move(row.scope);
    offers[i].seq = row.seq;
    offers[i].row = std::move(row.row);
    if (!has_receipt[i]) continue;
    if (next == receipts.size()) {
      in.fail();
      return {};
    }
    offers[i].receipt = std::move(receipts[next++]);
  }
  if (next != receipts.size()) in.fail();
  return offers;
}

void write_name_list(const std::vector<std::string>& names, WireWriter& out) {
  out.packed.varint(names.size());
  for (const std::string& name : names) out.name(name);
}

std::vector<std::string> read_name_list(WireReader& in) {
  std::vector<std::string> names(in.count(core::kFeedsMax));
  for (std::string& name : names) name = in.name(core::kScopeBytesMax);
  return names;
}

}  // namespace nhip::protocol
