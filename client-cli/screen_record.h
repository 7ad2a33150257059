// A record for the screen: fields by name, dates and numbers as people write them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "nhip/schema.h"
#include "output.h"

namespace nhip::cli {

// Every value that is not null, by its dotted path: id first, then in the record's order, without
// `_meta`.
std::vector<std::pair<std::string, std::string>> screen_fields(const Type& type, const Json& record,
                                                               Language language);

// One value of any shape on one line. `field` may be null.
std::string screen_value(const Field* field, const Json& value, Language language);

// The same when only the field's path is known, as conflicts have it.
std::string screen_value_at(const Type* type, std::string_view path, const std::string& json,
                            Language language);

}  // namespace nhip::cli
