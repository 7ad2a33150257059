// What every ServerStore is held to: the fixtures and verbs of the suite. The cases stand by
// subject in the files beside this one (transactions, rows, history, feeds, commits, devices), each
// written once and run over every implementation named in STORE_CASE; a new implementation is one
// more name there. What only one of them promises (files, reopening, size) has its own file.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "store/server_store.h"
#include "store/sqlite_store.h"

namespace nhip::server::suite {

// A folder of its own that is gone when the test ends.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "nhip-store-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The implementations under test: each gives one empty store.
class InMemory {
 public:
  ServerStore& store() { return *store_; }

 private:
  std::unique_ptr<ServerStore> store_ = make_memory_store();
};

class InSqlite {
 public:
  InSqlite() { reopen(); }
  ServerStore& store() { return *store_; }
  std::string path() const { return dir_.file("centre.db"); }
  void close() { store_.reset(); }
  void reopen() {
    close();
    auto opened = open_sqlite_store(path(), true);
    INFO(opened.status().message());
    REQUIRE(opened.ok());
    store_ = std::move(opened).value();
  }

 private:
  TempDir dir_;
  std::unique_ptr<ServerStore> store_;
};

#define STORE_CASE(claim) \
  TEMPLATE_TEST_CASE("server/store: " claim, "[store][contract]", InMemory, InSqlite)

inline void require_ok(const Status& status) {
  INFO(status.name() << ": " << status.message());
  REQUIRE(status.ok());
}

template <typename T>
T require_value(Result<T> result) {
  require_ok(result.status());
  return std::move(result).value();
}

inline void check_refused(const Status& status, Code code, const std::string& name) {
  CHECK(status.code() == code);
  CHECK(status.name() == name);
}

// Runs `body` in a transaction of its own and commits it.
inline void write(ServerStore& store, const std::function<void()>& body) {
  require_ok(store.begin());
  body();
  require_ok(store.commit());
}

// Every writing call of the interface, for what must hold of each of them.
struct Writer {
  const char* name;
  std::function<Status(ServerStore&)> call;
};

inline Id id_of(std::uint32_t n) {
  Id id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
  id.bytes[15] = 0xA5;
  return id;
}

inline constexpr std::int64_t kNoon = 1'790'000'000'000;  // some day in 2026
inline const Author kWriter{0xFEDC'BA98'7654'3210, 1};
inline const Author kOther{0x0123'4567'89AB'CDEF, 3};

// A record as the sequencer stores it: one version for all cells, everything else as its commit
// says.
inline StoredRow row_of(std::uint32_t n, const std::string& scope, std::uint64_t seq,
                        std::uint64_t commit = 1) {
  StoredRow row;
  row.type = 16;
  row.id = id_of(n);
  row.scope = scope;
  row.seq = seq;
  row.row.cells[{1, ""}] = Value("record " + std::to_string(n));
  row.row.cells[{2, ""}] = Value(std::int64_t{n});
  const std::int64_t written = kNoon - 40'000 - n;
  row.row.versions.base = {core::make_hlc(written, 2), kWriter, seq};
  row.info.rev = 1;
  row.info.received_at = kNoon + static_cast<std::int64_t>(commit) * 1000;
  row.info.updated_at = written;
  row.info.author = kWriter;
  row.info.device_id = "D-001";
  row.info.commit = commit;
  return row;
}

inline PastVersion past_of(std::uint32_t rev, std::int64_t received_at, const std::string& title) {
  PastVersion version;
  version.info.rev = rev;
  version.info.received_at = received_at;
  version.info.updated_at = received_at - 5;
  version.info.author = kWriter;
  version.info.device_id = "D-001";
  version.info.commit = rev;
  version.scope = "unit/U-1";
  version.cells[{1, ""}] = Value(title);
  return version;
}

inline ScopeHead head_of(std::uint64_t seq, std::uint64_t rows, std::uint64_t commit = 1) {
  ScopeHead head;
  head.seq = seq;
  head.salt = 0x8000'0000'0000'0001 + seq;
  head.commit = commit;
  head.rows = rows;
  head.digest = {0xFFFF'FFFF'FFFF'FFFF, seq};
  return head;
}

inline ScopeCommit commit_of(std::uint64_t commit, const std::string& scope, std::uint64_t first,
                             std::uint64_t last) {
  ScopeCommit share;
  share.commit = commit;
  share.scope = scope;
  share.first = first;
  share.last = last;
  share.salt = head_of(last, 0).salt;
  share.received_at = kNoon + static_cast<std::int64_t>(commit) * 1000;
  share.author = kWriter;
  return share;
}

inline Device device_of(const std::string& device_id) {
  return {device_id, "U-1", "field", "Máy của chị Hoa", kNoon, std::nullopt};
}

inline ReplicaRecord replica_of(const Author& author) {
  ReplicaRecord replica;
  replica.replica = author;
  replica.device_id = "D-001";
  replica.public_key = Bytes(32, 0x77);
  replica.counter = 0xFFFF'FFFF'FFFF'FFFF;
  replica.request_digest = Bytes(16, 0x00);
  replica.received_seq = 41;
  replica.durable_seq = 40;
  replica.token = "t0k3n";
  replica.recent_tokens = Bytes(24, 0x55);
  replica.epoch = "e7";
  replica.parent = {0xFEDC'BA98'7654'3210, 3};
  replica.inherited = Bytes(18, 0x33);
  replica.positions = "41 unit/U-1\n";
  replica.last_contact = kNoon;
  replica.client = "nhip 0.1.0";
  replica.clock_skew_ms = -1'790'000'000'000;
  replica.schema_version = 7;
  return replica;
}

inline EnrolmentCode code_of(const std::string& handle) {
  return {handle, Bytes(32, 0x11), "U-1", "lead", "tablet", kNoon, 5, "", {}};
}

inline InboxEntry inbox_entry(const Author& author, std::uint64_t first, std::uint64_t last) {
  InboxEntry entry;
  entry.author = author;
  entry.device_id = "D-001";
  entry.unit_id = "U-1";
  entry.state = "rejected";
  entry.code = "V03";
  entry.field = "funding.union";
  entry.text = "Số tiền không hợp lệ";
  entry.at_fault = last;
  entry.received_at = kNoon;
  for (std::uint64_t seq = first; seq <= last; ++seq) {
    core::Operation operation;
    operation.seq = seq;
    operation.type = 16;
    operation.id = id_of(static_cast<std::uint32_t>(seq));
    operation.scope = "unit/U-1";
    operation.stamp = core::make_hlc(kNoon, 9);
    operation.seen = 12;
    operation.held = 11;
    operation.changes = {{{1, ""}, Value("tên")},
                         {{2,
                           "a\x1f"
                           "b"},
                          Value()}};
    entry.group.operations.push_back(operation);
  }
  return entry;
}

inline StoredRow stored(ServerStore& store, std::uint16_t type, const Id& id) {
  const auto found = require_value(store.row(type, id));
  REQUIRE(found.has_value());
  return *found;
}

inline constexpr std::uint64_t kNoBound = std::numeric_limits<std::uint64_t>::max();

inline std::vector<StoredRow> feed(ServerStore& store, const std::string& scope,
                                   std::uint64_t after = 0, std::uint64_t upto = kNoBound) {
  std::vector<StoredRow> rows;
  require_ok(store.each_in_scope(scope, after, upto, [&rows](const StoredRow& row) {
    rows.push_back(row);
    return true;
  }));
  return rows;
}

inline std::vector<std::uint64_t> numbers(const std::vector<StoredRow>& rows) {
  std::vector<std::uint64_t> seqs;
  for (const StoredRow& row : rows) seqs.push_back(row.seq);
  return seqs;
}

inline std::vector<ScopeCommit> commits(ServerStore& store, std::uint64_t after) {
  std::vector<ScopeCommit> shares;
  require_ok(store.each_commit(after, [&shares](const ScopeCommit& share) {
    shares.push_back(share);
    return true;
  }));
  return shares;
}

using Numbers = std::vector<std::uint64_t>;

inline std::vector<Writer> every_writer() {
  const auto status = [](auto result) { return result.status(); };
  return {
      {"put_row", [](ServerStore& s) { return s.put_row(row_of(90, "unit/W", 1)); }},
      {"add_past",
       [](ServerStore& s) { return s.add_past(16, id_of(90), past_of(1, kNoon, "t")); }},
      {"put_head", [](ServerStore& s) { return s.put_head("unit/W", head_of(1, 0)); }},
      {"add_commit", [](ServerStore& s) { return s.add_commit(commit_of(1, "unit/W", 1, 1)); }},
      {"put_device", [](ServerStore& s) { return s.put_device(device_of("D-W")); }},
      {"put_replica", [](ServerStore& s) { return s.put_replica(replica_of(kOther)); }},
      {"put_code", [](ServerStore& s) { return s.put_code(code_of("WWWW")); }},
      {"add_inbox",
       [status](ServerStore& s) { return status(s.add_inbox(inbox_entry(kOther, 1, 2))); }},
      {"put_setting", [](ServerStore& s) { return s.put_setting("w", "1"); }},
  };
}

// That nothing any of `every_writer` writes can be found.
inline void check_untouched(ServerStore& store) {
  CHECK_FALSE(require_value(store.row(16, id_of(90))).has_value());
  CHECK(feed(store, "unit/W").empty());
  CHECK(require_value(store.count_in_scope("unit/W", 0)) == 0);
  CHECK(require_value(store.past(16, id_of(90))).empty());
  CHECK(require_value(store.head("unit/W")) == ScopeHead{});
  CHECK(require_value(store.scopes()).empty());
  CHECK(require_value(store.last_commit()) == 0);
  CHECK_FALSE(require_value(store.commit_at("unit/W", 1)).has_value());
  CHECK_FALSE(require_value(store.commit_before("unit/W", 9)).has_value());
  CHECK(commits(store, 0).empty());
  CHECK(require_value(store.devices()).empty());
  CHECK(require_value(store.replicas()).empty());
  CHECK_FALSE(require_value(store.code("WWWW")).has_value());
  CHECK(require_value(store.inbox()).empty());
  CHECK_FALSE(require_value(store.inbox_of(kOther, 1)).has_value());
  CHECK_FALSE(require_value(store.setting("w")).has_value());
}

}  // namespace nhip::server::suite
