// The Transaction of the facade over a replica's store: record calls become writes on the record
// tables, which the triggers capture like anybody else's.
#pragma once

#include "nhip/replica.h"
#include "replica/store.h"

namespace nhip::api {

class LocalTransaction final : public Transaction {
 public:
  explicit LocalTransaction(replica::Store& store) : store_(store) {}

  Result<Id> put(std::string_view type, std::string_view json) override;
  Status remove(std::string_view type, const Id& id) override;
  Status undelete(std::string_view type, const Id& id) override;
  Status execute(std::string_view sql, const std::vector<Value>& values) override;

 private:
  Result<std::optional<Id>> put_quickly(replica::RecordTable& table, std::string_view json);
  Result<const std::string*> own_unit();
  Result<bool> tray_is_empty();

  replica::Store& store_;
  std::optional<Value> unit_;       // this device's, once asked for
  std::optional<bool> tray_empty_;  // nothing comes into it before the transaction ends
};

// The table of a type that a person may read here; kNotFound "unknown_type".
Result<replica::RecordTable*> readable(replica::Store& store, std::string_view type);
// The same for writing; kForbidden for types of the centre, of the office, and sealed companions.
Result<replica::RecordTable*> writable(replica::Store& store, std::string_view type);

Status no_such_record(std::string_view type, const Id& id);

}  // namespace nhip::api
