// The format of a backup: one file with everything a centre is made of.
//
//   "nhip backup 1\n"
//   8 bytes      length of the head, big-endian
//   head         JSON: of which centre, when, how far, the sealed keys, how long the database is
//   database     an SQLite file as open_sqlite_store opens it
//   32 bytes …   BLAKE2b-256 of each 64 KB of the database, in order
//   32 bytes     BLAKE2b-256 of everything before the database and of all those hashes
//   64 bytes     the centre's signature of that hash
//
// So a part that was cut, lost or changed is found and named without trust in any other part, and
// nobody but the centre can make a backup that its folder accepts. The keys are in a box that only
// the recovery key opens: whoever finds the file has the records, as with any copy of the disk, but
// cannot speak as the centre.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backup/plain_file.h"
#include "centre/centre.h"

namespace nhip::server {

// What stays free on a disk for the store itself beside a backup.
inline constexpr std::uint64_t kReservedBytes = 16u << 20;

struct BackupHead {
  Id centre_id;
  std::string epoch;
  std::int64_t taken_at = 0;
  std::uint64_t last_commit = 0;
  std::uint64_t records = 0;
  std::uint64_t database_bytes = 0;
  std::string client;  // program and version that wrote it
  Bytes sealed_keys;   // the text of `keys`, for the recovery key

  friend bool operator==(const BackupHead&, const BackupHead&) = default;
};

// Stops when `steps` says so: kUnavailable "stopped".
// Writes to `path` and flushes. `head.database_bytes` is filled in.
Status write_backup(const std::string& path, BackupHead head, const std::string& database,
                    const crypto::KeyPair& signing, const StepsDone& steps);

class BackupFile {
 public:
  // Reads the head. kMalformed "not_a_backup", "backup_cut", "backup_damaged", kVersion
  // "newer_backup".
  static Result<BackupFile> open(const std::string& path);

  const BackupHead& head() const { return head_; }
  std::uint64_t bytes() const { return file_.size(); }
  // Reads all of it, once; the database goes to `database` unless that is empty. kMalformed
  // "backup_damaged" names the first part that is not as it was written.
  Status read(const std::string& database, const StepsDone& steps);
  // After `read`.
  bool is_signed_by(const crypto::PublicKey& key) const;

 private:
  explicit BackupFile(PlainFile file) : file_(std::move(file)) {}
  Status read_parts(PlainFile* out, std::vector<crypto::Hash>& found, const StepsDone& steps);

  PlainFile file_;
  BackupHead head_;
  Bytes before_database_;  // as it stands in the file
  crypto::Hash whole_{};
  crypto::Signature signature_{};
};

}  // namespace nhip::server
