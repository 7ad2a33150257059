#include "figures/one_file_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace nhip::server {

namespace fs = std::filesystem;

OneFileFolder::~OneFileFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Status OneFileFolder::make() {
  std::error_code error;
  std::string pattern = (fs::temp_directory_path(error) / "nhipd-XXXXXX").string();
  if (error || ::mkdtemp(pattern.data()) == nullptr) {
    return Status(Code::kUnavailable, "no_temporary_folder", "no temporary folder could be made");
  }
  path_ = pattern;
  return {};
}

Status OneFileFolder::copy(const std::string& file, const char* name) {
  NHIP_TRY(make());
  std::error_code error;
  fs::copy_file(file, fs::path(path_) / name, error);
  if (!error) return {};
  return Status(Code::kNotFound, "no_file", "the file cannot be read: " + file);
}

Status OneFileFolder::write(std::string_view text, const char* name) {
  NHIP_TRY(make());
  std::ofstream out(fs::path(path_) / name, std::ios::binary);
  out << text;
  out.close();
  if (out) return {};
  return Status(Code::kUnavailable, "no_temporary_folder", "no temporary file could be written");
}

}  // namespace nhip::server
