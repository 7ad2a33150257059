// The byte forms of the SQLite store's blobs, apart from any store: small where they should be, and
// never believed when they are damaged.
#include <map>
#include <random>

#include "server_store_suite.h"
#include "store/row_codec.h"

namespace nhip::server::suite {

namespace {

// Ordinals without a database: 1, 2, 3 … as names come.
class ListedOrdinals final : public Ordinals {
 public:
  Result<std::uint64_t> of_author(const Author& author) override {
    if (author == Author{}) return std::uint64_t{0};
    return place(authors_, author);
  }
  Result<Author> author(std::uint64_t ordinal) override {
    if (ordinal == 0) return Author{};
    if (ordinal > authors_.size()) return Status(Code::kCorrupt, "damaged_row", "unknown");
    return authors_[ordinal - 1];
  }
  Result<std::uint64_t> of_device(const std::string& device_id) override {
    if (device_id.empty()) return std::uint64_t{0};
    return place(devices_, device_id);
  }
  Result<std::string> device(std::uint64_t ordinal) override {
    if (ordinal == 0) return std::string();
    if (ordinal > devices_.size()) return Status(Code::kCorrupt, "damaged_row", "unknown");
    return devices_[ordinal - 1];
  }

 private:
  template <typename T>
  static std::uint64_t place(std::vector<T>& list, const T& name) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i] == name) return i + 1;
    }
    list.push_back(name);
    return list.size();
  }
  std::vector<Author> authors_;
  std::vector<std::string> devices_;
};

CommitFacts facts_of(const StoredRow& row) {
  return {row.info.received_at, row.info.author, row.info.device_id};
}

// A row that uses every part of the form.
StoredRow full_row() {
  StoredRow row = row_of(1, "unit/U-1", 900);
  row.info.received_at = 1;
  row.info.updated_at = -7;
  row.info.author = kOther;
  row.info.device_id = "D-9";
  row.source_id = "nguồn";
  row.row.versions.base.seq = 3;
  row.row.versions.exceptions[{1, ""}] = {core::make_hlc(kNoon, 7), kOther, 900};
  row.row.versions.exceptions[{2, "nữ"}] = {core::make_hlc(kNoon, 7), kOther, 900};
  row.row.versions.exceptions[{3, ""}] = {core::make_hlc(9, 0), {5, 5}, 1};
  return row;
}

const CommitFacts kCommit{kNoon, kWriter, "D-001"};

// The row as decode_about gives it back, starting from what the columns hold.
Result<StoredRow> decoded(const Bytes& bytes, const StoredRow& row, Ordinals& ordinals) {
  StoredRow back = row;
  back.row.versions = {};
  back.source_id.clear();
  back.info = {};
  back.info.rev = row.info.rev;
  back.info.commit = row.info.commit;
  NHIP_TRY(decode_about(bytes, kCommit, ordinals, back));
  return back;
}

}  // namespace

TEST_CASE("server/store/row_codec: the bookkeeping of an ordinary row is a few bytes", "[store]") {
  ListedOrdinals ordinals;
  StoredRow row = row_of(1, "unit/U-1", 70'000);
  row.info.updated_at = row.info.received_at - 30LL * 86'400'000;  // a month without a connection
  row.row.versions.base.stamp = core::make_hlc(row.info.updated_at, 100);
  CHECK(require_value(encode_about(row, facts_of(row), ordinals)).size() <= 9);
  row.info.updated_at = row.info.received_at - 3'600'000;
  row.row.versions.base.stamp = core::make_hlc(row.info.updated_at, 3);
  CHECK(require_value(encode_about(row, facts_of(row), ordinals)).size() <= 7);
}

TEST_CASE("server/store/row_codec: cells of one version share it", "[store]") {
  ListedOrdinals ordinals;
  StoredRow row = row_of(1, "unit/U-1", 2);
  row.row.versions.exceptions[{1, ""}] = {core::make_hlc(kNoon, 0), kOther, 2};
  row.info.updated_at = kNoon;
  const std::size_t one = require_value(encode_about(row, kCommit, ordinals)).size();
  row.row.versions.exceptions[{2, ""}] = row.row.versions.exceptions[{1, ""}];
  const std::size_t two = require_value(encode_about(row, kCommit, ordinals)).size();
  CHECK(two - one == 2);  // field number and empty element
}

TEST_CASE("server/store/row_codec: every part of the form comes back", "[store]") {
  ListedOrdinals ordinals;
  const StoredRow row = full_row();
  const Bytes bytes = require_value(encode_about(row, kCommit, ordinals));
  CHECK(require_value(decoded(bytes, row, ordinals)) == row);
}

TEST_CASE("server/store/row_codec: no beginning of a form and no longer one is taken for it",
          "[store]") {
  ListedOrdinals ordinals;
  const StoredRow row = full_row();
  Bytes bytes = require_value(encode_about(row, kCommit, ordinals));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO("first " << size << " of " << bytes.size() << " bytes");
    const Bytes part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK(decoded(part, row, ordinals).status().code() == Code::kCorrupt);
  }
  bytes.push_back(0);
  CHECK(decoded(bytes, row, ordinals).status().code() == Code::kCorrupt);
}

TEST_CASE("server/store/row_codec: random bytes decode to an error or to a row", "[store]") {
  ListedOrdinals ordinals;
  const StoredRow row = full_row();
  const Bytes sound = require_value(encode_about(row, kCommit, ordinals));
  const Bytes group = encode_group(inbox_entry(kWriter, 1, 3).group);
  std::mt19937_64 random(77);
  int refused = 0;
  constexpr int kRounds = 20'000;
  for (int round = 0; round < kRounds; ++round) {
    Bytes about = sound, operations = group;
    about[random() % about.size()] = static_cast<std::uint8_t>(random());
    operations[random() % operations.size()] = static_cast<std::uint8_t>(random());
    const Status status = decoded(about, row, ordinals).status();
    if (!status.ok()) refused += 1;
    REQUIRE((status.ok() || status.code() == Code::kCorrupt));
    const Status of_group = decode_group(operations).status();
    REQUIRE((of_group.ok() || of_group.code() == Code::kCorrupt));
    REQUIRE((decode_state(operations).ok() ||
             decode_state(operations).status().code() == Code::kCorrupt));
  }
  CHECK(refused > kRounds / 20);
}

TEST_CASE("server/store/row_codec: a count that promises more than there is costs nothing",
          "[store]") {
  // 2^63 operations, cells and exceptions announced by ten bytes.
  const Bytes huge = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01};
  CHECK(decode_group(huge).status().code() == Code::kCorrupt);
  CHECK(decode_state(huge).status().code() == Code::kCorrupt);
}

}  // namespace nhip::server::suite
