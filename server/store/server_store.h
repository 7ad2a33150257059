// ServerStore: what the centre remembers. One interface, one contract suite (tests/contract), two
// implementations: SQLite (the embedded default) and memory (for tests); PostgreSQL comes later.
//
// Nothing above this line may assume one process or one machine: whatever is cached (heads,
// digests) belongs to the implementation. Confined: the caller serialises access. All times are ms
// since 1970.
//
// A store keeps rows as opaque states: it never merges and knows no schema. Lists come in ascending
// order of their key unless said otherwise. A callback may read the store but must not write to it.
// Sequence and commit numbers from 2^63 on are refused (kLimit); as bounds they mean "no bound".
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/operation.h"
#include "core/row.h"
#include "crypto/digest.h"
#include "nhip/id.h"
#include "nhip/status.h"

namespace nhip::server {

// What belongs to one accepted version of a record beside its cells.
struct VersionInfo {
  std::uint32_t rev = 0;  // numbers the accepted versions of a record, from 1
  std::int64_t received_at = 0;
  std::int64_t updated_at = 0;  // the device's own time, not trusted
  Author author;                // zero for versions that were loaded
  std::string device_id;
  std::uint64_t commit = 0;  // centre-wide commit number that brought it

  friend bool operator==(const VersionInfo&, const VersionInfo&) = default;
};

// The live version of a record.
struct StoredRow {
  std::uint16_t type = 0;
  Id id;
  std::string scope;
  std::uint64_t seq = 0;  // its sequence number in its scope
  core::Row row;
  VersionInfo info;
  std::string source_id;

  friend bool operator==(const StoredRow&, const StoredRow&) = default;
};

// A version that was replaced, or one that was loaded out of order.
struct PastVersion {
  VersionInfo info;
  std::string scope;
  core::Cells cells;  // whole state

  friend bool operator==(const PastVersion&, const PastVersion&) = default;
};

// One commit's share in one scope.
struct ScopeCommit {
  std::uint64_t commit = 0;
  std::string scope;
  std::uint64_t first = 0, last = 0;  // sequence numbers it assigned there
  std::uint64_t salt = 0;
  std::int64_t received_at = 0;
  Author author;

  friend bool operator==(const ScopeCommit&, const ScopeCommit&) = default;
};

struct ScopeHead {
  std::uint64_t seq = 0;  // 0: nothing there yet
  std::uint64_t salt = 0;
  std::uint64_t commit = 0;
  std::uint64_t rows = 0;
  crypto::Digest digest;

  friend bool operator==(const ScopeHead&, const ScopeHead&) = default;
};

struct Device {
  std::string device_id, unit_id, role, label;
  std::int64_t enrolled_at = 0;
  std::optional<std::int64_t> revoked_at;

  friend bool operator==(const Device&, const Device&) = default;
};

struct ReplicaRecord {
  Author replica;
  std::string device_id;
  Bytes public_key;
  std::uint64_t counter = 0;       // highest request counter seen
  Bytes request_digest;            // of the request that had it
  std::uint64_t received_seq = 0;  // highest operation committed
  std::uint64_t durable_seq = 0;   // highest one in a backup that was test-opened
  // Finds copies (centre/identity.h): the token that stands for everything received, and the
  // tokens after each group of the newest request that brought any.
  std::string token;
  Bytes recent_tokens;
  std::string epoch;      // in which received_seq and token were last agreed on
  Author parent;          // the replica this one continues; zero for one made by a code
  Bytes inherited;        // what a copy shares with each replica it stems from (centre/intake.cpp)
  std::string positions;  // per feed, up to where it holds everything: "seq feed\n"…
  std::int64_t last_contact = 0;
  std::string client;              // program and version
  std::int64_t clock_skew_ms = 0;  // device clock minus server clock at last contact
  std::uint32_t schema_version = 0;

  friend bool operator==(const ReplicaRecord&, const ReplicaRecord&) = default;
};

struct EnrolmentCode {
  std::string handle;  // finds it (first 4 characters)
  Bytes hash;          // of all 25 characters
  std::string unit_id, role, label;
  std::int64_t expires_at = 0;
  std::uint32_t tries_left = 5;
  std::string used_by;  // device id; empty = not used
  Bytes used_key;       // the public key that used it, so that a repeat gets the same answer

