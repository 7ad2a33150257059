#include "api/settle.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "api/transaction.h"
#include "record/record_json.h"

namespace nhip::api {

namespace {

struct Row {
  std::int64_t rid = 0;
  core::Cells cells;
  Conflict conflict;
};

const Value& field_of(const Type& type, const core::Cells& cells, const char* path) {
  return core::cell_value(cells, {type.field(path)->number, {}});
}

std::string text_of(const Value& value, const char* otherwise = "") {
  return value.text() ? *value.text() : otherwise;
}

Id id_of(const Value& value) {
  const auto id = value.blob() ? Id::from_bytes(*value.blob()) : std::nullopt;
  return id ? *id : Id{};
}

ConflictSide side(const Type& type, const core::Cells& cells, const std::string& which) {
  ConflictSide out;
  out.value_json = text_of(field_of(type, cells, (which + ".value").c_str()), "null");
  out.by = text_of(field_of(type, cells, (which + ".by").c_str()));
  const Value& at = field_of(type, cells, (which + ".at").c_str());
  out.at = at.integer() ? *at.integer() : 0;
  return out;
}

// A centre that did not know a field yet named it by its number.
std::string known_path(const Type* type, const std::string& field) {
  constexpr std::string_view kByNumber = "field ";
  if (type == nullptr || field.rfind(kByNumber, 0) != 0) return field;
  const unsigned long number = std::strtoul(field.c_str() + kByNumber.size(), nullptr, 10);
  const Field* known =
      number > UINT16_MAX ? nullptr : type->field(static_cast<std::uint16_t>(number));
  return known != nullptr && known->is_scalar() ? known->path : field;
}

Row read_row(replica::Store& store, const Type& type, const replica::RecordTable::Found& found) {
  Row row{found.rid, found.cells, {}};
  Conflict& out = row.conflict;
  out.id = found.id;
  const Value& number = field_of(type, found.cells, "record_type");
  const Type* of = number.integer()
                       ? store.schema().type(static_cast<std::uint16_t>(*number.integer()))
                       : nullptr;
  out.type = of ? of->name : "";
  out.record_id = id_of(field_of(type, found.cells, "record_id"));
  out.field = known_path(of, text_of(field_of(type, found.cells, "field")));
  out.winner = side(type, found.cells, "winner");
  out.loser = side(type, found.cells, "loser");
  out.base_json = text_of(field_of(type, found.cells, "base"), "null");
  out.group_id = id_of(field_of(type, found.cells, "group_id"));
  const Value& needs = field_of(type, found.cells, "needs_person");
  out.needs_person = needs.integer() && *needs.integer() != 0;
  out.settled = !field_of(type, found.cells, "resolution").is_null();
  return row;
}

Result<std::vector<Row>> all_rows(replica::Store& store) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, readable(store, "nhip_conflict"));
  std::vector<Row> rows;
  NHIP_TRY(table->each([&](const replica::RecordTable::Found& found) {
    rows.push_back(read_row(store, table->type(), found));
    return true;
  }));
  return rows;
}

Status may_settle(replica::Store& store, const Conflict& conflict) {
  NHIP_TRY(writable(store, conflict.type).status());
  const std::string role = store.enrolment() ? store.enrolment()->role : "";
  if (!conflict.needs_person || role == "lead" || role == "office") return {};
  return {Code::kForbidden, "needs_lead",
          "This conflict is about money, counts or a final state; a lead of the unit or the office "
          "settles it.",
          "Show it to your lead: nhip conflicts"};
}

Status mark_settled(replica::Store& store, const Row& row, const std::string& resolution) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, readable(store, "nhip_conflict"));
  const Type& type = table->type();
  core::Cells after = row.cells;
  const auto set = [&](const char* path, Value value) {
    core::set_cell(after, {type.field(path)->number, {}}, std::move(value));
  };
  set("resolution", Value(resolution));
  set("resolved_by", Value(store.enrolment() ? store.enrolment()->device_id : std::string()));
  set("resolved_at", Value(store.now()));
  return table->update(row.rid, row.cells, after);
}

