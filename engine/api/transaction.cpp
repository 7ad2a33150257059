#include "api/transaction.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "api/entry_rules.h"
#include "core/limits.h"
#include "record/record_json.h"
#include "replica/fresh_rows.h"
#include "replica/outbox.h"
#include "replica/record_state.h"
#include "replica/table_sql.h"
#include "replica/tray.h"

namespace nhip::api {

namespace {

// Arrays and objects inside each other, counted outside strings; deep nesting would exhaust the
// stack.
bool too_deep(std::string_view json) {
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > core::kJsonDepthMax) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

Result<nlohmann::json> parse_object(std::string_view text) {
  if (too_deep(text)) return Status(Code::kInvalid, "bad_json", "The JSON is nested too deeply.");
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return Status(Code::kInvalid, "bad_json", "A record is one JSON object.",
                  "Check quotes and brackets.");
  }
  return json;
}

// The id of a type with a natural key: the same key gives the same id everywhere in this centre.
Result<Id> natural_id(const replica::Store& store, const Type& type, const core::Cells& cells) {
  if (!store.enrolment()) {
    return Status(Code::kUnauthenticated, "not_enrolled",
                  "Such a record can be made after enrolment only.");
  }
  return record::natural_id(type, *Id::parse(store.enrolment()->centre_id), cells);
}

// The fields of a natural key are the record's identity.
Status check_key(const replica::Store& store, const Type& type, const Id& id,
                 const core::Cells& cells) {
  if (type.natural_key.empty()) return {};
  NHIP_TRY_ASSIGN(const Id named, natural_id(store, type, cells));
  if (named == id) return {};
  return {Code::kInvalid, "key_changed", type.natural_key.front() + ": is part of the record's key",
          "Make a new record with the new key."};
}

// A record of this device's unit unless it says otherwise.
Status fill_unit(replica::Store& store, const Type& type, nlohmann::json& object) {
  const Field* unit = type.scope.prefix.empty() ? nullptr : type.field(type.scope.column);
  if (unit == nullptr || unit->path.find('.') != std::string::npos || object.contains(unit->path))
    return {};
  NHIP_TRY_ASSIGN(const Value own, store.setting("unit_id"));
  if (own.text() != nullptr) object[unit->path] = *own.text();
  return {};
}

// The record that an edit means: here, or in the tray, from where it is taken first.
Result<std::optional<replica::RecordTable::Found>> find_target(replica::Store& store,
                                                               replica::RecordTable& table,
                                                               const nlohmann::json& object) {
  const auto text = object.find("id");
  const auto id = text != object.end() && text->is_string() ? Id::parse(text->get<std::string>())
                                                            : std::nullopt;
  if (!id) return std::optional<replica::RecordTable::Found>();
  NHIP_TRY_ASSIGN(auto found, table.read(*id));
  if (found) return found;
  const Status taken = replica::take_from_tray(store, *id);
  if (!taken.ok() && taken.code() != Code::kNotFound) return taken;
  return table.read(*id);
}

Status check_size(const core::Cells& cells) {
  if (core::encode_cells(cells).size() <= core::kOperationBytesMax) return {};
  return {Code::kLimit, "record_too_large", "The record would be larger than 1 MB.",
          "Shorten its texts or split it."};
}

const std::set<std::string>& envelope() {
  static const std::set<std::string> names{"_meta",      "rev",         "device_id",
                                           "updated_at", "received_at", "deleted"};
  return names;
}

Status apply_changes(core::Cells& cells, const std::vector<core::Change>& changes) {
  for (const core::Change& change : changes) core::set_cell(cells, change.cell, change.value);
  return {};
}

}  // namespace

Result<replica::RecordTable*> readable(replica::Store& store, std::string_view type) {
  if (replica::RecordTable* table = store.table(type)) return table;
  return Status(Code::kNotFound, "unknown_type",
                "There is no record type '" + std::string(type) + "'.",
                "The types: activity, headcount, plan, report …");
}

Result<replica::RecordTable*> writable(replica::Store& store, std::string_view type) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, readable(store, type));
  const Type& found = table->type();
  const bool office = store.enrolment() && store.enrolment()->role == "office";
  if (found.number < 16 || found.writers == Writers::kCentre || !found.companion_of.empty()) {
    return Status(Code::kForbidden, "read_only_type",
                  found.name + ": records of this type cannot be written.");
  }
  if (found.writers == Writers::kOffice && store.enrolment() && !office) {
    return Status(Code::kForbidden, "office_only",
                  found.name + ": only the office writes records of this type.",
                  "Ask the office to change it.");
  }
  return table;
}

Status no_such_record(std::string_view type, const Id& id) {
  return {Code::kNotFound, "not_found",
          "There is no " + std::string(type) + " " + id.text() + " here.",
          "List them: nhip list " + std::string(type)};
}

Result<const std::string*> LocalTransaction::own_unit() {
  if (!unit_) {
    NHIP_TRY_ASSIGN(unit_, store_.setting("unit_id"));
  }
  return unit_->text();
}

Result<bool> LocalTransaction::tray_is_empty() {
  if (!tray_empty_) {
    NHIP_TRY_ASSIGN(auto stmt, store_.db().cached("SELECT 1 FROM _nhip_tray LIMIT 1"));
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    tray_empty_ = !row;
  }
  return *tray_empty_;
}

