// Do the answers of a record fit a form's questions? Forms are data of a schema: a list of
//   {"id", "type": bool|int|single|multi|date|text, "required"?, "min"?, "max"?,
//    "options"?: [{"code"}]}
#pragma once

#include <string>
#include <vector>

#include "core/row.h"
#include "nhip/schema.h"

namespace nhip::rules {

// Ids of the questions whose answer does not fit, and of answers to no question, in the order of
// the form. `answers` is a map. A required answer that may only be stored sealed cannot be missed
// here. Nothing when `questions` is no list of questions.
std::vector<std::string> misfits(const Type& type, const Field& answers, const core::Cells& cells,
                                 const std::string& questions_json);

}  // namespace nhip::rules
