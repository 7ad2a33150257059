// Transaction: a store's transaction with an owner. Whatever ends before `commit` succeeded leaves
// the store as it was. Inert after either.
#pragma once

#include "store/server_store.h"

namespace nhip::server {

class Transaction {
 public:
  explicit Transaction(ServerStore& store) : store_(store) {}
  ~Transaction() {
    if (open_) store_.rollback();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Status begin() {
    NHIP_TRY(store_.begin());
    open_ = true;
    return {};
  }
  Status commit() {
    store_.note_change();
    return commit_own();
  }
  // When nothing was written but the record of the replica that asked, in which no other one's
  // answer rests.
  Status commit_own() {
    NHIP_TRY(store_.commit());
    open_ = false;
    return {};
  }

 private:
  ServerStore& store_;
  bool open_ = false;
};

}  // namespace nhip::server
