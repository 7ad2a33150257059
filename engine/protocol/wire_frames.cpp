#include "protocol/wire_frames.h"

#include "core/limits.h"
#include "protocol/packing.h"

namespace nhip::protocol {
namespace {

enum PackedAs : std::uint8_t { kStored = 0, kCompressed = 1, kWithDictionary = 2 };

Status bad_message(std::string_view what) {
  return {Code::kMalformed, "bad_message", std::string(what)};
}

bool is_known(std::uint64_t type) { return (type >= 1 && type <= 8) || (type >= 16 && type <= 24); }

constexpr std::size_t kFrameHeadMax = 3 * 10;  // three varints

// The frames' heads and bytes, in one piece; their packed bytes go.
Bytes join_packed(std::vector<Frame>& frames) {
  std::size_t size = 0;
  for (const Frame& frame : frames) size += kFrameHeadMax + frame.packed.size();
  Bytes out;
  out.reserve(size);
  for (Frame& frame : frames) {
    core::Writer head;
    // What a reader must not pass over; of ours the last two may be.
    const bool critical = frame.type < FrameType::kNotices;
    head.varint(static_cast<std::uint64_t>(frame.type) * 2 + (critical ? 1 : 0));
    head.varint(frame.packed.size());
    head.varint(frame.bare.size());
    out.insert(out.end(), head.bytes().begin(), head.bytes().end());
    out.insert(out.end(), frame.packed.begin(), frame.packed.end());
    frame.packed = {};
  }
  return out;
}

Status read_frames(Frames& frames) {
  core::Reader in(frames.packed);
  core::Reader bare(frames.bare);
  std::uint64_t last = 0;
  while (in.ok() && !in.done()) {
    const std::uint64_t head = in.varint();
    const std::uint64_t type = head / 2;
    const std::uint64_t packed_size = in.varint(), bare_size = in.varint();
    if (!in.ok() || packed_size > in.left() || bare_size > bare.left() || type <= last) break;
    last = type;
    const auto packed_bytes = in.raw(static_cast<std::size_t>(packed_size));
    const auto bare_bytes = bare.raw(static_cast<std::size_t>(bare_size));
    if (is_known(type)) {
      frames.parts[static_cast<std::size_t>(type)] = {true, packed_bytes, bare_bytes};
    } else if (head % 2 == 1) {
      return {Code::kVersion, "critical_unknown",
              "the message needs something this version does not know", "update this program"};
    }
  }
  return in.done() && bare.done() ? Status() : bad_message("its frames do not fit together");
}

}  // namespace

Bytes join_frames(WireKind kind, std::vector<Frame> frames, const Packing& packing) {
  const Bytes packed = join_packed(frames);
  const Bytes shorter = packing.compress ? compress(packed, packing.dictionary) : Bytes();
  const bool stored = shorter.empty() || shorter.size() >= packed.size();
  const Bytes& body = stored ? packed : shorter;
  std::size_t bare_size = 0;
  for (const Frame& frame : frames) bare_size += frame.bare.size();
  core::Writer head;
  head.byte(kWireMagic);
  head.byte(kWireVersion);
  head.byte(static_cast<std::uint8_t>(kind));
  head.byte(stored ? kStored : packing.dictionary == 0 ? kCompressed : kWithDictionary);
  head.varint(packing.dictionary);
  head.varint(bare_size);
  Bytes out = head.take();
  out.reserve(out.size() + bare_size + body.size());
  for (const Frame& frame : frames) out.insert(out.end(), frame.bare.begin(), frame.bare.end());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Status take_apart(std::span<const std::uint8_t> bytes, WireKind kind, Frames& frames) {
  if (bytes.size() > core::kMessageBytesMax) {
    return {Code::kLimit, "message_too_large",
            "a message has at most " + std::to_string(core::kMessageBytesMax) + " bytes"};
  }
  core::Reader in(bytes);
  if (in.byte() != kWireMagic) return bad_message("this is no message");
  if (in.byte() != kWireVersion && in.ok()) {
    return {Code::kVersion, "unknown_protocol", "the other side packs messages in another way",
            "update the older of the two programs"};
  }
  if (in.byte() != static_cast<std::uint8_t>(kind)) return bad_message("another message");
  const std::uint8_t packed_as = in.byte();
  const std::uint64_t dictionary = in.varint();
  const std::uint64_t bare_size = in.varint();
  if (!in.ok() || packed_as > kWithDictionary || bare_size > in.left() ||
      dictionary > kDictionaryMax) {
    return bad_message("its head is damaged");
  }
  frames.dictionary = static_cast<std::uint32_t>(dictionary);
  const auto bare = in.raw(static_cast<std::size_t>(bare_size));
  frames.bare.assign(bare.begin(), bare.end());
  const auto rest = in.raw(in.left());
  if (packed_as == kStored) {
    frames.packed.assign(rest.begin(), rest.end());
  } else {
    const auto from = packed_as == kWithDictionary ? frames.dictionary : 0;
    if (packed_as == kWithDictionary && from == 0) return bad_message("its head is damaged");
    NHIP_TRY_ASSIGN(frames.packed, decompress(rest, from));
  }
  return read_frames(frames);
}

void FrameWriter::add(FrameType type, const std::function<void(WireWriter&)>& write) {
  WireWriter out(tables_);
  write(out);
  frames_.push_back({type, out.packed.take(), out.bare.take()});
}

std::vector<Frame> FrameWriter::take() {
  std::vector<Frame> all;
  WireTables none;
  const auto add_table = [&](FrameType type, void (*write)(const WireTables&, WireWriter&)) {
    WireWriter out(none);
    write(tables_, out);
    all.push_back({type, out.packed.take(), out.bare.take()});
  };
  if (!tables_.names().empty()) add_table(FrameType::kNames, write_names);
  if (!tables_.authors().empty()) add_table(FrameType::kAuthors, write_authors);
  for (Frame& frame : frames_) all.push_back(std::move(frame));
  return all;
}

FrameReader::FrameReader(const Frames& frames) : frames_(frames) {
  read(FrameType::kNames, "names", [&](WireReader& in) { names_ = read_names(in); });
  read(FrameType::kAuthors, "authors", [&](WireReader& in) { authors_ = read_authors(in); });
}

void FrameReader::read(FrameType type, std::string_view name,
                       const std::function<void(WireReader&)>& read) {
  const Frames::Part& part = frames_[type];
  if (!status_.ok() || !part.there) return;
  WireReader in(part.packed, part.bare, allowance_);
  in.names = names_;
  in.authors = authors_;
  read(in);
  if (!in.done()) status_ = bad_message("damaged").at(name);
}

void FrameReader::require(FrameType type, std::string_view name,
                          const std::function<void(WireReader&)>& read_it) {
  if (status_.ok() && !frames_[type].there) status_ = bad_message("is missing").at(name);
  read(type, name, read_it);
}

void FrameReader::check(bool holds, std::string_view what) {
  if (status_.ok() && !holds) status_ = bad_message(what);
}

}  // namespace nhip::protocol
