// Store: the replica's database: who we are, the tables of every type, and the local transaction
// under which everything is written. Confined. Facade: nhip/replica.h.
//
// A local transaction holds the lock beside the file (others wait up to 10 s) and one BEGIN
// IMMEDIATE; it is the only place that writes and checkpoints, so no second connection ever does so
// at once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/hlc.h"
#include "crypto/digest.h"
#include "crypto/keys.h"
#include "nhip/replica.h"
#include "protocol/messages.h"
#include "replica/edit_runs.h"
#include "replica/record_table.h"
#include "replica/row_watch.h"
#include "store/db.h"
#include "store/file_lock.h"

namespace nhip::replica {

// What enrolment gave us.
struct Enrolment {
  std::string device_id, unit_id, role, server, centre_id;
  crypto::PublicKey server_key{};
  crypto::DigestKey digest_key{};
};

class Store {
 public:
  // `options.environment` must be set: nothing below the facade reads a clock or a generator of its
  // own.
  static Result<std::unique_ptr<Store>> open(OpenOptions options);

  // Moves the write-ahead log into FILE when nobody else is writing, so that FILE alone is the
  // replica while no program has it open.
  ~Store();

  const Schema& schema() const { return schema_; }
  const std::string& path() const { return path_; }
  store::Db& db() { return *db_; }
  RecordTable* table(std::uint16_t type);  // null for types this schema does not know
  RecordTable* table(std::string_view type);
  std::vector<RecordTable*> tables();
  std::int64_t now() const { return environment_.unix_ms(); }
  // The time as far as this device can tell: its clock as the centre corrected it, and never
  // earlier than what it has seen.
  Result<std::int64_t> likely_now();
  // Whether an instant that `device` gave is to be doubted: it lies ahead of the time, or it is
  // ours and our clock was off when the centre saw it last.
  Result<bool> is_doubtful(const std::string& device, std::int64_t at);
  // Of messages that come from the schema.
  const std::string& language() const { return language_; }
  std::int64_t steady_now() const { return environment_.steady_ms(); }
  void sleep(std::int64_t ms) const { environment_.sleep_ms(ms); }
  Id mint_id();
  void random(std::uint8_t* out, std::size_t size) const { environment_.random(out, size); }

  const Author& author() const { return author_; }
  const std::optional<Enrolment>& enrolment() const { return enrolment_; }
  // The request-signing key, kept in FILE-key, or FILE-key-NAME for a later name of the replica
  // (mode 0600), beside the database. Old ones stay: an older copy of the database may need its
  // own.
  Result<crypto::KeyPair> signing_key() { return signing_key_of(author_); }
  // Made when there is none for a name that is not ours yet.
  Result<crypto::KeyPair> signing_key_of(const Author& author);

  // The centre's word on who we are; kNotFound for a replica enrolled without one.
  Result<protocol::Certificate> certificate();
  bool has_certificate() { return certificate().ok(); }
  Status save_certificate(const protocol::Certificate& certificate);
  // A new name, at random.
  Author draw_author() const;
  // Goes on under the certificate's name: what waits to be sent is numbered anew from 1. Inside a
  // transaction.
  Status take_identity(const protocol::Certificate& certificate);
  Status take_name(const Author& author);

  // Request counters in memory; see next_counter in apply.h.
  std::int64_t& counter_next() { return counter_next_; }
  std::int64_t& counter_reserved() { return counter_reserved_; }

  // --- local transactions
  // Runs `body` inside one; commits when it returns ok. Not nested.
  Status transact(const std::function<Status()>& body);
  bool in_transaction() const { return db_->in_transaction(); }

  // --- inside a transaction
  Result<Value> setting(std::string_view name);
  Status set_setting(std::string_view name, const Value& value);
  Result<std::int64_t> scope_ord(const std::string& name);
  Result<std::string> scope_name(std::int64_t ord);
  Result<std::int64_t> author_ord(const Author& author);
  Result<Author> author_of(std::int64_t ord);
  Result<std::string> device_of(const Author& author);  // device id, "" when unknown
  Status name_device(const Author& author, const std::string& device_id);
  EditIndex& edit_index() { return edit_index_; }

