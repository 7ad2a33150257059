// What TLS adds to a sync: bytes on the connection, as OpenSSL counts them at the socket.
#pragma once

#include "bench/measure.h"
#include "nhip/value.h"

namespace nhip::bench {

// Three requests with nothing to move: on a new connection, on the same one, and on a second
// connection that resumes the first one's session.
void tls_figures(int port, const Bytes& first, const Bytes& second, const Bytes& third,
                 Report& report);

}  // namespace nhip::bench
