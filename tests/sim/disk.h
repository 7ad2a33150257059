// Disk: what stands between SQLite and the real files of a run, so that a program can be killed
// between any two writes, and a disk can be full for a moment.
//
// A killed program writes nothing any more: every write, flush and truncation of its files fails
// until it is started again, so not even a destructor can tidy up behind it. What was written
// before stays, as after kill -9. Flushes cost nothing here, because files stand in memory anyway.
#pragma once

#include <cstdint>
#include <string>

namespace nhip::sim {

class Disk {
 public:
  enum class Trouble { kNone, kKill, kFull };

  // Watches the files whose path begins with `prefix`. One Disk per program; it outlives its
  // databases.
  explicit Disk(std::string prefix);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // The trouble comes after that many more writes and flushes.
  void arm(Trouble trouble, std::int64_t writes_left);
  // Called off, or over. Returns whether it came.
  bool disarm();
  bool dead() const { return dead_; }
  void revive() { dead_ = false; }

  const std::string& prefix() const { return prefix_; }
  // For the file layer: SQLite's code for the next write or flush; `half` asks it to write a part.
  int next_write(bool is_flush, bool& half);

 private:
  const std::string prefix_;
  Trouble trouble_ = Trouble::kNone;
  std::int64_t left_ = 0;
  bool came_ = false;
  bool dead_ = false;
};

}  // namespace nhip::sim
