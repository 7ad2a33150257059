// The byte form of core/bytes.h: what is written is read again, and nothing else is read.
#include "core/bytes.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

using nhip::Bytes;
using nhip::Value;
using nhip::core::Reader;
using nhip::core::Writer;

namespace {

Bytes varint_bytes(std::uint64_t value) {
  Writer out;
  out.varint(value);
  return out.take();
}

}  // namespace

TEST_CASE("core/bytes: a varint takes the fewest bytes", "[core]") {
  CHECK(varint_bytes(0) == Bytes{0x00});
  CHECK(varint_bytes(127) == Bytes{0x7F});
  CHECK(varint_bytes(128) == Bytes{0x80, 0x01});
  CHECK(varint_bytes(300) == Bytes{0xAC, 0x02});
  CHECK(varint_bytes(std::numeric_limits<std::uint64_t>::max()) ==
        Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01});
}

TEST_CASE("core/bytes: a varint that is not in shortest form is refused", "[core]") {
  const auto bytes = GENERATE(Bytes{0x80, 0x00}, Bytes{0xFF, 0x80, 0x00},
                              Bytes{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00});
  Reader in(bytes);
  CHECK(in.varint() == 0);
  CHECK_FALSE(in.ok());
}

TEST_CASE("core/bytes: a varint beyond 64 bits is refused", "[core]") {
  const auto bytes = GENERATE(
      Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02},
      Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x00}, Bytes(20, 0xFF));
  Reader in(bytes);
  CHECK(in.varint() == 0);
  CHECK_FALSE(in.ok());
}

TEST_CASE("core/bytes: signed integers keep small magnitudes short, at both ends of the range",
          "[core]") {
  const std::int64_t values[] = {0,
                                 -1,
                                 1,
                                 -64,
                                 63,
                                 std::numeric_limits<std::int64_t>::min(),
                                 std::numeric_limits<std::int64_t>::max()};
  for (const std::int64_t value : values) {
    Writer out;
    out.zigzag(value);
    CHECK((out.bytes().size() == 1) == (value >= -64 && value <= 63));
    Reader in(out.bytes());
    CHECK(in.zigzag() == value);
    CHECK(in.done());
  }
}

TEST_CASE("core/bytes: fixed64 is big-endian", "[core]") {
  Writer out;
  out.fixed64(0x0102030405060708ULL);
  CHECK(out.bytes() == Bytes{1, 2, 3, 4, 5, 6, 7, 8});
  Reader in(out.bytes());
  CHECK(in.fixed64() == 0x0102030405060708ULL);
  CHECK(in.done());
}

TEST_CASE("core/bytes: every kind of value comes back exactly", "[core]") {
  const Value values[] = {
      Value(),
      Value(std::numeric_limits<std::int64_t>::min()),
      Value(std::int64_t{42}),
      Value(-0.0),
      Value(std::nan("7")),
      Value(std::numeric_limits<double>::infinity()),
      Value(""),
      Value(std::string("a\0b", 3)),
      Value("Tết Thiếu nhi 1/6"),
      Value(std::string("\xFF\xFE not text")),
      Value(Bytes{}),
      Value(Bytes{0, 1, 255}),
  };
  for (const Value& value : values) {
    Writer out;
    out.value(value);
    Reader in(out.bytes());
    CHECK(in.value() == value);
    CHECK(in.done());
  }
}

TEST_CASE("core/bytes: a value cut short is refused at every length", "[core]") {
  for (const Value& value :
       {Value(std::int64_t{1} << 40), Value(1.5), Value("abc"), Value(Bytes{1, 2})}) {
    Writer out;
    out.value(value);
    for (std::size_t size = 0; size < out.bytes().size(); ++size) {
      Reader in(std::span(out.bytes()).first(size));
      CHECK(in.value().is_null());
      CHECK_FALSE(in.ok());
    }
  }
}

TEST_CASE("core/bytes: an unknown kind of value is refused", "[core]") {
  const Bytes bytes = {5, 0};
  Reader in(bytes);
  CHECK(in.value().is_null());
  CHECK_FALSE(in.ok());
}

TEST_CASE("core/bytes: a length beyond the end is refused without allocating it", "[core]") {
  Writer out;
  out.varint(std::numeric_limits<std::uint64_t>::max());
  out.byte('x');
  Reader text(out.bytes());
  CHECK(text.text().empty());
  CHECK_FALSE(text.ok());
  Reader blob(out.bytes());
  CHECK(blob.blob().empty());
  CHECK_FALSE(blob.ok());
}

TEST_CASE("core/bytes: after the first fault every read gives zero", "[core]") {
  const Bytes bytes = {0x07, 0x80};
  Reader in(bytes);
  CHECK(in.raw(3).empty());
  CHECK_FALSE(in.ok());
  CHECK(in.byte() == 0);
  CHECK(in.fixed64() == 0);
  CHECK(in.left() == 0);
  CHECK_FALSE(in.done());
}

TEST_CASE("core/bytes: random bytes never make a reader leave its span", "[core]") {
  const unsigned seed = 20240601;
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 5000; ++round) {
    Bytes bytes(random() % 40);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    Reader in(bytes);
    std::size_t reads = 0;
    while (in.ok() && in.left() > 0 && reads++ < 64) {
      const std::size_t before = in.left();
      in.value();
      REQUIRE(in.left() < before);
    }
  }
}
