// Tables of units and periods from a file: refused whole, with line and reason, when they would not
// make sense together with what is known; else loaded as `load` does.
#pragma once

#include <optional>
#include <string>

#include "figures/figure_book.h"

namespace nhip::server {

enum class DefinitionKind { kUnits, kPeriods };

// problems: nothing was stored. `dry_run` stores nothing either. kNotFound "no_file".
Result<LoadReport> load_definitions(FigureBook& book, DefinitionKind kind, const std::string& path,
                                    bool dry_run, std::int64_t now);

}  // namespace nhip::server
