// EpochFile: the epoch outside the database, and a witness of how far the database had come.
//
// One line, "EPOCH COMMIT NUMBER CHECK": the epoch, the last commit, the highest number given out
// in any scope, and the beginning of the line's hash. It is written in place after every commit and
// flushed only when the centre is closed or its epoch changes. So it may lag behind the database,
// which says nothing, but it is never ahead of it: a database that has less than its witness was
// put back from a copy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nhip/status.h"

namespace nhip::server {

struct Witness {
  std::string epoch;
  std::uint64_t commit = 0;
  std::uint64_t number = 0;

  friend bool operator==(const Witness&, const Witness&) = default;
};

// Nothing when the file is missing or damaged.
std::optional<Witness> read_witness(const std::string& path);
std::string witness_text(const Witness& witness);

class EpochFile {
 public:
  EpochFile() = default;
  ~EpochFile();
  EpochFile(const EpochFile&) = delete;
  EpochFile& operator=(const EpochFile&) = delete;

  // Makes it, mode 0600, when it is not there.
  Status open(const std::string& path);
  // Writes and flushes. Stopped in between, the line is old, new or damaged; all three are safe.
  Status put(const Witness& witness);
  // After a commit. Not flushed; what cannot be written lags behind.
  void advance(std::uint64_t commit, std::uint64_t number);
  Status flush();
  const Witness& witness() const { return witness_; }

 private:
  bool write();

  int descriptor_ = -1;
  Witness witness_;
};

}  // namespace nhip::server
