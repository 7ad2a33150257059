// Every limit of the engine in one place; sender and receiver both check them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace nhip::core {

inline constexpr std::size_t kGroupOperationsMax = 1000;
inline constexpr std::size_t kGroupBytesMax =
    2u << 20;  // changes of one group, so that it fits a message
inline constexpr std::size_t kChunkBytesMax = 1u << 20;  // one request or answer, unpacked
inline constexpr std::size_t kMessageBytesMax = 4u
                                                << 20;  // a chunk may exceed its size by one group
inline constexpr std::size_t kValueBytesMax = 256u << 10;    // one cell
inline constexpr std::size_t kOperationBytesMax = 1u << 20;  // all changes of one operation
inline constexpr std::size_t kElementBytesMax = 1024;        // one element key
inline constexpr std::size_t kScopeBytesMax = 200;
inline constexpr std::size_t kProseBytesMax = 512u
                                              << 10;  // a string that is no value: may quote one
inline constexpr std::size_t kJsonDepthMax = 32;
// The binary encoding says much in few bytes, so what comes out of a message is bounded as well.
inline constexpr std::size_t kMessageRecordsMax = 1u << 16;  // of one kind: operations, rows …
inline constexpr std::size_t kMessageCellsMax = 1u << 20;
inline constexpr std::size_t kMessageTextMax = 16u << 20;  // texts and blobs, written out
inline constexpr std::size_t kFeedsMax = 512;              // feeds one device follows
inline constexpr std::size_t kHaveRangesMax = 256;         // see protocol/messages.h
inline constexpr std::int64_t kLockWaitMs = 10'000;        // local transactions of other processes

static_assert(kOperationBytesMax <= kChunkBytesMax);
static_assert(kOperationBytesMax < kGroupBytesMax && kGroupBytesMax < kMessageBytesMax);
static_assert(kValueBytesMax < kOperationBytesMax);
static_assert(kValueBytesMax < kProseBytesMax);
static_assert(kMessageBytesMax >= 2 * kChunkBytesMax);

}  // namespace nhip::core
