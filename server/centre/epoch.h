// Epochs: what a restore cuts off, and how numbers of a lost history are told from ours.
//
// A centre that was put back from a backup no longer has the numbers it gave out since. Were they
// given out again, a device that saw the first record 105 would take the second for the same. So
// every restore opens a new epoch: all its numbers, in every scope and of commits, are larger than
// `begins`, and `begins` is far above whatever was given out before. It grows with the wall clock,
// so that an epoch that was itself cut off (the same backup restored twice) lies below the next
// one. A number between the last one we have and `begins` is lost: somebody saw it, we did not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "nhip/status.h"
#include "store/server_store.h"

namespace nhip::server {

struct EpochMark {
  std::string epoch;
  std::int64_t opened_at = 0;
  std::uint64_t begins = 0;                    // its numbers are larger
  std::uint64_t commit = 0;                    // the last commit before it that we have
  std::map<std::string, std::uint64_t> heads;  // the last number of each scope before it; absent: 0

  friend bool operator==(const EpochMark&, const EpochMark&) = default;
};

class EpochHistory {
 public:
  static Result<EpochHistory> read(ServerStore& store);

  // Scope "*" means commit numbers.
  bool is_lost(const std::string& scope, std::uint64_t number) const;
  // The last number of our own history that whoever stood at `number` had passed: itself unless it
  // is lost.
  std::uint64_t reached(const std::string& scope, std::uint64_t number) const;
  // The epoch that cut `number` off; null unless it is lost.
  const EpochMark* cut_by(const std::string& scope, std::uint64_t number) const;
  // Numbers of a scope that has none yet are larger than this; 0 before any restore.
  std::uint64_t floor() const { return marks_.empty() ? 0 : marks_.back().begins; }
  const std::vector<EpochMark>& marks() const { return marks_; }

 private:
  std::vector<EpochMark> marks_;  // ascending `begins`
};

// Inside a transaction: notes the epoch and moves every scope's head and the commit number to
// `begins` by a commit that brings no rows. `above`: a number that is known to have been given out
// by the history that is cut off (centre/epoch_file.h). `keys.epoch` is the caller's to change.
Status open_epoch(ServerStore& store, const std::string& epoch, const Centre::Random& random,
                  std::int64_t now, std::uint64_t above = 0);

}  // namespace nhip::server
