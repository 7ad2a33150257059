#include "replica/doctor.h"

#include "replica/mend.h"
#include "replica/outbox.h"
#include "replica/repair.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

class Doctor {
 public:
  explicit Doctor(Store& store) : store_(store) {}

  Result<Examination> run() {
    NHIP_TRY(check_file());
    if (!result_.healthy) return result_;  // mending would write into a damaged file
    NHIP_TRY(store_.transact([&]() -> Status {
      NHIP_TRY_ASSIGN(result_.findings, mend(store_));
      for (RecordTable* table : store_.tables()) NHIP_TRY(count_records(*table));
      NHIP_TRY(check_outbox());
      NHIP_TRY_ASSIGN(const bool wrong, recount(store_));
      if (wrong) mended("digest", "A feed's digest did not fit its records; it was added up anew.");
      return store_.enrolment() ? ask_for_values(store_) : Status();
    }));
    return result_;
  }

 private:
  Status check_file() {
    NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("PRAGMA integrity_check(20)"));
    for (;;) {
      auto row = stmt.step();
      if (!row.ok()) {
        broken("damaged_file", row.status().message());
        return {};
      }
      if (!*row) return {};
      if (stmt.text(0) != "ok") broken("damaged_file", stmt.text(0));
    }
  }

  Status count_records(RecordTable& table) {
    const std::string rows = store::quoted(table.type().name);
    NHIP_TRY_ASSIGN(const std::int64_t count, number("SELECT count(*) FROM " + rows));
    result_.records += static_cast<std::uint64_t>(count);
    return {};
  }

  Status check_outbox() {
    auto queued = read_outbox(store_);
    if (queued.ok()) {
      result_.pending = queued->size();
      return {};
    }
    broken(queued.status().name(), queued.status().message());
    return {};
  }

  Result<std::int64_t> number(const std::string& sql) {
    NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare(sql));
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    return row ? stmt.integer(0) : std::int64_t{0};
  }

  void mended(const std::string& code, const std::string& text) {
    result_.findings.push_back({code, text, true});
  }
  void broken(const std::string& code, const std::string& text) {
    result_.findings.push_back({code, text, false});
    result_.healthy = false;
  }

  Store& store_;
  Examination result_;
};

}  // namespace

Result<Examination> examine(Store& store) { return Doctor(store).run(); }

}  // namespace nhip::replica
