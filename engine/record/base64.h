// Base64 with padding (RFC 4648 §4): how blobs stand in JSON.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "nhip/value.h"

namespace nhip::record {

std::string to_base64(std::span<const std::uint8_t> bytes);
// Nothing unless it is exactly what to_base64 would write.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace nhip::record
