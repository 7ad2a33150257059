// What a program that takes text from people needs before it compares or stores it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nhip::text {

bool is_utf8(std::string_view text);
// Unicode NFC; nothing when the text is not UTF-8.
std::optional<std::string> to_nfc(std::string_view text);

}  // namespace nhip::text
