#include "centre/epoch_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "centre/private_file.h"
#include "crypto/keys.h"

namespace nhip::server {
namespace {

constexpr std::size_t kEpochCharacters = 16;
constexpr std::size_t kDigits = 20;
constexpr std::size_t kCheckCharacters = 8;
constexpr std::size_t kChecked = kEpochCharacters + 2 * (1 + kDigits) + 1;
constexpr std::size_t kLine = kChecked + kCheckCharacters + 1;

// As many digits as the largest number has, so that every line is as long as the one it replaces.
std::string digits(std::uint64_t number) {
  const std::string text = std::to_string(number);
  return std::string(kDigits - text.size(), '0') + text;
}

std::string check_of(std::string_view text) {
  return crypto::hex(crypto::hash(crypto::as_bytes(text))).substr(0, kCheckCharacters);
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Status failed(const std::string& path) {
  const int native = errno;
  const bool full = native == ENOSPC || native == EDQUOT;
  return {full ? Code::kDiskFull : Code::kCorrupt, full ? "disk_full" : "io_error",
          "cannot write " + path + ": " + std::strerror(native)};
}

}  // namespace

std::string witness_text(const Witness& witness) {
  const std::string checked =
      witness.epoch + " " + digits(witness.commit) + " " + digits(witness.number) + " ";
  return checked + check_of(checked) + "\n";
}

std::optional<Witness> read_witness(const std::string& path) {
  const Result<std::string> text = read_small_file(path);
  if (!text.ok() || text->size() != kLine) return std::nullopt;
  const std::string_view line(*text);
  Witness witness;
  witness.epoch = line.substr(0, kEpochCharacters);
  const auto commit = number_in(line.substr(kEpochCharacters + 1, kDigits));
  const auto number = number_in(line.substr(kEpochCharacters + 1 + kDigits + 1, kDigits));
  if (!commit || !number) return std::nullopt;
  witness.commit = *commit;
  witness.number = *number;
  if (witness_text(witness) != line) return std::nullopt;
  return witness;
}

EpochFile::~EpochFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status EpochFile::open(const std::string& path) {
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  return descriptor_ >= 0 ? Status() : failed(path);
}

bool EpochFile::write() {
  const std::string line = witness_text(witness_);
  return ::pwrite(descriptor_, line.data(), line.size(), 0) == static_cast<ssize_t>(line.size());
}

Status EpochFile::put(const Witness& witness) {
  witness_ = witness;
  if (!write() || ::ftruncate(descriptor_, static_cast<off_t>(kLine)) != 0) return failed("epoch");
  return flush();
}

void EpochFile::advance(std::uint64_t commit, std::uint64_t number) {
  if (commit <= witness_.commit && number <= witness_.number) return;
  witness_.commit = std::max(witness_.commit, commit);
  witness_.number = std::max(witness_.number, number);
  static_cast<void>(write());
}

Status EpochFile::flush() { return ::fsync(descriptor_) == 0 ? Status() : failed("epoch"); }

}  // namespace nhip::server
