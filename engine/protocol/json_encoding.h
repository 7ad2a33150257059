// The JSON encoding of the messages: documented, for other people's clients and for debugging.
//
// Decoding is strict: sizes, depth (kJsonDepthMax), repeated keys, wrong types and values in a
// second form are kMalformed "bad_json"/"bad_message" with the place at fault, never what stood
// there. A message that is too large is kLimit "message_too_large"; one of another version, or with
// a critical name that is unknown here, is kVersion "unknown_protocol"/"critical_unknown". Other
// unknown keys are passed over. Encoding is canonical: equal messages give equal bytes.
#pragma once

#include <string>

#include "nhip/status.h"
#include "protocol/messages.h"

namespace nhip::protocol {

Bytes encode_json(const SyncRequest& message);
Bytes encode_json(const SyncResponse& message);
Bytes encode_json(const ErrorAnswer& message);
Bytes encode_json(const HelloAnswer& message);
Bytes encode_json(const EnrolRequest& message);
Bytes encode_json(const EnrolAnswer& message);
Bytes encode_json(const IdentityRequest& message);
Bytes encode_json(const IdentityAnswer& message);
// Alone, as a device keeps it.
Bytes encode_json(const Certificate& certificate);

Result<SyncRequest> decode_sync_request(std::span<const std::uint8_t> bytes);
Result<SyncResponse> decode_sync_response(std::span<const std::uint8_t> bytes);
Result<ErrorAnswer> decode_error(std::span<const std::uint8_t> bytes);
Result<HelloAnswer> decode_hello(std::span<const std::uint8_t> bytes);
Result<EnrolRequest> decode_enrol_request(std::span<const std::uint8_t> bytes);
Result<EnrolAnswer> decode_enrol_answer(std::span<const std::uint8_t> bytes);
Result<IdentityRequest> decode_identity_request(std::span<const std::uint8_t> bytes);
Result<IdentityAnswer> decode_identity_answer(std::span<const std::uint8_t> bytes);
Result<Certificate> decode_certificate(std::span<const std::uint8_t> bytes);

}  // namespace nhip::protocol
