// SqliteStore: ServerStore over one SQLite connection. Its methods stand by subject in
// sqlite_store.cpp (opening, transactions), sqlite_rows.cpp (rows, feeds, history),
// sqlite_commits.cpp (heads, commits), sqlite_devices.cpp (devices, inbox, settings),
// sqlite_verify.cpp and sqlite_snapshot.cpp.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store/db.h"
#include "store/row_codec.h"
#include "store/server_store.h"
#include "store/sqlite_ordinals.h"

namespace nhip::server {

class SqliteStore final : public ServerStore {
 public:
  SqliteStore(std::unique_ptr<store::Db> db, std::string path)
      : db_(std::move(db)), path_(std::move(path)), ordinals_(*db_) {}

  Status begin() override;
  Status commit() override;
  void rollback() override;
  Status savepoint() override;
  Status release() override;
  Status rollback_to_savepoint() override;
  void set_commit_hook(CommitHook hook) override { hook_ = std::move(hook); }

  Result<std::optional<StoredRow>> row(std::uint16_t type, const Id& id) override;
  Status put_row(const StoredRow& row) override;
  Status add_past(std::uint16_t type, const Id& id, const PastVersion& version) override;
  Result<std::vector<PastVersion>> past(std::uint16_t type, const Id& id) override;
  Status each_past(std::uint16_t type,
                   const std::function<bool(const Id&, const PastVersion&)>& each) override;
  Status each_row(std::uint16_t type, const std::function<bool(const StoredRow&)>& each) override;

  Status each_in_scope(const std::string& scope, std::uint64_t after, std::uint64_t upto,
                       const std::function<bool(const StoredRow&)>& each) override;
  Result<std::uint64_t> count_in_scope(const std::string& scope, std::uint64_t after) override;
  Result<ScopeHead> head(const std::string& scope) override;
  Status put_head(const std::string& scope, const ScopeHead& head) override;
  Result<std::vector<std::string>> scopes() override;

  Result<std::uint64_t> last_commit() override;
  Status add_commit(const ScopeCommit& commit) override;
  Result<std::optional<ScopeCommit>> commit_at(const std::string& scope,
                                               std::uint64_t seq) override;
  Result<std::optional<ScopeCommit>> commit_before(const std::string& scope,
                                                   std::uint64_t commit) override;
  Status each_commit(std::uint64_t after,
                     const std::function<bool(const ScopeCommit&)>& each) override;

  Status put_device(const Device& device) override;
  Result<std::vector<Device>> devices() override;
  Result<std::optional<Device>> device(const std::string& device_id) override;
  Status put_replica(const ReplicaRecord& replica) override;
  Result<std::optional<ReplicaRecord>> replica(const Author& replica) override;
  Result<std::vector<ReplicaRecord>> replicas() override;
  Status put_offered(std::uint16_t type, const Id& id, const OfferedState& state) override;
  Result<std::optional<OfferedState>> offered(std::uint16_t type, const Id& id,
                                              std::uint64_t begins) override;
  Status put_code(const EnrolmentCode& code) override;
  Result<std::optional<EnrolmentCode>> code(const std::string& handle) override;

  Result<std::uint64_t> add_inbox(const InboxEntry& entry) override;
  Result<std::vector<InboxEntry>> inbox() override;
  Result<std::optional<InboxEntry>> inbox_of(const Author& author, std::uint64_t seq) override;

  Result<std::optional<std::string>> setting(const std::string& name) override;
  Status put_setting(const std::string& name, const std::string& value) override;

  Status verify() override;
  Result<std::unique_ptr<StoreSnapshot>> snapshot() override;

 private:
  // Also false when SQLite itself ended the transaction (full disk, I/O): what came next would be
  // committed one by one.
  bool writable() const { return txn_.has_value() && db_->in_transaction(); }
  void forget_uncommitted();

  // The facts of a commit that a stored version names; kCorrupt when there are none.
  Result<CommitFacts> facts(std::uint64_t commit);
  // The same; those of `info` become the commit's when it has none yet.
  Result<CommitFacts> facts_or_add(std::uint64_t commit, const VersionInfo& info);
  Result<std::optional<CommitFacts>> find_facts(std::uint64_t commit);

  // Columns: type, id, scope, seq, rev, commit_number, about, state.
  Result<StoredRow> read_row(const store::Stmt& stmt);
  Status each_of(store::Stmt& stmt, const std::function<bool(const StoredRow&)>& each);
  // Columns: rev, received_at, scope, commit_number, about, state.
  Result<PastVersion> read_past(const store::Stmt& stmt);
  // Columns: commit_number, scope, last, span, salt, received_at, author.
  Result<ScopeCommit> read_commit(const store::Stmt& stmt);
  Result<std::optional<ScopeCommit>> first_commit(store::Stmt& stmt);

  Status verify_pages();
  Status verify_heads();
  Status verify_rows();

  std::unique_ptr<store::Db> db_;
  std::string path_;
  SqliteOrdinals ordinals_;
  CommitHook hook_;
  Committed committed_;     // by the open transaction
  Committed at_savepoint_;  // what it was when the savepoint was made
  std::optional<store::Txn> txn_;
  bool savepoint_ = false;
  // The facts asked for last: rows of one commit mostly come together.
  std::optional<std::pair<std::uint64_t, CommitFacts>> last_facts_;
};

}  // namespace nhip::server
