#include "protocol/wire_columns.h"

#include <array>
#include <cstring>
#include <limits>
#include <numeric>
#include <string_view>

#include "core/limits.h"
#include "crypto/keys.h"

namespace nhip::protocol {
namespace {

// The forms of a column of texts.
enum TextForm : std::uint64_t { kPlain = 0, kTable = 1, kIds = 2 };

// The kinds of a value, as in core/bytes.h.
enum Kind : std::uint8_t { kNull = 0, kInteger = 1, kReal = 2, kText = 3, kBlob = 4 };

constexpr std::size_t kIdTextBytes = 36;
constexpr auto kFactorMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
// Distances pay when they are shorter by this share; otherwise the plain form compresses better.
constexpr std::uint64_t kDistancesPay = 8;

Kind kind_of(const Value& value) {
  if (value.integer() != nullptr) return kInteger;
  if (value.real() != nullptr) return kReal;
  if (value.text() != nullptr) return kText;
  return value.blob() != nullptr ? kBlob : kNull;
}

std::uint64_t zigzag_of(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0);
}

std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  while ((value >>= 7) != 0) ++size;
  return size;
}

// --- texts ---

bool are_ids(const std::vector<const std::string*>& texts) {
  for (const std::string* text : texts) {
    if (text->size() != kIdTextBytes) return false;
    const auto id = Id::parse(*text);
    if (!id || id->text() != *text) return false;
  }
  return true;
}

// The number of each text in the order of first appearance; empty when too few repeat.
struct Repeats {
  std::vector<const std::string*> distinct;
  std::vector<std::size_t> numbers;
};
Repeats find_repeats(const std::vector<const std::string*>& texts) {
  Repeats found;
  const std::size_t most = texts.size() / 2;
  std::unordered_map<std::string_view, std::size_t> seen;
  for (const std::string* text : texts) {
    const auto [at, fresh] = seen.emplace(*text, found.distinct.size());
    if (fresh) found.distinct.push_back(text);
    if (found.distinct.size() > most) return {};
    found.numbers.push_back(at->second);
  }
  return found;
}

void write_plain(const std::vector<const std::string*>& texts, WireWriter& out) {
  for (const std::string* text : texts) out.packed.varint(text->size());
  for (const std::string* text : texts) out.packed.raw(crypto::as_bytes(*text));
}

std::vector<std::string> read_plain(std::size_t count, std::size_t bytes_max, WireReader& in) {
  std::vector<std::size_t> sizes(count);
  for (std::size_t& size : sizes) size = static_cast<std::size_t>(in.number(bytes_max));
  std::vector<std::string> texts(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const auto bytes = in.packed.raw(sizes[i]);
    texts[i].assign(bytes.begin(), bytes.end());
  }
  return texts;
}

std::vector<std::string> read_table(std::size_t count, std::size_t bytes_max, WireReader& in) {
  const std::size_t distinct = in.count(count);
  const std::vector<std::string> table = read_plain(distinct, bytes_max, in);
  std::vector<std::string> texts(in.ok() ? count : 0);
  for (std::string& text : texts) {
    const std::uint64_t number = in.packed.varint();
    if (number >= table.size() || !in.take_text(table[number].size())) {
      in.fail();
      return {};
    }
    text = table[number];
  }
  return texts;
}

std::vector<std::string> read_ids(std::size_t count, std::size_t bytes_max, WireReader& in) {
  IdSteps ids(0);
  std::vector<std::string> texts(count);
  if (bytes_max < kIdTextBytes || !in.take_text(count * kIdTextBytes)) in.fail();
  for (std::string& text : texts) {
    if (!in.ok()) return {};
    text = ids.read(in).text();
  }
  return texts;
}

// --- integers ---

std::uint64_t common_factor(const std::vector<std::int64_t>& integers) {
  std::uint64_t factor = 0;
  for (const std::int64_t integer : integers) {
    if (integer == std::numeric_limits<std::int64_t>::min()) return 1;
    factor = std::gcd(factor, static_cast<std::uint64_t>(integer < 0 ? -integer : integer));
    if (factor == 1) return 1;
  }
  return factor == 0 ? 1 : factor;
}

std::int64_t distance(std::int64_t from, std::int64_t to) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(to) -
                                   static_cast<std::uint64_t>(from));
}

}  // namespace

void write_texts(const std::vector<const std::string*>& texts, WireWriter& out) {
  if (texts.empty()) return;
  if (are_ids(texts)) {
    out.packed.varint(kIds);
    IdSteps ids(0);
    for (const std::string* text : texts) ids.write(*Id::parse(*text), out);
    return;
  }
  const Repeats repeats = find_repeats(texts);
  if (repeats.distinct.empty()) {
    out.packed.varint(kPlain);
    return write_plain(texts, out);
  }
  out.packed.varint(kTable);
  out.packed.varint(repeats.distinct.size());
  write_plain(repeats.distinct, out);
  for (const std::size_t number : repeats.numbers) out.packed.varint(number);
}

