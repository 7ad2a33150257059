// A centre in a folder of its own, with records, a device and a backup of it.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "backup/backup.h"
#include "backup/restore.h"
#include "centre/folder.h"
#include "centre/records.h"
#include "support/load_schema.h"

namespace nhip::server {

inline constexpr std::int64_t kNow = 1'800'000'000'000;  // 2027-01-15
inline constexpr std::int64_t kHour = 3'600'000;
inline const Author kReplica{0x1122334455667788, 1};

inline void require_ok(const Status& status) {
  INFO(status.name() << ": " << status.message());
  REQUIRE(status.ok());
}

template <typename T>
T require_value(Result<T> result) {
  require_ok(result.status());
  return std::move(result).value();
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::string bytes_of(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

// The files of a folder, those below it too, with what is in them.
inline std::map<std::string, std::string> contents_of(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[entry.path().string()] = bytes_of(entry.path().string());
  }
  return files;
}

class CentreOnDisk {
 public:
  CentreOnDisk() {
    crypto::initialise();
    std::string pattern = (std::filesystem::temp_directory_path() / "nhip-backup-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
    recovery_key_ = require_value(CentreFolder::create(folder(), 0));
    reopen();
  }
  ~CentreOnDisk() {
    close();
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  CentreOnDisk(const CentreOnDisk&) = delete;
  CentreOnDisk& operator=(const CentreOnDisk&) = delete;

  std::string path(const std::string& name) const { return root_ + "/" + name; }
  std::string folder() const { return path("centre"); }
  const std::string& recovery_key() const { return recovery_key_; }
  CentreFolder& open() { return *open_; }
  Centre& centre() { return open_->centre(); }
  ServerStore& store() { return centre().store(); }
  std::string epoch() { return centre().keys().epoch; }

  void close() { open_.reset(); }
  void reopen(std::int64_t now = kNow) {
    close();
    open_ = require_value(CentreFolder::open(folder(), test::union_schema(), 0, now));
  }

  // `count` activities, numbered from `first`, in a commit of their own.
  void add(int first, int count) {
    const std::string from = path("lines");
    std::filesystem::create_directory(from);
    std::string lines;
    for (int n = first; n < first + count; ++n) {
      const std::string number = std::to_string(n);
      lines += nlohmann::json{{"id", "018f22e2-79b0-7cc3-98c4-" +
                                         std::string(12 - number.size(), '0') + number},
                              {"type", "activity"},
                              {"unit_id", "U-01"},
                              {"rev", 1},
                              {"received_at", "2026-05-01T08:00:00Z"},
                              {"updated_at", "2026-05-01T08:00:00Z"},
                              {"device_id", "DEV-01"},
                              {"deleted", false},
                              {"title", "Hoạt động " + number}}
                   .dump() +
               "\n";
    }
    write_file(from + "/activities.jsonl", lines);
    REQUIRE(require_value(load_folder(centre(), from, kNow, {})).stored ==
            static_cast<std::uint64_t>(count));
  }

  std::size_t records() {
    RecordQuery query;
    query.type = "activity";
    return require_value(server::records(centre(), query)).size();
  }

  void write(const std::function<Status(ServerStore&)>& body) {
    require_ok(store().begin());
    require_ok(body(store()));
    require_ok(store().commit());
  }

  // A device with one replica, of which the centre has `received` operations.
  void add_device(const std::string& device_id, std::uint64_t received = 0,
                  const Author& author = kReplica) {
    write([&](ServerStore& to) -> Status {
      NHIP_TRY(to.put_device({device_id, "U-01", "field", "máy của chị Hoa", kNow, std::nullopt}));
      ReplicaRecord replica;
      replica.replica = author;
      replica.device_id = device_id;
      replica.public_key = Bytes(32, 0x77);
      replica.received_seq = received;
      return to.put_replica(replica);
    });
  }

  std::string back_up(const std::string& name = "a.backup") {
    return require_value(make_backup(open(), {path(name), kNow, {}, {}})).file;
  }

  RestoreRequest restoring(const std::string& file) const {
    RestoreRequest request;
    request.folder = folder();
    request.file = file;
    request.now = kNow + kHour;
    return request;
  }
  // Over this folder, which is closed for it and opened again.
  RestoreReport restore(const std::string& file) {
    close();
    const RestoreReport report = require_value(restore_backup(restoring(file)));
    reopen();
    return report;
  }

 private:
  std::string root_;
  std::string recovery_key_;
  std::unique_ptr<CentreFolder> open_;
};

}  // namespace nhip::server
