// Which of the two encodings a message of a sync is in. Its first byte tells, and nothing else is
// believed: it is part of what is signed, a header is not.
#pragma once

#include "nhip/status.h"
#include "protocol/messages.h"

namespace nhip::protocol {

enum class Encoding { kJson, kBinary };

// How a side speaks. `dictionary` 0: packs without one; it counts for kBinary alone.
struct Speech {
  Encoding encoding = Encoding::kJson;
  std::uint32_t dictionary = 0;

  friend bool operator==(const Speech&, const Speech&) = default;
};

inline constexpr const char* kJsonType = "application/json";
inline constexpr const char* kBinaryType = "application/vnd.nhip";

// Binary as this version writes it best.
Speech best_speech();
Encoding encoding_of(std::span<const std::uint8_t> bytes);

Bytes encode(const SyncRequest& message, const Speech& speech);
Bytes encode(const SyncResponse& message, const Speech& speech);

// `spoken`, when asked for, becomes how the message was encoded, which is how to answer it.
Result<SyncRequest> decode_request(std::span<const std::uint8_t> bytes, Speech* spoken = nullptr);
Result<SyncResponse> decode_response(std::span<const std::uint8_t> bytes);

}  // namespace nhip::protocol
