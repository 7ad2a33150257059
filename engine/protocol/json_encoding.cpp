// The sync request and its answer in JSON. Grammar: schema/protocol/v1.md, "Sync".
#include "protocol/json_encoding.h"

#include <array>
#include <set>

#include "core/limits.h"
#include "nhip/version.h"
#include "protocol/json_reader.h"
#include "protocol/json_recovery.h"
#include "protocol/json_rows.h"

namespace nhip::protocol {
namespace {

using Range = std::pair<std::uint64_t, std::uint64_t>;

// The words of Verdict, in its order.
constexpr std::array<std::string_view, 5> kVerdicts = {"accepted", "merged", "duplicate", "held",
                                                       "rejected"};

// Both directions of the sync carry it. A message of another version may have any shape, so nothing
// else of it is read.
void read_version_line(ObjectReader& in, Fault& fault, int& protocol) {
  protocol = static_cast<int>(in.unsigned_number("protocol", Need::kRequired, 1'000'000));
  if (!fault.ok()) return;
  if (protocol > kProtocolVersion) {
    fault.set(Code::kVersion, "unknown_protocol", "the other side speaks a newer protocol");
  } else if (protocol < kProtocolVersionMin) {
    fault.set(Code::kVersion, "unknown_protocol",
              "the other side speaks a protocol that is too old");
  }
}

void read_names(ObjectReader& in, const char* key, std::vector<std::string>& out) {
  in.list(key, core::kFeedsMax, out, [](const Json& json, Fault& at, std::string& name) {
    name = read_text(json, core::kScopeBytesMax, at);
  });
}

template <typename Feed>
void check_feeds_differ(const char* key, const std::vector<Feed>& feeds, Fault& fault) {
  std::set<std::string> names;
  for (const Feed& feed : feeds) {
    if (names.insert(feed.feed).second) continue;
    fault.set("a feed stands twice");
    return fault.under(key);
  }
}

// --- request ---

Json feed_request_json(const FeedRequest& feed) {
  Json out = {{"feed", text_json(feed.feed)}};
  add_cursor(out, feed.cursor);
  Json have = Json::array();
  for (const auto& [first, last] : feed.have) have.push_back(Json::array({first, last}));
  if (!have.empty()) out["have"] = std::move(have);
  return out;
}

void read_feed_request(const Json& json, Fault& fault, FeedRequest& feed) {
  ObjectReader in(json, fault);
  feed.feed = read_feed_name(in, fault);
  feed.cursor = read_cursor(in);
  in.list("have", core::kHaveRangesMax, feed.have, [](const Json& item, Fault& at, Range& range) {
    if (!item.is_array() || item.size() != 2) return at.set("must be [first, last]");
    range.first = read_unsigned(item[0], std::numeric_limits<std::uint64_t>::max(), at);
    range.second = read_unsigned(item[1], std::numeric_limits<std::uint64_t>::max(), at);
  });
  if (!fault.ok()) return;
  if (feed.feed == "*" && !feed.have.empty()) return fault.set("the feed * takes no have");
  const Range* previous = nullptr;
  for (const Range& range : feed.have) {
    const bool ascends = previous == nullptr || previous->first < range.first;
    if (!ascends || range.second < range.first) return fault.set("have must ascend by first");
    previous = &range;
  }
}

void check_groups_ascend(const std::vector<core::Group>& groups, Fault& fault) {
  std::uint64_t last = 0;
  for (const core::Group& group : groups) {
    if (group.operations.front().seq <= last) {
      fault.set("groups must ascend");
      return fault.under("push");
    }
    last = group.operations.back().seq;
  }
}

// --- answer ---

Json verdict_json(const GroupVerdict& verdict) {
  Json out = {{"first", verdict.first},
              {"last", verdict.last},
              {"verdict", kVerdicts[static_cast<std::size_t>(verdict.verdict)]}};
  if (!verdict.seqs.empty()) out["seqs"] = verdict.seqs;
  if (verdict.at_fault != 0) out["at_fault"] = verdict.at_fault;
  if (!verdict.code.empty()) out["code"] = verdict.code;
  if (!verdict.field.empty()) out["field"] = verdict.field;
  if (!verdict.text.empty()) out["text"] = verdict.text;
  return out;
}

void read_verdict(const Json& json, Fault& fault, GroupVerdict& verdict) {
  ObjectReader in(json, fault);
  verdict.first = in.unsigned_number("first");
  verdict.last = in.unsigned_number("last");
  const std::string word = in.string("verdict");
  in.list("seqs", core::kGroupOperationsMax, verdict.seqs,
          [](const Json& item, Fault& at, std::uint64_t& seq) {
            seq = read_unsigned(item, std::numeric_limits<std::uint64_t>::max(), at);
          });
  verdict.at_fault = in.unsigned_number("at_fault", Need::kOptional);
  verdict.code = in.string("code", Need::kOptional);
  verdict.field = in.string("field", Need::kOptional);
  verdict.text = in.string("text", Need::kOptional);
  if (!fault.ok()) return;
  std::size_t place = 0;
  while (place < kVerdicts.size() && kVerdicts[place] != word) ++place;
  if (place == kVerdicts.size()) return fault.set("is no known verdict");
  verdict.verdict = static_cast<Verdict>(place);
  const bool whole_group = verdict.first >= 1 && verdict.last >= verdict.first &&
                           verdict.last - verdict.first < core::kGroupOperationsMax;
  if (!whole_group) return fault.set("first and last are no group");
  if (!verdict.seqs.empty() && verdict.seqs.size() != verdict.last - verdict.first + 1) {
    fault.set("seqs must have one number per operation");
  }
}

Json feed_answer_json(const FeedAnswer& feed, const AuthorTable& authors) {
  Json out = {{"feed", text_json(feed.feed)}, {"head", feed.head}, {"digest", feed.digest.hex()}};
  add_cursor(out, feed.cursor);
  if (feed.restart) out["restart"] = true;
  if (feed.more) out["more"] = true;
  if (feed.rows_left != 0) out["rows_left"] = feed.rows_left;
  Json rows = Json::array();
  for (const RowUpdate& row : feed.rows) rows.push_back(row_json(row, authors));
  if (!rows.empty()) out["rows"] = std::move(rows);
  if (feed.collected != 0) out["collected"] = feed.collected;
  if (feed.value_digest) out["value_digest"] = hex64_json(*feed.value_digest);
  for (const Receipt& receipt : feed.receipts) out["receipts"].push_back(receipt_json(receipt));
  return out;
}

void read_feed_answer(const Json& json, const std::vector<Author>& authors, Fault& fault,
                      FeedAnswer& feed) {
  ObjectReader in(json, fault);
  feed.feed = read_feed_name(in, fault);
  feed.cursor = read_cursor(in);
  feed.head = in.unsigned_number("head");
  const std::string digest = in.string("digest");
  feed.restart = in.boolean("restart", false);
  feed.more = in.boolean("more", false);
  feed.rows_left = in.unsigned_number("rows_left", Need::kOptional);
  in.list("rows", core::kMessageBytesMax, feed.rows,
          [&](const Json& item, Fault& at, RowUpdate& row) { read_row(item, authors, at, row); });
  feed.collected = in.unsigned_number("collected", Need::kOptional);
  in.list("receipts", core::kMessageBytesMax, feed.receipts, read_receipt);
  if (const Json* values = in.find("value_digest", Need::kOptional)) {
    feed.value_digest = read_hex64(*values, fault);
    if (!fault.ok()) fault.under("value_digest");
  }
  if (!fault.ok()) return;
  if (!crypto::Digest::from_hex(digest, feed.digest) || feed.digest.hex() != digest) {
    fault.set("digest must be 32 lower-case hexadecimal digits");
  }
}

void read_devices(ObjectReader& in, Fault& fault, std::map<std::string, std::string>& devices) {
  const Json* json = in.find("devices", Need::kOptional);
  if (json == nullptr) return;
  if (!json->is_object()) fault.set("must be an object");
  for (auto item = json->begin(); fault.ok() && item != json->end(); ++item) {
    if (!Author::parse(item.key())) {
      fault.set("its keys are replicas like 0123456789abcdef.1");
    } else {
      devices[item.key()] = read_string(item.value(), core::kProseBytesMax, fault);
    }
  }
  if (!fault.ok()) fault.under("devices");
}

std::vector<Author> read_authors(ObjectReader& in) {
  std::vector<Author> authors;
  in.list("authors", core::kMessageBytesMax, authors,
          [](const Json& item, Fault& at, Author& author) { author = read_author(item, at); });
  return authors;
}

void read_notice(const Json& json, Fault& fault, Notice& notice) {
  if (!json.is_array() || json.size() != 3) return fault.set("must be [at, code, what]");
  notice.at = read_integer(json[0], fault);
  notice.code = read_string(json[1], core::kProseBytesMax, fault);
  notice.what = read_string(json[2], core::kProseBytesMax, fault);
}

Json names_json(const std::vector<std::string>& names) {
  Json out = Json::array();
  for (const std::string& name : names) out.push_back(text_json(name));
  return out;
}

}  // namespace

Bytes encode_json(const SyncRequest& message) {
  AuthorTable authors;
  for (const Offer& offer : message.offers) authors.add(offer.row.versions);
  Json out = {{"protocol", message.protocol},
              {"schema", message.schema_version},
              {"client", message.client},
              {"clock_ms", message.clock_ms}};
  if (message.answer_bytes_max != 0) out["answer_bytes_max"] = message.answer_bytes_max;
  if (!message.epoch.empty()) out["epoch"] = message.epoch;
  if (message.received != 0) out["received"] = message.received;
  if (!message.token.empty()) out["token"] = message.token;
  if (!message.token_next.empty()) out["token_next"] = message.token_next;
  for (const FeedRequest& feed : message.feeds) out["feeds"].push_back(feed_request_json(feed));
  for (const core::Group& group : message.push) out["push"].push_back(group_json(group));
  for (const ReconcileRequest& each : message.reconcile)
    out["reconcile"].push_back(reconcile_json(each));
  if (!message.purged.empty()) out["purged"] = names_json(message.purged);
  Json table = authors.encode();
  if (!table.empty()) out["authors"] = std::move(table);
  for (const Offer& offer : message.offers) out["offers"].push_back(offer_json(offer, authors));
  return dump_message(out);
}

Result<SyncRequest> decode_sync_request(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  ObjectReader in(json, fault);
  SyncRequest message;
  read_version_line(in, fault, message.protocol);
  message.schema_version = static_cast<std::uint32_t>(
      in.unsigned_number("schema", Need::kRequired, std::numeric_limits<std::uint32_t>::max()));
  message.client = in.string("client");
  message.clock_ms = in.integer("clock_ms");
  message.answer_bytes_max = in.unsigned_number("answer_bytes_max", Need::kOptional);
  message.epoch = in.string("epoch", Need::kOptional);
  message.received = in.unsigned_number("received", Need::kOptional);
  message.token = in.string("token", Need::kOptional);
  message.token_next = in.string("token_next", Need::kOptional);
  in.list("feeds", core::kFeedsMax, message.feeds, read_feed_request);
  in.list("push", core::kMessageBytesMax, message.push, read_group);
  in.list(
      "reconcile", core::kFeedsMax, message.reconcile,
      [](const Json& item, Fault& at, ReconcileRequest& each) { read_reconcile(item, at, each); });
  const std::vector<Author> authors = read_authors(in);
  in.list("offers", core::kMessageBytesMax, message.offers,
          [&](const Json& item, Fault& at, Offer& offer) { read_offer(item, authors, at, offer); });
  read_names(in, "purged", message.purged);
  if (fault.ok()) check_feeds_differ("reconcile", message.reconcile, fault);
  if (fault.ok()) check_feeds_differ("feeds", message.feeds, fault);
  if (fault.ok()) check_groups_ascend(message.push, fault);
  if (!fault.ok()) return fault.status();
  return message;
}

Bytes encode_json(const SyncResponse& message) {
  AuthorTable authors;
  for (const RowUpdate& row : message.corrections) authors.add(row.row.versions);
  for (const FeedAnswer& feed : message.feeds) {
    for (const RowUpdate& row : feed.rows) authors.add(row.row.versions);
  }
  for (const ReconcileAnswer& each : message.reconcile) {
    for (const RowUpdate& row : each.rows) authors.add(row.row.versions);
  }
  Json out = {{"protocol", message.protocol},
              {"schema", message.schema_version},
              {"epoch", message.epoch},
              {"server_ms", message.server_ms},
              {"received_seq", message.received_seq},
              {"durable_seq", message.durable_seq},
              {"granted", names_json(message.granted)}};
  Json table = authors.encode();
  if (!table.empty()) out["authors"] = std::move(table);
  for (const GroupVerdict& verdict : message.verdicts)
    out["verdicts"].push_back(verdict_json(verdict));
  for (const RowUpdate& row : message.corrections)
    out["corrections"].push_back(row_json(row, authors));
  for (const FeedAnswer& feed : message.feeds)
    out["feeds"].push_back(feed_answer_json(feed, authors));
  for (const ReconcileAnswer& each : message.reconcile)
    out["reconcile"].push_back(reconcile_json(each, authors));
  if (!message.devices.empty()) out["devices"] = message.devices;
  for (const Notice& notice : message.notices)
    out["notices"].push_back(Json::array({notice.at, notice.code, notice.what}));
  return dump_message(out);
}

Result<SyncResponse> decode_sync_response(std::span<const std::uint8_t> bytes) {
  NHIP_TRY_ASSIGN(const Json json, parse_message(bytes));
  Fault fault;
  ObjectReader in(json, fault);
  SyncResponse message;
  read_version_line(in, fault, message.protocol);
  message.schema_version = static_cast<std::uint32_t>(
      in.unsigned_number("schema", Need::kRequired, std::numeric_limits<std::uint32_t>::max()));
  message.epoch = in.string("epoch");
  message.server_ms = in.integer("server_ms");
  message.received_seq = in.unsigned_number("received_seq");
  message.durable_seq = in.unsigned_number("durable_seq");
  read_names(in, "granted", message.granted);
  const std::vector<Author> authors = read_authors(in);
  in.list("verdicts", core::kMessageBytesMax, message.verdicts, read_verdict);
  in.list("corrections", core::kMessageBytesMax, message.corrections,
          [&](const Json& item, Fault& at, RowUpdate& row) { read_row(item, authors, at, row); });
  in.list("feeds", core::kFeedsMax, message.feeds,
          [&](const Json& item, Fault& at, FeedAnswer& feed) {
            read_feed_answer(item, authors, at, feed);
          });
  in.list("reconcile", core::kFeedsMax, message.reconcile,
          [&](const Json& item, Fault& at, ReconcileAnswer& each) {
            read_reconcile(item, authors, at, each);
          });
  read_devices(in, fault, message.devices);
  in.list("notices", core::kMessageBytesMax, message.notices, read_notice);
  if (fault.ok()) check_feeds_differ("feeds", message.feeds, fault);
  if (!fault.ok()) return fault.status();
  return message;
}

}  // namespace nhip::protocol
