#include "centre/review_verdict.h"

#include "centre/transaction.h"
#include "core/hlc.h"
#include "core/row.h"
#include "record/record_json.h"

namespace nhip::server {
namespace {

constexpr const char* kReportStatus = "status";
constexpr const char* kDraft = "DRAFT";

std::string text_of(const core::Cells& cells, std::uint16_t field) {
  const std::string* text = core::cell_value(cells, {field, {}}).text();
  return text == nullptr ? std::string() : *text;
}

Status not_submitted(const Verdict& verdict) {
  return Status(Code::kInvalid, "not_submitted",
                "this " + verdict.type + " was not submitted: there is nothing to review yet",
                "nhipd review list");
}

// Which cells the verdict sets.
core::Cells verdict_cells(const Type& type, const StoredRow& live, const Verdict& verdict) {
  core::Cells cells;
  const std::string approved = type.review.approved.empty() ? "" : *type.review.approved.begin();
  cells[{type.review.field, {}}] = Value(verdict.approve ? approved : type.review.returned);
  if (type.review.note != 0) {
    cells[{type.review.note, {}}] = verdict.approve ? Value() : Value(verdict.reason);
  }
  const Field* status = type.name == "report" ? type.field(kReportStatus) : nullptr;
  // A draft stays one, whatever its review says: it was never handed in.
  if (status != nullptr && text_of(live.row.cells, status->number) != kDraft) {
    cells[{status->number, {}}] = Value(std::string(verdict.approve ? "ACCEPTED" : "RETURNED"));
  }
  return cells;
}

}  // namespace

Status give_verdict(Centre& centre, const Verdict& verdict, std::int64_t now) {
  const Type* type = centre.schema().type(verdict.type);
  if (type == nullptr) {
    return Status(Code::kUsage, "unknown_type", "there is no type of record " + verdict.type);
  }
  if (type->review.field == 0) {
    return Status(Code::kInvalid, "not_reviewed", "no review concerns a " + verdict.type);
  }
  if (!verdict.approve && verdict.reason.empty()) {
    return Status(Code::kUsage, "no_reason", "the unit needs to know why its work comes back",
                  "--reason \"what is to be mended\"");
  }
  const std::optional<Id> id = Id::parse(verdict.id);
  Transaction transaction(centre.store());
  NHIP_TRY(transaction.begin());
  std::optional<StoredRow> live;
  if (id) {
    NHIP_TRY_ASSIGN(live, centre.store().row(type->number, *id));
  }
  if (!live || core::is_deleted(live->row.cells)) {
    return Status(Code::kNotFound, "no_record",
                  "there is no " + verdict.type + " with the id " + verdict.id,
                  "nhipd review list");
  }
  const std::string state = text_of(live->row.cells, type->review.field);
  const bool awaits = type->review.submitted.count(state) > 0 || state == type->review.returned;
  if (!awaits) return not_submitted(verdict);
  StoredRow after = *live;
  Sequencer sequencer(centre, Author{}, "", now);
  NHIP_TRY_ASSIGN(after.seq, sequencer.next(after.scope));
  const core::Version version{core::make_hlc(now), Author{}, after.seq};
  bool changed = false;
  for (const auto& [cell, value] : verdict_cells(*type, *live, verdict)) {
    if (core::cell_value(live->row.cells, cell) == value) continue;
    core::set_cell(after.row.cells, cell, value);
    after.row.versions.exceptions.insert_or_assign(cell, version);
    changed = true;
  }
  if (!changed) return {};
  // The version is a whole state of the record's own line, so it keeps that line's author.
  after.info.rev += 1;
  after.info.received_at = now;
  after.info.updated_at = now;
  after.info.device_id = "centre";
  after.info.commit = 0;
  NHIP_TRY(sequencer.store(&*live, after));
  if (!type->spread_as.empty()) NHIP_TRY(spread(centre, sequencer, after));
  NHIP_TRY(sequencer.finish());
  return transaction.commit();
}

}  // namespace nhip::server
