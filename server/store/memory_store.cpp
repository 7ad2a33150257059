// The store in memory: for tests and simulations. It keeps nothing, but it behaves like the real
// one, transactions included: every write first notes its own inverse, and undoing runs these notes
// backwards. A log of inverses and not a copy at `begin`, because a simulation makes a hundred
// thousand small transactions over a store that only grows.
#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "store/head_check.h"
#include "store/server_store.h"
#include "store/store_rules.h"

namespace nhip::server {

namespace {

using RowKey = std::pair<std::uint16_t, Id>;
using FeedKey = std::pair<std::string, std::uint64_t>;  // scope, sequence or commit number
// Type, id, rev, received_at, and the order of arrival among equals.
using PastKey = std::tuple<std::uint16_t, Id, std::uint32_t, std::int64_t, std::uint64_t>;

class MemoryStore final : public ServerStore {
 public:
  Status begin() override {
    if (open_) return transaction_open();
    open_ = true;
    return {};
  }

  Status commit() override {
    if (!open_) return no_transaction();
    const Committed committed = std::move(committed_);
    close();
    if (hook_) hook_(committed);
    return {};
  }

  void set_commit_hook(CommitHook hook) override { hook_ = std::move(hook); }

  Result<std::unique_ptr<StoreSnapshot>> snapshot() override {
    return Status(Code::kUnavailable, "no_snapshot", "a store in memory is not kept",
                  "use a store on disk");
  }

  void rollback() override {
    if (!open_) return;
    undo_to(0);
    close();
  }

  Status savepoint() override {
    if (!open_) return no_transaction();
    if (savepoint_) return savepoint_open();
    savepoint_ = undo_.size();
    at_savepoint_ = committed_;
    return {};
  }

  Status release() override {
    if (!savepoint_) return no_savepoint();
    savepoint_.reset();
    return {};
  }

  Status rollback_to_savepoint() override {
    if (!savepoint_) return no_savepoint();
    undo_to(*savepoint_);
    savepoint_.reset();
    committed_ = at_savepoint_;
    return {};
  }

  Result<std::optional<StoredRow>> row(std::uint16_t type, const Id& id) override {
    return find(rows_, RowKey{type, id});
  }

  Status put_row(const StoredRow& row) override {
    if (!open_) return no_transaction();
    NHIP_TRY(check_row(row));
    const FeedKey place{row.scope, row.seq};
    if (feed_.contains(place)) return seq_taken();

    const RowKey key{row.type, row.id};
    if (const auto before = rows_.find(key); before != rows_.end()) {
      remove(feed_, FeedKey{before->second.scope, before->second.seq});
    }
    assign(feed_, place, key);
    assign(rows_, key, row);
    return {};
  }

  Status add_past(std::uint16_t type, const Id& id, const PastVersion& version) override {
    if (!open_) return no_transaction();
    NHIP_TRY(check_past(version));
    // Past versions are only ever added, and undone in reverse, so the count is a fresh last place.
    const PastKey key{type, id, version.info.rev, version.info.received_at, past_.size()};
    assign(past_, key, version);
    return {};
  }

  Result<std::vector<PastVersion>> past(std::uint16_t type, const Id& id) override {
    std::vector<PastVersion> versions;
    const PastKey first{type, id, 0, std::numeric_limits<std::int64_t>::min(), 0};
    for (auto at = past_.lower_bound(first); at != past_.end(); ++at) {
      if (std::get<0>(at->first) != type || std::get<1>(at->first) != id) break;
      versions.push_back(at->second);
    }
    return versions;
  }

  Status each_past(std::uint16_t type,
                   const std::function<bool(const Id&, const PastVersion&)>& each) override {
    const PastKey first{type, Id{}, 0, std::numeric_limits<std::int64_t>::min(), 0};
    for (auto at = past_.lower_bound(first); at != past_.end(); ++at) {
      if (std::get<0>(at->first) != type || !each(std::get<1>(at->first), at->second)) break;
    }
    return {};
  }

  Status each_row(std::uint16_t type, const std::function<bool(const StoredRow&)>& each) override {
    for (auto at = rows_.lower_bound(RowKey{type, Id{}}); at != rows_.end(); ++at) {
      if (at->first.first != type || !each(at->second)) break;
    }
    return {};
  }

  Status each_in_scope(const std::string& scope, std::uint64_t after, std::uint64_t upto,
                       const std::function<bool(const StoredRow&)>& each) override {
    for (auto at = feed_.upper_bound(FeedKey{scope, after}); at != feed_.end(); ++at) {
      if (at->first.first != scope || at->first.second > upto) break;
      if (!each(rows_.at(at->second))) break;
    }
    return {};
  }

