#include "protocol/packing.h"

#include <zstd.h>

#include <array>
#include <memory>

#include "core/limits.h"
#include "nhip_embedded/wire_dictionary_1.h"

namespace nhip::protocol {
namespace {

// Small messages pay for every byte and cost nothing; large ones pay for time.
constexpr int kSmallLevel = 19;
constexpr int kLargeLevel = 3;
constexpr std::size_t kSmallBytes = std::size_t{8} << 10;

constexpr std::array<std::uint8_t, 4> kMagic = {0x28, 0xB5, 0x2F, 0xFD};

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
  void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};
using Compressor = std::unique_ptr<ZSTD_CCtx, Free>;
using Decompressor = std::unique_ptr<ZSTD_DCtx, Free>;

std::string_view dictionary_bytes(std::uint32_t number) {
  return number == 1 ? embedded::wire_dictionary_1() : std::string_view();
}

// Prepared once for the process: it costs more than a small message.
const ZSTD_CDict* small_dictionary() {
  static const std::unique_ptr<ZSTD_CDict, Free> prepared = [] {
    const std::string_view bytes = dictionary_bytes(kDictionaryNewest);
    return std::unique_ptr<ZSTD_CDict, Free>(
        ZSTD_createCDict(bytes.data(), bytes.size(), kSmallLevel));
  }();
  return prepared.get();
}

const ZSTD_CDict* large_dictionary() {
  static const std::unique_ptr<ZSTD_CDict, Free> prepared = [] {
    const std::string_view bytes = dictionary_bytes(kDictionaryNewest);
    return std::unique_ptr<ZSTD_CDict, Free>(
        ZSTD_createCDict(bytes.data(), bytes.size(), kLargeLevel));
  }();
  return prepared.get();
}

const ZSTD_DDict* reading_dictionary() {
  static const std::unique_ptr<ZSTD_DDict, Free> prepared = [] {
    const std::string_view bytes = dictionary_bytes(kDictionaryNewest);
    return std::unique_ptr<ZSTD_DDict, Free>(ZSTD_createDDict(bytes.data(), bytes.size()));
  }();
  return prepared.get();
}

Status bad_message(const char* what) { return {Code::kMalformed, "bad_message", what}; }

}  // namespace

bool knows_dictionary(std::uint32_t number) { return !dictionary_bytes(number).empty(); }

Bytes compress(std::span<const std::uint8_t> bytes, std::uint32_t dictionary) {
  const Compressor context(ZSTD_createCCtx());
  if (context == nullptr || (dictionary != 0 && !knows_dictionary(dictionary))) return {};
  const bool small = bytes.size() <= kSmallBytes;
  bool fine = true;
  const auto set = [&](ZSTD_cParameter parameter, int value) {
    fine = ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), parameter, value)) == 0 && fine;
  };
  set(ZSTD_c_compressionLevel, small ? kSmallLevel : kLargeLevel);
  set(ZSTD_c_contentSizeFlag, 1);
  set(ZSTD_c_checksumFlag, 0);
  set(ZSTD_c_dictIDFlag, 0);
  if (dictionary != 0) {
    const ZSTD_CDict* prepared = small ? small_dictionary() : large_dictionary();
    fine = ZSTD_isError(ZSTD_CCtx_refCDict(context.get(), prepared)) == 0 && fine;
  }
  Bytes room(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress2(context.get(), room.data(), room.size(), bytes.data(), bytes.size());
  if (!fine || ZSTD_isError(size) != 0 || size < kMagic.size()) return {};
  return {room.begin() + kMagic.size(), room.begin() + static_cast<std::ptrdiff_t>(size)};
}

Result<Bytes> decompress(std::span<const std::uint8_t> bytes, std::uint32_t dictionary) {
  if (dictionary != 0 && !knows_dictionary(dictionary)) {
    return Status(Code::kVersion, "unknown_dictionary",
                  "the message was packed with a dictionary that is not known here",
                  "send it without one");
  }
  Bytes frame(kMagic.begin(), kMagic.end());
  frame.insert(frame.end(), bytes.begin(), bytes.end());
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR)
    return bad_message("it is not packed as it should be");
  if (size > core::kMessageBytesMax) {
    return Status(Code::kLimit, "message_too_large", "unpacked, the message is too large");
  }
  // One frame and nothing behind it.
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size())
    return bad_message("it is not packed as it should be");
  const Decompressor context(ZSTD_createDCtx());
  if (context == nullptr) return Status(Code::kLimit, "out_of_memory", "not enough memory");
  Bytes out(static_cast<std::size_t>(size));
  const ZSTD_DDict* prepared = dictionary == 0 ? nullptr : reading_dictionary();
  const std::size_t got = ZSTD_decompress_usingDDict(context.get(), out.data(), out.size(),
                                                     frame.data(), frame.size(), prepared);
  if (ZSTD_isError(got) != 0 || got != out.size())
    return bad_message("it is not packed as it should be");
  return out;
}

}  // namespace nhip::protocol