// Makes `json` the value of the record's field, as an ordinary edit. A delete that lost and is kept
// after all removes the record; a field that is gone with its record is left alone.
Status set_field(replica::Store& store, const Conflict& conflict, const std::string& json) {
  replica::RecordTable* table = store.table(conflict.type);
  if (table == nullptr) return {};
  NHIP_TRY_ASSIGN(const auto found, table->read(conflict.record_id));
  const auto value = nlohmann::json::parse(json, nullptr, false);
  if (value.is_discarded()) return {Code::kInvalid, "bad_json", "The value is no JSON."};
  if (conflict.field == "deleted") {
    const bool deletes = value.is_boolean() ? value.get<bool>() : value.is_number() && value != 0;
    return deletes && found ? table->remove(found->rid) : Status();
  }
  if (!found) return {};
  const auto cell = record::parse_cell_path(table->type(), conflict.field);
  if (!cell) {
    return {Code::kVersion, "unknown_field", "This program does not know the field in conflict.",
            "Settle it where the program is newer, or update this one."};
  }
  NHIP_TRY_ASSIGN(Value chosen, record::cell_from_json(table->type(), *cell, value));
  core::Cells after = found->cells;
  core::set_cell(after, *cell, std::move(chosen));
  return table->update(found->rid, found->cells, after);
}

Result<Row> open_row(const std::vector<Row>& rows, const Id& id) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.conflict.id == id; });
  if (found == rows.end()) {
    return Status(Code::kNotFound, "not_found", "There is no conflict " + id.text() + " here.",
                  "List them: nhip conflicts");
  }
  if (found->conflict.settled) {
    return Status(Code::kConflict, "already_settled", "This conflict is settled already.",
                  "See it with: nhip conflicts --all");
  }
  return *found;
}

}  // namespace

Result<std::vector<Conflict>> read_conflicts(replica::Store& store, bool include_settled) {
  NHIP_TRY_ASSIGN(const std::vector<Row> rows, all_rows(store));
  std::vector<Conflict> conflicts;
  for (const Row& row : rows) {
    if (include_settled || !row.conflict.settled) conflicts.push_back(row.conflict);
  }
  for (Conflict& conflict : conflicts) {
    for (ConflictSide* each : {&conflict.winner, &conflict.loser}) {
      NHIP_TRY_ASSIGN(each->time_uncertain, store.is_doubtful(each->by, each->at));
    }
  }
  return conflicts;
}

Status settle_keep(replica::Store& store, const Id& id, bool keep_winner) {
  NHIP_TRY_ASSIGN(const std::vector<Row> rows, all_rows(store));
  NHIP_TRY_ASSIGN(const Row chosen, open_row(rows, id));
  for (const Row& row : rows) {
    const Conflict& conflict = row.conflict;
    if (conflict.settled || conflict.group_id != chosen.conflict.group_id) continue;
    NHIP_TRY(may_settle(store, conflict));
    // The winner's value is current already, or something newer is, which nobody asked to undo.
    if (!keep_winner) NHIP_TRY(set_field(store, conflict, conflict.loser.value_json));
    NHIP_TRY(
        mark_settled(store, row, keep_winner ? R"({"keep":"winner"})" : R"({"keep":"loser"})"));
  }
  return {};
}

Status settle_value(replica::Store& store, const Id& id, std::string_view value_json) {
  NHIP_TRY_ASSIGN(const std::vector<Row> rows, all_rows(store));
  NHIP_TRY_ASSIGN(const Row row, open_row(rows, id));
  NHIP_TRY(may_settle(store, row.conflict));
  const auto value = nlohmann::json::parse(value_json, nullptr, false);
  if (value.is_discarded()) return {Code::kInvalid, "bad_json", "The value is no JSON."};
  NHIP_TRY(set_field(store, row.conflict, value.dump()));
  nlohmann::json resolution;
  resolution["value"] = value;
  return mark_settled(store, row, resolution.dump());
}

}  // namespace nhip::api
