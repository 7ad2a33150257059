#include "backup/plain_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace nhip::server {
namespace {

Status failed(const std::string& what, const std::string& path) {
  const int native = errno;
  const std::string message = what + " " + path + ": " + std::strerror(native);
  if (native == ENOENT || native == ENOTDIR) return {Code::kNotFound, "no_file", message};
  if (native == ENOSPC || native == EDQUOT) {
    return {Code::kDiskFull, "disk_full", message,
            "free some space, then try again; nothing stored is lost"};
  }
  if (native == EACCES || native == EPERM || native == EROFS) {
    return {Code::kForbidden, "read_only", message, "may this user read or write there?"};
  }
  return {Code::kCorrupt, "io_error", message, "is the disk still there and sound?"};
}

}  // namespace

Result<PlainFile> PlainFile::read_from(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failed("cannot read", path);
  struct stat found {};
  if (::fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
    ::close(file);
    return Status(Code::kInvalid, "not_a_file", path + " is no file");
  }
  return PlainFile(file, path, static_cast<std::uint64_t>(found.st_size));
}

Result<PlainFile> PlainFile::write_to(const std::string& path) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return failed("cannot write", path);
  return PlainFile(file, path, 0);
}

PlainFile::~PlainFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

PlainFile::PlainFile(PlainFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      size_(other.size_) {}

Status PlainFile::read(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::read(descriptor_, out.data(), out.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot read", path_);
    if (got == 0) return Status(Code::kMalformed, "too_short", path_ + " ends too early");
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Status PlainFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot write", path_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Status PlainFile::flush() {
  return ::fsync(descriptor_) == 0 ? Status() : failed("cannot flush", path_);
}

Result<std::uint64_t> free_space(const std::string& folder) {
  struct statvfs found {};
  if (::statvfs(folder.c_str(), &found) != 0) return failed("cannot look at", folder);
  return std::uint64_t{found.f_bavail} * std::uint64_t{found.f_frsize};
}

}  // namespace nhip::server
