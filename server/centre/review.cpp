#include "centre/review.h"

namespace nhip::server {

namespace {

void set(core::Row& row, std::uint16_t field, Value value, const core::Version& version) {
  const core::CellKey cell{field, {}};
  core::set_cell(row.cells, cell, std::move(value));
  row.versions.exceptions.insert_or_assign(cell, version);
}

std::string reason_of(const RuleSet& rules, const std::vector<rules::Finding>& findings) {
  std::string reason;
  for (const rules::Finding& finding : findings) {
    if (!reason.empty()) reason += '\n';
    reason += rules::finding_text(rules, finding, rules.language);
  }
  return reason;
}

}  // namespace

Result<bool> Review::judge(const Type& type, const Id& id, const StoredRow* before, core::Row& row,
                           core::Hlc stamp, std::uint64_t seq) {
  if (!rules::is_submitted(type, row.cells)) return false;
  const RuleSet& rule_set = centre_.schema().rules();
  NHIP_TRY_ASSIGN(
      const auto errors,
      rules::errors_against(centre_.schema(), {type, id, row.cells},
                            before != nullptr ? &before->row.cells : nullptr,
                            rules::Moment::at(now_, rule_set.utc_offset_minutes), &others_));
  const core::Version by_centre{stamp, Author{}, seq};
  if (!errors.empty()) {
    set(row, type.review.field, Value(type.review.returned), by_centre);
    set(row, type.review.note, Value(reason_of(rule_set, errors)), by_centre);
    return true;
  }
  // Submitted anew and in order: a reason the centre gave is settled. What the office wrote stays.
  const core::CellKey note{type.review.note, {}};
  if (core::cell_value(row.cells, note).is_null() || row.versions.of(note).author != Author{}) {
    return false;
  }
  set(row, type.review.note, Value(), by_centre);
  return true;
}

}  // namespace nhip::server
