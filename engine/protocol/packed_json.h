// JSON, compressed as it is: for the one rare message that is large, the enrolment's answer with
// its schema. Grammar: schema/protocol/v1.md, "Binary", kind 3.
#pragma once

#include <span>

#include "nhip/status.h"
#include "nhip/value.h"

namespace nhip::protocol {

Bytes pack_json(const Bytes& json);

// The JSON of `bytes`, packed or not. kMalformed "bad_message", kLimit "message_too_large".
Result<Bytes> unpack_json(std::span<const std::uint8_t> bytes);

}  // namespace nhip::protocol
