#include "centre/records.h"

#include <nlohmann/json.hpp>

#include <map>

#include "centre/history.h"
#include "centre/time_text.h"
#include "core/hlc.h"
#include "record/record_json.h"

namespace nhip::server {
namespace {

using nlohmann::json;

bool is_of_unit(const Type& type, const core::Cells& cells, const std::string& unit_id) {
  if (unit_id.empty()) return true;
  const Field* field = type.field("unit_id");
  if (field == nullptr) return false;
  const std::string* text = core::cell_value(cells, core::CellKey{field->number, ""}).text();
  return text != nullptr && *text == unit_id;
}

json text_or_null(const std::string& text) { return text.empty() ? json() : json(text); }

using Skews = std::map<Author, std::int64_t>;

Result<Skews> read_skews(Centre& centre) {
  NHIP_TRY_ASSIGN(const auto replicas, centre.store().replicas());
  Skews skews;
  for (const ReplicaRecord& replica : replicas) skews[replica.replica] = replica.clock_skew_ms;
  return skews;
}

bool is_uncertain(const VersionInfo& info, const Skews& skews) {
  if (info.updated_at > info.received_at + core::kFutureToleranceMs) return true;
  const auto skew = skews.find(info.author);
  return skew != skews.end() &&
         (skew->second > core::kFutureToleranceMs || skew->second < -core::kFutureToleranceMs);
}

json print(const Type& type, const StoredRow& live, const StateAt& state, const Skews& skews) {
  json object = record::to_json(type, live.id, state.cells);
  object["_meta"] = {{"rev", state.info.rev},
                     {"received_at", iso_text(state.info.received_at)},
                     {"updated_at", iso_text(state.info.updated_at)},
                     {"time_uncertain", is_uncertain(state.info, skews)},
                     {"device_id", text_or_null(state.info.device_id)},
                     {"source_id", text_or_null(live.source_id)},
                     {"scope", state.scope},
                     {"seq", state.seq == 0 ? json() : json(state.seq)}};
  return object;
}

// Receipt times are shown in whole seconds: what is shown with a moment's time belongs to it.
std::int64_t end_of_second(std::int64_t unix_ms) { return unix_ms - unix_ms % 1000 + 999; }

}  // namespace

Result<json> records(Centre& centre, const RecordQuery& query) {
  const Type* type = centre.schema().type(query.type);
  if (type == nullptr) {
    return Status(Code::kUsage, "unknown_type", "no such type of record: " + query.type);
  }
  // Asking for the past reads more of the store, so the rows are collected first.
  std::vector<StoredRow> rows;
  NHIP_TRY(centre.store().each_row(type->number, [&](const StoredRow& row) {
    rows.push_back(row);
    return true;
  }));
  NHIP_TRY_ASSIGN(const Skews skews, read_skews(centre));
  json list = json::array();
  for (const StoredRow& row : rows) {
    StateAt state{row.info, row.scope, row.row.cells, row.seq};
    if (query.as_of) {
      NHIP_TRY_ASSIGN(std::optional<StateAt> past,
                      state_as_of(centre, row, end_of_second(*query.as_of)));
      if (!past) continue;
      state = *std::move(past);
    }
    if (core::is_deleted(state.cells) || !is_of_unit(*type, state.cells, query.unit_id)) continue;
    list.push_back(print(*type, row, state, skews));
  }
  return list;
}

}  // namespace nhip::server
