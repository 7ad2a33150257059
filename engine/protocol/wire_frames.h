// A binary message: a head, the bare stream, and the packed one as frames. Grammar:
// schema/protocol/v1.md, "Binary".
//
//   message := 'N' version kind packing varint dictionary varint bare-size bare packed
//   packed  := frame*, compressed as a whole;  frame := varint type × 2 + critical, sizes, bytes
#pragma once

#include <array>
#include <functional>
#include <string_view>
#include <vector>

#include "nhip/status.h"
#include "protocol/wire_streams.h"

namespace nhip::protocol {

inline constexpr std::uint8_t kWireMagic = 'N';
inline constexpr std::uint8_t kWireVersion = 1;

enum class WireKind : std::uint8_t { kSyncRequest = 1, kSyncAnswer = 2 };

// The parts of messages, in the order they stand in. A number never changes its meaning.
enum class FrameType : std::uint8_t {
  kNames = 1,
  kAuthors = 2,
  kRequest = 3,
  kFeedRequests = 4,
  kPush = 5,
  kReconcileRequests = 6,
  kOffers = 7,
  kPurged = 8,
  kAnswer = 16,
  kGranted = 17,
  kVerdicts = 18,
  kCorrections = 19,
  kFeeds = 20,
  kReconcileAnswers = 21,
  kDevices = 22,
  kNotices = 23,
  kValueDigests = 24,
};
inline constexpr std::size_t kFrameTypes = 25;

struct Frame {
  FrameType type;
  Bytes packed, bare;
};

// How the packed stream is shortened. `dictionary` 0: none; others in dictionaries.h.
struct Packing {
  std::uint32_t dictionary = 0;
  bool compress = true;
};

// Takes the frames: a large message stands in memory once, not three times.
Bytes join_frames(WireKind kind, std::vector<Frame> frames, const Packing& packing);

// The frames of a message that was taken apart; spans lie in its own bytes.
struct Frames {
  struct Part {
    bool there = false;
    std::span<const std::uint8_t> packed, bare;
  };
  std::uint32_t dictionary = 0;  // the sender knows it
  Bytes packed, bare;
  std::array<Part, kFrameTypes> parts;

  const Part& operator[](FrameType type) const { return parts[static_cast<std::size_t>(type)]; }
};

// kLimit "message_too_large"; kVersion "unknown_protocol" for another version of the encoding,
// "unknown_dictionary", "critical_unknown"; kMalformed "bad_message" for anything else. `frames` is
// not moved afterwards: its spans point into it.
Status take_apart(std::span<const std::uint8_t> bytes, WireKind kind, Frames& frames);

// Begins a message's frames: collects what is written under a type and adds the tables at the end.
class FrameWriter {
 public:
  void add(FrameType type, const std::function<void(WireWriter&)>& write);
  std::vector<Frame> take();

 private:
  WireTables tables_;
  std::vector<Frame> frames_;
};

// Reads the frames of one message, one after another; a frame that is not there is passed over.
class FrameReader {
 public:
  explicit FrameReader(const Frames& frames);
  // `name` is what a fault is called by.
  void read(FrameType type, std::string_view name, const std::function<void(WireReader&)>& read);
  // A frame that has to be there.
  void require(FrameType type, std::string_view name, const std::function<void(WireReader&)>& read);
  // What the parts say together, beyond the grammar of each.
  void check(bool holds, std::string_view what);
  const Status& status() const { return status_; }

 private:
  const Frames& frames_;
  WireAllowance allowance_;
  std::vector<std::string> names_;
  std::vector<Author> authors_;
  Status status_;
};

}  // namespace nhip::protocol
