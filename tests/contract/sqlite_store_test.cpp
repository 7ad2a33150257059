// What the SQLite store promises beyond the suite: its file outlives the process, is told from
// every other file, is never believed when it is damaged, and stays small.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>

#include "server_store_suite.h"
#include "store/db.h"

namespace nhip::server::suite {

namespace {

using store::Db;

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  REQUIRE(file.good());
}

std::unique_ptr<Db> open_db(const std::string& path) {
  store::DbOptions options;
  options.create = true;
  return require_value(Db::open(path, options));
}

std::int64_t number(Db& db, const std::string& sql) {
  auto stmt = require_value(db.prepare(sql));
  REQUIRE(require_value(stmt.step()));
  return stmt.integer(0);
}

// A sound store of `rows` records with history, commits and an inbox, in the file itself and not in
// its log.
void make_sound_store(InSqlite& at, std::uint32_t rows) {
  write(at.store(), [&] {
    for (std::uint32_t n = 1; n <= rows; ++n) {
      StoredRow row = row_of(n, "unit/U-1", n);
      row.row.cells[{3, ""}] = Value(std::string(100, 'x'));
      require_ok(at.store().put_row(row));
      require_ok(at.store().add_past(16, id_of(n), past_of(1, kNoon, std::string(100, 'y'))));
    }
    require_ok(at.store().add_commit(commit_of(1, "unit/U-1", 1, rows)));
    require_ok(at.store().put_head("unit/U-1", head_of(rows, rows)));
    require_value(at.store().add_inbox(inbox_entry(kWriter, 1, 40)));
    require_ok(at.store().put_device(device_of("D-001")));
  });
  require_ok(at.store().verify());
  at.close();
  require_ok(open_db(at.path())->checkpoint());
}

// Opens and reads everything, as far as it goes: the first error.
Status read_all(const std::string& path) {
  NHIP_TRY_ASSIGN(const std::unique_ptr<ServerStore> store, open_sqlite_store(path, false));
  const auto any = [](const auto&) { return true; };
  NHIP_TRY(store->each_row(16, any));
  NHIP_TRY(store->each_in_scope("unit/U-1", 0, kNoBound, any));
  NHIP_TRY(store->each_commit(0, any));
  NHIP_TRY(store->past(16, id_of(1)).status());
  NHIP_TRY(store->inbox().status());
  NHIP_TRY(store->devices().status());
  return {};
}

Status verify_file(const std::string& path) {
  NHIP_TRY_ASSIGN(const std::unique_ptr<ServerStore> store, open_sqlite_store(path, false));
  return store->verify();
}

}  // namespace

TEST_CASE("server/store/sqlite: reopening finds everything", "[store][sqlite]") {
  InSqlite at;
  write(at.store(), [&] {
    for (const Writer& writer : every_writer()) require_ok(writer.call(at.store()));
  });
  at.reopen();
  ServerStore& store = at.store();
  CHECK(stored(store, 16, id_of(90)) == row_of(90, "unit/W", 1));
  CHECK(require_value(store.past(16, id_of(90))) == std::vector{past_of(1, kNoon, "t")});
  CHECK(require_value(store.head("unit/W")) == head_of(1, 0));
  CHECK(commits(store, 0) == std::vector{commit_of(1, "unit/W", 1, 1)});
  CHECK(require_value(store.devices()) == std::vector{device_of("D-W")});
  CHECK(require_value(store.replicas()) == std::vector{replica_of(kOther)});
  CHECK(require_value(store.code("WWWW")) == code_of("WWWW"));
  CHECK(require_value(store.inbox_of(kOther, 2)).has_value());
  CHECK(require_value(store.setting("w")) == "1");
}

TEST_CASE("server/store/sqlite: uncommitted work is gone after reopening", "[store][sqlite]") {
  InSqlite at;
  require_ok(at.store().begin());
  for (const Writer& writer : every_writer()) require_ok(writer.call(at.store()));
  at.reopen();
  check_untouched(at.store());
}

