// CentreNode: the centre of a simulated run: server/centre and its endpoints over a store in memory
// or in SQLite, on a clock of its own. It can be killed, restarted, backed up and put back.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "centre/bundle.h"
#include "centre/centre.h"
#include "http/centre_api.h"
#include "sim/chance.h"
#include "sim/disk.h"

namespace nhip::sim {

struct Times {
  std::int64_t true_ms = 1'780'000'000'000;  // 2026-05-28; what the centre's clock shows
  std::int64_t steady_ms = 0;
};

class CentreNode {
 public:
  CentreNode(const std::string& folder, const std::string& registry, bool on_sqlite,
             std::uint64_t seed, const Times& times);
  ~CentreNode();

  server::HttpReply handle(const server::HttpRequest& request);
  bool on_sqlite() const { return on_sqlite_; }

  // A program that ended and was started again. What was committed stays.
  void restart();
  // A later version of the program, over the same store.
  void upgrade(const std::string& registry);
  bool is_old() const { return schema_->version() == 1; }
  // SQLite only: the program dies at one of its next writes.
  void arm_kill(std::int64_t writes);
  bool take_kill();  // whether it died; starts it again

  void back_up();
  // Of all time, or since the last restore. Those of more than 35 days are gone, as `serve` keeps
  // one a day: a tombstone that was collected stands in every one that is left.
  std::size_t backups(bool of_all_time) const;
  // Puts back the backup that is `age` younger ones behind the newest, under a new epoch.
  Status restore(std::size_t age);

  Result<std::string> make_code(const std::string& unit, const std::string& role);
  Status revoke(const std::string& device);
  Status change_role(const std::string& device, const std::string& role);

  Result<server::BundleOutcome> take_bundle(const Bytes& bytes);
  // What `nhipd load` does with one line; the current time as such a line has it.
  Status load(const std::string& type, const nlohmann::json& line);
  std::string now_text() const;
  // Enters all units of the simulation; those in `absorbed` ended in another one.
  Status name_units(const std::set<std::string>& named,
                    const std::map<std::string, std::string>& absorbed);
  // Takes tombstones out of their feeds.
  struct Collected {
    std::uint64_t rows = 0;                                  // marks of records that moved included
    std::vector<std::pair<std::string, std::string>> names;  // of records: type and id
  };
  Result<Collected> collect();

  // What the office reads.
  nlohmann::json records(const std::string& type);
  nlohmann::json inbox();
  nlohmann::json devices();
  Status verify();

 private:
  void open_store();
  void build();
  std::string backup_path(std::size_t number) const;
  Result<std::set<std::pair<std::string, std::string>>> collected();

  const std::string folder_;
  std::unique_ptr<Schema> schema_;
  const bool on_sqlite_;
  const Times& times_;
  Chance chance_;
  Disk disk_;
  server::CentreKeys keys_;
  std::unique_ptr<server::ServerStore> store_;
  std::unique_ptr<server::Centre> centre_;
  std::unique_ptr<server::CentreApi> api_;
  std::vector<server::Route> routes_;
  std::vector<std::unique_ptr<server::ServerStore>> copies_;  // backups of the store in memory
  std::size_t backup_count_ = 0;
  std::vector<std::int64_t> made_at_;  // of each backup
  std::size_t life_begins_ = 0;        // the first backup since the last restore
  std::size_t epochs_ = 1;
  std::mutex mutex_;
};

}  // namespace nhip::sim
