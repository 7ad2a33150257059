#include "centre/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace nhip::server {
namespace {

constexpr std::size_t kSmallFileBytesMax = 1u << 20;

Status failed(const std::string& what, const std::string& path) {
  const int native = errno;
  const Code code = native == ENOSPC || native == EDQUOT ? Code::kDiskFull : Code::kCorrupt;
  return Status(code, code == Code::kDiskFull ? "disk_full" : "io_error",
                what + " " + path + ": " + std::strerror(native));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Status write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// A rename is on the disk once its folder is.
Status sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return flush_folder(slash == std::string::npos ? "." : path.substr(0, slash + 1));
}

}  // namespace

Status write_whole(const std::string& path, std::string_view text, unsigned mode) {
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());
  {
    const Descriptor fd(::open(temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                               static_cast<mode_t>(mode)));
    if (fd.get() < 0) return failed("cannot write", path);
    NHIP_TRY(write_all(fd.get(), text, path));
    if (::fsync(fd.get()) != 0) return failed("cannot flush", path);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed("cannot write", path);
  return sync_folder_of(path);
}

Result<std::string> read_small_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) {
    if (errno == ENOENT) return Status(Code::kNotFound, "no_file", "no file " + path);
    return failed("cannot read", path);
  }
  std::string text(kSmallFileBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return failed("cannot read", path);
  if (text.size() > kSmallFileBytesMax) {
    return Status(Code::kCorrupt, "file_too_large", path + " is larger than it can be");
  }
  return text;
}

Status make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  struct stat found {};
  if (errno == EEXIST && ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return {};
  return failed("cannot make the folder", path);
}

Status flush_folder(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return failed("cannot flush", path);
  return {};
}

Status flush_file(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return failed("cannot flush", path);
  return {};
}

}  // namespace nhip::server
