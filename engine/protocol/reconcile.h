// Set reconciliation: two sides that hold nearly the same records find the few that differ, with
// bytes in proportion to the difference.
//
// Every record has a place, a keyed hash of (type, id), and a print, 48 bits of a keyed hash of its
// version. The records whose place begins with the same d bits are a bucket of depth d; its sum is
// that of its prints modulo 2^48. One exchange tells which buckets differ and the sums of their
// parts, a second one names the prints in the parts that differ. Places are uniform, so buckets
// need no bounds on the wire and stay even whatever the ids are. A collision hides a difference
// with probability 2^-48 for one nonce; the next reconciliation draws another, and the full digest
// says whether one is needed. After range-based set reconciliation (Meyer 2022, negentropy), with a
// fixed trie in place of ranges.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/row.h"
#include "crypto/digest.h"
#include "protocol/messages.h"

namespace nhip::protocol {

inline constexpr std::uint32_t kPlaceBits = 24;
inline constexpr std::uint32_t kPartsBits = 4;  // a bucket that differs is shown as 16 parts
inline constexpr std::uint32_t kDepthMax = kPlaceBits - kPartsBits;

using Print = std::uint64_t;  // 48 bits

// What is compared of a record. `cells` only when values are.
struct Held {
  std::uint16_t type = 0;
  Id id;
  std::uint64_t seq = 0;
  bool deleted = false;
  const core::Cells* cells = nullptr;
};

class Prints {
 public:
  Prints(const crypto::DigestKey& key, std::uint64_t nonce, bool values)
      : key_(key), nonce_(nonce), values_(values) {}
  std::uint32_t place(const Held& record) const;  // kPlaceBits bits
  Print print(const Held& record) const;
  std::uint64_t hash(const Held& record) const;  // of which a print is the last 48 bits

 private:
  const crypto::DigestKey& key_;
  const std::uint64_t nonce_;
  const bool values_;
};

// What a page's rows make of their records, as one number: the centre's of its own, the device's of
// what it holds afterwards. Rows that travel as changes alone say nothing about the rest of a
// record; this does.
class ValueDigest {
 public:
  explicit ValueDigest(const crypto::DigestKey& key) : prints_(key, 0, true) {}
  void add(const Held& record) { sum_ += prints_.hash(record); }
  std::uint64_t sum() const { return sum_; }

 private:
  const Prints prints_;
  std::uint64_t sum_ = 0;
};

// The depth at which `records` records are about 128 to a bucket.
std::uint32_t depth_for(std::uint64_t records);

// Sums of all buckets of one depth.
class Sums {
 public:
  explicit Sums(std::uint32_t depth) : depth_(depth), sums_(std::size_t{1} << depth) {}
  void add(std::uint32_t place, Print print);
  std::uint32_t depth() const { return depth_; }
  Print at(std::uint32_t bucket) const { return sums_[bucket]; }
  std::size_t count() const { return sums_.size(); }
  Bytes encode() const;

 private:
  const std::uint32_t depth_;
  std::vector<Print> sums_;
};

inline std::uint32_t bucket_of(std::uint32_t place, std::uint32_t depth) {
  return depth == 0 ? 0 : place >> (kPlaceBits - depth);
}

// prints := count × 6 bytes, big-endian. Nothing when the size does not fit.
Bytes encode_prints(const std::vector<Print>& prints);
std::optional<std::vector<Print>> decode_prints(std::span<const std::uint8_t> bytes);

// bucket by bucket: varint count, prints. Nothing when it is malformed.
Bytes encode_buckets(const std::map<std::uint32_t, std::vector<Print>>& buckets);
std::optional<std::map<std::uint32_t, std::multiset<Print>>> decode_buckets(
    const std::vector<std::uint32_t>& buckets, std::span<const std::uint8_t> data);

}  // namespace nhip::protocol
