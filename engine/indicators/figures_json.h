// Figures as JSON, in the shape of tests/data/worked_example/expected.json.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string_view>

#include "indicators/definitions.h"
#include "indicators/figures.h"
#include "indicators/names.h"

namespace nhip::indicators {

struct JsonContext {
  const Definitions& definitions;
  const Names& names;
};

// {"IND01": {…}, … "IND15": {…}}.
nlohmann::json figures_json(const Figures& figures, const JsonContext& with);
nlohmann::json ratio_json(const Ratio& ratio);
nlohmann::json names_json(const std::vector<NameId>& names, const Names& with);
std::string_view handing_text(Handing handing);  // "ON_TIME", "LATE", "MISSING"

// Every indicator by unit, with `__SECTOR__` and `__ENDED__`; and, with `by` "district", "funding"
// or "host_type", IND01 and IND02 by that. An empty object for another word.
nlohmann::json units_json(const Figures& figures, const JsonContext& with);
nlohmann::json groups_json(const Figures& figures, std::string_view by);

}  // namespace nhip::indicators
