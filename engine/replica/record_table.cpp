#include "replica/record_table.h"

#include <algorithm>
#include <cstdlib>

#include "record/record_json.h"
#include "replica/table_sql.h"

namespace nhip::replica {

namespace {

// SQL literals as quote() writes them, joined by commas: NULL, integers, 'text' with quotes
// doubled.
std::optional<std::vector<Value>> read_literals(std::string_view text) {
  std::vector<Value> values;
  std::size_t at = 0;
  while (at < text.size()) {
    if (!values.empty() && text[at++] != ',') return std::nullopt;
    if (text.substr(at, 4) == "NULL") {
      values.emplace_back();
      at += 4;
    } else if (at < text.size() && text[at] == '\'') {
      std::string string;
      for (++at; at < text.size(); ++at) {
        if (text[at] != '\'')
          string += text[at];
        else if (text.substr(at, 2) == "\'\'")
          string += text[at++];
        else
          break;
      }
      if (at++ >= text.size()) return std::nullopt;
      values.emplace_back(std::move(string));
    } else {
      const std::size_t end = std::min(text.find(',', at), text.size());
      const std::string digits(text.substr(at, end - at));
      if (digits.empty() || digits.find_first_not_of("-0123456789") != std::string::npos)
        return std::nullopt;
      values.emplace_back(static_cast<std::int64_t>(std::strtoll(digits.c_str(), nullptr, 10)));
      at = end;
    }
  }
  return values;
}

}  // namespace

RecordTable::RecordTable(store::Db& db, const Type& type)
    : db_(db),
      type_(type),
      scalars_(scalar_fields(type)),
      children_(child_fields(type)),
      select_(select_rows(type)),
      insert_(insert_row(type)) {
  for (const Field* field : children_) {
    select_children_.push_back(select_children(type, *field));
    upsert_child_.push_back(upsert_child(type, *field));
    delete_child_.push_back(delete_child(type, *field));
  }
}

Result<std::optional<std::int64_t>> RecordTable::find(const Id& id) {
  NHIP_TRY_ASSIGN(auto stmt,
                  db_.cached("SELECT rid FROM " + store::quoted(type_.name) + " WHERE id=?1"));
  stmt.bind(1, id);
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  if (!row) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(stmt.integer(0));
}

RecordTable::Found RecordTable::read_row(store::Stmt& stmt) const {
  Found found;
  found.rid = stmt.integer(0);
  found.id = stmt.id(1);
  int column = 2;
  for (const Field* field : scalars_) {
    if (!stmt.is_null(column))
      found.cells.emplace_hint(found.cells.end(), core::CellKey{field->number, {}},
                               stmt.value(column));
    ++column;
  }
  if (!stmt.is_null(column))
    found.cells.emplace_hint(found.cells.end(), core::CellKey{kExtraField, {}}, stmt.value(column));
  return found;
}

// Key and value columns from `column` on. Another tool's row that no key can name stays where it
// is.
void RecordTable::read_element(store::Stmt& stmt, const Field& field, int column,
                               Found& found) const {
  std::vector<Value> keys;
  for (std::size_t k = 0; k < field.keys.size(); ++k) keys.push_back(stmt.value(column++));
  std::vector<Value> values;
  for (std::size_t v = 0; v < field.values.size(); ++v) values.push_back(stmt.value(column++));
  const auto element = record::element_of(field, keys);
  if (!element) return;
  core::set_cell(found.cells, {field.number, *element}, record::pack_element(field, values));
}

// One statement for each child table instead of one for each row of the record table.
class RecordTable::Elements {
 public:
  Status open(RecordTable& table, std::int64_t first, std::int64_t last) {
    for (const Field* field : table.children_) {
      std::string columns = "parent";
      for (const Column& column : field->keys) columns += "," + store::quoted(column.name);
      for (const Column& column : field->values) columns += "," + store::quoted(column.name);
      const std::string name = store::quoted(child_table(table.type_, *field));
      NHIP_TRY_ASSIGN(auto stmt, table.db_.cached("SELECT " + columns + " FROM " + name +
                                                  " WHERE parent BETWEEN ?1 AND ?2"
                                                  " ORDER BY parent"));
      stmt.bind(1, first).bind(2, last);
      walks_.push_back({field, std::move(stmt), false});
      NHIP_TRY_ASSIGN(walks_.back().stands, walks_.back().stmt.step());
    }
    return {};
  }

