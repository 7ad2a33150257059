// DeviceNode: one replica of a simulated run: the real engine through its public API, with a clock
// that may be wrong and a disk that may fail. Its files can be copied and put back like a person
// copies a folder.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "nhip/sync.h"
#include "sim/centre_node.h"
#include "sim/chance.h"
#include "sim/disk.h"

namespace nhip::sim {

class DeviceNode {
 public:
  DeviceNode(std::size_t number, const std::string& folder, std::string unit, std::string role,
             std::uint64_t seed, Times& times);

  // Opens the replica, making it with this schema when there is none.
  Status open(const std::string& schema_json);
  void close() { replica_.reset(); }
  // After a kill: what was in memory is gone.
  Status start_again();
  Replica& replica() { return *replica_; }

  // A copy of all files, and putting one back. The replica is closed meanwhile.
  void save_files(const std::string& folder);
  void put_files(const std::string& folder);
  // What any SQLite tool does, without the engine.
  Status plain_sql(const std::string& sql);

  nlohmann::json get(const std::string& type, const std::string& id);  // null: not there
  // Null: cannot be read. At most so many, if there is a limit.
  nlohmann::json list(const std::string& type, std::size_t limit = SIZE_MAX);
  nlohmann::json tray();
  // What waits to be sent of a record, also where another's value is shown: objects of paths.
  nlohmann::json waiting(const std::string& type, const std::string& id);
  // Everything that anybody wrote (Run::fresh_text) and its files hold, but for these. A byte that
  // happens to be a digit may stand behind a word.
  std::set<std::string> words_of(const std::set<std::string>& allowed) const;
  bool is_old() const { return replica_ && replica_->schema().version() == 1; }

  const std::size_t number;
  const std::string unit;
  std::string role;
  std::string device_id;
  bool revoked = false;
  bool came_later = false;  // enrolled in the middle of a run
  std::int64_t clock_error_ms = 0;
  std::optional<std::int64_t> frozen_at;
  Disk disk;

 private:
  std::string path() const { return folder_ + "/replica.db"; }

  const std::string folder_;
  Times& times_;
  Chance chance_;
  std::unique_ptr<Replica> replica_;
};

}  // namespace nhip::sim
