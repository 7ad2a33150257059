#include "protocol/json_recovery.h"

#include "core/limits.h"
#include "crypto/keys.h"

namespace nhip::protocol {
namespace {

constexpr std::size_t kReceiptBytesMax = 32;
constexpr std::uint64_t kDepthMax = 24;
constexpr std::uint64_t kBucketMax = (1u << kDepthMax) - 1;

Json buckets_json(const std::vector<std::uint32_t>& buckets) {
  Json out = Json::array();
  std::uint32_t previous = 0;
  for (const std::uint32_t bucket : buckets) {
    out.push_back(bucket - previous);  // ascending numbers as distances are shorter
    previous = bucket;
  }
  return out;
}

void read_buckets(ObjectReader& in, std::vector<std::uint32_t>& buckets, Fault& fault) {
  std::uint64_t previous = 0;
  in.list("buckets", core::kMessageBytesMax, buckets,
          [&](const Json& item, Fault& at, std::uint32_t& bucket) {
            const std::uint64_t step = read_unsigned(item, kBucketMax, at);
            previous += step;
            if (previous > kBucketMax) at.set("is no bucket");
            bucket = static_cast<std::uint32_t>(previous);
          });
  if (!fault.ok()) return;
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i] > buckets[i - 1]) continue;
    fault.set("must ascend");
    return fault.under("buckets");
  }
}

Bytes read_data(ObjectReader& in, const char* key, Fault& fault) {
  const Json* json = in.find(key, Need::kOptional);
  if (json == nullptr) return {};
  Bytes data = read_base64(*json, core::kMessageBytesMax, fault);
  if (!fault.ok()) fault.under(key);
  return data;
}

}  // namespace

void add_cursor(Json& out, const Cursor& cursor) {
  if (!cursor.epoch.empty()) out["epoch"] = cursor.epoch;
  if (cursor.seq != 0) out["seq"] = cursor.seq;
  if (cursor.salt != 0) out["salt"] = hex64_json(cursor.salt);
  if (!cursor.within.empty()) out["within"] = cursor.within;
  if (cursor.complete != 0) out["complete"] = cursor.complete;
}

Cursor read_cursor(ObjectReader& in) {
  Cursor cursor;
  cursor.epoch = in.string("epoch", Need::kOptional);
  cursor.seq = in.unsigned_number("seq", Need::kOptional);
  cursor.salt = in.hex64("salt", Need::kOptional);
  cursor.within = in.text("within", core::kScopeBytesMax + 24, Need::kOptional);
  cursor.complete = in.unsigned_number("complete", Need::kOptional);
  return cursor;
}

std::string read_feed_name(ObjectReader& in, Fault& fault) {
  std::string feed = in.text("feed", core::kScopeBytesMax);
  if (fault.ok() && feed.empty()) fault.set("a feed has a name");
  return feed;
}

Json reconcile_json(const ReconcileRequest& request) {
  Json out = {{"feed", text_json(request.feed)},
              {"nonce", hex64_json(request.nonce)},
              {"depth", request.depth},
              {"data", crypto::base64(request.data)}};
  if (request.values) out["values"] = true;
  if (!request.buckets.empty()) out["buckets"] = buckets_json(request.buckets);
  return out;
}

void read_reconcile(const Json& json, Fault& fault, ReconcileRequest& request) {
  ObjectReader in(json, fault);
  request.feed = read_feed_name(in, fault);
  request.nonce = in.hex64("nonce");
  request.values = in.boolean("values", false);
  request.depth =
      static_cast<std::uint32_t>(in.unsigned_number("depth", Need::kRequired, kDepthMax));
  read_buckets(in, request.buckets, fault);
  request.data = read_data(in, "data", fault);
}

