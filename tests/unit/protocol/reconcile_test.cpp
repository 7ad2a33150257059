// Set reconciliation without a network: what the two sides compute, and that few bytes find exactly
// what differs.
#include "protocol/reconcile.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>
#include <random>

using namespace nhip;
using namespace nhip::protocol;

namespace {

constexpr std::size_t kPrintBytes = 6;

crypto::DigestKey key() {
  crypto::DigestKey out{};
  std::iota(out.begin(), out.end(), std::uint8_t{0});
  return out;
}
const crypto::DigestKey kKey = key();

// Ids as devices mint them in one afternoon: nearly the same beginning.
Id id_of(std::uint64_t number) {
  std::array<std::uint8_t, 10> random{};
  for (std::size_t i = 0; i < 8; ++i) random[9 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return make_uuid_v7(1'714'521'600'000 + static_cast<std::int64_t>(number / 100), random);
}

std::vector<Held> records(std::uint64_t count) {
  std::vector<Held> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back({16, id_of(i), i + 1, false, nullptr});
  return out;
}

Sums sums_of(const std::vector<Held>& held, const Prints& prints, std::uint32_t depth) {
  Sums sums(depth);
  for (const Held& record : held) sums.add(prints.place(record), prints.print(record));
  return sums;
}

}  // namespace

TEST_CASE("protocol/reconcile: places are even whatever the ids are", "[protocol]") {
  const Prints prints(kKey, 7, false);
  std::vector<int> buckets(64);
  for (const Held& record : records(12'800)) ++buckets[bucket_of(prints.place(record), 6)];
  // 200 on average; six standard deviations either way.
  CHECK(*std::min_element(buckets.begin(), buckets.end()) > 115);
  CHECK(*std::max_element(buckets.begin(), buckets.end()) < 285);
}

TEST_CASE("protocol/reconcile: a bucket's parts are the buckets below it", "[protocol]") {
  CHECK(bucket_of(0xFFFFFF, 0) == 0);
  CHECK(bucket_of(0xFFFFFF, 4) == 15);
  CHECK(bucket_of(0xABCDEF, 24) == 0xABCDEF);
  for (std::uint32_t depth = 0; depth <= kDepthMax; ++depth) {
    CHECK(bucket_of(0xABCDEF, depth + kPartsBits) >> kPartsBits == bucket_of(0xABCDEF, depth));
  }
}

TEST_CASE("protocol/reconcile: everything compared changes the print, and the nonce every one",
          "[protocol]") {
  const Prints prints(kKey, 7, false);
  const Held record{16, id_of(1), 9, false, nullptr};
  const Print print = prints.print(record);
  CHECK(print >> 48 == 0);
  CHECK(prints.print({17, record.id, 9, false, nullptr}) != print);
  CHECK(prints.print({16, id_of(2), 9, false, nullptr}) != print);
  CHECK(prints.print({16, record.id, 10, false, nullptr}) != print);
  CHECK(prints.print({16, record.id, 9, true, nullptr}) != print);
  CHECK(Prints(kKey, 8, false).print(record) != print);
  CHECK(Prints(kKey, 8, false).place(record) != prints.place(record));
  crypto::DigestKey other = kKey;
  other[0] ^= 1;
  CHECK(Prints(other, 7, false).print(record) != print);
  // The version is no part of the place: both sides look in one bucket.
  CHECK(prints.place({16, record.id, 10, true, nullptr}) == prints.place(record));
}

TEST_CASE("protocol/reconcile: values count when values are compared, and only then",
          "[protocol]") {
  core::Cells mine, theirs;
  core::set_cell(mine, {3, ""}, Value("một"));
  core::set_cell(theirs, {3, ""}, Value("hai"));
  const Held a{16, id_of(1), 9, false, &mine}, b{16, id_of(1), 9, false, &theirs};
  CHECK(Prints(kKey, 7, true).print(a) != Prints(kKey, 7, true).print(b));
  CHECK(Prints(kKey, 7, false).print(a) == Prints(kKey, 7, false).print(b));
}

TEST_CASE("protocol/reconcile: sums do not depend on the order of adding", "[protocol]") {
  const Prints prints(kKey, 7, false);
  auto held = records(1000);
  const Bytes forwards = sums_of(held, prints, 3).encode();
  std::mt19937 random(11);
  std::shuffle(held.begin(), held.end(), random);
  CHECK(sums_of(held, prints, 3).encode() == forwards);
  CHECK(forwards.size() == 8 * kPrintBytes);
  // The parts of a bucket add up to it, over the top of 48 bits too.
  const Sums parts = sums_of(held, prints, 3 + kPartsBits);
  const Sums whole = sums_of(held, prints, 3);
  for (std::uint32_t bucket = 0; bucket < 8; ++bucket) {
    Sums sum(0);
    for (std::uint32_t part = 0; part < 16; ++part) sum.add(0, parts.at(bucket * 16 + part));
    CHECK(sum.at(0) == whole.at(bucket));
  }
}

TEST_CASE("protocol/reconcile: the depth keeps buckets at 128 records up to 1,024 buckets",
          "[protocol]") {
  CHECK(depth_for(0) == 0);
  CHECK(depth_for(128) == 0);
  CHECK(depth_for(257) == 1);
  CHECK(depth_for(258) == 2);
  CHECK(depth_for(20'000) == 8);
  CHECK(depth_for(10'000'000) == 10);
}

TEST_CASE("protocol/reconcile: prints are six bytes each, and anything else is refused",
          "[protocol]") {
  const std::vector<Print> prints{0, 1, 0x010203040506ULL, 0xFFFFFFFFFFFFULL};
  const Bytes bytes = encode_prints(prints);
  CHECK(bytes.size() == 24);
  CHECK(decode_prints(bytes) == prints);
  CHECK(decode_prints({})->empty());
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    CAPTURE(size);
    CHECK(decode_prints(std::span(bytes).first(size)).has_value() == (size % kPrintBytes == 0));
  }
}

TEST_CASE("protocol/reconcile: buckets come back with their prints, malformed ones do not",
          "[protocol]") {
  const std::map<std::uint32_t, std::vector<Print>> buckets{{3, {5, 5, 6}}, {9, {}}, {10, {7}}};
  const std::vector<std::uint32_t> names{3, 9, 10};
  const Bytes data = encode_buckets(buckets);
  const auto back = decode_buckets(names, data);
  REQUIRE(back);
  CHECK(back->at(3) == std::multiset<Print>{5, 5, 6});
  CHECK(back->at(9).empty());
  CHECK(back->at(10) == std::multiset<Print>{7});
  for (std::size_t size = 0; size < data.size(); ++size) {
    CAPTURE(size);
    CHECK_FALSE(decode_buckets(names, std::span(data).first(size)));
  }
  CHECK_FALSE(decode_buckets({3, 9}, data));          // more data than buckets
  CHECK_FALSE(decode_buckets({3, 9, 10, 11}, data));  // and less
  Bytes large = data;
  large.front() = 0x7F;  // 127 prints where there are three
  CHECK_FALSE(decode_buckets(names, large));
  // A count near 2^64 is no reason to multiply.
  const Bytes huge{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
  CHECK_FALSE(decode_buckets({0}, huge));
}

TEST_CASE("protocol/reconcile: 20 of 20,000 records are found exactly, within 9 kB", "[protocol]") {
  const auto theirs = records(20'000);
  auto mine = theirs;
  std::vector<Id> expected;
  for (std::size_t i = 0; i < 20; ++i) {
    Held& record = mine[i * 997 + 13];
    expected.push_back(record.id);
    if (i % 3 == 0) record.seq += 50'000;  // another version
    if (i % 3 == 1) record.deleted = true;
    if (i % 3 == 2) record.id = id_of(90'000 + i);  // theirs is not here, and mine not there
  }
  const Prints prints(kKey, 0x0123456789ABCDEFULL, false);
  const std::uint32_t depth = depth_for(mine.size());

  // Step 1: my sums up, the sums of the parts of what differs down.
  const Bytes up = sums_of(mine, prints, depth).encode();
  std::size_t bytes = up.size();
  const auto sums = decode_prints(up);
  REQUIRE(sums);
  const Sums their_sums = sums_of(theirs, prints, depth);
  const Sums their_parts = sums_of(theirs, prints, depth + kPartsBits);
  const Sums my_parts = sums_of(mine, prints, depth + kPartsBits);
  std::vector<std::uint32_t> parts;
  for (std::uint32_t bucket = 0; bucket < sums->size(); ++bucket) {
    if ((*sums)[bucket] == their_sums.at(bucket)) continue;
    bytes += 16 * kPrintBytes;
    for (std::uint32_t part = bucket * 16; part < bucket * 16 + 16; ++part) {
      if (my_parts.at(part) != their_parts.at(part)) parts.push_back(part);
    }
  }

  // Step 2: my prints in those parts up; what fits none of them is what differs.
  std::map<std::uint32_t, std::vector<Print>> named;
  for (const std::uint32_t part : parts) named[part];
  for (const Held& record : mine) {
    const auto found = named.find(bucket_of(prints.place(record), depth + kPartsBits));
    if (found != named.end()) found->second.push_back(prints.print(record));
  }
  const Bytes data = encode_buckets(named);
  bytes += data.size();
  auto rest = decode_buckets(parts, data);
  REQUIRE(rest);
  std::vector<Id> sent;
  for (const Held& record : theirs) {
    const auto bucket = rest->find(bucket_of(prints.place(record), depth + kPartsBits));
    if (bucket == rest->end()) continue;
    const auto same = bucket->second.find(prints.print(record));
    if (same == bucket->second.end()) {
      sent.push_back(record.id);
    } else {
      bucket->second.erase(same);
    }
  }
  std::size_t unknown = 0;
  for (const auto& [bucket, left] : *rest) unknown += left.size();
  bytes += unknown * kPrintBytes;

  std::sort(sent.begin(), sent.end());
  std::sort(expected.begin(), expected.end());
  CHECK(sent == expected);
  CHECK(unknown == 20);
  CAPTURE(bytes, parts.size());
  CHECK(bytes < 9'000);
}
