// The two streams that a binary message is written into, and the tables its parts share.
//
// `packed` holds what a compressor can shorten; `bare` holds what it cannot and would only be
// disturbed by: random bytes of ids, salts, digests, tokens. Every part is read from both in the
// order it was written. Grammar: schema/protocol/v1.md, "Binary".
//
// A WireReader is total: the first fault makes it bad for good, every later read gives zero, and
// nothing is allocated that the message's size or a limit does not cover.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/bytes.h"
#include "core/limits.h"
#include "core/row.h"
#include "nhip/id.h"

namespace nhip::protocol {

// Names (scopes, feeds, epochs, tokens) and authors that a message has told so far, by number.
class WireTables {
 public:
  std::uint64_t name(const std::string& name);
  std::uint64_t author(const Author& author);
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Author>& authors() const { return authors_; }

 private:
  std::vector<std::string> names_;
  std::vector<Author> authors_;
  std::unordered_map<std::string, std::uint64_t> name_numbers_;
  std::map<Author, std::uint64_t> author_numbers_;
};

struct WireWriter {
  explicit WireWriter(WireTables& shared) : tables(shared) {}

  core::Writer packed, bare;
  WireTables& tables;

  void name(const std::string& text) { packed.varint(tables.name(text)); }
  void author(const Author& who) { packed.varint(tables.author(who)); }
  // The difference modulo 2^64, short when the numbers are near in either direction.
  void step(std::uint64_t from, std::uint64_t to) {
    packed.zigzag(static_cast<std::int64_t>(to - from));
  }
};

// What may still come out of one message, shared by all its frames.
struct WireAllowance {
  std::size_t cells = core::kMessageCellsMax;
  std::size_t text = core::kMessageTextMax;
};

class WireReader {
 public:
  WireReader(std::span<const std::uint8_t> packed_bytes, std::span<const std::uint8_t> bare_bytes,
             WireAllowance& allowance)
      : packed(packed_bytes), bare(bare_bytes), allowance_(allowance) {}

  core::Reader packed, bare;
  std::span<const std::string> names;
  std::span<const Author> authors;

  bool ok() const { return packed.ok() && bare.ok(); }
  bool done() const { return packed.done() && bare.done(); }
  void fail() { packed.fail(); }

  // At most `max`, else a fault.
  std::uint64_t number(std::uint64_t max);
  // How many things follow. Each takes a byte of this frame at least, so none can be conjured up.
  std::size_t count(std::size_t max);
  // As count, of things that may take no byte of their own.
  std::size_t light_count(std::size_t max) { return static_cast<std::size_t>(number(max)); }
  std::string name(std::size_t bytes_max = core::kProseBytesMax);
  // As name; text for people and programs, which is UTF-8.
  std::string prose();
  Author author();
  bool flag();
  std::uint64_t step(std::uint64_t from) {
    return from + static_cast<std::uint64_t>(packed.zigzag());
  }
  Bytes bare_blob(std::size_t bytes_max);
  // A fault when the message would hold more than it may.
  bool take_cells(std::size_t cells);
  bool take_text(std::size_t bytes);

 private:
  WireAllowance& allowance_;
};

// Ids one after another: of a UUIDv7 the distance of its instant from the last one and 10 bare
// bytes, of any other 16 bare bytes.
class IdSteps {
 public:
  explicit IdSteps(std::int64_t begin_ms);
  void write(const Id& id, WireWriter& out);
  Id read(WireReader& in);

 private:
  std::uint64_t last_ms_;
};

// Stamps one after another: the distance of the milliseconds, and of the counter within one.
class StampSteps {
 public:
  explicit StampSteps(std::int64_t begin_ms);
  void write(core::Hlc stamp, WireWriter& out);
  core::Hlc read(WireReader& in);

 private:
  std::uint64_t last_;
};

// The tables as frames of their own.
void write_names(const WireTables& tables, WireWriter& out);
std::vector<std::string> read_names(WireReader& in);
void write_authors(const WireTables& tables, WireWriter& out);
std::vector<Author> read_authors(WireReader& in);

}  // namespace nhip::protocol
