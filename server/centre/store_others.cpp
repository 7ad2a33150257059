#include "centre/store_others.h"

#include "core/bytes.h"

namespace nhip::server {

namespace {

using Reads = std::map<std::uint16_t, std::set<std::uint16_t>>;

void collect(const Term& term, Reads& reads);

void collect(const Lookup& lookup, Reads& reads) {
  reads[lookup.type].insert(lookup.reads.begin(), lookup.reads.end());
  for (const auto& [field, here] : lookup.same) collect(here, reads);
  if (lookup.where) collect(*lookup.where, reads);
}

void collect(const Term& term, Reads& reads) {
  for (const Term& argument : term.arguments) collect(argument, reads);
  if (term.lookup) collect(*term.lookup, reads);
}

Bytes key_of(const std::vector<const Value*>& values) {
  core::Writer out;
  for (const Value* value : values) out.value(*value);
  return out.take();
}

}  // namespace

StoreOthers::StoreOthers(Centre& centre) : centre_(centre) {
  for (const Rule& rule : centre.schema().rules().rules) {
    if (rule.when) collect(*rule.when, read_fields_);
    for (const auto& lookup : rule.needs) collect(*lookup, read_fields_);
    collect(rule.must, read_fields_);
  }
}

Result<StoreOthers::Table*> StoreOthers::table(const Type& type) {
  const auto known = tables_.find(type.number);
  if (known != tables_.end()) return &known->second;
  Table table;
  const std::set<std::uint16_t>& wanted = read_fields_[type.number];
  NHIP_TRY(centre_.store().each_row(type.number, [&](const StoredRow& row) {
    if (core::is_deleted(row.row.cells)) return true;
    Kept kept{row.id, {}};
    for (const auto& [cell, value] : row.row.cells) {
      if (wanted.count(cell.field) > 0) kept.cells.emplace_hint(kept.cells.end(), cell, value);
    }
    table.rows.push_back(std::move(kept));
    return true;
  }));
  return &tables_.emplace(type.number, std::move(table)).first->second;
}

const StoreOthers::Index& StoreOthers::index(Table& table,
                                             const std::vector<std::uint16_t>& fields) {
  const auto [place, is_new] = table.indexes.try_emplace(fields);
  if (!is_new) return place->second;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    std::vector<const Value*> values;
    for (const std::uint16_t field : fields) {
      values.push_back(&core::cell_value(table.rows[i].cells, {field, {}}));
    }
    place->second[key_of(values)].push_back(i);
  }
  return place->second;
}

Status StoreOthers::find(const Type& type, const Same& same, const Each& each) {
  NHIP_TRY_ASSIGN(Table* const table, this->table(type));
  std::vector<std::uint16_t> fields;
  std::vector<const Value*> values;
  for (const auto& [field, value] : same) {
    fields.push_back(field);
    values.push_back(&value);
  }
  const Index& by_value = index(*table, fields);
  const auto found = by_value.find(key_of(values));
  if (found == by_value.end()) return {};
  for (const std::size_t row : found->second) {
    if (!each(table->rows[row].id, table->rows[row].cells)) break;
  }
  return {};
}

}  // namespace nhip::server
