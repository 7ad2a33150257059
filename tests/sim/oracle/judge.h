// Judge: holds what is there in the end against the ledger. Names what is wrong by check, record
// and value.
#pragma once

#include <string>
#include <vector>

#include "sim/oracle/ledger.h"

namespace nhip::sim::oracle {

struct Finding {
  std::string check;  // snake_case, stable
  std::string text;
};

// What a replica shows and says of itself.
struct DeviceView {
  std::size_t device = 0;
  std::map<std::string, nlohmann::json> records;  // type → array; "nhip_conflict" too
  nlohmann::json tray = nlohmann::json::array();
  std::uint64_t pending = 0;
  std::map<std::string, nlohmann::json>
      waiting;  // "type id" → changes by path, of a revoked device
};

struct FinalView {
  std::map<std::string, nlohmann::json> centre;  // type → array with _meta
  nlohmann::json inbox = nlohmann::json::array();
  std::vector<DeviceView> devices;
  std::map<std::size_t, std::set<std::string>> purges_due;  // device → units it said it removed
  std::map<std::string, std::set<std::string>> purges;  // device id → feeds, as the office sees
};

std::vector<Finding> judge(const Ledger& ledger, const FinalView& view);

// What one device shows and what the centre has for it.
std::vector<Finding> judge_equal(const Ledger& ledger,
                                 const std::map<std::string, nlohmann::json>& centre,
                                 const DeviceView& view, bool old_centre = false);
// Records on one device that it may not hold.
std::vector<Finding> judge_scopes(const Ledger& ledger, const DeviceView& view);
// Of records made together, a device at the head of its feeds shows all or none.
std::vector<Finding> judge_pairs(const Ledger& ledger, const DeviceView& view);

}  // namespace nhip::sim::oracle