  friend bool operator==(const EnrolmentCode&, const EnrolmentCode&) = default;
};

// A group that was not merged: rejected, held, or out of its device's scope. Never dropped.
struct InboxEntry {
  std::uint64_t number = 0;  // given by the store
  Author author;
  std::string device_id, unit_id;
  std::string state;  // "rejected" or "held"
  std::string code, field, text;
  std::uint64_t at_fault = 0;  // seq of the operation
  std::int64_t received_at = 0;
  core::Group group;

  friend bool operator==(const InboxEntry&, const InboxEntry&) = default;
};

// What was already taken over of a record's state from a history that a restore cut off.
struct OfferedState {
  std::uint64_t begins = 0;    // names that history (centre/offers.cpp)
  std::uint64_t lost_seq = 0;  // of the newest state of it that was taken over
  std::uint64_t new_seq = 0;   // the number its cells got here

  friend bool operator==(const OfferedState&, const OfferedState&) = default;
};

// What a commit left behind that also has to stand outside the database (centre/epoch_file.h,
// centre/admissions.h): the highest numbers it gave out, and whom it let in or sent away.
struct Committed {
  std::uint64_t commit = 0;  // the highest commit number it added; 0: none
  std::uint64_t number = 0;  // the highest number it gave out in any scope; 0: none
  std::vector<Device> devices;
  std::vector<ReplicaRecord> replicas;
  std::vector<EnrolmentCode> codes;
};
using CommitHook = std::function<void(const Committed&)>;

// How far long work has come; false stops it.
using StepsDone = std::function<bool(std::uint64_t done, std::uint64_t total)>;

class ServerStore;

// What a store held at one moment, while the store itself goes on. Belongs to one thread at a time,
// whichever that is; the store it came from must still be there.
class StoreSnapshot {
 public:
  virtual ~StoreSnapshot() = default;
  // For reading; writes are refused.
  virtual ServerStore& store() = 0;
  // Writes all of it to a new file that open_sqlite_store opens, mode 0600, with nothing beside it.
  // Not flushed. kUnavailable "stopped" when `steps` said so; a file that could not be finished is
  // removed.
  virtual Status copy_to(const std::string& path, const StepsDone& steps) = 0;
};

class ServerStore {
 public:
  virtual ~ServerStore() = default;

  // Differs whenever something was committed that may change what a device is told. What a caller
  // keeps in memory holds while it is the same. The one thing here that may be asked from any
  // thread.
  std::uint64_t version() const { return version_; }
  void note_change() { ++version_; }

  // --- transactions. Writes outside one are a programmer's fault (kInternal).
  virtual Status begin() = 0;
  virtual Status commit() = 0;  // durable when it returns
  virtual void rollback() = 0;
  // A part of the transaction that can be undone alone; not nested. Both release and
  // rollback_to_savepoint end it; commit keeps, and rollback undoes, what an open one holds.
  virtual Status savepoint() = 0;
  virtual Status release() = 0;
  virtual Status rollback_to_savepoint() = 0;
  // Called at the end of every commit, when it is durable, with what its transaction put. Must not
  // use the store.
  virtual void set_commit_hook(CommitHook hook) = 0;

  // --- rows
  virtual Result<std::optional<StoredRow>> row(std::uint16_t type, const Id& id) = 0;
  // Stores the live version. Its (scope, seq) must be new; the one it replaces, in whichever scope,
  // leaves the feed of that scope. kConflict "seq_taken".
  virtual Status put_row(const StoredRow& row) = 0;
  virtual Status add_past(std::uint16_t type, const Id& id, const PastVersion& version) = 0;
  // All replaced versions, by (rev, received_at).
  virtual Result<std::vector<PastVersion>> past(std::uint16_t type, const Id& id) = 0;
  // All replaced versions of a type's records, by (id, rev, received_at). Stops when `each` returns
  // false.
  virtual Status each_past(std::uint16_t type,
                           const std::function<bool(const Id&, const PastVersion&)>& each) = 0;
  // Live rows of a type, ascending id, deleted ones too. Stops when `each` returns false.
  virtual Status each_row(std::uint16_t type,
                          const std::function<bool(const StoredRow&)>& each) = 0;

