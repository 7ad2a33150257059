// What people hand in: an argument, standard input or a file, checked for UTF-8 and JSON before the
// engine sees it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages.h"
#include "nhip/schema.h"
#include "nhip/status.h"
#include "output.h"

namespace nhip::cli {

// All bytes of a file, or of standard input when `path` is "-".
Result<std::string> read_all(Language language, const std::string& path);

// A JSON object from text. kMalformed "not_utf8", "broken_json"; kInvalid "no_object".
Result<Json> parse_object(Language language, std::string_view text);

// The record as it is handed to the engine: the text itself, or without `_meta` when that is there,
// which is what this program prints and no part of a record.
std::string without_meta(std::string text, const Json& record);

// Names that the schema does not know, dotted: they are kept and passed on, and a person is told.
std::vector<std::string> unknown_fields(const Type& type, const Json& record);

}  // namespace nhip::cli