  Result<std::uint64_t> count_in_scope(const std::string& scope, std::uint64_t after) override {
    const auto begin = feed_.upper_bound(FeedKey{scope, after});
    const auto end = feed_.upper_bound(FeedKey{scope, std::numeric_limits<std::uint64_t>::max()});
    return static_cast<std::uint64_t>(std::distance(begin, end));
  }

  Result<ScopeHead> head(const std::string& scope) override {
    return find(heads_, scope).value_or(ScopeHead{});
  }

  Status put_head(const std::string& scope, const ScopeHead& head) override {
    if (!open_) return no_transaction();
    NHIP_TRY(check_number(head.seq));
    NHIP_TRY(check_number(head.commit));
    assign(heads_, scope, head);
    return {};
  }

  Result<std::vector<std::string>> scopes() override {
    std::vector<std::string> names;
    for (const auto& [name, head] : heads_) names.push_back(name);
    return names;
  }

  Result<std::uint64_t> last_commit() override {
    return commits_.empty() ? std::uint64_t{0} : commits_.rbegin()->first.first;
  }

  Status add_commit(const ScopeCommit& commit) override {
    if (!open_) return no_transaction();
    NHIP_TRY(check_commit(commit));
    const FeedKey by_number{commit.scope, commit.commit};
    const FeedKey by_end{commit.scope, commit.last};
    if (scope_commits_.contains(by_number) || commit_ends_.contains(by_end)) return commit_exists();

    assign(scope_commits_, by_number, commit);
    assign(commit_ends_, by_end, commit.commit);
    assign(commits_, std::pair{commit.commit, commit.scope}, by_number);
    committed_.commit = std::max(committed_.commit, commit.commit);
    committed_.number = std::max(committed_.number, commit.last);
    return {};
  }

  Result<std::optional<ScopeCommit>> commit_at(const std::string& scope,
                                               std::uint64_t seq) override {
    const auto end = commit_ends_.lower_bound(FeedKey{scope, seq});
    if (end == commit_ends_.end() || end->first.first != scope) return std::optional<ScopeCommit>{};
    std::optional<ScopeCommit> share = find(scope_commits_, FeedKey{scope, end->second});
    if (share && share->first > seq) share.reset();
    return share;
  }

  Result<std::optional<ScopeCommit>> commit_before(const std::string& scope,
                                                   std::uint64_t commit) override {
    const auto after = scope_commits_.upper_bound(FeedKey{scope, commit});
    if (after == scope_commits_.begin()) return std::optional<ScopeCommit>{};
    const auto newest = std::prev(after);
    if (newest->first.first != scope) return std::optional<ScopeCommit>{};
    return std::optional(newest->second);
  }

  Status each_commit(std::uint64_t after,
                     const std::function<bool(const ScopeCommit&)>& each) override {
    if (after > kNumberMax) return {};  // no commit has such a number
    for (auto at = commits_.lower_bound({after + 1, {}}); at != commits_.end(); ++at) {
      if (!each(scope_commits_.at(at->second))) break;
    }
    return {};
  }

  Status put_device(const Device& device) override {
    NHIP_TRY(keep(devices_, device.device_id, device));
    committed_.devices.push_back(device);
    return {};
  }
  Result<std::vector<Device>> devices() override { return all(devices_); }
  Result<std::optional<Device>> device(const std::string& device_id) override {
    return find(devices_, device_id);
  }

  Status put_replica(const ReplicaRecord& replica) override {
    NHIP_TRY(keep(replicas_, replica.replica, replica));
    committed_.replicas.push_back(replica);
    return {};
  }
  Result<std::optional<ReplicaRecord>> replica(const Author& replica) override {
    return find(replicas_, replica);
  }
  Result<std::vector<ReplicaRecord>> replicas() override { return all(replicas_); }

  Status put_offered(std::uint16_t type, const Id& id, const OfferedState& state) override {
    return keep(offered_, std::pair(RowKey{type, id}, state.begins), state);
  }
  Result<std::optional<OfferedState>> offered(std::uint16_t type, const Id& id,
                                              std::uint64_t begins) override {
    return find(offered_, std::pair(RowKey{type, id}, begins));
  }

  Status put_code(const EnrolmentCode& code) override {
    NHIP_TRY(keep(codes_, code.handle, code));
    committed_.codes.push_back(code);
    return {};
  }
  Result<std::optional<EnrolmentCode>> code(const std::string& handle) override {
    return find(codes_, handle);
  }