  // Calls `each` with the elements of `rid`; those of lower rids belong to no record.
  template <typename Each>
  Status of(std::int64_t rid, const Each& each) {
    for (Walk& walk : walks_) {
      while (walk.stands && walk.stmt.integer(0) <= rid) {
        if (walk.stmt.integer(0) == rid) each(walk.stmt, *walk.field);
        NHIP_TRY_ASSIGN(walk.stands, walk.stmt.step());
      }
    }
    return {};
  }

 private:
  struct Walk {
    const Field* field;
    store::Stmt stmt;
    bool stands;  // on a row
  };
  std::vector<Walk> walks_;
};

Status RecordTable::each_between(std::int64_t first, std::int64_t last,
                                 const std::function<Status(Found&)>& each) {
  Elements elements;
  NHIP_TRY(elements.open(*this, first, last));
  NHIP_TRY_ASSIGN(auto stmt, db_.cached(select_ + " WHERE rid BETWEEN ?1 AND ?2 ORDER BY rid"));
  stmt.bind(1, first).bind(2, last);
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return {};
    Found found = read_row(stmt);
    NHIP_TRY(elements.of(found.rid, [&](store::Stmt& element, const Field& field) {
      read_element(element, field, 1, found);
    }));
    NHIP_TRY(each(found));
  }
}

Status RecordTable::weigh_after(std::int64_t mark, bool with_elements,
                                const std::function<Status(const Weighed&)>& each) {
  constexpr std::size_t kEscaped = 6;  // a text in a packed element may grow so by escapes
  const int place = place_column();
  const int columns = static_cast<int>(scalars_.size()) + 3;
  Elements elements;
  if (with_elements) NHIP_TRY(elements.open(*this, mark + 1, INT64_MAX));
  NHIP_TRY_ASSIGN(auto stmt, db_.cached(select_ + " WHERE rid>?1 ORDER BY rid"));
  stmt.bind(1, mark);
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return {};
    Weighed weighed;
    weighed.rid = stmt.integer(0);
    weighed.id = stmt.id(1);
    const auto [values, bytes] = stmt.weight(2, columns);
    weighed.bytes = bytes + 8 * values;
    weighed.bound = bytes + 16 * values;
    if (place >= 0) weighed.place = stmt.value(place);
    NHIP_TRY(elements.of(weighed.rid, [&](store::Stmt& element, const Field&) {
      const auto [element_values, element_bytes] = element.weight(1, element.columns());
      weighed.bytes += element_bytes + 8 * element_values;
      weighed.bound += kEscaped * element_bytes + 16 * element_values;
    }));
    NHIP_TRY(each(weighed));
  }
}

Status RecordTable::read_children(Found& found) {
  for (std::size_t i = 0; i < children_.size(); ++i) {
    const Field& field = *children_[i];
    NHIP_TRY_ASSIGN(auto stmt, db_.cached(select_children_[i]));
    stmt.bind(1, found.rid);
    for (;;) {
      NHIP_TRY_ASSIGN(const bool row, stmt.step());
      if (!row) break;
      read_element(stmt, field, 0, found);
    }
  }
  return {};
}

Result<std::optional<RecordTable::Found>> RecordTable::read(std::int64_t rid) {
  NHIP_TRY_ASSIGN(auto stmt, db_.cached(select_ + " WHERE rid=?1"));
  stmt.bind(1, rid);
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  if (!row) return std::optional<Found>();
  Found found = read_row(stmt);
  NHIP_TRY(read_children(found));
  return std::optional<Found>(std::move(found));
}

Result<std::optional<RecordTable::Found>> RecordTable::read(const Id& id) {
  NHIP_TRY_ASSIGN(auto stmt, db_.cached(select_ + " WHERE id=?1"));
  stmt.bind(1, id);
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  if (!row) return std::optional<Found>();
  Found found = read_row(stmt);
  NHIP_TRY(read_children(found));
  return std::optional<Found>(std::move(found));
}

int RecordTable::place_column() const {
  if (type_.scope.prefix.empty()) return -1;
  for (std::size_t i = 0; i < scalars_.size(); ++i) {
    if (scalars_[i]->number == type_.scope.column) return static_cast<int>(i) + 2;
  }
  return -1;
}

