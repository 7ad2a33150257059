// The centre's records as rules look at them. Reads a type's rows once and keeps the few fields
// that rules read, found by the values they ask for; so a load of many records does not read the
// store anew for each.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "rules/check.h"

namespace nhip::server {

class StoreOthers final : public rules::Others {
 public:
  // The centre outlives it.
  explicit StoreOthers(Centre& centre);

  Status find(const Type& type, const Same& same, const Each& each) override;
  // Records of this type have changed: they are read again.
  void forget(std::uint16_t type) { tables_.erase(type); }

 private:
  struct Kept {
    Id id;
    core::Cells cells;
  };
  using Index = std::map<Bytes, std::vector<std::size_t>>;  // by the values of some fields
  struct Table {
    std::vector<Kept> rows;
    std::map<std::vector<std::uint16_t>, Index> indexes;
  };

  Result<Table*> table(const Type& type);
  static const Index& index(Table& table, const std::vector<std::uint16_t>& fields);

  Centre& centre_;
  std::map<std::uint16_t, std::set<std::uint16_t>> read_fields_;  // by type
  std::map<std::uint16_t, Table> tables_;
};

}  // namespace nhip::server
