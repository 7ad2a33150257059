// A sector activity stays with the office; each unit it names gets a read-only row with the common
// fields and its own share alone. Which fields name units is schema data (`names_unit`).

#include <algorithm>
#include <set>

#include "centre/centre.h"
#include "record/record_json.h"

namespace nhip::server {

namespace {

// The unit an element of a naming field speaks of; empty when it names none.
std::string unit_of(const Field& field, const core::CellKey& cell, const Value& value) {
  const auto text = [](const Value& v) { return v.text() ? *v.text() : std::string(); };
  const auto keys = record::element_keys(field, cell.element);
  for (std::size_t i = 0; keys && i < field.keys.size() && i < keys->size(); ++i) {
    if (field.keys[i].name == field.names_unit) return text((*keys)[i]);
  }
  const auto columns = record::unpack_element(field, value);
  for (std::size_t i = 0; columns && i < field.values.size() && i < columns->size(); ++i) {
    if (field.values[i].name == field.names_unit) return text((*columns)[i]);
  }
  return {};
}

std::set<std::string> named_units(const Type& type, const core::Cells& cells) {
  std::set<std::string> units;
  for (const auto& [cell, value] : cells) {
    const Field* field = type.field(cell.field);
    if (field == nullptr || field->names_unit.empty()) continue;
    if (std::string unit = unit_of(*field, cell, value); !unit.empty())
      units.insert(std::move(unit));
  }
  return units;
}

// Common fields by equal path; of lists that name units only the unit's own elements, except plain
// lists of units (who else takes part is common knowledge).
core::Cells share_of(const Type& from, const Type& to, const core::Cells& cells,
                     const std::string& unit) {
  core::Cells share;
  for (const auto& [cell, value] : cells) {
    const Field* source = from.field(cell.field);
    const Field* target = source ? to.field(source->path) : nullptr;
    if (target == nullptr || target->number == to.scope.column) continue;
    const bool own_only = !source->names_unit.empty() && source->shape != Shape::kSet;
    if (own_only && unit_of(*source, cell, value) != unit) continue;
    share[{target->number, cell.element}] = value;
  }
  share[{to.scope.column, {}}] = Value(unit);
  return share;
}

class Spreader {
 public:
  Spreader(Centre& centre, Sequencer& sequencer, const StoredRow& record)
      : centre_(centre),
        sequencer_(sequencer),
        record_(record),
        from_(*centre.schema().type(record.type)),
        to_(*centre.schema().type(from_.spread_as)) {}

  Status run() {
    NHIP_TRY_ASSIGN(const std::set<std::string> before, named_before());
    std::set<std::string> now;
    // Only what the office holds is spread; a unit's own joint event stays with its unit.
    const bool elsewhere = record_.scope.compare(0, to_.scope.prefix.size(), to_.scope.prefix) != 0;
    if (elsewhere && !core::is_deleted(record_.row.cells))
      now = named_units(from_, record_.row.cells);
    for (const std::string& unit : now)
      NHIP_TRY(write(unit, share_of(from_, to_, record_.row.cells, unit)));
    for (const std::string& unit : before) {
      if (now.count(unit) == 0) NHIP_TRY(remove(unit));
    }
    return {};
  }

 private:
  Result<std::set<std::string>> named_before() {
    std::set<std::string> units;
    NHIP_TRY_ASSIGN(const auto past, centre_.store().past(record_.type, record_.id));
    for (const PastVersion& version : past) units.merge(named_units(from_, version.cells));
    return units;
  }

  Id id_for(const std::string& unit) const { return make_uuid_v5(record_.id, unit); }

  Status write(const std::string& unit, core::Cells share) {
    if (const Field* origin = to_.field(from_.name + "_id")) {
      share[{origin->number, {}}] = Value(Bytes(record_.id.bytes.begin(), record_.id.bytes.end()));
    }
    NHIP_TRY_ASSIGN(const auto before, centre_.store().row(to_.number, id_for(unit)));
    if (before && before->row.cells == share) return {};
    return store(unit, before ? &*before : nullptr, std::move(share));
  }

  Status remove(const std::string& unit) {
    NHIP_TRY_ASSIGN(const auto before, centre_.store().row(to_.number, id_for(unit)));
    if (!before || core::is_deleted(before->row.cells)) return {};
    core::Cells cells = before->row.cells;
    core::set_cell(cells, {kDeletedField, {}}, Value(std::int64_t{1}));
    return store(unit, &*before, std::move(cells));
  }

  // Cells that did not change keep their versions, so devices receive the difference only.
  Status store(const std::string& unit, const StoredRow* before, core::Cells cells) {
    const auto scope = record::scope_of(to_, cells);
    if (!scope.ok()) return {};  // a unit id that can have no scope holds no replica either
    NHIP_TRY_ASSIGN(const std::uint64_t seq, sequencer_.next(*scope));
    StoredRow after{to_.number, id_for(unit), *scope, seq, {}, {}, {}};
    const core::Version version{core::make_hlc(sequencer_.now()), Author{}, seq};
    if (before == nullptr) {
      after.row.versions.base = version;
    } else {
      after.row.versions = before->row.versions;
      for (const auto& [cell, value] : before->row.cells) {
        if (core::cell_value(cells, cell) != value)
          after.row.versions.exceptions.insert_or_assign(cell, version);
      }
      for (const auto& [cell, value] : cells) {
        if (core::cell_value(before->row.cells, cell) != value)
          after.row.versions.exceptions.insert_or_assign(cell, version);
      }
    }
    after.row.cells = std::move(cells);
    after.info = {before ? before->info.rev + 1 : 1,
                  sequencer_.now(),
                  sequencer_.now(),
                  Author{},
                  "centre",
                  0};
    return sequencer_.store(before, std::move(after));
  }

  Centre& centre_;
  Sequencer& sequencer_;
  const StoredRow& record_;
  const Type& from_;
  const Type& to_;
};

}  // namespace

Status spread(Centre& centre, Sequencer& sequencer, const StoredRow& record) {
  const Type* type = centre.schema().type(record.type);
  if (type == nullptr || centre.schema().type(type->spread_as) == nullptr) return {};
  return Spreader(centre, sequencer, record).run();
}

}  // namespace nhip::server
