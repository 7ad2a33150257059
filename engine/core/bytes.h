// Writer and Reader: the byte form of everything stored or sent in binary.
//
// Integers are LEB128 varints (least significant group first, at most 10 bytes, shortest form
// only); signed ones are zigzagged first. Text and blobs are a varint length and the bytes. A
// Reader never reads outside its span: the first fault makes it bad for good, and every later read
// gives zero.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "nhip/value.h"

namespace nhip::core {

class Writer {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(value); }
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);
  void fixed64(std::uint64_t value);  // big-endian
  void raw(std::span<const std::uint8_t> bytes);
  void text(std::string_view text);
  void blob(std::span<const std::uint8_t> bytes);
  void value(const Value& value);  // a kind byte 0…4, then its body

  const Bytes& bytes() const noexcept { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  std::uint8_t byte();
  std::uint64_t varint();
  std::int64_t zigzag();
  std::uint64_t fixed64();
  std::span<const std::uint8_t> raw(std::size_t count);
  std::string text();
  Bytes blob();
  Value value();

  bool ok() const noexcept { return ok_; }
  bool done() const noexcept { return ok_ && rest_.empty(); }
  std::size_t left() const noexcept { return rest_.size(); }
  void fail() noexcept {
    ok_ = false;
    rest_ = {};
  }

 private:
  std::span<const std::uint8_t> rest_;
  bool ok_ = true;
};

}  // namespace nhip::core
