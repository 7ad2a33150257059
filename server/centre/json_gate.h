// The gate for JSON text from files: nothing deeper than the engine's limit, no repeated keys,
// UTF-8 only. nlohmann's parser alone would take a million levels and let the last of two equal
// keys win.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

#include "nhip/status.h"

namespace nhip::server {

// kMalformed "bad_utf8" or "bad_json"; the message says what is wrong, never what stood there.
Result<nlohmann::json> parse_json_text(std::string_view text);

// The lines, from 1, on which the objects and lists inside `depth` others begin; for saying where
// an element of a JSON file stands.
std::vector<std::uint64_t> element_lines(std::string_view text, std::size_t depth);

}  // namespace nhip::server
