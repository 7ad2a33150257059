// A centre over the store in memory and a folder of records that goes away with the test.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "centre/records.h"
#include "centre/time_text.h"
#include "record/record_json.h"
#include "support/load_schema.h"

namespace nhip::server {

using nlohmann::json;

inline constexpr std::int64_t kNow = 1'800'000'000'000;  // 2027-01-15

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "nhip-centre-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::string& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
  }

 private:
  std::string path_;
};

struct CentreFixture {
  CentreFixture() {
    crypto::initialise();
    keys.centre_id = *Id::parse("0f0e0d0c-0b0a-4908-8706-050403020100");
    keys.epoch = "epoch";
  }

  std::unique_ptr<ServerStore> store = make_memory_store();
  CentreKeys keys;
  Centre centre{*store, test::union_schema(), keys,
                [](std::uint8_t* out, std::size_t size) { crypto::random_bytes(out, size); }};

  LoadReport load(const std::string& folder, std::int64_t now = kNow) {
    const Result<LoadReport> report = load_folder(centre, folder, now, {});
    INFO(report.status().name() << ": " << report.status().message());
    REQUIRE(report.ok());
    CHECK(store->verify().ok());
    return *report;
  }

  // Loads one file of these lines.
  LoadReport load_lines(const std::string& file, const std::vector<json>& lines) {
    const TempFolder folder;
    std::string text;
    for (const json& line : lines) text += line.dump() + "\n";
    folder.write(file, text);
    return load(folder.path());
  }

  json records(const std::string& type, const std::string& as_of_text = "") {
    RecordQuery query{.type = type, .unit_id = "", .as_of = std::nullopt};
    if (!as_of_text.empty()) query.as_of = instant(as_of_text);
    const Result<json> list = server::records(centre, query);
    INFO(list.status().name() << ": " << list.status().message());
    REQUIRE(list.ok());
    return *list;
  }

  static std::int64_t instant(const std::string& text) { return *parse_moment(text); }

  // What a device's accepted edit leaves: the cell has an author, and the version is the next one.
  void edit(const std::string& type_name, const Id& id, const std::string& path, const Value& value,
            std::int64_t received_at) {
    const Type& type = *centre.schema().type(type_name);
    const Author author{0x1122334455667788, 1};
    REQUIRE(store->begin().ok());
    Sequencer sequencer(centre, author, "D-test", received_at);
    const auto live = store->row(type.number, id);
    REQUIRE(live.ok());
    StoredRow after = live->value_or(StoredRow{});
    after.type = type.number;
    after.id = id;
    const core::CellKey key{type.field(path)->number, ""};
    core::set_cell(after.row.cells, key, value);
    if (!*live) {
      core::set_cell(after.row.cells, {type.field("unit_id")->number, ""}, Value("U-01"));
    }
    after.scope = *record::scope_of(type, after.row.cells);
    after.seq = *sequencer.next(after.scope);
    const core::Version version{core::make_hlc(received_at), author, after.seq};
    if (*live) {
      after.row.versions.exceptions[key] = version;
    } else {
      after.row.versions.base = version;
    }
    after.info = {after.info.rev + 1, received_at, received_at, author, "D-test", 0};
    REQUIRE(sequencer.store(*live ? &**live : nullptr, after).ok());
    REQUIRE(sequencer.finish().ok());
    REQUIRE(store->commit().ok());
  }
};

// A line of activities.jsonl.
inline json activity(const std::string& id, int rev, const std::string& received_at,
                     const std::string& title) {
  return {{"id", id},
          {"type", "activity"},
          {"unit_id", "U-01"},
          {"rev", rev},
          {"received_at", received_at},
          {"updated_at", received_at},
          {"device_id", "DEV-01"},
          {"deleted", false},
          {"title", title},
          {"gifts_count", 5}};
}

}  // namespace nhip::server
