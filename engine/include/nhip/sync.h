// Enrolling a replica and syncing it with its centre.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "nhip/replica.h"
#include "nhip/transport.h"

namespace nhip {

// The transport over HTTP and HTTPS (libcurl). `ca_file` empty = the system's certificates.
struct HttpOptions {
  std::string ca_file;
  int connect_timeout_ms = 10'000;
  int stall_timeout_ms = 30'000;  // no byte in either direction
};
std::unique_ptr<Transport> make_http_transport(HttpOptions options = {});

struct EnrolOptions {
  std::string server;  // URL of the centre, without a path
  std::string code;    // 25 base32 characters; hyphens, blanks and case do not matter
  std::string label;   // what the office sees in its list of devices
};

// Makes this replica a device of the centre: checks the server's key against the code before
// anything secret is sent, then exchanges keys. Work entered before is kept and sent at the first
// sync. Safe to repeat after a lost answer. kConflict when the replica belongs to a centre already;
// kUnauthenticated "wrong_code", "used_code", "expired_code"; kForbidden "wrong_server" when the
// key does not match.
Status enrol(Replica& replica, Transport& transport, const EnrolOptions& options);

struct SyncProgress {
  std::uint64_t rounds = 0;
  std::uint64_t sent = 0, to_send = 0;  // operations
  std::uint64_t received = 0;           // rows
  std::uint64_t behind = 0;             // rows the centre still has for this device, estimated
  std::uint64_t bytes_up = 0, bytes_down = 0;
};

struct SyncOptions {
  std::string server;              // another address of the same centre; empty = the enrolled one
  std::uint64_t budget_bytes = 0;  // stop before more than this has moved; 0 = no limit
  std::int64_t patience_ms = 30'000;  // without progress; a refused connection ends it within 5 s
  std::function<void(const SyncProgress&)> progress;
  const std::atomic<bool>* cancel = nullptr;
  bool json = false;  // speak JSON, which people can read, instead of the compact encoding
};

struct SyncReport {
  bool ok = false;
  std::uint64_t rounds = 0, sent = 0, received = 0, rejected = 0, held = 0, conflicts = 0;
  std::uint64_t bytes_up = 0, bytes_down = 0;
  std::int64_t duration_ms = 0;
  bool verified = false;    // the digests of all scopes agree with the centre's
  std::string verified_by;  // when verified: "versions", or "values" when those were compared too
  bool complete = false;    // nothing is left to send or receive (a budget may stop earlier)
};

struct BundleReport {
  std::uint64_t bytes = 0;       // of the file
  std::uint64_t operations = 0;  // out: carried; in: known to have arrived
  std::uint64_t received = 0, rejected = 0, held = 0;
  bool applied = false;   // in: false when a newer sync has overtaken this answer
  bool verified = false;  // in: the digests of all feeds agree
  bool complete = false;  // in: nothing is left to carry either way
};

// A sync by file. Writes what a connection would carry now; the file may be carried any way and
// used any number of times. `path` is made anew. kUnauthenticated before enrolment.
Result<BundleReport> bundle_out(Replica& replica, const std::string& path);
// Takes the centre's answer to the newest bundle that was written. kMalformed as of a bundle that
// is cut, damaged or no bundle, "not_an_answer"; kForbidden "other_centre", "other_replica".
Result<BundleReport> bundle_in(Replica& replica, const std::string& path);

// One whole sync, resumable at any point: chunks commit on both sides one by one. kUnavailable
// after patience ran out; kUnauthenticated when revoked; kVersion when the centre is too new or too
// old.
Result<SyncReport> sync(Replica& replica, Transport& transport, const SyncOptions& options = {});

}  // namespace nhip
