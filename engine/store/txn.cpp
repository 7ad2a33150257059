// Txn: one write transaction that cannot be left open by an early return.
#include <utility>

#include "core/planted.h"
#include "store/db.h"

namespace nhip::store {

Result<Txn> Txn::begin(Db& db) {
  NHIP_TRY(db.control("BEGIN IMMEDIATE"));
  return Txn(db);
}

Txn::~Txn() { rollback(); }

Txn::Txn(Txn&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

// A commit that fails stays undone: after a failed write or fsync nobody knows what reached the
// disk, so it is never tried again on the same pages.
Status Txn::commit() {
  if (db_ == nullptr) return Status(Code::kInternal, "no_transaction", "commit: already ended");
  Status status = db_->control("COMMIT");
  if (NHIP_PLANTED(acknowledge_before_commit)) status = {};
  if (status.ok()) {
    db_ = nullptr;
  } else {
    rollback();
  }
  return status;
}

void Txn::rollback() {
  Db* const db = std::exchange(db_, nullptr);
  // SQLite may have rolled back by itself (disk full, I/O error).
  if (db == nullptr || !db->in_transaction()) return;
  const Status ignored = db->control("ROLLBACK");
  (void)ignored;
}

}  // namespace nhip::store