std::vector<std::string> read_texts(std::size_t count, std::size_t bytes_max, WireReader& in) {
  if (count == 0) return {};
  // A text takes a byte at least: its length, its number, or that of an id.
  if (count > in.packed.left()) in.fail();
  const std::uint64_t form = in.number(kIds);
  if (!in.ok()) return {};
  if (form == kIds) return read_ids(count, bytes_max, in);
  return form == kTable ? read_table(count, bytes_max, in) : read_plain(count, bytes_max, in);
}

// head := varint (factor - 1) × 2 + (1: distances)
void write_integers(const std::vector<std::int64_t>& integers, WireWriter& out) {
  if (integers.empty()) return;
  const auto factor = static_cast<std::int64_t>(common_factor(integers));
  std::size_t plain = 0, steps = 0;
  std::int64_t last = 0;
  for (const std::int64_t integer : integers) {
    plain += varint_size(zigzag_of(integer / factor));
    steps += varint_size(zigzag_of(distance(last, integer / factor)));
    last = integer / factor;
  }
  const bool by_steps = steps + steps / kDistancesPay < plain;
  out.packed.varint((static_cast<std::uint64_t>(factor) - 1) * 2 + (by_steps ? 1 : 0));
  last = 0;
  for (const std::int64_t integer : integers) {
    const std::int64_t part = integer / factor;
    out.packed.zigzag(by_steps ? distance(last, part) : part);
    last = part;
  }
}

std::vector<std::int64_t> read_integers(std::size_t count, WireReader& in) {
  if (count == 0) return {};
  if (count > in.packed.left()) in.fail();
  const std::uint64_t head = in.packed.varint();
  if (head / 2 >= kFactorMax) in.fail();
  const auto factor = static_cast<std::int64_t>(in.ok() ? head / 2 + 1 : 1);
  std::vector<std::int64_t> integers(in.ok() ? count : 0);
  std::uint64_t last = 0;
  for (std::int64_t& integer : integers) {
    const auto read = static_cast<std::uint64_t>(in.packed.zigzag());
    last = head % 2 == 1 ? last + read : read;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(last), factor, &integer)) in.fail();
  }
  return integers;
}

namespace {

void write_kinds(const std::vector<const Value*>& values, WireWriter& out) {
  for (std::size_t i = 0; i < values.size();) {
    const Kind kind = kind_of(*values[i]);
    std::size_t end = i;
    while (end < values.size() && kind_of(*values[end]) == kind) ++end;
    // 0 stands for all that are left: mostly a column is of one kind.
    out.packed.varint((end == values.size() ? 0 : end - i) * 8 + kind);
    i = end;
  }
}

std::vector<Kind> read_kinds(std::size_t count, WireReader& in) {
  std::vector<Kind> kinds;
  kinds.reserve(count);
  while (in.ok() && kinds.size() < count) {
    const std::uint64_t head = in.packed.varint();
    const std::uint64_t run = head / 8 == 0 ? count - kinds.size() : head / 8;
    if (head % 8 > kBlob || run > count - kinds.size()) in.fail();
    if (in.ok()) {
      kinds.insert(kinds.end(), static_cast<std::size_t>(run), static_cast<Kind>(head % 8));
    }
  }
  return kinds;
}

Value read_real(WireReader& in) {
  const std::uint64_t bits = in.packed.fixed64();
  double real = 0;
  std::memcpy(&real, &bits, sizeof real);
  return real;
}

Value read_blob(WireReader& in) {
  const auto size = static_cast<std::size_t>(in.number(core::kValueBytesMax));
  const auto bytes = in.packed.raw(size);
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace

void write_values(const std::vector<const Value*>& values, WireWriter& out) {
  write_kinds(values, out);
  std::vector<std::int64_t> integers;
  std::vector<const std::string*> texts;
  for (const Value* value : values) {
    if (value->integer() != nullptr) integers.push_back(*value->integer());
    if (value->text() != nullptr) texts.push_back(value->text());
  }
  write_integers(integers, out);
  write_texts(texts, out);
  for (const Value* value : values) {
    if (const double* real = value->real()) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, real, sizeof bits);
      out.packed.fixed64(bits);
    }
    if (const Bytes* blob = value->blob()) out.packed.blob(*blob);
  }
}

std::vector<Value> read_values(std::size_t count, WireReader& in) {
  const std::vector<Kind> kinds = read_kinds(count, in);
  std::array<std::size_t, 5> counts{};
  for (const Kind kind : kinds) ++counts[kind];
  const std::vector<std::int64_t> integers = read_integers(counts[kInteger], in);
  std::vector<std::string> texts = read_texts(counts[kText], core::kOperationBytesMax, in);
  std::vector<Value> values(in.ok() ? count : 0);
  std::size_t next_integer = 0, next_text = 0;
  for (std::size_t i = 0; i < values.size() && in.ok(); ++i) {
    switch (kinds[i]) {
      case kInteger: values[i] = integers[next_integer++]; break;
      case kText: values[i] = std::move(texts[next_text++]); break;
      case kReal: values[i] = read_real(in); break;
      case kBlob: values[i] = read_blob(in); break;
      case kNull: break;
    }
  }
  return values;
}

}  // namespace nhip::protocol
