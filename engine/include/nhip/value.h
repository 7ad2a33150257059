// Value: one field of one record, in the five kinds that SQLite stores.
//
// Integers are 64 bits, reals keep their bit pattern, text keeps its bytes (NFC and NFD alike).
// What a JSON boolean, date or UUID means is the schema's business, not the value's.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace nhip {

using Bytes = std::vector<std::uint8_t>;

class Value {
 public:
  Value() = default;
  Value(std::int64_t integer) : held_(integer) {}        // NOLINT: implicit
  Value(double real) : held_(real) {}                    // NOLINT: implicit
  Value(std::string text) : held_(std::move(text)) {}    // NOLINT: implicit
  Value(const char* text) : held_(std::string(text)) {}  // NOLINT: implicit
  Value(Bytes blob) : held_(std::move(blob)) {}          // NOLINT: implicit

  bool is_null() const noexcept { return held_.index() == 0; }
  const std::int64_t* integer() const noexcept { return std::get_if<std::int64_t>(&held_); }
  const double* real() const noexcept { return std::get_if<double>(&held_); }
  const std::string* text() const noexcept { return std::get_if<std::string>(&held_); }
  const Bytes* blob() const noexcept { return std::get_if<Bytes>(&held_); }

  // Exact equality: kinds must match, reals are compared by their bits (so NaN equals itself).
  friend bool operator==(const Value& a, const Value& b) noexcept {
    if (a.held_.index() != b.held_.index()) return false;
    if (const double* x = a.real()) return std::memcmp(x, b.real(), sizeof *x) == 0;
    return a.held_ == b.held_;
  }
  friend bool operator!=(const Value& a, const Value& b) noexcept { return !(a == b); }

 private:
  std::variant<std::monostate, std::int64_t, double, std::string, Bytes> held_;
};

}  // namespace nhip