// A usual record that is new here. Nothing: not that, and nothing was done.
Result<std::optional<Id>> LocalTransaction::put_quickly(replica::RecordTable& table,
                                                        std::string_view json) {
  const std::optional<Id> nothing;
  NHIP_TRY_ASSIGN(const std::string* const unit, own_unit());
  const auto given = table.quick(envelope()).read(json, unit);
  if (!given || given->bytes > core::kOperationBytesMax) return nothing;
  if (given->id) {
    NHIP_TRY_ASSIGN(const bool empty, tray_is_empty());
    NHIP_TRY_ASSIGN(const auto rid, table.find(*given->id));
    if (!empty || rid) return nothing;
  }
  const Type& type = table.type();
  const Id id = given->id ? *given->id : store_.mint_id();
  const auto is_state = [&](const core::Change& each) {
    return each.cell == core::CellKey{type.review.field, {}} && each.value.text() != nullptr &&
           type.review.submitted.count(*each.value.text()) > 0;
  };
  if (std::any_of(given->cells.begin(), given->cells.end(), is_state)) {
    core::Cells cells;
    for (const core::Change& each : given->cells) cells.emplace(each.cell, each.value);
    NHIP_TRY(may_stand(store_, type, id, nullptr, cells));
  }
  NHIP_TRY(table.insert(id, given->cells).status());
  return std::optional<Id>(id);
}

Result<Id> LocalTransaction::put(std::string_view type_name, std::string_view json) {
  NHIP_TRY(store_.fill_units());  // of rows that SQL inserted before, which may be edited now
  NHIP_TRY_ASSIGN(replica::RecordTable * table, writable(store_, type_name));
  NHIP_TRY_ASSIGN(const std::optional<Id> done, put_quickly(*table, json));
  if (done) return *done;
  const Type& type = table->type();
  NHIP_TRY_ASSIGN(nlohmann::json object, parse_object(json));
  if (object.contains("type") && object["type"] != type.name) {
    return Status(Code::kInvalid, "wrong_type", "type: the record says it is of another type.");
  }
  NHIP_TRY_ASSIGN(std::optional<replica::RecordTable::Found> found,
                  find_target(store_, *table, object));
  if (!found) NHIP_TRY(fill_unit(store_, type, object));
  record::ParseOptions options;
  options.creating = !found;
  if (store_.enrolment()) options.centre = *Id::parse(store_.enrolment()->centre_id);
  NHIP_TRY_ASSIGN(const record::ParsedRecord given,
                  record::parse_record(type, object, options, envelope()));
  // A natural key names its record without an id.
  if (!found && given.id) {
    NHIP_TRY_ASSIGN(found, table->read(*given.id));
  }
  if (found) {
    core::Cells after = found->cells;
    NHIP_TRY(apply_changes(after, record::changes_from(type, found->cells, given)));
    NHIP_TRY(check_size(after));
    NHIP_TRY(check_key(store_, type, found->id, after));
    NHIP_TRY(may_stand(store_, type, found->id, &found->cells, after));
    NHIP_TRY(table->update(found->rid, found->cells, after));
    return found->id;
  }
  Id id = given.id ? *given.id : store_.mint_id();
  if (!type.natural_key.empty()) {
    NHIP_TRY_ASSIGN(id, natural_id(store_, type, given.cells));
  }
  core::Cells cells;
  NHIP_TRY(apply_changes(cells, record::changes_from(type, {}, given)));
  NHIP_TRY(check_size(cells));
  NHIP_TRY(may_stand(store_, type, id, nullptr, cells));
  NHIP_TRY(table->insert(id, cells).status());
  return id;
}

Status LocalTransaction::remove(std::string_view type_name, const Id& id) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, writable(store_, type_name));
  NHIP_TRY_ASSIGN(const auto rid, table->find(id));
  if (!rid) return no_such_record(type_name, id);
  NHIP_TRY(replica::write_out_row(store_, *table, *rid));
  return table->remove(*rid);
}

Status LocalTransaction::undelete(std::string_view type_name, const Id& id) {
  NHIP_TRY_ASSIGN(replica::RecordTable * table, writable(store_, type_name));
  NHIP_TRY_ASSIGN(const auto rid, table->find(id));
  if (rid) {
    return {Code::kConflict, "not_deleted", "This record is not deleted."};
  }
  NHIP_TRY_ASSIGN(const replica::RecordState state,
                  replica::load_state(store_, table->type().number, id));
  NHIP_TRY_ASSIGN(const auto pending, replica::pending_of(store_, table->type().number, id));
  const auto before = replica::expected(store_, state, pending);
  if (!before) return no_such_record(type_name, id);
  core::Cells cells = before->cells;
  core::set_cell(cells, {kDeletedField, {}}, Value());
  return table->insert(id, cells).status();
}

namespace {

Status run_restricted(replica::Store& store, std::string_view sql,
                      const std::vector<Value>& values) {
  NHIP_TRY_ASSIGN(auto stmt, store.db().cached_restricted(sql));
  for (std::size_t i = 0; i < values.size(); ++i) stmt.lend(static_cast<int>(i) + 1, values[i]);
  return stmt.run();
}

}  // namespace

Status LocalTransaction::execute(std::string_view sql, const std::vector<Value>& values) {
  store_.db().restrict_writes_to(store_.writable_tables());
  store_.watch().begin_statement();
  const Status done = run_restricted(store_, sql, values);
  store_.db().allow_all_writes();
  const auto structure = store_.watch().end_statement();
  return done.ok() ? store_.follow_rows(structure) : done;
}

}  // namespace nhip::api
