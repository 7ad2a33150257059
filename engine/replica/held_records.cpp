#include "replica/held_records.h"

#include <set>

#include "replica/record_state.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

using Each = std::function<void(const protocol::Held&)>;

class Reader {
 public:
  Reader(Store& store, const std::string& feed, bool values, const Each& each)
      : store_(store), all_(feed == "*"), feed_(feed), values_(values), each_(each) {}

  Status run() {
    NHIP_TRY(read_changed());
    for (RecordTable* table : store_.tables()) NHIP_TRY(read_table(*table));
    return read_shelf();
  }

 private:
  // Those whose row shows something else than the centre's state.
  Status read_changed() {
    NHIP_TRY_ASSIGN(auto stmt, store_.db().cached("SELECT type,id FROM _nhip_under"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) return {};
      changed_.emplace(static_cast<std::uint16_t>(stmt.integer(0)), stmt.id(1));
    }
  }

  Status read_table(RecordTable& table) {
    const Type& type = table.type();
    NHIP_TRY_ASSIGN(auto stmt, store_.db().prepare("SELECT t.id,v.scope,v.seq FROM " +
                                                   store::quoted(version_table(type)) + " v JOIN " +
                                                   store::quoted(type.name) + " t ON t.rid=v.rid"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) return {};
      NHIP_TRY_ASSIGN(const bool wanted, is_wanted(stmt.integer(1)));
      if (!wanted) continue;
      protocol::Held held{type.number, stmt.id(0), stmt.unsigned_integer(2), false, nullptr};
      if (!values_ && changed_.count({type.number, held.id}) == 0) {
        each_(held);
        continue;
      }
      NHIP_TRY_ASSIGN(const RecordState state, load_state(store_, type.number, held.id));
      if (!state.centre) continue;
      held.deleted = core::is_deleted(state.centre->row.cells);
      held.cells = &state.centre->row.cells;
      each_(held);
    }
  }

  Status read_shelf() {
    NHIP_TRY_ASSIGN(auto stmt,
                    store_.db().prepare("SELECT type,id,scope,seq,state FROM _nhip_shelf"));
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) return {};
      NHIP_TRY_ASSIGN(const bool wanted, is_wanted(stmt.integer(2)));
      if (!wanted) continue;
      NHIP_TRY_ASSIGN(const core::Row state, decode_state(store_, stmt.blob(4)));
      each_({static_cast<std::uint16_t>(stmt.integer(0)), stmt.id(1), stmt.unsigned_integer(3),
             core::is_deleted(state.cells), &state.cells});
    }
  }

  Result<bool> is_wanted(std::int64_t scope) {
    if (all_) return true;
    NHIP_TRY_ASSIGN(const std::string name, store_.scope_name(scope));
    return name == feed_;
  }

  Store& store_;
  const bool all_;
  const std::string& feed_;
  const bool values_;
  const Each& each_;
  std::set<std::pair<std::uint16_t, Id>> changed_;
};

}  // namespace

Status each_held(Store& store, const std::string& feed, bool values, const Each& each) {
  return Reader(store, feed, values, each).run();
}

}  // namespace nhip::replica
