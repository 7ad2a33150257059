// Centre: the central server without sockets and files. Requests go in as structs with the time;
// answers come out. Scopes and rights are decided here and nowhere else. Confined: one request at a
// time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "centre/idle_answers.h"
#include "crypto/digest.h"
#include "crypto/keys.h"
#include "nhip/schema.h"
#include "nhip/status.h"
#include "protocol/encoding.h"
#include "protocol/signing.h"
#include "store/server_store.h"

namespace nhip::server {

// What a centre is made of besides its records; kept by the server folder, not by the store.
struct CentreKeys {
  Id centre_id;
  crypto::KeyPair signing = crypto::KeyPair::generate();
  crypto::DigestKey digest_key{};
  std::string epoch;  // random text; also stands outside the database
};

// Who asks: an enrolled device whose signature was checked.
struct Principal {
  Device device;
  ReplicaRecord replica;
  bool office() const { return device.role == "office"; }
};

class Centre {
 public:
  using Random = std::function<void(std::uint8_t*, std::size_t)>;

  // The store, schema and keys outlive the centre. `keys.epoch` may change while it lives, and then
  // changes for whoever holds the centre.
  Centre(ServerStore& store, const Schema& schema, const CentreKeys& keys, Random random);

  ServerStore& store() { return store_; }
  const Schema& schema() const { return schema_; }
  const CentreKeys& keys() const { return keys_; }
  const Random& random() const { return random_; }
  IdleAnswers& idle() { return idle_; }

  // Opens a new epoch while the centre runs, as when a device proves that we gave out more than we
  // know (proof_of_loss in offers.h): then the whole folder was put back. Outside a
  // transaction; keys().epoch is the new one afterwards. `above`: the highest number that is known
  // to have been given out; those of the new epoch are larger. kInternal "no_epoch_opener" for a
  // centre that no folder holds, until it is given one.
  Status new_epoch(std::int64_t now, std::uint64_t above = 0);
  using EpochOpener = std::function<Status(std::int64_t now, std::uint64_t above)>;
  void set_epoch_opener(EpochOpener opener) { epoch_opener_ = std::move(opener); }

 private:
  ServerStore& store_;
  const Schema& schema_;
  const CentreKeys& keys_;
  Random random_;
  IdleAnswers idle_;
  EpochOpener epoch_opener_;
};

// A request as it came by connection: who asks is checked, then it is answered. One that moves
// nothing, asked again while nothing has changed, costs no look into the store.
struct Answered {
  protocol::SyncResponse message;
  protocol::Speech spoken;  // how the request was encoded
};
// In two parts, for whoever serves many at a time. The first one needs no lock; nothing: take the
// second.
std::optional<Answered> answer_idle(Centre& centre, const protocol::RequestProof& proof,
                                    std::span<const std::uint8_t> body, std::int64_t now);
// `answer_bytes_max`: no larger an answer than this, whatever was asked for; 0 = no such bound.
Result<Answered> answer_moving(Centre& centre, const protocol::RequestProof& proof,
                               std::span<const std::uint8_t> body, std::int64_t now,
                               std::uint64_t answer_bytes_max = 0);
// Both.
Result<Answered> answer_sync(Centre& centre, const protocol::RequestProof& proof,
                             std::span<const std::uint8_t> body, std::int64_t now);

// --- sync (sync_service.h) ---------------------------------------------------------------------
// How a request came. A file may come late, twice, or after newer syncs, so its number proves
// nothing and its clock is old.
enum class By { kConnection, kFile };
// Checks the signature, the counter, revocation. kUnauthenticated with the code to answer.
Result<Principal> authenticate(Centre& centre, const protocol::RequestProof& proof,
                               std::string_view method, std::string_view path,
                               std::span<const std::uint8_t> body, std::int64_t now,
                               By by = By::kConnection);
// One request, one transaction: groups are judged one by one, then the page of the feeds is read.
Result<protocol::SyncResponse> sync(Centre& centre, const Principal& who,
                                    const protocol::SyncRequest& request, std::int64_t now,
                                    By by = By::kConnection);

// --- rights (rights.h) -------------------------------------------------------------------------
bool is_known_role(std::string_view role);     // field lead office reader auditor admin
bool may_hold_replica(std::string_view role);  // field lead office
std::vector<std::string> granted_feeds(Centre& centre, const Device& device);

// --- enrolment (enrolment.h) -------------------------------------------------------------------
struct MadeCode {
  std::string code, unit_id, role;
  std::int64_t expires_at = 0;
};
// kInvalid unknown_unit, unknown_role; kForbidden for roles that hold no replica.
Result<MadeCode> make_code(Centre& centre, const std::string& unit_id, const std::string& role,
                           const std::string& label, std::int64_t ttl_ms, std::int64_t now);
protocol::HelloAnswer hello(Centre& centre, std::span<const std::uint8_t> nonce);
// `sealed` is the box; the answer is to be signed for `request.replica` by the caller.
Result<std::pair<protocol::EnrolRequest, protocol::EnrolAnswer>> enrol(
    Centre& centre, std::span<const std::uint8_t> sealed, std::int64_t now);
Status revoke(Centre& centre, const std::string& device_id, std::int64_t now);

// --- writing as the centre itself (sequencer.h) ------------------------------------------------
// Gives rows their sequence numbers, history, digest and commit. One Sequencer per transaction;
// `finish` writes heads and commits. Used by sync, load and everything else that changes a record.
class Sequencer {
 public:
  // `author` is zero for the centre itself.
  Sequencer(Centre& centre, const Author& author, const std::string& device_id, std::int64_t now);

