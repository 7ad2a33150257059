#include "centre/wire_status.h"

namespace nhip::server {

int wire_status(Code code) {
  switch (code) {
    case Code::kOk: return 200;
    case Code::kMalformed:
    case Code::kInvalid:
    case Code::kUsage: return 400;
    case Code::kUnauthenticated: return 401;
    case Code::kForbidden: return 403;
    case Code::kNotFound: return 404;
    case Code::kConflict: return 409;
    case Code::kLimit: return 413;
    case Code::kVersion: return 426;
    case Code::kUnavailable:
    case Code::kBusy:
    case Code::kDiskFull: return 503;
    case Code::kCorrupt:
    case Code::kInternal: return 500;
  }
  return 500;
}

}  // namespace nhip::server
