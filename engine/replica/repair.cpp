#include "replica/repair.h"

#include <set>

#include "core/planted.h"
#include "replica/feed_position.h"
#include "replica/held_records.h"
#include "replica/offer.h"
#include "replica/record_state.h"

namespace nhip::replica {

namespace {

constexpr int kTriesMax = 4;
// One step names at most this many records, 48 kB; the rest comes with the next reconciliation.
constexpr std::size_t kPrintsMax = 8'000;
constexpr std::int64_t kValuesEveryMs = std::int64_t{7} * 24 * 3600 * 1000;

Status set_repair(Store& store, const std::string& feed, RepairKind kind) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached("UPDATE _nhip_feed SET repair=?2 WHERE name=?1"));
  return stmt.bind(1, feed).bind(2, static_cast<std::int64_t>(kind)).run();
}

Result<std::map<std::string, RepairKind>> feeds_under_repair(Store& store) {
  std::map<std::string, RepairKind> feeds;
  NHIP_TRY_ASSIGN(auto stmt,
                  store.db().cached("SELECT name,repair FROM _nhip_feed WHERE repair<>0"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return feeds;
    feeds[stmt.text(0)] = stmt.integer(1) == 2 ? RepairKind::kValues : RepairKind::kVersions;
  }
}

}  // namespace

Result<bool> recount(Store& store) {
  if (!store.enrolment()) return false;
  bool wrong = false;
  const auto before = store.digests();
  for (const auto& [feed, digest] : before) {
    crypto::Digest sum;
    NHIP_TRY(each_held(store, feed, false, [&](const protocol::Held& held) {
      sum += crypto::element(store.enrolment()->digest_key, held.type, held.id, held.seq,
                             held.deleted);
    }));
    if (sum == digest) continue;
    wrong = true;
    store.set_digest(feed, sum);
  }
  return wrong;
}

Result<bool> values_are_due(Store& store) {
  NHIP_TRY_ASSIGN(const Value asked, store.setting("values_due"));
  if (asked.integer() != nullptr && *asked.integer() != 0) return true;
  NHIP_TRY_ASSIGN(const Value last, store.setting("values_at"));
  if (last.integer() == nullptr) return false;  // the first sync brings everything anew
  const std::int64_t age = store.now() - *last.integer();
  return age > kValuesEveryMs || age < -kValuesEveryMs;
}

Status ask_for_values(Store& store) {
  return store.set_setting("values_due", Value(std::int64_t{1}));
}

Status Repair::compare_values(Store& store) {
  steps_.clear();
  for (const auto& [feed, digest] : store.digests()) {
    NHIP_TRY(set_repair(store, feed, RepairKind::kValues));
  }
  NHIP_TRY(store.set_setting("values_due", Value(std::int64_t{0})));
  return store.set_setting("values_at", Value(store.now()));
}

Result<bool> Repair::mark(Store& store, const std::string& feed, RepairKind kind) {
  steps_.erase(feed);
  NHIP_TRY(recount(store));
  const int tries = ++tries_[feed];
  if (kind == RepairKind::kValues) {
    // Who changed one value may have changed more. What does not come to an end in this sync is
    // asked for again by the next one.
    NHIP_TRY(tries < kTriesMax ? compare_values(store) : ask_for_values(store));
    return tries < kTriesMax;
  }
  if (tries < kTriesMax) {
    NHIP_TRY(set_repair(store, feed, kind));
    return true;
  }
  NHIP_TRY(set_repair(store, feed, RepairKind::kNone));
  if (tries > kTriesMax) return false;
  NHIP_TRY(restart_feed(store, feed));
  return true;
}

Status Repair::ask(Store& store, protocol::SyncRequest& request) {
  NHIP_TRY_ASSIGN(const auto feeds, feeds_under_repair(store));
  for (const auto& entry : feeds) {
    const std::string& feed = entry.first;
    Steps& steps = steps_[feed];
    steps.values = entry.second == RepairKind::kValues;
    if (!steps.parts.empty()) {
      NHIP_TRY(ask_prints(store, feed, steps, request));
      continue;
    }
    std::uint64_t records = 0;
    NHIP_TRY(each_held(store, feed, false, [&](const protocol::Held&) { ++records; }));
    if (records == 0) {
      NHIP_TRY(store.transact([&]() -> Status {
        NHIP_TRY(restart_feed(store, feed));
        return set_repair(store, feed, RepairKind::kNone);
      }));
      steps_.erase(feed);
      continue;
    }
    NHIP_TRY(ask_sums(store, feed, steps, request, records));
  }
  return {};
}

