// `nhipd serve`: the centre behind HTTP until SIGTERM or SIGINT.
#pragma once

#include <string>

#include "commands/session.h"

namespace nhip::server {

struct ServeOptions {
  std::string listen = "127.0.0.1:8787";
  std::string port_file;
  std::string tls_cert_file, tls_key_file;
};

// Returns the exit code.
int serve(const Globals& globals, const ServeOptions& options);

}  // namespace nhip::server
