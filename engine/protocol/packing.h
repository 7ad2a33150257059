// Compression of a message's packed stream: zstd (RFC 8878), with or without a preset dictionary.
// Why zstd, and why at these levels: engine/DESIGN.md, "The wire".
//
// A compressed stream is one zstd frame that tells its content's size, without the four bytes of
// its magic number. A dictionary is named by a small number and never changes
// (schema/protocol/v1.md, "Dictionaries").
#pragma once

#include <cstdint>
#include <span>

#include "nhip/status.h"
#include "nhip/value.h"

namespace nhip::protocol {

inline constexpr std::uint32_t kDictionaryMax = 0xFFFF;
// The one this version writes with.
inline constexpr std::uint32_t kDictionaryNewest = 1;

bool knows_dictionary(std::uint32_t number);

// Empty when it could not be compressed.
Bytes compress(std::span<const std::uint8_t> bytes, std::uint32_t dictionary);

// At most kMessageBytesMax come out. kVersion "unknown_dictionary"; kMalformed "bad_message".
Result<Bytes> decompress(std::span<const std::uint8_t> bytes, std::uint32_t dictionary);

}  // namespace nhip::protocol
