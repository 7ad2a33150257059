// Run: plays one script: devices, centre, network and clocks in one process and one thread. What
// people do and see goes into the oracle's ledger; when the faults have stopped, the judge speaks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/device_node.h"
#include "sim/network.h"
#include "sim/oracle/judge.h"
#include "sim/script.h"
#include "sim/wire_watch.h"

namespace nhip::sim {

struct Outcome {
  std::uint64_t seed = 0;
  std::uint64_t trace = 0;  // hash of everything that happened; equal for equal seeds
  std::vector<oracle::Finding> findings;
  FaultCounts faults;
  std::uint64_t syncs = 0, writes = 0, rounds = 0;
  std::vector<std::string> log;  // only when asked for
};

class Run {
 public:
  // `folder` is empty and is left empty.
  Run(const Script& script, const std::string& folder, const std::string& schema_json,
      bool keep_log);
  ~Run();
  Outcome play();

 private:
  using Snapshot = std::map<oracle::RecordName, nlohmann::json>;

  // --- run.cpp: the course of a run
  void enrol_all();
  DeviceNode* add_device(const std::string& unit, const std::string& role);
  void perform(const Event& event);
  void settle_down();
  bool quiet_round(std::size_t round);
  void judge_all();
  oracle::DeviceView view_of(DeviceNode& device);
  void log(const std::string& line);
  void find(const std::string& check, const std::string& text);
  bool draws(Fault fault, Chance& chance);

  // --- work.cpp: what people enter
  void create(DeviceNode& device, Chance& chance);
  void edit(DeviceNode& device, Chance& chance);
  void pair(DeviceNode& device, Chance& chance);
  void remove(DeviceNode& device, Chance& chance);
  void undelete(DeviceNode& device, Chance& chance);
  void settle(DeviceNode& device, Chance& chance);
  void tray(DeviceNode& device, Chance& chance);
  void foreign_id(DeviceNode& device, Chance& chance);
  void plain_sql(DeviceNode& device, Chance& chance);
  // Does it, under a disk that may fail, and writes down what it changed. No names: any record.
  bool attempt(DeviceNode& device, Chance& chance, const std::vector<oracle::RecordName>& names,
               const std::function<Status()>& act);
  void note_changes(DeviceNode& device, const Snapshot& before, const Snapshot& after);
  Snapshot snapshot(DeviceNode& device, const std::vector<oracle::RecordName>& names);
  std::string pick(DeviceNode& device, Chance& chance, std::string& type);
  nlohmann::json fresh_record(const DeviceNode& device, const std::string& type, Chance& chance);
  nlohmann::json fresh_change(const DeviceNode& device, const std::string& type,
                              const nlohmann::json& record, Chance& chance);
  std::string fresh_text(const DeviceNode& device);
  std::string fresh_id(Chance& chance);

  // --- outside.cpp: what happens to programs, files, clocks and rights
  void sync(DeviceNode& device, Chance& chance);
  void judge_sync(DeviceNode& device, const Result<SyncReport>& report, bool killed,
                  Chance& chance);
  void meanwhile();
  void start_again(DeviceNode& device);
  void turn_clock(DeviceNode& device, Chance& chance, bool freeze);
  void move_rights(DeviceNode& device, Chance& chance);
  void revoke(DeviceNode& device);
  void save_files(DeviceNode& device);
  void copy(DeviceNode& device);
  void roll_back(DeviceNode& device);
  void restore(Chance& chance);
  void write_off();

  const Script& script_;
  const std::string folder_;
  const std::string schema_json_;
  const bool keep_log_;
  Times times_;
  Outcome outcome_;
  Schema schema_;
  std::unique_ptr<CentreNode> centre_;
  std::unique_ptr<Network> network_;
  std::vector<std::unique_ptr<DeviceNode>> devices_;
  oracle::Ledger ledger_;
  WireWatch watch_;
  struct Saved {
    std::string folder;
    std::size_t line = 0;
  };
  std::map<std::size_t, Saved> saved_;
  std::map<std::size_t, std::size_t> clean_since_;  // line after the last whole sync of a device
  Chance* chance_ = nullptr;                        // of the running event
  DeviceNode* busy_ = nullptr;                      // the device whose sync is running
  bool nested_ = false;
  bool armed_ = false;
  std::uint64_t words_ = 0;
};

}  // namespace nhip::sim