TEST_CASE("server/store/sqlite: a copy taken in mid-transaction holds what was committed",
          "[store][sqlite]") {
  InSqlite at;
  TempDir copies;
  write(at.store(), [&] { require_ok(at.store().put_row(row_of(1, "unit/U-1", 1))); });
  require_ok(at.store().begin());
  require_ok(at.store().put_row(row_of(2, "unit/U-1", 2)));
  // What a cut of the power would leave on the disk.
  const std::string copy = copies.file("copy.db");
  for (const char* suffix : {"", "-wal"}) write_bytes(copy + suffix, bytes_of(at.path() + suffix));
  const auto opened = require_value(open_sqlite_store(copy, false));
  CHECK(feed(*opened, "unit/U-1") == std::vector{row_of(1, "unit/U-1", 1)});
}

TEST_CASE("server/store/sqlite: an absent file is made only when asked", "[store][sqlite]") {
  TempDir dir;
  const std::string path = dir.file("centre.db");
  check_refused(open_sqlite_store(path, false).status(), Code::kNotFound, "no_file");
  CHECK_FALSE(std::filesystem::exists(path));
  require_ok(open_sqlite_store(path, true).status());
  require_ok(open_sqlite_store(path, false).status());
}

TEST_CASE("server/store/sqlite: a file that is no centre's store is refused and not changed",
          "[store][sqlite]") {
  TempDir dir;
  const std::string path = dir.file("foreign");
  SECTION("a text") { write_bytes(path, "Biên bản họp ngày 8/3\n"); }
  SECTION("a long text") { write_bytes(path, std::string(5000, 'a')); }
  SECTION("the beginning of a database") {
    write_bytes(path, std::string("SQLite format 3\0", 16));
  }
  SECTION("somebody's database") {
    auto db = open_db(path);
    require_ok(db->execute("PRAGMA journal_mode=DELETE; CREATE TABLE notes (t)"));
  }
  SECTION("somebody's database with a write-ahead log") {
    auto db = open_db(path);
    require_ok(db->execute("CREATE TABLE notes (t)"));
    require_ok(db->checkpoint());
  }
  SECTION("another program's empty database") {
    auto db = open_db(path);
    require_ok(db->execute("PRAGMA application_id=1234"));
    require_ok(db->checkpoint());
  }
  SECTION("an empty database with another version") {
    auto db = open_db(path);
    require_ok(db->execute("PRAGMA user_version=1"));
  }
  const std::string before = bytes_of(path);
  for (const bool create : {false, true}) {
    check_refused(open_sqlite_store(path, create).status(), Code::kCorrupt, "not_a_centre");
  }
  CHECK((bytes_of(path) == before));
}

TEST_CASE("server/store/sqlite: an empty file becomes a store only when asked", "[store][sqlite]") {
  TempDir dir;
  const std::string path = dir.file("centre.db");
  write_bytes(path, "");
  check_refused(open_sqlite_store(path, false).status(), Code::kCorrupt, "not_a_centre");
  require_ok(open_sqlite_store(path, true).status());
}

TEST_CASE("server/store/sqlite: making a store can be cut at any point", "[store][sqlite]") {
  TempDir dir;
  const std::string path = dir.file("centre.db");
  auto db = open_db(path);
  SECTION("before its tables: it is made again") {
    db.reset();
    check_refused(open_sqlite_store(path, false).status(), Code::kCorrupt, "not_a_centre");
    require_ok(open_sqlite_store(path, true).status());
  }
  SECTION("before its log was emptied: it is whole") {
    auto txn = require_value(store::Txn::begin(*db));
    require_ok(db->execute(bytes_of(NHIP_SCHEMA_DIR "/server/001.sql")));
    require_ok(txn.commit());
    db.reset();
    require_ok(open_sqlite_store(path, false).status());
  }
}

TEST_CASE("server/store/sqlite: a newer database is refused by name", "[store][sqlite]") {
  InSqlite at;
  at.close();
  auto db = open_db(at.path());
  require_ok(db->execute("PRAGMA user_version=2"));
  SECTION("from its file") { require_ok(db->checkpoint()); }
  SECTION("from its log") {}
  db.reset();
  for (const bool create : {false, true}) {
    check_refused(open_sqlite_store(at.path(), create).status(), Code::kVersion, "newer_database");
  }
}

