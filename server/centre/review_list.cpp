// The changes are read from history: every version that was replaced is kept whole, with who
// brought it and when. So nothing has to be written down when a record is reopened, and nothing can
// be forgotten.
#include "centre/review_list.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <tuple>

#include "centre/store_others.h"
#include "centre/time_text.h"
#include "record/record_json.h"

namespace nhip::server {
namespace {

using nlohmann::json;

std::string state_of(const Type& type, const core::Cells& cells) {
  const Value& value = core::cell_value(cells, {type.review.field, {}});
  return value.text() != nullptr ? *value.text() : std::string();
}

// What the review itself writes is no change of the unit's.
bool is_of_review(const Type& type, const core::CellKey& cell) {
  return cell.field == type.review.field || cell.field == type.review.note;
}

void add_changes(const Type& type, const PastVersion& before, const PastVersion& after,
                 json& changes) {
  std::set<core::CellKey> keys;
  for (const auto& [key, value] : before.cells) keys.insert(key);
  for (const auto& [key, value] : after.cells) keys.insert(key);
  for (const core::CellKey& key : keys) {
    const Value& was = core::cell_value(before.cells, key);
    const Value& is = core::cell_value(after.cells, key);
    if (was == is || is_of_review(type, key)) continue;
    changes.push_back({{"field", record::cell_path(type, key)},
                       {"old", record::cell_to_json(type, key, was)},
                       {"new", record::cell_to_json(type, key, is)},
                       {"by", after.info.device_id},
                       {"at", iso_text(after.info.received_at)}});
  }
}

Result<json> changes_since_approval(Centre& centre, const Type& type, const StoredRow& row) {
  NHIP_TRY_ASSIGN(std::vector<PastVersion> versions, centre.store().past(row.type, row.id));
  versions.push_back({row.info, row.scope, row.row.cells});
  // In the order they came to stand here; loaded ones bring their own numbers.
  std::stable_sort(versions.begin(), versions.end(), [](const auto& a, const auto& b) {
    return std::tie(a.info.rev, a.info.received_at) < std::tie(b.info.rev, b.info.received_at);
  });
  const auto approved = std::find_if(versions.rbegin(), versions.rend(), [&](const auto& each) {
    return type.review.approved.count(state_of(type, each.cells)) > 0;
  });
  json changes = json::array();
  if (approved == versions.rend()) return changes;
  for (auto at = approved.base(); at != versions.end(); ++at) {
    add_changes(type, *(at - 1), *at, changes);
  }
  return changes;
}

json findings_json(const RuleSet& set, const std::vector<rules::Finding>& findings,
                   const std::string& language) {
  json list = json::array();
  for (const rules::Finding& finding : findings) {
    list.push_back({{"rule", finding.rule->id},
                    {"severity", finding.rule->severity == Severity::kError ? "error" : "warning"},
                    {"field", finding.field},
                    {"message", rules::finding_text(set, finding, language)},
                    {"checked", finding.checked}});
  }
  return list;
}

}  // namespace

Result<json> review_list(Centre& centre, const std::string& language) {
  const RuleSet& set = centre.schema().rules();
  StoreOthers others(centre);
  json list = json::array();
  for (const Type& type : centre.schema().types()) {
    if (type.review.field == 0) continue;
    // Histories are read besides, so the rows are collected first.
    std::vector<StoredRow> rows;
    NHIP_TRY(centre.store().each_row(type.number, [&](const StoredRow& row) {
      const std::string state = state_of(type, row.row.cells);
      const bool awaits = type.review.submitted.count(state) > 0 &&
                          type.review.approved.count(state) == 0 &&
                          !core::is_deleted(row.row.cells);
      if (awaits) rows.push_back(row);
      return true;
    }));
    for (const StoredRow& row : rows) {
      const auto moment = rules::Moment::at(row.info.received_at, set.utc_offset_minutes);
      NHIP_TRY_ASSIGN(
          const auto findings,
          rules::check(centre.schema(), {type, row.id, row.row.cells}, moment, &others));
      NHIP_TRY_ASSIGN(json changes, changes_since_approval(centre, type, row));
      const Value& unit = core::cell_value(row.row.cells, {type.scope.column, {}});
      list.push_back({{"type", type.name},
                      {"id", row.id.text()},
                      {"unit_id", unit.text() != nullptr ? json(*unit.text()) : json()},
                      {"state", state_of(type, row.row.cells)},
                      {"received_at", iso_text(row.info.received_at)},
                      {"device_id", row.info.device_id},
                      {"findings", findings_json(set, findings, language)},
                      {"changes", std::move(changes)}});
    }
  }
  return list;
}

}  // namespace nhip::server
