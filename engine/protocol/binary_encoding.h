// The compact encoding of the messages of a sync. Everything else (greeting, enrolment, names,
// refusals) is rare and travels as JSON. Grammar: schema/protocol/v1.md, "Binary".
//
// Decoding is strict: sizes, counts and numbers are bounded before anything is allocated for them,
// and a fault is kMalformed "bad_message" with the part at fault, never what stood there. A message
// means the same as in JSON: what one encoding refuses for its contents, the other refuses too.
#pragma once

#include "nhip/status.h"
#include "protocol/messages.h"
#include "protocol/packing.h"
#include "protocol/wire_frames.h"

namespace nhip::protocol {

Bytes encode_binary(const SyncRequest& message, const Packing& packing);
Bytes encode_binary(const SyncResponse& message, const Packing& packing);

// `dictionary`, when asked for, becomes the one that the sender knows.
Result<SyncRequest> decode_binary_request(std::span<const std::uint8_t> bytes,
                                          std::uint32_t* dictionary = nullptr);
Result<SyncResponse> decode_binary_response(std::span<const std::uint8_t> bytes);

}  // namespace nhip::protocol
