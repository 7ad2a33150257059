// Random messages of every kind, within the limits of the grammar, for round trips and mutations.
#pragma once

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "protocol/messages.h"

namespace nhip::protocol {

class RandomMessages {
 public:
  explicit RandomMessages(unsigned seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool chance(std::uint64_t one_in) { return below(one_in) == 0; }

  SyncRequest sync_request() {
    SyncRequest out;
    out.schema_version = static_cast<std::uint32_t>(random_());
    out.client = prose();
    out.clock_ms = static_cast<std::int64_t>(random_());
    if (chance(2)) out.answer_bytes_max = random_();
    if (chance(2)) out.epoch = prose();
    if (chance(2)) out.received = random_();
    if (chance(2)) out.token = prose();
    if (chance(2)) out.token_next = prose();
    for (std::uint64_t i = below(4); i > 0; --i) out.feeds.push_back(feed_request(i));
    std::uint64_t seq = 1 + below(1000);
    for (std::uint64_t i = below(5); i > 0; --i) out.push.push_back(group(seq));
    for (std::uint64_t i = below(3); i > 0; --i) out.reconcile.push_back(reconcile_request(i));
    for (std::uint64_t i = below(3); i > 0; --i) out.offers.push_back(offer());
    for (std::uint64_t i = below(3); i > 0; --i) out.purged.push_back(text());
    return out;
  }

  SyncResponse sync_response() {
    SyncResponse out;
    out.schema_version = static_cast<std::uint32_t>(random_());
    out.epoch = prose();
    out.server_ms = static_cast<std::int64_t>(random_());
    for (std::uint64_t i = below(4); i > 0; --i) out.verdicts.push_back(verdict());
    for (std::uint64_t i = below(3); i > 0; --i) out.corrections.push_back(row());
    for (std::uint64_t i = below(4); i > 0; --i) out.feeds.push_back(feed_answer(i));
    for (std::uint64_t i = below(3); i > 0; --i) out.reconcile.push_back(reconcile_answer(i));
    for (std::uint64_t i = below(4); i > 0; --i) out.granted.push_back(text());
    out.received_seq = random_();
    out.durable_seq = random_();
    for (std::uint64_t i = below(3); i > 0; --i) {
      out.notices.push_back({static_cast<std::int64_t>(random_()), prose(), prose()});
    }
    for (std::uint64_t i = below(3); i > 0; --i) out.devices[author().text()] = prose();
    return out;
  }

  ErrorAnswer error() { return {prose(), prose(), chance(2) ? prose() : ""}; }

  HelloAnswer hello() {
    HelloAnswer out;
    out.centre_id = id().text();
    out.public_key = bytes(32);
    out.proof = bytes(64);
    out.protocol = static_cast<int>(below(100));
    out.protocol_min = static_cast<int>(below(100));
    return out;
  }

  EnrolRequest enrol_request() {
    return {prose(), bytes(32), author(), prose(), prose(), bytes(64)};
  }

  EnrolAnswer enrol_answer() {
    EnrolAnswer out;
    out.device_id = prose();
    out.unit_id = prose();
    out.role = prose();
    out.centre_id = id().text();
    out.epoch = prose();
    out.schema_json = "{\"schema\": \"" + std::string(below(5000), 'x') + "\"}";
    for (std::uint64_t i = below(4); i > 0; --i) out.granted.push_back(text());
    out.digest_key = bytes(32);
    out.server_ms = static_cast<std::int64_t>(random_());
    if (chance(2)) out.certificate = certificate();
    if (chance(2)) out.binary = static_cast<std::uint32_t>(below(3));
    return out;
  }

  IdentityRequest identity_request() { return {certificate(), author(), bytes(32), bytes(64)}; }
  IdentityAnswer identity_answer() { return {certificate()}; }

  Certificate certificate() {
    Certificate out;
    out.device_id = prose();
    out.unit_id = prose();
    out.role = prose();
    out.label = chance(3) ? "" : prose();
    out.enrolled_at = static_cast<std::int64_t>(random_());
    out.replica = author();
    out.public_key = bytes(32);
    out.signature = bytes(64);
    return out;
  }

  Bytes bytes(std::size_t size) {
    Bytes out(size);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random_());
    return out;
  }

 private:
  // UTF-8, never empty.
  std::string prose() {
    static const std::vector<std::string> kParts = {"Tết Thiếu nhi 1/6",
                                                    "e\xCC\xA3\xCC\x82",
                                                    "\"",
                                                    "\\",
                                                    std::string("\0", 1),
                                                    "\n",
                                                    "\x7F",
                                                    "a",
                                                    "😀",
                                                    "/"};
    std::string out;
    for (std::uint64_t i = 1 + below(3); i > 0; --i) out += kParts[below(kParts.size())];
    return out;
  }

  // Text of a record: now and then no UTF-8. Never empty.
  std::string text() {
    if (!chance(4)) return prose();
    const Bytes raw = bytes(1 + below(20));
    return {raw.begin(), raw.end()};
  }

  Value value() {
    switch (below(6)) {
      case 0: return Value(static_cast<std::int64_t>(random_()));
      case 1: return Value(static_cast<std::int64_t>(below(100)) - 50);
      case 2: {
        const std::uint64_t bits = random_();
        double real = 0;
        std::memcpy(&real, &bits, sizeof real);
        return Value(real);
      }
      case 3: return Value(text());
      case 4: return Value("");
      default: return Value(bytes(below(40)));
    }
  }

  Id id() { return *Id::from_bytes(bytes(16)); }
  Author author() { return {below(3), static_cast<std::uint32_t>(below(3))}; }
  core::Version version() { return {random_(), author(), random_()}; }
  core::CellKey key() {
    return {static_cast<std::uint16_t>(random_()), chance(2) ? std::string() : text()};
  }

