#include "centre/mint.h"

#include <nlohmann/json.hpp>

#include "record/record_json.h"

namespace nhip::server {

namespace {

Id id_from(const core::Writer& text) {
  const crypto::Hash hash = crypto::hash(text.bytes());
  Id id;
  std::copy(hash.begin(), hash.begin() + 16, id.bytes.begin());
  return id;
}

void write_author(core::Writer& text, const Author& author) {
  text.fixed64(author.replica);
  text.varint(author.incarnation);
}

// The same meeting of the same two versions gives the same id, so it is never kept twice; also
// after a restore, which gives versions other numbers.
Id conflict_id(const core::Operation& op, std::string_view path, const core::ConflictEntry& entry) {
  core::Writer text;
  text.varint(op.type);
  text.raw(op.id.bytes);
  text.text(path);
  for (const core::Version* version : {&entry.winner_version, &entry.loser_version}) {
    text.fixed64(version->stamp);
    write_author(text, version->author);
  }
  text.value(entry.winner);
  text.value(entry.loser);
  return id_from(text);
}

// What one operation brought together is settled together.
Id group_id(const core::Operation& op, std::string_view what, const Author& author) {
  core::Writer text;
  text.varint(op.type);
  text.raw(op.id.bytes);
  text.text(what);
  write_author(text, author);
  text.varint(op.seq);
  return id_from(text);
}

// The cells of the record as the writer had seen them; empty when unknown.
Result<core::Cells> seen_cells(Centre& centre, std::uint16_t type, const Id& id,
                               const std::string& scope, std::uint64_t seen) {
  core::Cells cells;
  if (seen == 0) return cells;
  NHIP_TRY_ASSIGN(const auto share, centre.store().commit_at(scope, seen));
  if (!share) return cells;
  NHIP_TRY_ASSIGN(const auto versions, centre.store().past(type, id));
  for (const PastVersion& version : versions) {
    if (version.info.commit <= share->commit) cells = version.cells;
  }
  return cells;
}

class Minter {
 public:
  Minter(Centre& centre, Sequencer& sequencer, const Type& type, const core::Operation& op,
         const std::string& scope)
      : centre_(centre),
        sequencer_(sequencer),
        type_(type),
        op_(op),
        scope_(scope),
        conflict_type_(*centre.schema().type("nhip_conflict")) {}

  Status mint(const core::ConflictEntry& entry, const core::Cells& base) {
    const std::string path = record::cell_path(type_, entry.cell);
    const Id id = conflict_id(op_, path, entry);
    NHIP_TRY_ASSIGN(const auto known, centre_.store().row(conflict_type_.number, id));
    if (known) return {};
    core::Cells cells;
    set(cells, "scope", Value(scope_));
    set(cells, "record_type", Value(std::int64_t{op_.type}));
    set(cells, "record_id", Value(Bytes(op_.id.bytes.begin(), op_.id.bytes.end())));
    set(cells, "field", Value(path));
    const Id group = group_of(entry);
    set(cells, "group_id", Value(Bytes(group.bytes.begin(), group.bytes.end())));
    set(cells, "needs_person", Value(std::int64_t{entry.needs_person}));
    NHIP_TRY(set_side(cells, "winner", entry.cell, entry.winner, entry.winner_version));
    NHIP_TRY(set_side(cells, "loser", entry.cell, entry.loser, entry.loser_version));
    set(cells, "base", Value(json_of(entry.cell, core::cell_value(base, entry.cell))));
    NHIP_TRY_ASSIGN(const std::uint64_t seq, sequencer_.next(scope_));
    StoredRow row{conflict_type_.number, id, scope_, seq, {}, {}, {}};
    row.row.cells = std::move(cells);
    row.row.versions.base = {core::make_hlc(sequencer_.now()), Author{}, seq};
    row.info = {1, sequencer_.now(), sequencer_.now(), Author{}, "centre", 0};
    return sequencer_.store(nullptr, std::move(row));
  }

 private:
  void set(core::Cells& cells, const char* path, Value value) const {
    core::set_cell(cells, {conflict_type_.field(path)->number, {}}, std::move(value));
  }

  std::string json_of(const core::CellKey& cell, const Value& value) const {
    return record::cell_to_json(type_, cell, value)
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  // Entries of one schema group that met in one operation are settled together.
  Id group_of(const core::ConflictEntry& entry) const {
    const Field* field = type_.field(entry.cell.field);
    const bool grouped = field != nullptr && field->is_scalar() && !field->group.empty();
    const std::string what =
        grouped ? "group " + field->group : "field " + record::cell_path(type_, entry.cell);
    return group_id(op_, what, sequencer_.author());
  }

  Status set_side(core::Cells& cells, const std::string& side, const core::CellKey& cell,
                  const Value& value, const core::Version& version) const {
    set(cells, (side + ".value").c_str(), Value(json_of(cell, value)));
    std::string by = "centre";
    if (version.author != Author{}) {
      NHIP_TRY_ASSIGN(const auto replica, centre_.store().replica(version.author));
      by = replica ? replica->device_id : version.author.text();
    }
    set(cells, (side + ".by").c_str(), Value(by));
    set(cells, (side + ".at").c_str(), Value(core::hlc_ms(version.stamp)));
    return {};
  }

  Centre& centre_;
  Sequencer& sequencer_;
  const Type& type_;
  const core::Operation& op_;
  const std::string& scope_;
  const Type& conflict_type_;
};

}  // namespace

Status mint_conflicts(Centre& centre, Sequencer& sequencer, const Type& type,
                      const core::Operation& op, std::uint64_t seen, const std::string& scope,
                      const std::vector<core::ConflictEntry>& entries) {
  if (entries.empty()) return {};
  NHIP_TRY_ASSIGN(const core::Cells base, seen_cells(centre, op.type, op.id, scope, seen));
  Minter minter(centre, sequencer, type, op, scope);
  for (const core::ConflictEntry& entry : entries) NHIP_TRY(minter.mint(entry, base));
  return {};
}

}  // namespace nhip::server
