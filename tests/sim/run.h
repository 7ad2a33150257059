// Run: plays one script: devices, centre, network and clocks in one process and one thread. What
// people do and see goes into the oracle's ledger; when the faults have stopped, the judge speaks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/device_node.h"
#include "sim/network.h"
#include "sim/oracle/judge.h"
#include "sim/script.h"
#include "sim/versions.h"
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
  Run(const Script& script, const std::string& folder, const Registries& registries, bool keep_log);
  ~Run();
  Outcome play();

 private:
  using Snapshot = std::map<oracle::RecordName, nlohmann::json>;

  // --- run.cpp: the course of a run
  void enrol_all();
  DeviceNode* add_device(const std::string& unit, const std::string& role);
  bool enrol_device(DeviceNode& device, bool old_program);
  std::map<std::string, nlohmann::json> centre_view();
  void perform(const Event& event);
  void settle_down();
  bool quiet_round(std::size_t round);
  void judge_all();
  void judge_files(DeviceNode& device);
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

  // --- by_file.cpp: syncs by file
  void bundle_out(DeviceNode& device);
  void bundle_to_centre(Chance& chance);
  void bundle_in(Chance& chance);
  void judge_bundle_in(DeviceNode& device, const BundleReport& report);
  void seed_by_bundle(const DeviceNode& like);
  void judge_seeded(DeviceNode& device);

  // --- office.cpp: what the office does at the centre: loads, units, months, collecting
  void load_card(Chance& chance);
  void move_row(Chance& chance);
  void absorb(Chance& chance);
  void withdraw(Chance& chance);
  void office_repeats();  // what a restored centre has forgotten and no device may bring back
  void pass_months(Chance& chance);
  void collect();
  void in_touch(const DeviceNode& device);
  void forge_receipt(DeviceNode& device, Chance& chance);

  // --- versions.cpp: two versions of the registry
  const std::string& registry(bool old_program) const;
  void upgrade_device(DeviceNode& device, Chance& chance);
  void upgrade_centre();
  void upgrade_the_rest();
  void add_later_fields(const DeviceNode& device, const std::string& type,
                        const nlohmann::json& record, nlohmann::json& change);
  bool visit(DeviceNode& device, Chance& chance);
  void note_version(const DeviceNode& device);

  const Script& script_;
  const std::string folder_;
  const Registries& registries_;
  const bool keep_log_;
  Times times_;
  Outcome outcome_;
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
  // A file that somebody carries.
  struct Letter {
    std::size_t device = 0;
    Bytes bytes;
    std::size_t life = 0;    // of the centre, when it was there
    bool arrived = false;    // was at the centre
    bool takes_all = false;  // and everything in it counted
  };
  std::vector<Letter> to_centre_, to_device_;
  std::vector<nlohmann::json> loaded_;           // every line the office loaded, in order
  std::map<std::string, std::string> absorbed_;  // unit → the unit that reads it
  std::set<std::string> units_named_;            // ever in absorbed_
  std::map<std::size_t, std::set<std::string>> held_units_;       // what a device may have read
  std::map<std::size_t, std::set<std::string>> expected_purges_;  // of which a receipt must come
  std::map<std::size_t, std::int64_t> contact_;  // when a sync of a device last ended well
  std::int64_t restored_at_ = 0;
  Chance* chance_ = nullptr;    // of the running event
  DeviceNode* busy_ = nullptr;  // the device whose sync is running
  bool nested_ = false;
  bool armed_ = false;
  std::uint64_t words_ = 0;
  Chance later_{0};  // what the running event draws for kinds that came later
};

}  // namespace nhip::sim
