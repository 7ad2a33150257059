// What this replica knows of a record's past without asking anybody: pending changes, the authors
// of the present values, and the values that lost.

#include <nlohmann/json.hpp>

#include <algorithm>

#include "api/settle.h"
#include "api/transaction.h"
#include "record/record_json.h"
#include "replica/outbox.h"
#include "replica/record_state.h"

namespace nhip::api {

namespace {

KnownVersion version_of(const std::string& by, core::Hlc stamp, const char* state) {
  KnownVersion version;
  version.by = by;
  version.at = core::hlc_ms(stamp);
  version.state = state;
  return version;
}

std::string fields_text(const Type& type, const core::Cells& cells) {
  nlohmann::json fields = nlohmann::json::object();
  for (const auto& [cell, value] : cells) {
    fields[record::cell_path(type, cell)] = record::cell_to_json(type, cell, value);
  }
  return fields.dump();
}

Status add_pending(replica::Store& store, const Type& type, const Id& id,
                   std::vector<KnownVersion>& out) {
  NHIP_TRY_ASSIGN(const auto pending, replica::pending_of(store, type.number, id));
  const std::string self = store.enrolment() ? store.enrolment()->device_id : "";
  for (const core::Operation& op : pending) {
    KnownVersion version = version_of(self, op.stamp, "pending");
    nlohmann::json fields = nlohmann::json::object();
    for (const core::Change& change : op.changes) {
      fields[record::cell_path(type, change.cell)] =
          record::cell_to_json(type, change.cell, change.value);
    }
    version.fields_json = fields.dump();
    out.push_back(std::move(version));
  }
  return {};
}

Status add_current(replica::Store& store, const Type& type, const replica::RecordState& state,
                   std::vector<KnownVersion>& out) {
  const core::Row& row = state.centre->row;
  std::map<std::pair<core::Hlc, Author>, core::Cells> by_version;
  for (const auto& [cell, value] : row.cells) {
    const core::Version& version = row.versions.of(cell);
    by_version[{version.stamp, version.author}].emplace(cell, value);
  }
  for (const auto& [version, cells] : by_version) {
    NHIP_TRY_ASSIGN(const std::string by, store.device_of(version.second));
    KnownVersion known = version_of(by, version.first, "current");
    known.fields_json = fields_text(type, cells);
    out.push_back(std::move(known));
  }
  return {};
}

Status add_losers(replica::Store& store, const Type& type, const Id& id,
                  std::vector<KnownVersion>& out) {
  NHIP_TRY_ASSIGN(const auto conflicts, read_conflicts(store, true));
  for (const Conflict& conflict : conflicts) {
    if (conflict.record_id != id || conflict.type != type.name) continue;
    KnownVersion version;
    version.by = conflict.loser.by;
    version.at = conflict.loser.at;
    version.state = "replaced";
    nlohmann::json fields;
    fields[conflict.field] = nlohmann::json::parse(conflict.loser.value_json, nullptr, false);
    version.fields_json = fields.dump();
    out.push_back(std::move(version));
  }
  return {};
}

}  // namespace

Result<std::vector<KnownVersion>> read_history(replica::Store& store, std::string_view type_name,
                                               const Id& id) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, readable(store, type_name));
  const Type& type = table->type();
  NHIP_TRY_ASSIGN(const replica::RecordState state, replica::load_state(store, type.number, id));
  std::vector<KnownVersion> versions;
  NHIP_TRY(add_pending(store, type, id, versions));
  if (state.centre) NHIP_TRY(add_current(store, type, state, versions));
  NHIP_TRY(add_losers(store, type, id, versions));
  if (versions.empty()) return no_such_record(type_name, id);
  for (KnownVersion& version : versions) {
    NHIP_TRY_ASSIGN(version.time_uncertain, store.is_doubtful(version.by, version.at));
  }
  std::stable_sort(versions.begin(), versions.end(),
                   [](const KnownVersion& a, const KnownVersion& b) { return a.at > b.at; });
  return versions;
}

}  // namespace nhip::api
