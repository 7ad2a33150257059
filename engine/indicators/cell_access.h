// Plain values of one record by field path. What is absent or of another kind is the default.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/row.h"
#include "indicators/calendar.h"
#include "nhip/schema.h"

namespace nhip::indicators {

inline const Value& value_of(const core::Cells& cells, const Field* field) {
  static const Value kNull;
  return field == nullptr ? kNull : core::cell_value(cells, {field->number, {}});
}
inline std::string_view text_of(const core::Cells& cells, const Field* field) {
  const std::string* text = value_of(cells, field).text();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}
inline std::int64_t integer_of(const core::Cells& cells, const Field* field,
                               std::int64_t otherwise) {
  const std::int64_t* integer = value_of(cells, field).integer();
  return integer == nullptr ? otherwise : *integer;
}
inline bool is_true(const core::Cells& cells, const Field* field) {
  return integer_of(cells, field, 0) == 1;
}
inline Day day_at(const core::Cells& cells, const Field* field) {
  return parse_day(text_of(cells, field));
}

// Calls each(element key, value) for every element of a list or map.
template <typename Each>
void each_element(const core::Cells& cells, const Field* field, Each each) {
  if (field == nullptr) return;
  for (auto it = cells.lower_bound({field->number, {}});
       it != cells.end() && it->first.field == field->number; ++it) {
    each(it->first.element, it->second);
  }
}

}  // namespace nhip::indicators
