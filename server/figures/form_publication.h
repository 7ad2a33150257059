// Publishing a form: the file is checked question by question, and nothing of it enters unless all
// of it can be answered, scored and understood later.
#pragma once

#include <string>

#include "centre/centre.h"

namespace nhip::server {

// FILE: one form, or {"forms": […]} as in survey_forms.json. problems: nothing was stored; each
// with its line. A version that was published with the same content is `repeated`, with another one
// it is refused. `dry_run` stores nothing. kNotFound "no_file".
Result<LoadReport> publish_forms(Centre& centre, const std::string& path, bool dry_run,
                                 std::int64_t now);

}  // namespace nhip::server
