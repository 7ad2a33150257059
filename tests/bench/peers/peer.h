// The two halves of the program that the shared harness of peers calls (tests/bench/README.md).
#pragma once

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "bench/measure.h"

namespace nhip::bench {

// Words of a command line: --name value.
using Arguments = std::map<std::string, std::string>;

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  require(file.good(), "cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Where a server over `folder` tells the devices their codes: they are known before anything is
// measured, as a person would have typed them in.
inline std::string code_path(const std::string& folder, const std::string& device) {
  return folder + "/code-" + device;
}

// Serves until SIGTERM, after saying "ready".
int serve_peer(const Arguments& arguments);

}  // namespace nhip::bench