  core::Group group(std::uint64_t& seq) {
    core::Group out;
    for (std::uint64_t i = 1 + below(4); i > 0; --i) out.operations.push_back(operation(seq++));
    if (chance(2)) seq += below(10);
    return out;
  }

  core::Operation operation(std::uint64_t seq) {
    core::Operation out;
    out.seq = seq;
    out.type = static_cast<std::uint16_t>(random_());
    out.id = id();
    if (!chance(5)) out.scope = text();
    out.stamp = random_();
    if (chance(2)) out.seen = random_();
    if (chance(2)) out.held = random_();
    for (std::uint64_t i = below(6); i > 0; --i) {
      out.changes.push_back({key(), chance(5) ? Value() : value()});
    }
    std::sort(out.changes.begin(), out.changes.end(),
              [](const core::Change& a, const core::Change& b) { return a.cell < b.cell; });
    const auto end =
        std::unique(out.changes.begin(), out.changes.end(),
                    [](const core::Change& a, const core::Change& b) { return a.cell == b.cell; });
    out.changes.erase(end, out.changes.end());
    return out;
  }

  Cursor cursor() {
    if (chance(3)) return {};
    return {prose(), below(1000), random_(), chance(4) ? "unit/U-01 7" : "", below(900)};
  }

  FeedRequest feed_request(std::uint64_t number) {
    FeedRequest out;
    out.feed = text() + std::to_string(number);
    out.cursor = cursor();
    std::uint64_t at = out.cursor.seq;
    for (std::uint64_t i = below(4); i > 0; --i) {
      const std::uint64_t first = at + 1 + below(10);
      at = first + below(10);
      out.have.emplace_back(first, at);
    }
    return out;
  }

  GroupVerdict verdict() {
    GroupVerdict out;
    out.first = 1 + below(1000);
    out.last = out.first + below(5);
    out.verdict = static_cast<Verdict>(below(5));
    if (chance(2)) {
      for (std::uint64_t seq = out.first; seq <= out.last; ++seq) out.seqs.push_back(random_());
    }
    if (chance(2)) {
      out.at_fault = out.first;
      out.code = prose();
      out.field = prose();
      out.text = prose();
    }
    return out;
  }

  RowUpdate row() {
    RowUpdate out;
    out.type = static_cast<std::uint16_t>(random_());
    out.id = id();
    out.seq = random_();
    if (chance(2)) out.scope = text();
    out.whole = !chance(3);
    out.left = chance(5);
    if (chance(4)) out.source_id = text();
    if (!chance(5)) out.row.versions.base = version();
    for (std::uint64_t i = below(4); i > 0; --i) out.row.versions.exceptions[key()] = version();
    for (std::uint64_t i = out.left ? 0 : below(8); i > 0; --i) out.row.cells[key()] = value();
    return out;
  }

  FeedAnswer feed_answer(std::uint64_t number) {
    FeedAnswer out;
    out.feed = text() + std::to_string(number);
    out.restart = chance(4);
    for (std::uint64_t i = below(5); i > 0; --i) out.rows.push_back(row());
    out.cursor = cursor();
    out.head = random_();
    out.digest = {random_(), random_()};
    if (chance(2)) out.rows_left = random_();
    out.more = chance(2);
    for (std::uint64_t i = below(3); i > 0; --i) out.receipts.push_back(receipt());
    if (chance(3)) out.collected = random_();
    if (chance(2)) out.value_digest = random_();
    return out;
  }

  // The scope is left out where it is the feed's.
  Receipt receipt() {
    return {chance(2) ? "" : text(), random_(), random_(), static_cast<std::int64_t>(random_()),
            bytes(chance(4) ? below(33) : 8)};
  }

  Offer offer() {
    Offer out;
    out.type = static_cast<std::uint16_t>(random_());
    out.id = id();
    out.scope = text();
    out.seq = random_();
    if (!chance(5)) out.row.versions.base = version();
    for (std::uint64_t i = below(4); i > 0; --i) out.row.versions.exceptions[key()] = version();
    for (std::uint64_t i = below(8); i > 0; --i) out.row.cells[key()] = value();
    if (chance(2)) out.receipt = receipt();
    return out;
  }

  // Ascending; the first one may be 0, the last one the highest there is.
  std::vector<std::uint32_t> buckets() {
    std::vector<std::uint32_t> out;
    for (std::uint64_t i = below(5); i > 0; --i) {
      out.push_back(static_cast<std::uint32_t>(below(std::uint64_t{1} << 24)));
    }
    if (chance(4)) out.insert(out.end(), {0, (1u << 24) - 1});
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  ReconcileRequest reconcile_request(std::uint64_t number) {
    ReconcileRequest out;
    out.feed = text() + std::to_string(number);
    out.nonce = random_();
    out.values = chance(3);
    out.depth = static_cast<std::uint32_t>(below(25));
    out.buckets = buckets();
    out.data = bytes(below(60));
    return out;
  }

  ReconcileAnswer reconcile_answer(std::uint64_t number) {
    ReconcileAnswer out;
    out.feed = text() + std::to_string(number);
    out.nonce = random_();
    out.depth = static_cast<std::uint32_t>(below(25));
    out.buckets = buckets();
    out.data = bytes(below(60));
    for (std::uint64_t i = below(3); i > 0; --i) out.rows.push_back(row());
    for (std::uint64_t i = below(3); i > 0; --i) out.receipts.push_back(receipt());
    out.unknown = bytes(below(30));
    out.more = chance(2);
    if (chance(2)) out.floor = random_();
    out.cursor = cursor();
    return out;
  }

  std::mt19937_64 random_;
};

}  // namespace nhip::protocol
