// Dotted paths on the command line: "funding.union=500000" and --where.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "output.h"

namespace nhip::cli {

struct Assignment {
  std::vector<std::string> path;  // at least one part, none empty
  std::string text;               // what stood behind "="
};

// Splits at the first "=". Nothing when there is none or a part of the path is empty.
std::optional<Assignment> parse_assignment(std::string_view argument);

// The value a person meant: JSON if it parses, else the text itself.
Json value_from_text(std::string_view text);

// Puts a value into an object, making the objects on the way. False when the path is taken already,
// as in "a=1 a.b=2".
bool assign(Json& object, const Assignment& assignment);

// Does the record have the assignment's value? An absent field is null. Text is compared in NFC, so
// it does not matter how a keyboard composes letters.
bool matches(const nlohmann::json& record, const Assignment& condition);

}  // namespace nhip::cli
