// FileLock over flock(2): the kernel frees it when its process ends, however that happens.
//
// The lock belongs to the open file, so two locks within one process exclude each other too.
// Waiting is by asking again: flock cannot wait with a limit, and signals or threads for that would
// be the caller's business.
#include "store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

namespace nhip::store {
namespace {

using std::chrono::steady_clock;

Status lock_fault(const std::string& path, int error) {
  const std::string message = "lock " + path + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT) return Status(Code::kDiskFull, "disk_full", message);
  return Status(Code::kUnavailable, "cannot_lock", message,
                "may this user read and write the file and its folder?");
}

// Whether the path still names the locked file. Somebody may have removed or replaced it between
// open and lock; then the next process would lock another file and both would write.
bool still_named(const std::string& path, int descriptor) {
  struct stat locked {};
  struct stat named {};
  return fstat(descriptor, &locked) == 0 && stat(path.c_str(), &named) == 0 &&
         locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
}

// The descriptor of the locked file, -1 when another holds it, or an error.
Result<int> try_once(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return lock_fault(path, errno);
  int locked = 0;
  do {
    locked = flock(descriptor, LOCK_EX | LOCK_NB);
  } while (locked != 0 && errno == EINTR);
  const int error = locked == 0 ? 0 : errno;
  if (locked == 0 && still_named(path, descriptor)) return descriptor;
  close(descriptor);
  if (error != 0 && error != EWOULDBLOCK) return lock_fault(path, error);
  return -1;
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path, std::int64_t wait_ms) {
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(wait_ms);
  auto pause = std::chrono::milliseconds(1);
  for (;;) {
    NHIP_TRY_ASSIGN(const int descriptor, try_once(path));
    if (descriptor >= 0) return FileLock(descriptor);
    const auto now = steady_clock::now();
    if (now >= deadline) {
      return Status(Code::kBusy, "in_use", path + " is held by another program", "try again");
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now);
    std::this_thread::sleep_for(std::min(pause, std::max(left, std::chrono::milliseconds(1))));
    pause = std::min(pause * 2, std::chrono::milliseconds(16));
  }
}

FileLock::~FileLock() { release(); }

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    release();
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

// Closing gives the lock back, unless a child inherited the descriptor; O_CLOEXEC covers programs
// and the explicit unlock covers plain forks.
void FileLock::release() {
  const int descriptor = std::exchange(descriptor_, -1);
  if (descriptor < 0) return;
  flock(descriptor, LOCK_UN);
  close(descriptor);
}

}  // namespace nhip::store
