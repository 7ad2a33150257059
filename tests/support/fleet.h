// Fleet: some replicas and a centre in one process, without sockets, on a clock that the test
// moves.
//
//     Fleet fleet;
//     Member& a = fleet.add("U-01");
//     const Id id = a.put("activity", R"({"title":"…"})");
//     a.sync();
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "http/centre_api.h"
#include "nhip/sync.h"

namespace nhip::test {

class Fleet;

// Carries requests straight into the centre's handlers; loses what it is told to lose.
class LoopbackTransport final : public Transport {
 public:
  explicit LoopbackTransport(Fleet& fleet) : fleet_(fleet) {}
  Result<Response> send(const Request& request) override;
  void cancel() override {}

  int lose_requests = 0;   // that many next requests never arrive
  int lose_answers = 0;    // the centre commits, the answer is lost
  int damage_answers = 0;  // one byte of the answer is changed
  std::uint64_t requests = 0;

 private:
  Fleet& fleet_;
};

class Member {
 public:
  // `schema` empty = the fleet's.
  Member(Fleet& fleet, std::string path, std::string unit, std::string role,
         const std::string& schema = {});
  // Opens a replica that is there.
  Member(Fleet& fleet, std::string path);

  Id put(const std::string& type, const std::string& json);
  void edit(const std::string& type, const Id& id, const std::string& json);
  void remove(const std::string& type, const Id& id);
  nlohmann::json get(const std::string& type, const Id& id);  // null when it is not there
  nlohmann::json list(const std::string& type);
  SyncReport sync();  // must end well
  Result<SyncReport> try_sync(std::int64_t patience_ms = 0);
  ReplicaStatus status();
  std::vector<Conflict> conflicts();
  void reopen();                             // as after a restart of the program
  Status update(const std::string& schema);  // restarts as a program of that schema
  std::string save_files();  // copies the replica's files aside and returns their name
  void put_back(const std::string& saved);  // as a person who restores a copy over the replica
  void sql(const std::string& sql);         // as another tool: a connection of its own, no engine

  Replica& replica() { return *replica_; }
  const std::string& path() const { return path_; }
  LoopbackTransport transport;
  std::int64_t clock_error_ms = 0;  // of this device's wall clock

 private:
  void open(bool create);
  Result<std::unique_ptr<Replica>> try_open(bool create);

  Fleet& fleet_;
  std::string path_;
  std::string schema_json_;
  std::unique_ptr<Replica> replica_;
};

class Fleet {
 public:
  // `schema_json` empty = the union's.
  explicit Fleet(const std::string& schema_json = {});
  ~Fleet();

  Member& add(const std::string& unit, const std::string& role = "field",
              const std::string& registry = {});
  // The centre starts again with another version of its registry, over the same store.
  void update_centre(const std::string& registry);
  // Another machine that goes on from a copy of `of`'s files as they are now.
  Member& add_copy(Member& of);
  std::unique_ptr<server::ServerStore> backup() const { return copy_memory_store(*store); }
  // Puts the centre back: another epoch begins.
  void restore(const server::ServerStore& from);
  // As when the whole folder is put back, its epoch included: nothing tells the centre.
  void put_back(const server::ServerStore& from, const std::string& epoch);
  nlohmann::json records(const std::string& type, const std::string& unit = {});  // at the centre
  nlohmann::json conflicts();
  void advance(std::int64_t ms) { now_ms += ms; }

  std::int64_t now_ms = 1'780'000'000'000;  // 2026-05-28
  const std::string folder;
  const std::string schema_json;
  std::unique_ptr<server::ServerStore> store;
  std::unique_ptr<Schema> schema;
  std::unique_ptr<server::CentreKeys> keys;
  std::unique_ptr<server::Centre> centre;
  std::unique_ptr<server::CentreApi> api;
  std::vector<server::Route> routes;

 private:
  void start();

  std::mutex mutex_;
  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace nhip::test
