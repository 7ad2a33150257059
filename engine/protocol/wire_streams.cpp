#include "protocol/wire_streams.h"

#include <algorithm>
#include <limits>

#include "crypto/keys.h"
#include "text/normalise.h"

namespace nhip::protocol {
namespace {

constexpr std::size_t kTableMax = core::kMessageRecordsMax;
constexpr std::uint64_t kMsMask = 0xFFFF'FFFF'FFFFULL;
constexpr std::size_t kHexNameMin = 8;  // a shorter word is a word

std::uint64_t ms_of(const Id& id) {
  std::uint64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = (ms << 8) | id.bytes[i];
  return ms;
}

bool is_version_7(const Id& id) { return (id.bytes[6] >> 4) == 7; }

// Epochs and tokens are bytes in hexadecimal and travel as the bytes.
bool is_hex(const std::string& name) {
  if (name.size() < kHexNameMin || name.size() % 2 != 0) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string as_text(std::span<const std::uint8_t> bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

std::uint64_t WireTables::name(const std::string& name) {
  const auto [at, fresh] = name_numbers_.emplace(name, names_.size());
  if (fresh) names_.push_back(name);
  return at->second;
}

std::uint64_t WireTables::author(const Author& author) {
  const auto [at, fresh] = author_numbers_.emplace(author, authors_.size());
  if (fresh) authors_.push_back(author);
  return at->second;
}

std::uint64_t WireReader::number(std::uint64_t max) {
  const std::uint64_t value = packed.varint();
  if (value <= max) return value;
  fail();
  return 0;
}

std::size_t WireReader::count(std::size_t max) {
  const std::uint64_t value = number(max);
  if (value <= packed.left() + bare.left()) return static_cast<std::size_t>(value);
  fail();
  return 0;
}

std::string WireReader::name(std::size_t bytes_max) {
  const std::uint64_t number = packed.varint();
  if (!ok() || number >= names.size() || names[number].size() > bytes_max) {
    fail();
    return {};
  }
  return take_text(names[number].size()) ? names[number] : std::string();
}

std::string WireReader::prose() {
  std::string text = name();
  if (!text::is_utf8(text)) fail();
  return text;
}

Author WireReader::author() {
  const std::uint64_t number = packed.varint();
  if (ok() && number < authors.size()) return authors[number];
  fail();
  return {};
}

bool WireReader::flag() { return number(1) == 1; }

Bytes WireReader::bare_blob(std::size_t bytes_max) {
  const std::size_t size = static_cast<std::size_t>(number(bytes_max));
  const auto bytes = bare.raw(size);
  return {bytes.begin(), bytes.end()};
}

bool WireReader::take_cells(std::size_t cells) {
  if (!ok() || cells > allowance_.cells) {
    fail();
    return false;
  }
  allowance_.cells -= cells;
  return true;
}

bool WireReader::take_text(std::size_t bytes) {
  if (!ok() || bytes > allowance_.text) {
    fail();
    return false;
  }
  allowance_.text -= bytes;
  return true;
}

IdSteps::IdSteps(std::int64_t begin_ms)
    : last_ms_(static_cast<std::uint64_t>(begin_ms) & kMsMask) {}

void IdSteps::write(const Id& id, WireWriter& out) {
  const std::span<const std::uint8_t> bytes(id.bytes);
  if (!is_version_7(id)) {
    out.packed.varint(0);
    out.bare.raw(bytes);
    return;
  }
  const std::uint64_t ms = ms_of(id);
  const auto distance = static_cast<std::int64_t>(ms - last_ms_);  // within 49 bits
  const auto bits = static_cast<std::uint64_t>(distance);
  out.packed.varint(((bits << 1) ^ (distance < 0 ? ~std::uint64_t{0} : 0)) + 1);
  out.bare.raw(bytes.subspan(6));
  last_ms_ = ms;
}

Id IdSteps::read(WireReader& in) {
  Id id;
  const std::uint64_t code = in.packed.varint();
  if (code == 0) {
    const auto bytes = in.bare.raw(16);
    std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
    if (is_version_7(id)) in.fail();  // one form for each id
    return id;
  }
  const std::uint64_t bits = code - 1;
  const std::uint64_t ms = last_ms_ + ((bits >> 1) ^ (~(bits & 1) + 1));
  const auto rest = in.bare.raw(10);
  if (ms > kMsMask || !in.ok()) {
    in.fail();
    return {};
  }
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  std::copy(rest.begin(), rest.end(), id.bytes.begin() + 6);
  if (!is_version_7(id)) in.fail();
  last_ms_ = ms;
  return id;
}

StampSteps::StampSteps(std::int64_t begin_ms) : last_(core::make_hlc(begin_ms)) {}

void StampSteps::write(core::Hlc stamp, WireWriter& out) {
  const std::uint64_t ms = stamp >> 16, last_ms = last_ >> 16;
  const std::uint64_t counter = stamp & 0xFFFF, last_counter = last_ & 0xFFFF;
  out.step(last_ms, ms);
  if (ms == last_ms) {
    out.step(last_counter, counter);
  } else {
    out.packed.varint(counter);
  }
  last_ = stamp;
}

core::Hlc StampSteps::read(WireReader& in) {
  const std::uint64_t last_ms = last_ >> 16;
  const std::uint64_t ms = in.step(last_ms);
  const std::uint64_t counter = ms == last_ms ? in.step(last_ & 0xFFFF) : in.packed.varint();
  if (ms > kMsMask || counter > 0xFFFF) {
    in.fail();
    return 0;
  }
  last_ = (ms << 16) | counter;
  return last_;
}

void write_names(const WireTables& tables, WireWriter& out) {
  out.packed.varint(tables.names().size());
  for (const std::string& name : tables.names()) {
    if (is_hex(name)) {
      const auto bytes = crypto::from_hex(name);
      out.packed.varint(bytes->size() * 2 + 1);
      out.bare.raw(*bytes);
    } else {
      out.packed.varint(name.size() * 2);
      out.packed.raw(crypto::as_bytes(name));
    }
  }
}

std::vector<std::string> read_names(WireReader& in) {
  std::vector<std::string> names;
  names.resize(in.count(kTableMax));
  for (std::string& name : names) {
    const std::uint64_t form = in.number(2 * core::kProseBytesMax + 1);
    const auto size = static_cast<std::size_t>(form / 2);
    if (!in.take_text(size * (1 + form % 2))) return {};
    name = form % 2 == 1 ? crypto::hex(in.bare.raw(size)) : as_text(in.packed.raw(size));
    if (is_hex(name) != (form % 2 == 1)) in.fail();  // one form for each name
  }
  return names;
}

void write_authors(const WireTables& tables, WireWriter& out) {
  out.packed.varint(tables.authors().size());
  for (const Author& author : tables.authors()) {
    out.packed.varint(author.incarnation);
    out.bare.fixed64(author.replica);
  }
}

std::vector<Author> read_authors(WireReader& in) {
  std::vector<Author> authors;
  authors.resize(in.count(kTableMax));
  for (Author& author : authors) {
    author.incarnation =
        static_cast<std::uint32_t>(in.number(std::numeric_limits<std::uint32_t>::max()));
    author.replica = in.bare.fixed64();
  }
  return authors;
}

}  // namespace nhip::protocol
