// Live rows: what is put comes back exactly, whatever it holds, and each record has one live
// version.
#include <cstring>

#include "server_store_suite.h"

namespace nhip::server::suite {

namespace {

// Puts one row, alone in a fresh transaction, and asks that row, type and feed give exactly it.
void check_survives(ServerStore& store, const StoredRow& row) {
  write(store, [&] { require_ok(store.put_row(row)); });
  CHECK(stored(store, row.type, row.id) == row);
  CHECK(feed(store, row.scope, row.seq - 1, row.seq) == std::vector{row});
}

double nan_of(std::uint64_t bits) {
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

STORE_CASE("an ordinary row comes back exactly") {
  TestType at;
  check_survives(at.store(), row_of(1, "unit/U-1", 1));
}

STORE_CASE("a row without any cell comes back") {
  TestType at;
  StoredRow row;
  row.type = 65535;
  row.seq = 1;
  check_survives(at.store(), row);
}

STORE_CASE("integers and reals of every kind survive to the bit") {
  TestType at;
  StoredRow row = row_of(1, "unit/U-1", 1);
  auto& cells = row.row.cells;
  cells[{10, ""}] = Value(std::numeric_limits<std::int64_t>::min());
  cells[{11, ""}] = Value(std::numeric_limits<std::int64_t>::max());
  cells[{12, ""}] = Value(std::int64_t{0});
  cells[{13, ""}] = Value(std::int64_t{-1});
  cells[{14, ""}] = Value(1.0);  // stays a real
  cells[{15, ""}] = Value(-0.0);
  cells[{16, ""}] = Value(0.1);
  cells[{17, ""}] = Value(std::numeric_limits<double>::infinity());
  cells[{18, ""}] = Value(std::numeric_limits<double>::denorm_min());
  cells[{19, ""}] = Value(nan_of(0x7FF8'0000'0000'0000));
  cells[{20, ""}] = Value(nan_of(0xFFF8'DEAD'BEEF'0001));
  check_survives(at.store(), row);
}

STORE_CASE("texts and blobs survive whatever their bytes") {
  TestType at;
  StoredRow row = row_of(1, "unit/U-1", 1);
  auto& cells = row.row.cells;
  Bytes all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes.push_back(static_cast<std::uint8_t>(byte));
  cells[{10, ""}] = Value("");
  cells[{11, ""}] = Value(Bytes{});
  cells[{12, ""}] = Value(std::string(all_bytes.begin(), all_bytes.end()));  // no UTF-8
  cells[{13, ""}] = Value(all_bytes);
  cells[{14, ""}] = Value("Nh\xe1\xbb\x8bp");  // composed
  cells[{15, ""}] = Value("Nhi\xcc\xa3p");     // decomposed, must stay so
  cells[{16, ""}] = Value(std::string("a\0b", 3));
  cells[{17, ""}] = Value("1");  // a text, not an integer
  cells[{18,
         "Nữ\x1f"
         "18-30"}] = Value("élément");
  cells[{18, std::string("\xff\0", 2)}] = Value("key of no UTF-8");
  cells[{65535, ""}] = Value("{\"unknown\":true}");
  check_survives(at.store(), row);
}

STORE_CASE("a value of the largest size survives") {
  TestType at;
  StoredRow row = row_of(1, "unit/U-1", 1);
  row.row.cells[{9, ""}] = Value(std::string(256u << 10, 'x'));
  row.row.cells[{10, ""}] = Value(Bytes(256u << 10, 0xEE));
  check_survives(at.store(), row);
}

STORE_CASE("cells with versions of their own keep them") {
  TestType at;
  StoredRow row = row_of(1, "unit/U-1", 20);
  core::Versions& versions = row.row.versions;
  versions.base.seq = 4;
  const core::Version edit{core::make_hlc(kNoon - 9, 0), kOther, 20};
  const core::Version old{core::make_hlc(12, 65535), kWriter, 3};
  versions.exceptions[{1, ""}] = edit;
  versions.exceptions[{2, ""}] = old;
  versions.exceptions[{7, "nữ"}] = edit;
  versions.exceptions[{0, ""}] = {core::make_hlc(kNoon, 1), Author{}, 19};
  SECTION("and the device's time is another") { row.info.updated_at = 77; }
  SECTION("and the device's time is that of the newest") { row.info.updated_at = kNoon; }
  check_survives(at.store(), row);
}

STORE_CASE("a loaded version keeps its own time and device and source") {
  TestType at;
  ServerStore& store = at.store();
  // The commit's receipt time is that of an ordinary row in it.
  write(store, [&] { require_ok(store.put_row(row_of(9, "unit/U-1", 1))); });
  StoredRow loaded = row_of(1, "unit/U-1", 2);
  loaded.info.rev = 4'000'000'000;
  loaded.info.received_at = 1'600'000'000'123;
  loaded.info.updated_at = 1'599'999'000'000;
  loaded.info.author = Author{};
  loaded.info.device_id = "OLD-77/ĐT";
  loaded.source_id = "HSCV 12/2019\n";
  loaded.row.versions.base = {core::make_hlc(1'599'999'000'000), Author{}, 2};
  check_survives(store, loaded);
  CHECK(stored(store, 16, id_of(9)) == row_of(9, "unit/U-1", 1));
}

STORE_CASE("times and stamps at the ends of their range survive") {
  TestType at;
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  ServerStore& store = at.store();
  std::uint32_t n = 0;
  for (const std::int64_t received : {kLowest, std::int64_t{-1}, std::int64_t{0}, kHighest}) {
    for (const std::int64_t updated : {kLowest, std::int64_t{0}, kHighest}) {
      for (const core::Hlc stamp : {core::Hlc{0}, std::numeric_limits<core::Hlc>::max()}) {
        n += 1;
        StoredRow row = row_of(n, "unit/U-1", n);  // all in commit 1, whose times differ from them
        row.info.received_at = received;
        row.info.updated_at = updated;
        row.row.versions.base.stamp = stamp;
        row.row.versions.base.seq = stamp;
        row.row.versions.base.author = {stamp, static_cast<std::uint32_t>(stamp)};
        check_survives(store, row);
      }
    }
  }
}

STORE_CASE("rows of one commit with different origins keep them apart") {
  TestType at;
  ServerStore& store = at.store();
  StoredRow first = row_of(1, "unit/U-1", 1);
  StoredRow second = row_of(2, "unit/U-1", 2);
  second.info.author = kOther;
  second.info.device_id = "D-002";
  second.info.received_at += 1;
  StoredRow third = row_of(3, "unit/U-1", 3);
  third.info.device_id.clear();
  third.row.versions.base.author = kOther;
  write(store, [&] {
    for (const StoredRow& row : {first, second, third}) require_ok(store.put_row(row));
  });
  CHECK(feed(store, "unit/U-1") == std::vector{first, second, third});
}

STORE_CASE("the same id in two types is two records") {
  TestType at;
  ServerStore& store = at.store();
  const StoredRow main = row_of(1, "unit/U-1", 1);
  StoredRow companion = row_of(1, "unit/U-1/sealed", 1);
  companion.type = 17;
  companion.row.cells[{3, ""}] = Value(Bytes{1, 2, 3});
  write(store, [&] {
    require_ok(store.put_row(main));
    require_ok(store.put_row(companion));
  });
  CHECK(stored(store, 16, id_of(1)) == main);
  CHECK(stored(store, 17, id_of(1)) == companion);
  CHECK_FALSE(require_value(store.row(18, id_of(1))).has_value());
}

STORE_CASE("a new version replaces all of the old one") {
  TestType at;
  ServerStore& store = at.store();
  StoredRow before = row_of(1, "unit/U-1", 1);
  before.source_id = "old";
  before.row.versions.exceptions[{1, ""}] = {5, kOther, 1};
  StoredRow after = row_of(1, "unit/U-1", 2, 2);
  after.info.rev = 2;
  after.row.cells.erase({1, ""});
  write(store, [&] { require_ok(store.put_row(before)); });
  write(store, [&] { require_ok(store.put_row(after)); });
  CHECK(stored(store, 16, id_of(1)) == after);
}

STORE_CASE("a sequence number of a scope is given once") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] { require_ok(store.put_row(row_of(1, "unit/U-1", 5))); });
  require_ok(store.begin());
  check_refused(store.put_row(row_of(2, "unit/U-1", 5)), Code::kConflict, "seq_taken");
  StoredRow again = row_of(1, "unit/U-1", 5);
  again.row.cells[{1, ""}] = Value("other content under the same number");
  check_refused(store.put_row(again), Code::kConflict, "seq_taken");
  require_ok(store.commit());
  CHECK(feed(store, "unit/U-1") == std::vector{row_of(1, "unit/U-1", 5)});
}

STORE_CASE("a state with a cell that has no value is refused") {
  TestType at;
  ServerStore& store = at.store();
  StoredRow row = row_of(1, "unit/U-1", 1);
  row.row.cells[{5, ""}] = Value();
  PastVersion version = past_of(1, kNoon, "t");
  version.cells[{5, ""}] = Value();
  require_ok(store.begin());
  check_refused(store.put_row(row), Code::kInternal, "null_cell");
  check_refused(store.add_past(16, id_of(1), version), Code::kInternal, "null_cell");
  store.rollback();
}

STORE_CASE("numbers that no comparison could order are refused") {
  TestType at;
  ServerStore& store = at.store();
  constexpr std::uint64_t kTooLarge = 1ULL << 63;
  ScopeHead head;
  head.seq = kTooLarge;
  require_ok(store.begin());
  check_refused(store.put_row(row_of(1, "u", kTooLarge)), Code::kLimit, "number_too_large");
  StoredRow late = row_of(1, "u", 1);
  late.info.commit = kTooLarge;
  check_refused(store.put_row(late), Code::kLimit, "number_too_large");
  check_refused(store.put_head("u", head), Code::kLimit, "number_too_large");
  check_refused(store.add_commit(commit_of(1, "u", 1, kTooLarge)), Code::kLimit,
                "number_too_large");
  require_ok(store.put_row(row_of(1, "u", kTooLarge - 1)));
  require_ok(store.commit());
  CHECK(numbers(feed(store, "u")) == Numbers{kTooLarge - 1});
}

STORE_CASE("the rows of a type come in order of their ids and include deleted ones") {
  TestType at;
  ServerStore& store = at.store();
  StoredRow deleted = row_of(0x80, "unit/U-1", 1);
  deleted.row.cells[{kDeletedField, ""}] = Value(std::int64_t{1});
  StoredRow other_type = row_of(4, "unit/U-1", 2);
  other_type.type = 17;
  const StoredRow low = row_of(1, "unit/U-2", 9);
  const StoredRow high = row_of(0xFF00'0000, "unit/U-1", 4);
  write(store, [&] {
    for (const StoredRow& row : {high, deleted, other_type, low}) require_ok(store.put_row(row));
  });
  std::vector<StoredRow> rows;
  require_ok(store.each_row(16, [&rows](const StoredRow& row) {
    rows.push_back(row);
    return true;
  }));
  CHECK(rows == std::vector{low, deleted, high});
}

STORE_CASE("reading the rows of a type ends when the reader has enough") {
  TestType at;
  ServerStore& store = at.store();
  write(store, [&] {
    for (std::uint32_t n = 1; n <= 5; ++n) require_ok(store.put_row(row_of(n, "unit/U-1", n)));
  });
  int seen = 0;
  require_ok(store.each_row(16, [&seen](const StoredRow&) { return ++seen < 3; }));
  CHECK(seen == 3);
}

STORE_CASE("ten thousand rows in one transaction are all there") {
  TestType at;
  ServerStore& store = at.store();
  constexpr std::uint32_t kRows = 10'000;
  write(store, [&] {
    for (std::uint32_t n = 1; n <= kRows; ++n) {
      require_ok(store.put_row(row_of(n, "unit/U-" + std::to_string(n % 7), n)));
    }
  });
  std::uint32_t seen = 0;
  bool all_equal = true;
  require_ok(store.each_row(16, [&](const StoredRow& row) {
    seen += 1;
    all_equal = all_equal && row == row_of(seen, "unit/U-" + std::to_string(seen % 7), seen);
    return true;
  }));
  CHECK(seen == kRows);
  CHECK(all_equal);
  std::uint64_t counted = 0;
  for (int scope = 0; scope < 7; ++scope) {
    counted += require_value(store.count_in_scope("unit/U-" + std::to_string(scope), 0));
  }
  CHECK(counted == kRows);
}

}  // namespace nhip::server::suite