TEST_CASE("server/store/sqlite: damage to any page is found and never crashes", "[store][sqlite]") {
  InSqlite at;
  make_sound_store(at, 200);
  const std::string sound = bytes_of(at.path());
  constexpr std::size_t kPage = 4096;
  REQUIRE(sound.size() > 20 * kPage);
  for (std::size_t page = 0; page < sound.size() / kPage; ++page) {
    INFO("page " << page + 1);
    std::string damaged = sound;
    std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(page * kPage), kPage, '\xA5');
    write_bytes(at.path(), damaged);
    std::filesystem::remove(at.path() + "-shm");
    const Status read = read_all(at.path());
    CHECK((read.ok() || read.code() == Code::kCorrupt));
    CHECK(verify_file(at.path()).code() == Code::kCorrupt);
  }
  write_bytes(at.path(), sound);
  require_ok(verify_file(at.path()));
}

TEST_CASE("server/store/sqlite: a file cut short is found", "[store][sqlite]") {
  InSqlite at;
  make_sound_store(at, 200);
  const std::string sound = bytes_of(at.path());
  for (const std::size_t size :
       {std::size_t{50}, std::size_t{4096}, sound.size() / 2, sound.size() - 4096}) {
    INFO("first " << size << " bytes");
    write_bytes(at.path(), sound.substr(0, size));
    std::filesystem::remove(at.path() + "-shm");
    const Status read = read_all(at.path());
    CHECK((read.ok() || read.code() == Code::kCorrupt));
    CHECK(verify_file(at.path()).code() == Code::kCorrupt);
  }
}

TEST_CASE("server/store/sqlite: a row that does not decode is found", "[store][sqlite]") {
  const std::string damage = GENERATE(
      "UPDATE record SET about = x'FF' WHERE seq = 7",
      "UPDATE record SET state = x'' WHERE seq = 7",
      "UPDATE record SET state = CAST(state || x'00' AS BLOB) WHERE seq = 7",
      "UPDATE record SET type = 70000 WHERE seq = 7", "UPDATE record SET rev = -1 WHERE seq = 7",
      "UPDATE record SET commit_number = 99 WHERE seq = 7",
      "UPDATE past SET about = x'' WHERE ordinal = 7",
      "UPDATE past SET scope = 99 WHERE ordinal = 7", "UPDATE inbox SET operations = x'01'",
      "DELETE FROM author", "DELETE FROM device_name", "DELETE FROM commit_facts",
      "DELETE FROM scope");
  InSqlite at;
  make_sound_store(at, 10);
  require_ok(open_db(at.path())->execute(damage));
  INFO(damage);
  const Status status = verify_file(at.path());
  CHECK(status.code() == Code::kCorrupt);
  CHECK(status.name() == "damaged_row");
}

