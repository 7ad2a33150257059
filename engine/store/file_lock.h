// FileLock: an advisory lock between processes (flock), held by its owner's lifetime.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nhip/status.h"

namespace nhip::store {

class FileLock {
 public:
  // Makes the file (mode 0600) when it is not there. Waits up to `wait_ms`, then kBusy "in_use".
  static Result<FileLock> take(const std::string& path, std::int64_t wait_ms);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  void release();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace nhip::store
