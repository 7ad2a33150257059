// Snapshots: connections of their own that read, each inside one read transaction. In write-ahead
// mode such a transaction keeps seeing the state it began with while the store goes on writing, so
// a copy needs no lock of the store's user; all it costs is that the log cannot be emptied until
// the snapshot goes.
//
// The copy is page by page (sqlite.org/backup.html), never by the file: a file copied while it is
// open lacks what stands in its log, and closing any other descriptor of it would drop SQLite's
// locks.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "store/sqlite_status.h"
#include "store/sqlite_store.h"
#include "store/sqlite_store_impl.h"
#include "store/store_rules.h"

namespace nhip::server {

namespace {

constexpr int kPagesPerStep = 256;  // 1 MB: long enough to be quick, short enough to be stopped

// A raw connection: the engine's Db has no page-wise copy.
class Connection {
 public:
  Connection() = default;
  ~Connection() { sqlite3_close_v2(handle_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Status open(const std::string& path, int flags) {
    const int result = sqlite3_open_v2(
        path.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    if (result == SQLITE_OK) {
      // Whoever closes last would otherwise checkpoint; that belongs to the writer.
      sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    }
    return store::sqlite_status(handle_, result, "open");
  }
  Status execute(const char* sql) {
    return store::sqlite_status(handle_, sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr),
                                "read");
  }
  sqlite3* get() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

// SQLite would make the file readable by whoever the process lets.
Status make_file(const std::string& path) {
  const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) {
    ::close(made);
    return {};
  }
  const int native = errno;
  const bool full = native == ENOSPC || native == EDQUOT;
  return {full ? Code::kDiskFull : Code::kCorrupt, full ? "disk_full" : "cannot_open",
          "create " + path + ": " + std::strerror(native),
          "does the folder exist, and may this user write to it?"};
}

Status copy_pages(sqlite3* from, sqlite3* to, const StepsDone& steps) {
  sqlite3_backup* const copy = sqlite3_backup_init(to, "main", from, "main");
  if (copy == nullptr) return store::sqlite_status(to, sqlite3_errcode(to), "copy");
  Status stopped;
  int result = SQLITE_OK;
  while (result == SQLITE_OK && stopped.ok()) {
    result = sqlite3_backup_step(copy, kPagesPerStep);
    const auto total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(copy));
    const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(copy));
    if (steps && !steps(total - left, total)) {
      stopped = {Code::kUnavailable, "stopped", "the copy was stopped", "begin it again"};
    }
  }
  const int finished = sqlite3_backup_finish(copy);
  if (!stopped.ok()) return stopped;
  if (result != SQLITE_DONE) return store::sqlite_status(to, result, "copy");
  return store::sqlite_status(to, finished, "copy");
}

class SqliteSnapshot final : public StoreSnapshot {
 public:
  static Result<std::unique_ptr<StoreSnapshot>> of(const std::string& path) {
    auto snapshot = std::make_unique<SqliteSnapshot>();
    store::DbOptions options;
    options.read_only = true;
    NHIP_TRY_ASSIGN(std::unique_ptr<store::Db> db, store::Db::open(path, options));
    // A deferred transaction begins with its first read.
    NHIP_TRY(db->execute("BEGIN; SELECT COUNT(*) FROM setting"));
    snapshot->store_ = std::make_unique<SqliteStore>(std::move(db), path);
    NHIP_TRY(snapshot->pages_.open(path, SQLITE_OPEN_READONLY));
    NHIP_TRY(snapshot->pages_.execute("BEGIN; SELECT COUNT(*) FROM setting"));
    return std::unique_ptr<StoreSnapshot>(std::move(snapshot));
  }

  ServerStore& store() override { return *store_; }

  Status copy_to(const std::string& path, const StepsDone& steps) override {
    NHIP_TRY(make_file(path));
    Status copied = copy_into(path, steps);
    if (!copied.ok()) {
      for (const char* ending : {"", "-wal", "-shm", "-journal"}) ::unlink((path + ending).c_str());
    }
    return copied;
  }

 private:
  Status copy_into(const std::string& path, const StepsDone& steps) {
    {
      Connection to;
      NHIP_TRY(to.open(path, SQLITE_OPEN_READWRITE));
      // A copy that does not end is thrown away, so it needs no journal.
      NHIP_TRY(to.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF"));
      NHIP_TRY(copy_pages(pages_.get(), to.get(), steps));
    }
    return settle_sqlite_file(path);
  }

  std::unique_ptr<SqliteStore> store_;
  Connection pages_;
};

}  // namespace

Result<std::unique_ptr<StoreSnapshot>> SqliteStore::snapshot() {
  if (txn_) return transaction_open();
  return SqliteSnapshot::of(path_);
}

}  // namespace nhip::server