TEST_CASE("server/store/sqlite: the log does not grow with the number of commits",
          "[store][sqlite]") {
  InSqlite at;
  std::uintmax_t largest = 0;
  for (std::uint32_t n = 1; n <= 40; ++n) {
    StoredRow row = row_of(n, "unit/U-1", n, n);
    row.row.cells[{3, ""}] = Value(std::string(400'000, 'x'));
    write(at.store(), [&] { require_ok(at.store().put_row(row)); });
    largest = std::max(largest, std::filesystem::file_size(at.path() + "-wal"));
  }
  CHECK(largest > 1'000'000);
  CHECK(largest < 6'000'000);  // of 16 MB written
}

namespace {

constexpr std::uint32_t kRows = 20'000;

// Pages a database takes when nothing in it is loose, in bytes.
std::int64_t packed_bytes(const std::string& path) {
  auto db = open_db(path);
  require_ok(db->execute("VACUUM"));
  return number(*db, "PRAGMA page_count") * number(*db, "PRAGMA page_size");
}

// 20,000 records of 40 units, 20 to a commit, written hours or days before they came in; ids and
// contents random, 150 to 250 bytes each: of one length, the loose ends of pages would decide. The
// seed is fixed, so the size is too.
std::vector<StoredRow> many_rows() {
  std::mt19937_64 random(20260308);
  std::vector<std::uint64_t> next(40, 0);
  std::vector<StoredRow> rows;
  for (std::uint32_t n = 0; n < kRows; ++n) {
    const std::uint64_t commit = n / 20 + 1;
    const std::size_t unit = commit % next.size();
    StoredRow row = row_of(n, "unit/U-" + std::to_string(unit), ++next[unit], commit);
    for (std::uint8_t& byte : row.id.bytes) byte = static_cast<std::uint8_t>(random());
    row.info.author = {0xABCD'0000'0000'0000 + unit, 1};
    row.info.device_id = "D-" + std::to_string(unit);
    row.info.updated_at = row.info.received_at - static_cast<std::int64_t>(random() % 400'000'000);
    const auto counter = static_cast<std::uint16_t>(random() % 4);
    row.row.versions.base = {core::make_hlc(row.info.updated_at, counter), row.info.author,
                             row.seq};
    std::string body(135 + random() % 100, ' ');
    for (char& letter : body) letter = static_cast<char>('a' + random() % 26);
    row.row.cells[{1, ""}] = Value(body);
    rows.push_back(std::move(row));
  }
  return rows;
}

// What a record costs beyond a plain table with the same ids and states.
double bookkeeping_per_row(const std::vector<StoredRow>& rows) {
  TempDir dir;
  {
    auto plain = open_db(dir.file("plain.db"));
    require_ok(plain->execute("CREATE TABLE plain (id BLOB UNIQUE, body BLOB)"));
    auto txn = require_value(store::Txn::begin(*plain));
    auto insert = require_value(plain->prepare("INSERT INTO plain VALUES (?1, ?2)"));
    for (const StoredRow& row : rows) {
      require_ok(insert.bind(1, row.id).bind(2, core::encode_cells(row.row.cells)).run());
    }
    require_ok(txn.commit());
  }
  {
    const auto ours = require_value(open_sqlite_store(dir.file("ours.db"), true));
    std::map<std::string, std::uint64_t> last;
    std::map<std::string, std::uint64_t> counted;
    write(*ours, [&] {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        require_ok(ours->put_row(rows[i]));
        counted[rows[i].scope] += 1;
        const bool ends = i + 1 == rows.size() || rows[i + 1].info.commit != rows[i].info.commit;
        if (!ends) continue;
        ScopeCommit share =
            commit_of(rows[i].info.commit, rows[i].scope, last[rows[i].scope] + 1, rows[i].seq);
        share.author = rows[i].info.author;
        share.salt = 0x9E37'79B9'7F4A'7C15 * share.commit;  // takes the eight bytes of a random one
        ScopeHead head = head_of(rows[i].seq, counted[rows[i].scope], share.commit);
        head.salt = share.salt;
        require_ok(ours->add_commit(share));
        require_ok(ours->put_head(share.scope, head));
        last[rows[i].scope] = rows[i].seq;
      }
    });
    require_ok(ours->verify());
  }
  const std::int64_t more = packed_bytes(dir.file("ours.db")) - packed_bytes(dir.file("plain.db"));
  return static_cast<double>(more) / static_cast<double>(rows.size());
}

}  // namespace

TEST_CASE("server/store/sqlite: bookkeeping of a synced record fits in 48 bytes",
          "[store][sqlite]") {
  const double each = bookkeeping_per_row(many_rows());
  INFO(each << " bytes per row");
  CHECK(each > 10);  // the plain table was measured too
  CHECK(each <= 48);
}

TEST_CASE("server/store/sqlite: bookkeeping of a loaded record fits in 48 bytes",
          "[store][sqlite]") {
  // Many lines to a commit, so that nearly every one differs from it in receipt time and device.
  std::vector<StoredRow> rows = many_rows();
  std::mt19937_64 random(8);
  for (StoredRow& row : rows) {
    row.info.author = Author{};
    row.info.device_id = "OLD-" + std::to_string(random() % 300);
    row.info.received_at =
        1'700'000'000'000 + static_cast<std::int64_t>(random() % 80'000'000) * 1000;
    row.info.updated_at =
        row.info.received_at - static_cast<std::int64_t>(random() % 500'000) * 1000;
    row.row.versions.base = {core::make_hlc(row.info.updated_at, 0), Author{}, row.seq};
  }
  const double each = bookkeeping_per_row(rows);
  INFO(each << " bytes per row");
  CHECK(each > 10);
  CHECK(each <= 48);
}

}  // namespace nhip::server::suite
