// Replica: one local database that takes part.
//
//     auto replica = nhip::Replica::open({.path = "field.db"});
//     auto id = (*replica)->put("activity", R"({"title":"Tết Thiếu nhi 1/6","category":"TE01"})");
//
// Records are ordinary rows of ordinary SQLite tables, one table per type; this class reads and
// writes them as JSON (UTF-8 text, the form of schema/README.md) or by SQL inside a transaction.
// Every local transaction is sealed as one group in the same database transaction that stores it,
// durably (synchronous=FULL): when a write returns, the work survives a crash and stands in the
// outbox.
//
// Threading: Confined. Any number of processes may hold the same file; a lock beside it is taken
// for each local transaction only (others wait up to 10 s, then kBusy), never across a network
// wait. Errors leave the replica as it was before the call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nhip/id.h"
#include "nhip/schema.h"
#include "nhip/status.h"
#include "nhip/value.h"

namespace nhip {

namespace replica {
class Store;
}

// Where time and randomness come from. The defaults are the system's clock and generator.
struct Environment {
  std::function<std::int64_t()> unix_ms;
  std::function<void(std::uint8_t* out, std::size_t size)> random;
  // A clock that nobody sets, and waiting on it; empty = the system's. Only syncing waits.
  std::function<std::int64_t()> steady_ms;
  std::function<void(std::int64_t ms)> sleep_ms;
};
Environment system_environment();

struct OpenOptions {
  std::string path;
  // JSON text of the schema; needed to create a replica. A replica that is there goes on under it
  // when it is a later version of its own; otherwise the one stored in the file is used. kVersion
  // "incompatible_schema" when the later version removes or alters what records are stored under.
  std::string schema_json;
  bool create = false;       // make a new, not yet enrolled replica when the file is not there
  std::string default_unit;  // only with create: value of the scope column when a row names none
  std::string language;      // of messages that come from the schema; empty: the schema's own
  std::optional<Environment> environment;
};

// What the centre tells the leads of a unit: "replica_copied" (a copy of device `what` goes on
// under a name of its own).
struct UnitNotice {
  std::int64_t at = 0;
  std::string code, what;
};

struct ReplicaStatus {
  std::string device_id, unit_id, role, server;
  std::string epoch;                         // empty until the first sync
  std::uint64_t pending = 0;                 // operations not yet received by the centre
  std::uint64_t rejected = 0, held = 0;      // tray entries
  std::uint64_t conflicts = 0;               // open ones
  std::optional<std::int64_t> last_sync_at;  // unix ms of the last sync that ended well
  bool synced = false, backed_up = false;
  std::vector<UnitNotice> notices;  // for a lead; of the last 30 days, as of the last sync
};

struct ConflictSide {
  std::string value_json;
  std::string by;               // device id; "centre" for the server itself
  std::int64_t at = 0;          // unix ms of the stamp
  bool time_uncertain = false;  // see KnownVersion
};

struct Conflict {
  Id id;
  std::string type;
  Id record_id;
  std::string field;  // JSON path; "deleted" when an edit met a delete
  ConflictSide winner, loser;
  std::string base_json;  // what both had seen, "null" when unknown
  Id group_id;            // entries that are settled together
  bool needs_person = false;
  bool settled = false;
};

struct TrayEntry {
  Id id;  // of the entry
  std::string type;
  Id record_id;
  std::string state;  // "rejected" or "held"
  std::string code, field, message;
  std::string record_json;  // the fields as they were sent
  std::int64_t at = 0;
};

// One version of a record as far as this replica knows it, newest first.
struct KnownVersion {
  std::string by;
  std::int64_t at = 0;
  // `at` lies ahead of the time, or this device gave it and its clock is not the centre's. Of other
  // devices' clocks a device knows nothing; the centre does (`nhipd records`, `nhipd devices`).
  bool time_uncertain = false;
  std::string state;  // "pending", "current", "replaced"
  std::string fields_json;
};

// What `doctor` found.
struct Finding {
  std::string code, text;
  bool mended = false;
};
struct Examination {
  bool healthy = true;  // nothing is broken that could not be mended
  std::uint64_t records = 0, pending = 0;
  std::vector<Finding> findings;
};

// A rule of the schema that a record breaks, or that could not be checked here.
struct RuleFinding {
  std::string rule;     // "V06"
  bool is_error;        // otherwise a warning
  bool checked;         // false: what the rule needs to know is not on this device
  std::string field;    // path
  std::string message;  // "V06 (topics): …" in the language of OpenOptions
};

// Inside Replica::write. Lives as long as the callback runs.
class Transaction {
 public:
  virtual ~Transaction() = default;
  // As Replica::put and so on, inside this transaction.
  virtual Result<Id> put(std::string_view type, std::string_view json) = 0;
  virtual Status remove(std::string_view type, const Id& id) = 0;
  virtual Status undelete(std::string_view type, const Id& id) = 0;
  // Any SQL on record tables. Values are bound to ?1, ?2 …
  virtual Status execute(std::string_view sql, const std::vector<Value>& values = {}) = 0;
};

class Replica {
 public:
  static Result<std::unique_ptr<Replica>> open(OpenOptions options);
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  const Schema& schema() const;

  // --- writing. Each call is one transaction, one group.
  // Creates the record, or edits it when `id` exists: only the fields given change; a list given
  // replaces the list. Text is normalised to NFC. kInvalid names the field; kForbidden for types
  // this device may not write; "sealed_field" for fields that may only be stored sealed;
  // "breaks_rule" for a record that is or becomes submitted and breaks a rule of severity error.
  Result<Id> put(std::string_view type, std::string_view json);
  Status remove(std::string_view type, const Id& id);
  Status undelete(std::string_view type, const Id& id);
  // At most 1,000 records; larger transactions are refused before they commit (kLimit).
  Status write(const std::function<Status(Transaction&)>& body);

  // --- reading
  Result<std::string> get(std::string_view type, const Id& id);  // JSON; kNotFound
  // Calls `each` with the JSON of every record, ascending id, deleted ones left out. Stops when it
  // returns false.
  Status list(std::string_view type, const std::function<bool(std::string_view json)>& each);
  // What the record breaks of the schema's rules, drafts included. kNotFound.
  Result<std::vector<RuleFinding>> findings(std::string_view type, const Id& id);
  // Read-only SQL: `row` gets the columns' values.
  Status query(std::string_view sql, const std::vector<Value>& values,
               const std::function<bool(const std::vector<Value>& row)>& row);

  // Calls `changed` after every commit of this object with the names of the types it touched;
  // `remote` tells whether a sync brought it. Runs on the committing thread, no lock held.
  void watch(std::function<void(const std::vector<std::string>& types, bool remote)> changed);

  // --- what a person must know
  Result<ReplicaStatus> status();
  Result<std::vector<Conflict>> conflicts(bool include_settled = false);
  Status resolve_keep(const Id& conflict, bool keep_winner);  // settles every entry of its group
  Status resolve_value(const Id& conflict, std::string_view value_json);
  Result<std::vector<TrayEntry>> tray();
  Status retry(const Id& tray_entry_or_record);
  // Gives the entries of its group up for good, as a person decided. kNotFound.
  Status discard(const Id& tray_entry_or_record);
  // Examines file and bookkeeping, mends what can be mended without losing anything, and has the
  // next sync compare the values of all records with the centre's.
  Result<Examination> doctor();
  Result<std::vector<KnownVersion>> history(std::string_view type, const Id& id);

  // For the sync driver of this library.
  replica::Store& store();
  void notify(const std::vector<std::string>& types, bool remote);

 private:
  struct Impl;
  explicit Replica(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace nhip