  // The number that the next `store` in `scope` will take, to be used as `seq` of its versions.
  Result<std::uint64_t> next(const std::string& scope);
  // Stores `after` as the live version: `after.seq` came from next(after.scope). Fills in
  // info.commit, moves `before` into history (unless `replaced_is_past` is false), keeps digests.
  Status store(const StoredRow* before, StoredRow after, bool replaced_is_past = true);
  // Takes a tombstone out of its feed (collect.h).
  Status collect(const StoredRow& row);
  Status finish();

  std::int64_t now() const { return now_; }
  const Author& author() const { return author_; }
  const std::string& device_id() const { return device_id_; }

 private:
  struct Touched {
    ScopeHead head;
    std::uint64_t first = 0;  // the first number this commit gives out
    bool lost_rows = false;   // a record left it or was replaced: rows and digest changed
  };
  Result<Touched*> scope(const std::string& name);
  Status begin_commit();
  Status mark_moved(const StoredRow& from);

  Centre& centre_;
  Author author_;
  std::string device_id_;
  std::int64_t now_;
  std::uint64_t commit_ = 0;  // 0: nothing stored yet
  std::map<std::string, Touched> touched_;
};

// Read-only rows of a sector activity in the scopes of the units it names, after `record` changed.
Status spread(Centre& centre, Sequencer& sequencer, const StoredRow& record);

// --- loading (load.h) --------------------------------------------------------------------------
struct LoadProblem {
  std::string file;
  std::uint64_t line = 0;
  std::string code, message;
};
struct LoadReport {
  std::uint64_t lines = 0, stored = 0, repeated = 0, refused = 0, flagged = 0, sealed_dropped = 0;
  std::map<std::string, std::uint64_t> by_type;      // lines that count
  std::map<std::string, std::uint64_t> by_rule;      // rules of the schema that lines break
  std::map<std::string, std::uint64_t> not_checked;  // … that could not be checked, with records
  std::vector<LoadProblem> problems;                 // refused lines and those of another content
  std::vector<LoadProblem> warnings;                 // flagged ones; unknown fields once per name
};
// Lines of definition files that were judged before the load, by who knows what they mean to
// others.
struct JudgedLines {
  std::vector<LoadProblem> refused;  // a line may have several reasons
  std::vector<LoadProblem> kept;     // what is known stays, which is worth a warning
};
// A folder in the format of schema/README.md, "A folder of records". kNotFound/kInvalid when the
// folder cannot be read; a bad line never stops the rest.
Result<LoadReport> load_folder(
    Centre& centre, const std::string& folder, std::int64_t now,
    const std::function<void(const std::string& file, std::uint64_t lines)>& progress,
    const JudgedLines& judged = {});

}  // namespace nhip::server
