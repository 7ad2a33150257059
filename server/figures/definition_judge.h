// Judging the definition files of a folder before it is loaded: what would make figures senseless,
// or move those that were locked, is refused with its line while the rest of the folder enters.
#pragma once

#include <functional>
#include <string>

#include "figures/figure_book.h"

namespace nhip::server {

// Of units: all lines of a unit whose line of succession or of parents runs in a circle, that has
// days without a version, or whose successor nobody knows. Of periods: one that overlaps another,
// ends before it begins, or changes a locked one. Of forms: another content of a version that was
// published. A line that would only open a locked period again is kept out with a warning.
Result<JudgedLines> judge_definitions(Centre& centre, const std::string& folder, std::int64_t now);

// load_folder behind that judgement.
Result<LoadReport> load_judged(
    Centre& centre, const std::string& folder, std::int64_t now,
    const std::function<void(const std::string& file, std::uint64_t lines)>& progress);

}  // namespace nhip::server
