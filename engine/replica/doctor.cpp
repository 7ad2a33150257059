#include "replica/doctor.h"

#include "replica/capture.h"
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
      // While the marks still tell what is new.
      NHIP_TRY(seal(store_, SealAs::kManyGroups));
      NHIP_TRY(write_out_all_edits(store_));
      for (RecordTable* table : store_.tables()) NHIP_TRY(check_table(*table));
      NHIP_TRY(store_.arm_watch());
      NHIP_TRY(seal(store_, SealAs::kManyGroups));
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

  Status check_table(RecordTable& table) {
    const Type& type = table.type();
    const std::string rows = store::quoted(type.name);
    const std::string versions = store::quoted(version_table(type));
    NHIP_TRY_ASSIGN(const std::int64_t count, number("SELECT count(*) FROM " + rows));
    result_.records += static_cast<std::uint64_t>(count);
    NHIP_TRY(store_.db().execute("DELETE FROM " + versions + " WHERE rid NOT IN (SELECT rid FROM " +
                                 rows +
                                 ")"
                                 " AND rid NOT IN (SELECT rid FROM _nhip_mark WHERE type=" +
                                 std::to_string(type.number) + ")"));
    if (store_.db().changes() > 0)
      mended("stray_version", "Versions without a record were removed: " + type.name + ".");
    return find_unrecorded(type, rows, versions);
  }

  // Rows that came in while the triggers were off: neither the centre's nor waiting to be sent.
  Status find_unrecorded(const Type& type, const std::string& rows, const std::string& versions) {
    const std::string number = std::to_string(type.number);
    NHIP_TRY(store_.db().execute(
        "INSERT OR IGNORE INTO _nhip_mark(type,rid,field,element,old) SELECT " + number + ",rid," +
        std::to_string(kInsertedField) + ",'',NULL FROM " + rows +
        " t WHERE rid NOT IN (SELECT rid"
        " FROM " +
        versions + ") AND NOT EXISTS (SELECT 1 FROM _nhip_op o WHERE o.type=" + number +
        " AND o.id=t.id) AND NOT EXISTS (SELECT 1 FROM _nhip_fresh f WHERE f.type=" + number +
        " AND t.rid BETWEEN f.rid AND f.rid+f.count-1) AND NOT EXISTS (SELECT 1 FROM _nhip_shelf s "
        "WHERE s.type=" +
        number + " AND s.id=t.id) AND NOT EXISTS (SELECT 1 FROM _nhip_tray y WHERE y.type=" +
        number + " AND y.record=t.id) AND rid<=(SELECT mark FROM _nhip_guard WHERE type=" + number +
        " UNION ALL SELECT 0 LIMIT 1)"));
    const std::int64_t found = store_.db().changes();
    if (found > 0) {
      store_.expect_marks();
      mended("unrecorded",
             std::to_string(found) +
                 " records had not been noticed as new; they are sent now: " + type.name + ".");
    }
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