Status Repair::ask_sums(Store& store, const std::string& feed, Steps& steps,
                        protocol::SyncRequest& request, std::uint64_t records) {
  store.random(reinterpret_cast<std::uint8_t*>(&steps.nonce), sizeof steps.nonce);
  const protocol::Prints prints(store.enrolment()->digest_key, steps.nonce, steps.values);
  protocol::Sums sums(protocol::depth_for(records));
  NHIP_TRY(each_held(store, feed, steps.values, [&](const protocol::Held& held) {
    sums.add(prints.place(held), prints.print(held));
  }));
  request.reconcile.push_back({feed, steps.nonce, steps.values, sums.depth(), {}, sums.encode()});
  return {};
}

Status Repair::ask_prints(Store& store, const std::string& feed, Steps& steps,
                          protocol::SyncRequest& request) {
  const protocol::Prints prints(store.enrolment()->digest_key, steps.nonce, steps.values);
  std::map<std::uint32_t, std::vector<protocol::Print>> buckets;
  for (const std::uint32_t part : steps.parts) buckets[part];
  NHIP_TRY(each_held(store, feed, steps.values, [&](const protocol::Held& held) {
    const auto found = buckets.find(protocol::bucket_of(prints.place(held), steps.depth));
    if (found != buckets.end()) found->second.push_back(prints.print(held));
  }));
  std::size_t named = 0;
  for (auto bucket = buckets.begin(); bucket != buckets.end();) {
    named += bucket->second.size();
    const bool fits = named <= kPrintsMax || bucket == buckets.begin();
    if (!fits) steps.cut = true;
    bucket = fits ? std::next(bucket) : buckets.erase(bucket);
  }
  protocol::ReconcileRequest step{feed, steps.nonce, steps.values, steps.depth, {}, {}};
  if (NHIP_PLANTED(bucket_skipped) && buckets.size() > 1) buckets.erase(buckets.begin());
  for (const auto& [bucket, unused] : buckets) step.buckets.push_back(bucket);
  step.data = protocol::encode_buckets(buckets);
  request.reconcile.push_back(std::move(step));
  return {};
}

Result<bool> Repair::take_sums(Store& store, const protocol::ReconcileRequest& asked,
                               const protocol::ReconcileAnswer& answer) {
  Steps& steps = steps_[asked.feed];
  constexpr std::uint32_t kParts = 1u << protocol::kPartsBits;
  const auto theirs = protocol::decode_prints(answer.data);
  const bool fits = theirs && theirs->size() == answer.buckets.size() * kParts &&
                    answer.depth == asked.depth + protocol::kPartsBits &&
                    answer.nonce == asked.nonce;
  if (!fits || answer.depth > protocol::kPlaceBits) {
    return Status(Code::kMalformed, "bad_message", "The centre's comparison contradicts itself.");
  }
  for (const std::uint32_t bucket : answer.buckets) {
    if (bucket >> asked.depth != 0)
      return Status(Code::kMalformed, "bad_message", "The centre compares what was not asked.");
  }
  steps.cursor = answer.cursor;
  steps.depth = answer.depth;
  const protocol::Prints prints(store.enrolment()->digest_key, asked.nonce, asked.values);
  protocol::Sums sums(answer.depth);
  NHIP_TRY(each_held(store, asked.feed, asked.values, [&](const protocol::Held& held) {
    sums.add(prints.place(held), prints.print(held));
  }));
  for (std::size_t i = 0; i < theirs->size(); ++i) {
    const auto part = answer.buckets[i / kParts] * kParts + static_cast<std::uint32_t>(i % kParts);
    if (sums.at(part) != (*theirs)[i]) steps.parts.push_back(part);
  }
  if (!steps.parts.empty()) return false;
  NHIP_TRY(finish(store, asked.feed, steps));
  return true;
}

