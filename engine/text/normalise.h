// Vietnamese text: normal forms (utf8proc). Stored text keeps its bytes; these make keys and
// comparisons.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace nhip::text {

bool is_utf8(std::string_view text);
// Unicode NFC; nothing when the text is not UTF-8.
std::optional<std::string> to_nfc(std::string_view text);
// Without white space (Unicode White_Space and U+FEFF) at both ends.
std::string trim(std::string_view text);
// Has C0/C1 controls other than tab and newline.
bool has_control_characters(std::string_view text);
// Already NFC, trimmed, without control characters and carriage returns, for certain: most texts
// are found so in one look.
bool is_clean(std::string_view text);
// For searching and duplicate keys: NFD, no combining marks, đ→d, lower case, runs of anything that
// is no letter or digit become one blank. schema/README.md; vectors in
// tests/data/text_vectors.json.
std::string fold(std::string_view text);

}  // namespace nhip::text
