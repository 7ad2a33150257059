// One file under the name by which a folder of records knows it, in a folder of its own that goes
// when this does.
#pragma once

#include <string>
#include <string_view>

#include "nhip/status.h"

namespace nhip::server {

class OneFileFolder {
 public:
  OneFileFolder() = default;
  ~OneFileFolder();
  OneFileFolder(const OneFileFolder&) = delete;
  OneFileFolder& operator=(const OneFileFolder&) = delete;

  // kNotFound "no_file", kUnavailable "no_temporary_folder".
  Status copy(const std::string& file, const char* name);
  // The same of text.
  Status write(std::string_view text, const char* name);
  const std::string& path() const { return path_; }

 private:
  Status make();

  std::string path_;
};

}  // namespace nhip::server