Result<std::vector<std::pair<std::uint16_t, Id>>> Repair::keep_unknown(
    Store& store, const protocol::ReconcileRequest& asked,
    const protocol::ReconcileAnswer& answer) {
  using Record = std::pair<std::uint16_t, Id>;
  const auto listed = protocol::decode_prints(answer.unknown);
  if (!listed || answer.nonce != asked.nonce)
    return Status(Code::kMalformed, "bad_message", "The centre's comparison contradicts itself.");
  const std::set<protocol::Print> unknown(listed->begin(), listed->end());
  std::set<Record> sent;
  for (const protocol::RowUpdate& row : answer.rows) sent.insert({row.type, row.id});
  const protocol::Prints prints(store.enrolment()->digest_key, asked.nonce, asked.values);
  std::vector<Record> strange, nowhere;
  NHIP_TRY(each_held(store, asked.feed, asked.values, [&](const protocol::Held& held) {
    if (unknown.count(prints.print(held)) > 0) strange.emplace_back(held.type, held.id);
  }));
  for (const Record& record : strange) {
    NHIP_TRY_ASSIGN(const RecordState state, load_state(store, record.first, record.second));
    if (!state.centre) continue;
    NHIP_TRY_ASSIGN(const bool receipt, has_receipt(store, state.centre->scope, state.centre->seq));
    const bool may_be_lost = state.centre->seq < answer.floor || receipt;
    if (may_be_lost) NHIP_TRY(keep_offer(store, state));
    if (!may_be_lost && sent.count(record) == 0 && !answer.more) nowhere.push_back(record);
  }
  return nowhere;
}

Result<bool> Repair::take_prints(Store& store, const protocol::ReconcileAnswer& answer) {
  const Steps steps = steps_[answer.feed];
  if (answer.more || steps.cut) {
    steps_.erase(answer.feed);  // much differs: what came is kept, the rest is compared anew
    return false;
  }
  NHIP_TRY(finish(store, answer.feed, steps));
  return true;
}

// Everything the centre had when the first step was answered is here now; later changes come with
// the feed.
Status Repair::finish(Store& store, const std::string& feed, const Steps& steps) {
  values_done_ = values_done_ || steps.values;
  NHIP_TRY(forget_have(store, feed));
  NHIP_TRY(move_cursor(store, feed, steps.cursor));
  steps_.erase(feed);
  return set_repair(store, feed, RepairKind::kNone);
}

Status Repair::save(Store& store) const {
  core::Writer out;
  out.varint(steps_.size());
  for (const auto& [feed, steps] : steps_) {
    out.text(feed);
    out.fixed64(steps.nonce);
    out.byte(steps.values ? 1 : 0);
    out.text(steps.cursor.epoch);
    out.varint(steps.cursor.seq);
    out.fixed64(steps.cursor.salt);
    out.varint(steps.cursor.complete);
    out.varint(steps.depth);
    out.byte(steps.cut ? 1 : 0);
    out.varint(steps.parts.size());
    for (const std::uint32_t part : steps.parts) out.varint(part);
  }
  return store.set_setting("repair_steps", Value(out.take()));
}

Status Repair::load(Store& store) {
  NHIP_TRY_ASSIGN(const Value kept, store.setting("repair_steps"));
  if (kept.blob() == nullptr) return {};
  core::Reader in(*kept.blob());
  const std::uint64_t count = in.varint();
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    Steps& steps = steps_[in.text()];
    steps.nonce = in.fixed64();
    steps.values = in.byte() != 0;
    steps.cursor.epoch = in.text();
    steps.cursor.seq = in.varint();
    steps.cursor.salt = in.fixed64();
    steps.cursor.complete = in.varint();
    steps.depth = static_cast<std::uint32_t>(in.varint());
    steps.cut = in.byte() != 0;
    const std::uint64_t parts = in.varint();
    for (std::uint64_t p = 0; p < parts && in.ok(); ++p) {
      steps.parts.push_back(static_cast<std::uint32_t>(in.varint()));
    }
  }
  if (!in.done()) steps_.clear();  // they only save a step
  return {};
}

}  // namespace nhip::replica