  // --- feeds
  // Live rows of a scope with after < seq ≤ upto, ascending; stops when `each` returns false.
  virtual Status each_in_scope(const std::string& scope, std::uint64_t after, std::uint64_t upto,
                               const std::function<bool(const StoredRow&)>& each) = 0;
  virtual Result<std::uint64_t> count_in_scope(const std::string& scope, std::uint64_t after) = 0;
  virtual Result<ScopeHead> head(const std::string& scope) = 0;  // all zero when there is none
  virtual Status put_head(const std::string& scope, const ScopeHead& head) = 0;
  virtual Result<std::vector<std::string>> scopes() = 0;  // those that have a head

  // --- commits
  virtual Result<std::uint64_t> last_commit() = 0;
  // kConflict "commit_exists" when the scope has a share of this commit, or one that ends at
  // `last`.
  virtual Status add_commit(const ScopeCommit& commit) = 0;
  // The share of `scope` in the commit that gave out `seq` there (first ≤ seq ≤ last).
  virtual Result<std::optional<ScopeCommit>> commit_at(const std::string& scope,
                                                       std::uint64_t seq) = 0;
  // The share of `scope` in the newest commit ≤ `commit`.
  virtual Result<std::optional<ScopeCommit>> commit_before(const std::string& scope,
                                                           std::uint64_t commit) = 0;
  // All shares of commits with number > `after`, ascending (commit, scope); stops on false.
  virtual Status each_commit(std::uint64_t after,
                             const std::function<bool(const ScopeCommit&)>& each) = 0;

  // --- devices
  virtual Status put_device(const Device& device) = 0;
  virtual Result<std::vector<Device>> devices() = 0;
  virtual Result<std::optional<Device>> device(const std::string& device_id) = 0;
  virtual Status put_replica(const ReplicaRecord& replica) = 0;
  virtual Result<std::optional<ReplicaRecord>> replica(const Author& replica) = 0;
  virtual Result<std::vector<ReplicaRecord>> replicas() = 0;
  virtual Status put_code(const EnrolmentCode& code) = 0;
  virtual Result<std::optional<EnrolmentCode>> code(const std::string& handle) = 0;

  // --- states taken over after a restore, one per record and lost history
  virtual Status put_offered(std::uint16_t type, const Id& id, const OfferedState& state) = 0;
  virtual Result<std::optional<OfferedState>> offered(std::uint16_t type, const Id& id,
                                                      std::uint64_t begins) = 0;

  // --- inbox
  virtual Result<std::uint64_t> add_inbox(const InboxEntry& entry) = 0;
  virtual Result<std::vector<InboxEntry>> inbox() = 0;
  // The newest entry that holds operation `seq` of `author`.
  virtual Result<std::optional<InboxEntry>> inbox_of(const Author& author, std::uint64_t seq) = 0;

  // --- settings
  virtual Result<std::optional<std::string>> setting(const std::string& name) = 0;
  virtual Status put_setting(const std::string& name, const std::string& value) = 0;

  // Checks the store's own consistency; kCorrupt says what is wrong. Every scope's head must count
  // its live rows (deleted ones too) and be no older than its rows and commits; everything must
  // decode.
  virtual Status verify() = 0;

  // The committed state as it is now. Outside a transaction. kUnavailable "no_snapshot" where
  // nothing outlives the process.
  virtual Result<std::unique_ptr<StoreSnapshot>> snapshot() = 0;

 private:
  // Copied with the store, which an atomic alone is not.
  struct Version : std::atomic<std::uint64_t> {
    Version() : atomic(0) {}
    Version(const Version& other) : atomic(other.load()) {}
    Version& operator=(const Version& other) {
      store(other.load());
      return *this;
    }
  };
  Version version_;
};

std::unique_ptr<ServerStore> make_memory_store();
// As a backup of it would be. `store` came from make_memory_store and is in no transaction.
std::unique_ptr<ServerStore> copy_memory_store(const ServerStore& store);

}  // namespace nhip::server