Result<std::optional<RecordTable::Glimpse>> RecordTable::glimpse(
    std::int64_t rid, const std::map<core::CellKey, Value>& which) {
  NHIP_TRY_ASSIGN(auto stmt, db_.cached(select_ + " WHERE rid=?1"));
  NHIP_TRY_ASSIGN(const bool row, stmt.bind(1, rid).step());
  if (!row) return std::optional<Glimpse>();
  Glimpse seen;
  seen.id = stmt.id(1);
  if (const int place = place_column(); place >= 0) seen.place = stmt.value(place);
  for (std::size_t i = 0; i <= scalars_.size(); ++i) {
    const std::uint16_t field = i < scalars_.size() ? scalars_[i]->number : kExtraField;
    const core::CellKey cell{field, {}};
    if (which.count(cell) > 0) seen.cells.push_back({cell, stmt.value(static_cast<int>(i) + 2)});
  }
  std::sort(seen.cells.begin(), seen.cells.end(),
            [](const core::Change& a, const core::Change& b) { return a.cell < b.cell; });
  return std::optional<Glimpse>(std::move(seen));
}

Status RecordTable::each(const std::function<bool(const Found&)>& each) {
  NHIP_TRY_ASSIGN(auto stmt, db_.prepare(select_ + " ORDER BY id"));
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return {};
    Found found = read_row(stmt);
    NHIP_TRY(read_children(found));
    if (!each(found)) return {};
  }
}

Status RecordTable::each_same(const std::vector<std::pair<std::uint16_t, Value>>& same,
                              const std::function<bool(const Found&)>& each) {
  std::string sql = select_ + " WHERE 1";
  for (std::size_t i = 0; i < same.size(); ++i) {
    const Field* field = type_.field(same[i].first);
    if (field == nullptr) return {};
    sql += " AND " + store::quoted(field->column.name) + "=?" + std::to_string(i + 1);
  }
  NHIP_TRY_ASSIGN(auto stmt, db_.prepare(sql + " ORDER BY rid"));
  for (std::size_t i = 0; i < same.size(); ++i) stmt.bind(static_cast<int>(i) + 1, same[i].second);
  for (;;) {
    NHIP_TRY_ASSIGN(const bool row, stmt.step());
    if (!row) return {};
    Found found = read_row(stmt);
    NHIP_TRY(read_children(found));
    if (!each(found)) return {};
  }
}

Result<std::int64_t> RecordTable::highest_rid() {
  NHIP_TRY_ASSIGN(auto stmt, db_.cached("SELECT max(rid) FROM " + store::quoted(type_.name)));
  NHIP_TRY_ASSIGN(const bool row, stmt.step());
  return row ? stmt.integer(0) : std::int64_t{0};
}

namespace {

const core::CellKey& key_of(const core::Cells::value_type& cell) { return cell.first; }
const core::CellKey& key_of(const core::Change& cell) { return cell.cell; }
const Value& value_of(const core::Cells::value_type& cell) { return cell.second; }
const Value& value_of(const core::Change& cell) { return cell.value; }

}  // namespace

// Fields and columns ascend together; a parameter that is not bound is null.
template <typename Cells>
Result<std::int64_t> RecordTable::insert_cells(const Id& id, const Cells& cells) {
  bool elements = false;
  {
    NHIP_TRY_ASSIGN(auto stmt, db_.cached(insert_));
    stmt.bind(1, id);
    std::size_t column = 0;
    for (const auto& cell : cells) {
      const core::CellKey& key = key_of(cell);
      if (!key.element.empty()) {
        elements = true;
        continue;
      }
      while (column < scalars_.size() && scalars_[column]->number < key.field) ++column;
      const bool known = column < scalars_.size() ? scalars_[column]->number == key.field
                                                  : key.field == kExtraField;
      if (known) stmt.lend(static_cast<int>(column) + 2, value_of(cell));
    }
    NHIP_TRY(stmt.run());
  }
  const std::int64_t rid = db_.last_insert_rowid();
  if (!elements) return rid;
  for (const auto& cell : cells) {
    if (!key_of(cell).element.empty()) NHIP_TRY(write_cell(rid, key_of(cell), value_of(cell)));
  }
  return rid;
}

Result<std::int64_t> RecordTable::insert(const Id& id, const core::Cells& cells) {
  return insert_cells(id, cells);
}

Result<std::int64_t> RecordTable::insert(const Id& id, const std::vector<core::Change>& cells) {
  return insert_cells(id, cells);
}

const record::QuickRecord& RecordTable::quick(const std::set<std::string>& envelope) {
  if (quick_ == nullptr) quick_ = std::make_unique<record::QuickRecord>(type_, envelope);
  return *quick_;
}

