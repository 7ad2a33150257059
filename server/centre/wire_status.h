// The number of an answer that tells what became of a request, as HTTP has them.
#pragma once

#include "nhip/status.h"

namespace nhip::server {

int wire_status(Code code);

}  // namespace nhip::server
