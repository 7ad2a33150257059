#include "protocol/reconcile.h"

#include <algorithm>

#include "core/bytes.h"
#include "crypto/keys.h"

namespace nhip::protocol {

namespace {

constexpr std::size_t kPrintBytes = 6;
constexpr Print kPrintMask = (Print{1} << 48) - 1;
constexpr std::uint64_t kRecordsPerBucket = 128;
constexpr std::uint32_t kFirstDepthMax = 10;

std::uint64_t head_of(const crypto::Hash& hash) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | hash[static_cast<std::size_t>(i)];
  return value;
}

}  // namespace

std::uint32_t Prints::place(const Held& record) const {
  core::Writer out;
  out.fixed64(nonce_);
  out.varint(record.type);
  out.raw(record.id.bytes);
  const std::uint64_t head = head_of(crypto::keyed_hash(key_, out.bytes()));
  return static_cast<std::uint32_t>(head >> (64 - kPlaceBits));
}

Print Prints::print(const Held& record) const { return hash(record) & kPrintMask; }

std::uint64_t Prints::hash(const Held& record) const {
  core::Writer out;
  out.fixed64(nonce_);
  out.varint(record.type);
  out.raw(record.id.bytes);
  out.varint(record.seq);
  out.byte(record.deleted ? 1 : 0);
  if (values_ && record.cells != nullptr) core::write_cells(out, *record.cells);
  return head_of(crypto::keyed_hash(key_, out.bytes()));
}

std::uint32_t depth_for(std::uint64_t records) {
  std::uint32_t depth = 0;
  while (depth < kFirstDepthMax && records >> depth > kRecordsPerBucket) ++depth;
  return depth;
}

void Sums::add(std::uint32_t place, Print print) {
  Print& sum = sums_[bucket_of(place, depth_)];
  sum = (sum + print) & kPrintMask;
}

Bytes Sums::encode() const { return encode_prints(sums_); }

Bytes encode_prints(const std::vector<Print>& prints) {
  Bytes out;
  out.reserve(prints.size() * kPrintBytes);
  for (const Print print : prints) {
    for (int shift = 40; shift >= 0; shift -= 8) {
      out.push_back(static_cast<std::uint8_t>(print >> shift));
    }
  }
  return out;
}

std::optional<std::vector<Print>> decode_prints(std::span<const std::uint8_t> bytes) {
  if (bytes.size() % kPrintBytes != 0) return std::nullopt;
  std::vector<Print> prints;
  prints.reserve(bytes.size() / kPrintBytes);
  for (std::size_t at = 0; at < bytes.size(); at += kPrintBytes) {
    Print print = 0;
    for (std::size_t i = 0; i < kPrintBytes; ++i) print = print << 8 | bytes[at + i];
    prints.push_back(print);
  }
  return prints;
}

Bytes encode_buckets(const std::map<std::uint32_t, std::vector<Print>>& buckets) {
  core::Writer out;
  for (const auto& [bucket, prints] : buckets) {
    out.varint(prints.size());
    out.raw(encode_prints(prints));
  }
  return out.take();
}

std::optional<std::map<std::uint32_t, std::multiset<Print>>> decode_buckets(
    const std::vector<std::uint32_t>& buckets, std::span<const std::uint8_t> data) {
  core::Reader in(data);
  std::map<std::uint32_t, std::multiset<Print>> out;
  for (const std::uint32_t bucket : buckets) {
    const std::uint64_t count = in.varint();
    if (!in.ok() || count > in.left() / kPrintBytes) return std::nullopt;
    const auto prints = decode_prints(in.raw(static_cast<std::size_t>(count) * kPrintBytes));
    if (!prints) return std::nullopt;
    out.emplace(bucket, std::multiset<Print>(prints->begin(), prints->end()));
  }
  if (!in.done()) return std::nullopt;
  return out;
}

}  // namespace nhip::protocol