  // What this connection does to record tables since the last seal; see row_watch.h.
  RowWatch& watch() { return watch_; }
  // Noting off and on again. `arm` moves every mark to the highest rid.
  void silence_watch() { watch_.pause(); }
  Status arm_watch();
  // Moves the mark of one type to its highest rid.
  Status move_mark(RecordTable& table);
  // Another program may have written since the last seal.
  bool others_may_have_written() const { return unsealed_others_; }
  void all_is_sealed() { unsealed_others_ = false; }
  // Marks were made by hand: the next seal looks for them.
  void expect_marks() { unsealed_others_ = true; }
  // Record tables and their child tables that an application may write.
  const std::shared_ptr<const std::vector<std::string>>& writable_tables() const {
    return writable_tables_;
  }
  // After a statement of an application: elements go, or move, with their record.
  Status follow_rows(const RowWatch::Structure& structure);
  // Rows that such statements inserted without a unit belong to this device's.
  Status fill_units();

  // The clock: next stamp, strictly later than all given or seen.
  Result<core::Hlc> tick();
  Status receive(core::Hlc stamp);

  // Digests of feeds, held in memory until the transaction ends.
  Status load_feeds();
  bool follows_all() const { return feeds_.count("*") > 0; }
  void digest_add(const std::string& scope, std::uint16_t type, const Id& id, std::uint64_t seq,
                  bool deleted);
  void digest_remove(const std::string& scope, std::uint16_t type, const Id& id, std::uint64_t seq,
                     bool deleted);
  const std::map<std::string, crypto::Digest>& digests() const { return feeds_; }
  void forget_digest(const std::string& feed) { feeds_.erase(feed); }
  void set_digest(const std::string& feed, const crypto::Digest& digest);
  // Somebody else wrote to the database since this was asked last, or nobody asked yet.
  Result<bool> others_wrote();
  // What waits cannot be sent under this name; until another is taken (mend.h).
  void note_numbers(bool broken) { numbers_broken_ = broken; }
  bool numbers_broken() const { return numbers_broken_; }

  // Goes on under a later version of the schema. Its tables stand already. Inside a transaction.
  Status use_schema(const Schema& schema);

  // Records who we are now, and gives work entered before its unit and scope.
  Status save_enrolment(const Enrolment& enrolment);
  // kVersion when the centre's registry is of another kind. One of another version is fine: fields
  // and types that only one side knows are kept and passed on.
  Status check_schema(const std::string& schema_json) const;

 private:
  Store() = default;
  Status create(const OpenOptions& options);
  Status load();
  Status load_name();
  void make_record_tables();
  Status check_schema_is_ours();
  Status make_tables();
  Status store_digests();
  Status place_early_work();
  void forget_caches();

  Status renew_layout();
  Status begin_transaction();
  Status fill_unit(const Type& type, std::int64_t rid, const char* comparison);

  std::string path_;
  Environment environment_;
  std::string language_;
  RowWatch watch_;
  std::unique_ptr<store::Db> db_;
  Schema schema_;
  std::map<std::uint16_t, std::unique_ptr<RecordTable>> tables_;
  Author author_;
  std::optional<Enrolment> enrolment_;
  std::map<std::string, std::int64_t> scope_ords_;
  std::map<std::int64_t, std::string> scope_names_;
  std::map<Author, std::int64_t> author_ords_;
  std::map<std::int64_t, Author> authors_;
  std::map<std::string, crypto::Digest> feeds_;
  EditIndex edit_index_;
  std::map<std::string, Value, std::less<>>
      settings_;  // of a transaction, and while nobody else wrote
  bool digests_changed_ = false;
  std::shared_ptr<const std::vector<std::string>> writable_tables_;
  bool watch_is_stale_ = true;       // the tables may have changed since the watch learnt them
  bool unsealed_others_ = true;      // another program may have left marks
  std::int64_t known_version_ = -1;  // PRAGMA data_version when the memory was the file's
  std::map<std::uint16_t, bool> unplaced_;                            // see fill_units
  std::vector<std::pair<std::uint16_t, std::int64_t>> unplaced_low_;  // rows at or below the mark
  std::int64_t data_version_ = -1;
  bool numbers_broken_ = false;
  std::int64_t ddl_version_ = -1;  // of the tables when `schema_` was last seen to be the file's
  std::int64_t counter_next_ = 0;
  std::int64_t counter_reserved_ = 0;
};

}  // namespace nhip::replica