Status RecordTable::update(std::int64_t rid, const core::Cells& before, const core::Cells& after) {
  for (const auto& [cell, value] : before) {
    if (after.find(cell) == after.end()) NHIP_TRY(write_cell(rid, cell, Value()));
  }
  for (const auto& [cell, value] : after) {
    if (core::cell_value(before, cell) != value) NHIP_TRY(write_cell(rid, cell, value));
  }
  return {};
}

Status RecordTable::write_cell(std::int64_t rid, const core::CellKey& cell, const Value& value) {
  std::string column;
  if (cell.field == kExtraField) {
    column = "extra";
  } else {
    const Field* field = type_.field(cell.field);
    if (field == nullptr) return {};
    if (!field->is_scalar()) return write_element(*field, rid, cell.element, value);
    if (!has_place(type_, *field)) return {};
    column = field->column.name;
  }
  NHIP_TRY_ASSIGN(auto stmt, db_.cached("UPDATE " + store::quoted(type_.name) + " SET " +
                                        store::quoted(column) + "=?2 WHERE rid=?1"));
  stmt.bind(1, rid).bind(2, value);
  return stmt.run();
}

Status RecordTable::write_element(const Field& field, std::int64_t rid, const std::string& element,
                                  const Value& value) {
  std::size_t at = 0;
  while (children_[at] != &field) ++at;
  const auto keys = record::element_keys(field, element);
  if (!keys) {
    return {Code::kMalformed, "bad_element", field.path + ": an element key has the wrong shape"};
  }
  NHIP_TRY_ASSIGN(auto stmt, db_.cached(value.is_null() ? delete_child_[at] : upsert_child_[at]));
  int index = 1;
  stmt.bind(index++, rid);
  for (const Value& key : *keys) stmt.bind(index++, key);
  if (!value.is_null()) {
    const auto columns = record::unpack_element(field, value);
    if (!columns || columns->size() != field.values.size()) {
      return {Code::kMalformed, "bad_element", field.path + ": an element has the wrong shape"};
    }
    for (const Value& each : *columns) stmt.bind(index++, each);
  }
  return stmt.run();
}

Status RecordTable::remove(std::int64_t rid) {
  for (const Field* field : children_) {
    NHIP_TRY_ASSIGN(auto stmt,
                    db_.cached("DELETE FROM " + store::quoted(child_table(type_, *field)) +
                               " WHERE parent=?1"));
    NHIP_TRY(stmt.bind(1, rid).run());
  }
  NHIP_TRY_ASSIGN(auto stmt,
                  db_.cached("DELETE FROM " + store::quoted(type_.name) + " WHERE rid=?1"));
  return stmt.bind(1, rid).run();
}

Result<core::Cells> RecordTable::elements_at(std::int64_t rid) {
  Found found;
  found.rid = rid;
  NHIP_TRY(read_children(found));
  return std::move(found.cells);
}

Status RecordTable::remove_stray_elements(std::int64_t rid) {
  for (const Field* field : children_) {
    NHIP_TRY_ASSIGN(auto stmt,
                    db_.cached("DELETE FROM " + store::quoted(child_table(type_, *field)) +
                               " WHERE parent=?1 AND NOT EXISTS(SELECT 1 FROM " +
                               store::quoted(type_.name) + " WHERE rid=?1)"));
    NHIP_TRY(stmt.bind(1, rid).run());
  }
  return {};
}

bool RecordTable::has_column(const core::CellKey& cell) const {
  if (cell.field == kExtraField) return true;
  const Field* field = type_.field(cell.field);
  return field != nullptr && (!field->is_scalar() || has_place(type_, *field));
}

Result<Value> RecordTable::unpack_mark(const core::CellKey& cell, const Value& saved) const {
  const Field* field = type_.field(cell.field);
  if (field == nullptr || field->is_scalar() || saved.is_null()) return saved;
  if (field->shape == Shape::kSet) return record::pack_element(*field, {});
  if (field->shape == Shape::kMap) return record::pack_element(*field, {saved});
  const auto columns = read_literals(saved.text() ? *saved.text() : "");
  if (!columns || columns->size() != field->values.size()) {
    return Status(Code::kCorrupt, "bad_mark", "The replica's bookkeeping holds a damaged entry.",
                  "Keep a copy of the replica's files.");
  }
  return record::pack_element(*field, *columns);
}

}  // namespace nhip::replica