  Result<std::uint64_t> add_inbox(const InboxEntry& entry) override {
    if (!open_) return no_transaction();
    InboxEntry numbered = entry;
    numbered.number = inbox_.empty() ? 1 : inbox_.rbegin()->first + 1;
    assign(inbox_, numbered.number, numbered);
    return numbered.number;
  }

  Result<std::vector<InboxEntry>> inbox() override { return all(inbox_); }

  Result<std::optional<InboxEntry>> inbox_of(const Author& author, std::uint64_t seq) override {
    for (auto at = inbox_.rbegin(); at != inbox_.rend(); ++at) {
      if (at->second.author == author && holds(at->second.group, seq))
        return std::optional(at->second);
    }
    return std::optional<InboxEntry>{};
  }

  Result<std::optional<std::string>> setting(const std::string& name) override {
    return find(settings_, name);
  }
  Status put_setting(const std::string& name, const std::string& value) override {
    return keep(settings_, name, value);
  }

  Status verify() override {
    std::map<std::string, ScopeFound> found;
    for (const auto& [name, head] : heads_) found[name].head = head;
    for (const auto& [place, key] : feed_) {
      ScopeFound& scope = found[place.first];
      scope.rows += 1;
      scope.seq_max = place.second;  // ascending inside a scope
    }
    for (const auto& [place, commit] : scope_commits_) found[place.first].newest = commit;
    for (const auto& [name, scope] : found) NHIP_TRY(check_head(name, scope));
    return {};
  }

 private:
  // Writes one entry and notes how to undo it.
  template <typename Key, typename Held>
  void assign(std::map<Key, Held>& map, const Key& key, Held value) {
    const auto found = map.find(key);
    if (found == map.end()) {
      map.emplace(key, std::move(value));
      undo_.push_back([&map, key] { map.erase(key); });
      return;
    }
    std::swap(found->second, value);
    undo_.push_back([&map, key, old = std::move(value)] { map.insert_or_assign(key, old); });
  }

  template <typename Key, typename Held>
  void remove(std::map<Key, Held>& map, const Key& key) {
    const auto found = map.find(key);
    if (found == map.end()) return;
    undo_.push_back(
        [&map, key, old = std::move(found->second)] { map.insert_or_assign(key, old); });
    map.erase(found);
  }

  template <typename Key, typename Held>
  Status keep(std::map<Key, Held>& map, const Key& key, const Held& value) {
    if (!open_) return no_transaction();
    assign(map, key, value);
    return {};
  }

  template <typename Key, typename Held>
  static std::optional<Held> find(const std::map<Key, Held>& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::nullopt : std::optional<Held>(found->second);
  }

  template <typename Key, typename Held>
  static std::vector<Held> all(const std::map<Key, Held>& map) {
    std::vector<Held> values;
    values.reserve(map.size());
    for (const auto& [key, value] : map) values.push_back(value);
    return values;
  }

  void undo_to(std::size_t mark) {
    while (undo_.size() > mark) {
      undo_.back()();
      undo_.pop_back();
    }
  }

  void close() {
    undo_.clear();
    savepoint_.reset();
    committed_ = {};
    open_ = false;
  }

  std::map<RowKey, StoredRow> rows_;
  std::map<FeedKey, RowKey> feed_;
  std::map<PastKey, PastVersion> past_;
  std::map<std::string, ScopeHead> heads_;
  std::map<FeedKey, ScopeCommit> scope_commits_;                      // by (scope, commit)
  std::map<FeedKey, std::uint64_t> commit_ends_;                      // (scope, last) → commit
  std::map<std::pair<std::uint64_t, std::string>, FeedKey> commits_;  // by (commit, scope)
  std::map<std::string, Device> devices_;
  std::map<Author, ReplicaRecord> replicas_;
  std::map<std::string, EnrolmentCode> codes_;
  std::map<std::pair<RowKey, std::uint64_t>, OfferedState> offered_;
  std::map<std::uint64_t, InboxEntry> inbox_;
  std::map<std::string, std::string> settings_;

  bool open_ = false;
  std::optional<std::size_t> savepoint_;  // length of `undo_` when it was made
  CommitHook hook_;
  Committed committed_;     // by the open transaction
  Committed at_savepoint_;  // what it was when the savepoint was made
  std::vector<std::function<void()>> undo_;
};

}  // namespace

std::unique_ptr<ServerStore> make_memory_store() { return std::make_unique<MemoryStore>(); }

std::unique_ptr<ServerStore> copy_memory_store(const ServerStore& store) {
  return std::make_unique<MemoryStore>(static_cast<const MemoryStore&>(store));
}

}  // namespace nhip::server
