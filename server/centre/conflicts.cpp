#include "centre/conflicts.h"

#include <nlohmann/json.hpp>

#include "centre/time_text.h"
#include "record/record_json.h"

namespace nhip::server {
namespace {

using nlohmann::json;

// One row of the engine's type nhip_conflict, by the paths of its registry.
class ConflictRow {
 public:
  ConflictRow(const Type& type, const StoredRow& row) : type_(type), row_(row) {}

  const Value& value(std::string_view path) const {
    static const Value kNull;
    const Field* field = type_.field(path);
    return field == nullptr ? kNull
                            : core::cell_value(row_.row.cells, core::CellKey{field->number, ""});
  }
  std::string text(std::string_view path) const {
    const std::string* held = value(path).text();
    return held == nullptr ? std::string() : *held;
  }
  json printed(std::string_view path) const {
    const Field* field = type_.field(path);
    if (field == nullptr || value(path).is_null()) return nullptr;
    return record::cell_to_json(type_, core::CellKey{field->number, ""}, value(path));
  }
  json instant(std::string_view path) const {
    const std::int64_t* ms = value(path).integer();
    return ms == nullptr ? json() : json(iso_text(*ms));
  }
  json side(const std::string& name) const {
    return {{"value", printed(name + ".value")},
            {"by", printed(name + ".by")},
            {"at", instant(name + ".at")}};
  }

 private:
  const Type& type_;
  const StoredRow& row_;
};

// Whose record it is: the record says it itself; one that moved on or is of a fixed scope has only
// the conflict's scope to tell.
Result<json> unit_of(Centre& centre, const Type* type, const Id& id, const std::string& scope) {
  if (type != nullptr && type->field("unit_id") != nullptr) {
    NHIP_TRY_ASSIGN(const std::optional<StoredRow> row, centre.store().row(type->number, id));
    const core::CellKey key{type->field("unit_id")->number, ""};
    const std::string* unit = row ? core::cell_value(row->row.cells, key).text() : nullptr;
    if (unit != nullptr) return json(*unit);
  }
  if (type != nullptr && !type->scope.prefix.empty() && scope.starts_with(type->scope.prefix)) {
    return json(scope.substr(type->scope.prefix.size()));
  }
  return json();
}

}  // namespace

Result<json> open_conflicts(Centre& centre) {
  const Type* type = centre.schema().type("nhip_conflict");
  if (type == nullptr) return Status(Code::kInternal, "no_conflict_type", "the schema has none");
  std::vector<StoredRow> rows;
  NHIP_TRY(centre.store().each_row(type->number, [&](const StoredRow& row) {
    const ConflictRow conflict(*type, row);
    const bool open = !core::is_deleted(row.row.cells) && conflict.value("resolved_at").is_null();
    if (open) rows.push_back(row);
    return true;
  }));
  json list = json::array();
  for (const StoredRow& row : rows) {
    const ConflictRow conflict(*type, row);
    const std::int64_t* number = conflict.value("record_type").integer();
    const Bytes* raw = conflict.value("record_id").blob();
    const Type* of =
        number == nullptr ? nullptr : centre.schema().type(static_cast<std::uint16_t>(*number));
    const std::optional<Id> record_id = raw == nullptr ? std::nullopt : Id::from_bytes(*raw);
    NHIP_TRY_ASSIGN(json unit,
                    unit_of(centre, of, record_id.value_or(Id{}), conflict.text("scope")));
    list.push_back({{"id", row.id.text()},
                    {"type", of == nullptr ? json() : json(of->name)},
                    {"record_id", conflict.printed("record_id")},
                    {"field", conflict.printed("field")},
                    {"winner", conflict.side("winner")},
                    {"loser", conflict.side("loser")},
                    {"base", conflict.printed("base")},
                    {"group_id", conflict.printed("group_id")},
                    {"needs_person", conflict.printed("needs_person") == true},
                    {"unit_id", std::move(unit)}});
  }
  return list;
}

}  // namespace nhip::server