Json reconcile_json(const ReconcileAnswer& answer, const AuthorTable& authors) {
  Json out = {{"feed", text_json(answer.feed)}, {"nonce", hex64_json(answer.nonce)}};
  add_cursor(out, answer.cursor);
  if (answer.depth != 0) out["depth"] = answer.depth;
  if (!answer.buckets.empty()) out["buckets"] = buckets_json(answer.buckets);
  if (!answer.data.empty()) out["data"] = crypto::base64(answer.data);
  for (const RowUpdate& row : answer.rows) out["rows"].push_back(row_json(row, authors));
  for (const Receipt& receipt : answer.receipts) out["receipts"].push_back(receipt_json(receipt));
  if (!answer.unknown.empty()) out["unknown"] = crypto::base64(answer.unknown);
  if (answer.more) out["more"] = true;
  if (answer.floor != 0) out["floor"] = answer.floor;
  return out;
}

void read_reconcile(const Json& json, const std::vector<Author>& authors, Fault& fault,
                    ReconcileAnswer& answer) {
  ObjectReader in(json, fault);
  answer.feed = read_feed_name(in, fault);
  answer.nonce = in.hex64("nonce");
  answer.cursor = read_cursor(in);
  answer.depth =
      static_cast<std::uint32_t>(in.unsigned_number("depth", Need::kOptional, kDepthMax));
  read_buckets(in, answer.buckets, fault);
  answer.data = read_data(in, "data", fault);
  in.list("rows", core::kMessageBytesMax, answer.rows,
          [&](const Json& item, Fault& at, RowUpdate& row) { read_row(item, authors, at, row); });
  in.list("receipts", core::kMessageBytesMax, answer.receipts, read_receipt);
  answer.unknown = read_data(in, "unknown", fault);
  answer.more = in.boolean("more", false);
  answer.floor = in.unsigned_number("floor", Need::kOptional);
}

Json offer_json(const Offer& offer, const AuthorTable& authors) {
  RowUpdate row;
  row.type = offer.type;
  row.id = offer.id;
  row.scope = offer.scope;
  row.seq = offer.seq;
  row.row = offer.row;
  Json out = {{"row", row_json(row, authors)}};
  if (offer.receipt) out["receipt"] = receipt_json(*offer.receipt);
  return out;
}

void read_offer(const Json& json, const std::vector<Author>& authors, Fault& fault, Offer& offer) {
  ObjectReader in(json, fault);
  RowUpdate row;
  if (const Json* at = in.find("row", Need::kRequired)) {
    read_row(*at, authors, fault, row);
    if (!fault.ok()) fault.under("row");
  }
  if (fault.ok() && (!row.whole || row.left || row.scope.empty())) {
    fault.set("an offer is a whole record with its scope");
  }
  offer.type = row.type;
  offer.id = row.id;
  offer.scope = std::move(row.scope);
  offer.seq = row.seq;
  offer.row = std::move(row.row);
  if (const Json* receipt = in.find("receipt", Need::kOptional)) {
    read_receipt(*receipt, fault, offer.receipt.emplace());
    if (!fault.ok()) fault.under("receipt");
  }
}

Json receipt_json(const Receipt& receipt) {
  Json out = Json::array(
      {receipt.first, receipt.last, receipt.received_at, crypto::base64(receipt.proof)});
  if (!receipt.scope.empty()) out.push_back(text_json(receipt.scope));
  return out;
}

void read_receipt(const Json& json, Fault& fault, Receipt& receipt) {
  if (!json.is_array() || json.size() < 4 || json.size() > 5) {
    return fault.set("must be [first, last, received_at, proof, scope?]");
  }
  constexpr auto kAny = std::numeric_limits<std::uint64_t>::max();
  receipt.first = read_unsigned(json[0], kAny, fault);
  receipt.last = read_unsigned(json[1], kAny, fault);
  receipt.received_at = read_integer(json[2], fault);
  receipt.proof = read_base64(json[3], kReceiptBytesMax, fault);
  if (json.size() == 5) receipt.scope = read_text(json[4], core::kScopeBytesMax, fault);
}

}  // namespace nhip::protocol
