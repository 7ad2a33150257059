// The office's verdict on submitted work, written by the centre itself: approved, or returned to
// its unit with a reason. Devices receive it like any change; the unit edits and submits anew.
#pragma once

#include <cstdint>
#include <string>

#include "centre/centre.h"

namespace nhip::server {

struct Verdict {
  std::string type, id;
  bool approve = false;
  std::string reason;  // of a return
};

// A report's own status follows: ACCEPTED or RETURNED. The verdict that stands already changes
// nothing. kUsage "unknown_type", "no_reason"; kNotFound "no_record"; kInvalid "not_reviewed" for
// types without review, "not_submitted" for a draft.
Status give_verdict(Centre& centre, const Verdict& verdict, std::int64_t now);

}  // namespace nhip::server
