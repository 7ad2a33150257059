// PlainFile: a file read or written from its beginning to its end, whole or with an error.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "nhip/status.h"

namespace nhip::server {

class PlainFile {
 public:
  // kNotFound "no_file"; kInvalid "not_a_file" for anything that is no regular file.
  static Result<PlainFile> read_from(const std::string& path);
  // Empties what is there; mode 0600.
  static Result<PlainFile> write_to(const std::string& path);
  ~PlainFile();
  PlainFile(PlainFile&& other) noexcept;
  PlainFile& operator=(PlainFile&&) = delete;

  std::uint64_t size() const { return size_; }  // when it was opened
  // Fills `out`; kMalformed "too_short" at the end of the file.
  Status read(std::span<std::uint8_t> out);
  Status write(std::span<const std::uint8_t> bytes);
  Status flush();

 private:
  PlainFile(int descriptor, std::string path, std::uint64_t size)
      : descriptor_(descriptor), path_(std::move(path)), size_(size) {}

  int descriptor_;
  std::string path_;
  std::uint64_t size_;
};

// Bytes free for this user where `folder` lies.
Result<std::uint64_t> free_space(const std::string& folder);

}  // namespace nhip::server
