// How capture works, in SQL. An update trigger per column saves the value from before the first
// change since the last seal; deleting and replacing save the whole row. No trigger decides
// anything: they only mark, and sealing compares. `INSERT … SELECT … WHERE NOT EXISTS` is used
// instead of INSERT OR IGNORE because a trigger inherits the conflict clause of the statement that
// fired it.

#include "replica/table_sql.h"

#include "store/db.h"

namespace nhip::replica {

namespace {

using store::quoted;

std::string number(std::uint64_t value) { return std::to_string(value); }

const char* affinity(FieldType type) {
  switch (type) {
    case FieldType::kInteger:
    case FieldType::kBoolean: return "INTEGER";
    case FieldType::kReal: return "REAL";
    case FieldType::kReference:
    case FieldType::kBlob: return "BLOB";
    default: return "TEXT";
  }
}

// What a STRICT table does not check by itself; "" when it does.
std::string strict_check(const Column& column) {
  const std::string name = quoted(column.name);
  if (column.type == FieldType::kBoolean) return name + " IN (0,1)";
  if (column.type == FieldType::kReference) return "length(" + name + ")=16";
  return "";
}

std::string type_check(const Column& column) {
  const std::string name = quoted(column.name);
  switch (column.type) {
    case FieldType::kInteger: return "typeof(" + name + ") IN ('integer','null')";
    case FieldType::kBoolean:
      return name + " IS NULL OR (typeof(" + name + ")='integer' AND " + name + " IN (0,1))";
    case FieldType::kReal: return "typeof(" + name + ") IN ('real','null')";
    case FieldType::kReference:
      return name + " IS NULL OR (typeof(" + name + ")='blob' AND length(" + name + ")=16)";
    case FieldType::kBlob: return "typeof(" + name + ") IN ('blob','null')";
    default: return "typeof(" + name + ") IN ('text','null')";
  }
}

std::string column_sql(const Column& column) {
  return quoted(column.name) + " " + affinity(column.type) + " CHECK(" + type_check(column) + ")";
}

std::string mark_of(const Type& type) {
  return "(SELECT mark FROM _nhip_guard WHERE type=" + number(type.number) + ")";
}

std::string no_mark(const Type& type, const std::string& rid, std::uint16_t field,
                    const std::string& element) {
  return "NOT EXISTS(SELECT 1 FROM _nhip_mark WHERE type=" + number(type.number) +
         " AND rid=" + rid + " AND field=" + number(field) + " AND element=" + element + ")";
}

// The marking statement of a trigger whose WHEN says no_mark(): a SELECT from the table that it
// fills would make SQLite build a temporary table each time.
std::string first_mark(const Type& type, const std::string& rid, std::uint16_t field,
                       const std::string& element, const std::string& old) {
  return "INSERT INTO _nhip_mark(type,rid,field,element,old) VALUES(" + number(type.number) + "," +
         rid + "," + number(field) + "," + element + "," + old + ");";
}

// One marking statement; `rid`, `element` and `old` are SQL expressions.
std::string mark(const Type& type, const std::string& rid, std::uint16_t field,
                 const std::string& element, const std::string& old) {
  const std::string t = number(type.number);
  const std::string f = number(field);
  return "INSERT INTO _nhip_mark(type,rid,field,element,old) SELECT " + t + "," + rid + "," + f +
         "," + element + "," + old + " WHERE NOT EXISTS(SELECT 1 FROM _nhip_mark WHERE type=" + t +
         " AND rid=" + rid + " AND field=" + f + " AND element=" + element + ");";
}

std::string trigger(const std::string& name, const std::string& event, const std::string& table,
                    const std::string& when, const std::string& body) {
  return "CREATE TRIGGER " + quoted(name) + " " + event + " ON " + quoted(table) +
         (when.empty() ? "" : " WHEN " + when) + " BEGIN " + body + " END";
}

// The value columns of an element in row alias `row` (OLD or a table name) for
// RecordTable::unpack_mark: SQL literals joined by commas. JSON functions would do, but not in a
// schema that SQLite is told not to trust.
std::string packed(const Field& field, const std::string& row) {
  if (field.shape == Shape::kSet) return "1";
  if (field.shape == Shape::kMap) return row + "." + quoted(field.values.front().name);
  std::string columns;
  for (const Column& column : field.values) {
    columns +=
        (columns.empty() ? "quote(" : "||','||quote(") + row + "." + quoted(column.name) + ")";
  }
  return columns.empty() ? "''" : columns;
}

std::string element_key(const Field& field, const std::string& row) {
  std::string key;
  for (const Column& column : field.keys) {
    key += (key.empty() ? "" : "||char(31)||") + row + "." + quoted(column.name);
  }
  return "CAST(" + key + " AS TEXT)";
}

std::string whole_row_marks(const Type& type, const std::string& rid, const std::string& row) {
  std::string body = mark(type, rid, kDeletedField, "''", row + ".id");
  for (const Field* field : scalar_fields(type)) {
    body += mark(type, rid, field->number, "''", row + "." + quoted(field->column.name));
  }
  return body + mark(type, rid, kExtraField, "''", row + ".extra");
}

// One marking statement for every row that `from_where` selects.
std::string mark_each(const Type& type, const std::string& rid, std::uint16_t field,
                      const std::string& element, const std::string& old,
                      const std::string& from_where) {
  const std::string t = number(type.number);
  const std::string f = number(field);
  return "INSERT INTO _nhip_mark(type,rid,field,element,old) SELECT " + t + "," + rid + "," + f +
         "," + element + "," + old + " " + from_where +
         " AND NOT EXISTS(SELECT 1 FROM _nhip_mark WHERE type=" + t + " AND rid=" + rid +
         " AND field=" + f + " AND element=" + element + ");";
}

// Marks of the rows that `which` selects and REPLACE may be about to remove without firing their
// delete trigger. Nothing is removed here: with OR IGNORE or an upsert the row stays, and sealing
// finds no change.
std::string replaced_row_marks(const Type& type, const std::string& which) {
  const std::string table = quoted(type.name);
  const std::string from = "FROM " + table + " r WHERE " + which;
  std::string body = mark_each(type, "r.rid", kDeletedField, "''", "r.id", from);
  for (const Field* field : scalar_fields(type)) {
    body += mark_each(type, "r.rid", field->number, "''", "r." + quoted(field->column.name), from);
  }
  body += mark_each(type, "r.rid", kExtraField, "''", "r.extra", from);
  for (const Field* field : child_fields(type)) {
    body +=
        mark_each(type, "c.parent", field->number, element_key(*field, "c"), packed(*field, "c"),
                  "FROM " + quoted(child_table(type, *field)) +
                      " c WHERE c.parent IN (SELECT r.rid " + from + ")");
  }
  return body;
}

void append_row_triggers(const Type& type, std::vector<std::string>& out) {
  const std::string& table = type.name;
  const std::string prefix = "_nhip_t_" + table + "_";
  const std::string known = "OLD.rid <= " + mark_of(type);
  const auto column_trigger = [&](std::uint16_t field, const std::string& column) {
    out.push_back(trigger(prefix + number(field), "AFTER UPDATE OF " + quoted(column), table,
                          "OLD." + quoted(column) + " IS NOT NEW." + quoted(column) + " AND " +
                              known + " AND " + no_mark(type, "OLD.rid", field, "''"),
                          first_mark(type, "OLD.rid", field, "''", "OLD." + quoted(column))));
  };
  for (const Field* field : scalar_fields(type)) column_trigger(field->number, field->column.name);
  column_trigger(kExtraField, "extra");
  out.push_back(trigger(prefix + "delete", "AFTER DELETE", table, known,
                        whole_row_marks(type, "OLD.rid", "OLD")));
  std::string children;
  std::string move_children;
  for (const Field* field : child_fields(type)) {
    children += "DELETE FROM " + quoted(child_table(type, *field)) + " WHERE parent=OLD.rid;";
    move_children +=
        "UPDATE " + quoted(child_table(type, *field)) + " SET parent=NEW.rid WHERE parent=OLD.rid;";
  }
  if (!children.empty())
    out.push_back(trigger(prefix + "children", "AFTER DELETE", table, "", children));
  out.push_back(trigger(prefix + "insert", "AFTER INSERT", table, "NEW.rid <= " + mark_of(type),
                        mark(type, "NEW.rid", kInsertedField, "''", "1")));
  // A row that the new one may replace, by its rid or by its id.
  out.push_back(trigger(prefix + "replace_rid", "BEFORE INSERT", table,
                        "NEW.rid > 0 AND NEW.rid <= " + mark_of(type) +
                            " AND EXISTS(SELECT 1 FROM " + quoted(table) + " WHERE rid=NEW.rid)",
                        replaced_row_marks(type, "r.rid=NEW.rid")));
  const std::string same_id = "id=NEW.id AND rid <= " + mark_of(type);
  out.push_back(trigger(prefix + "replace_id", "BEFORE INSERT", table,
                        "EXISTS(SELECT 1 FROM " + quoted(table) + " WHERE " + same_id + ")",
                        replaced_row_marks(type, "r.id=NEW.id AND r.rid <= " + mark_of(type))));
  // A row that names no unit belongs to this device's; a column default could not know it.
  const Field* unit = type.scope.prefix.empty() ? nullptr : type.field(type.scope.column);
  if (unit != nullptr) {
    out.push_back(trigger(
        prefix + "unit", "AFTER INSERT", table, "NEW." + quoted(unit->column.name) + " IS NULL",
        "UPDATE " + quoted(table) + " SET " + quoted(unit->column.name) +
            "=(SELECT value FROM _nhip_setting WHERE name='unit_id') WHERE rid=NEW.rid;"));
  }
  // A changed id or rid is the end of one record and the beginning of another.
  out.push_back(trigger(prefix + "identity", "BEFORE UPDATE OF rid, id", table,
                        known + " AND (OLD.id IS NOT NEW.id OR OLD.rid IS NOT NEW.rid)",
                        whole_row_marks(type, "OLD.rid", "OLD")));
  out.push_back(trigger(
      prefix + "usurp", "BEFORE UPDATE OF rid, id", table,
      "OLD.id IS NOT NEW.id OR OLD.rid IS NOT NEW.rid",
      replaced_row_marks(type, "(r.id=NEW.id OR r.rid=NEW.rid) AND r.rid<>OLD.rid AND r.rid <= " +
                                   mark_of(type))));
  out.push_back(
      trigger(prefix + "moved", "AFTER UPDATE OF rid", table, "OLD.rid IS NOT NEW.rid",
              "INSERT INTO _nhip_mark(type,rid,field,element,old) SELECT " + number(type.number) +
                  ",NEW.rid," + number(kInsertedField) + ",'',1 WHERE NEW.rid <= " + mark_of(type) +
                  " AND NOT EXISTS(SELECT 1 FROM _nhip_mark WHERE type=" + number(type.number) +
                  " AND rid=NEW.rid AND field=" + number(kInsertedField) + ");" + move_children));
}

void append_child_triggers(const Type& type, const Field& field, std::vector<std::string>& out) {
  const std::string table = child_table(type, field);
  const std::string prefix = "_nhip_t_" + table + "_";
  const std::string limit = mark_of(type);
  std::string same_key = "parent=NEW.parent";
  for (const Column& column : field.keys) {
    same_key += " AND " + quoted(column.name) + "=NEW." + quoted(column.name);
  }
  const std::string present = "(SELECT " + packed(field, quoted(table)) + " FROM " + quoted(table) +
                              " WHERE " + same_key + ")";
  out.push_back(
      trigger(prefix + "add", "BEFORE INSERT", table,
              "NEW.parent <= " + limit + " AND " +
                  no_mark(type, "NEW.parent", field.number, element_key(field, "NEW")),
              first_mark(type, "NEW.parent", field.number, element_key(field, "NEW"), present)));
  out.push_back(trigger(
      prefix + "remove", "AFTER DELETE", table, "OLD.parent <= " + limit,
      mark(type, "OLD.parent", field.number, element_key(field, "OLD"), packed(field, "OLD"))));
  out.push_back(trigger(
      prefix + "edit", "BEFORE UPDATE", table,
      "OLD.parent <= " + limit + " OR NEW.parent <= " + limit,
      mark(type, "OLD.parent", field.number, element_key(field, "OLD"), packed(field, "OLD")) +
          mark(type, "NEW.parent", field.number, element_key(field, "NEW"), present)));
}

}  // namespace

std::string child_table(const Type& type, const Field& field) {
  return type.name + "_" + field.column.name;
}

std::string version_table(const Type& type) { return "_nhip_v_" + type.name; }

bool has_place(const Type& type, const Field& field) {
  return !field.sealed || !type.companion_of.empty();
}

std::vector<const Field*> scalar_fields(const Type& type) {
  std::vector<const Field*> fields;
  for (const Field& field : type.fields) {
    if (field.is_scalar() && has_place(type, field)) fields.push_back(&field);
  }
  return fields;
}

std::vector<const Field*> child_fields(const Type& type) {
  std::vector<const Field*> fields;
  for (const Field& field : type.fields) {
    if (!field.is_scalar()) fields.push_back(&field);
  }
  return fields;
}

std::vector<std::string> create_statements(const Type& type) {
  std::string table = "CREATE TABLE " + quoted(type.name) +
                      "(rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE DEFAULT (randomblob(16))"
                      " CHECK(length(id)=16)";
  for (const Field* field : scalar_fields(type)) {
    table += ", " + quoted(field->column.name) + " " + affinity(field->column.type);
    if (const std::string check = strict_check(field->column); !check.empty())
      table += " CHECK(" + check + ")";
  }
  // STRICT checks the types of all columns in one step; a CHECK for each costs as much as the rest
  // of the insert.
  std::vector<std::string> statements{table + ", extra TEXT) STRICT"};
  for (const Field* field : child_fields(type))
    statements.push_back(add_field_statement(type, *field));
  statements.push_back("CREATE TABLE " + quoted(version_table(type)) +
                       "(rid INTEGER PRIMARY KEY, scope INTEGER NOT NULL, seq INTEGER NOT NULL,"
                       " stamp INTEGER NOT NULL, author INTEGER NOT NULL, more BLOB)");
  statements.push_back("INSERT INTO _nhip_guard(type,mark) VALUES(" + number(type.number) + ",0)");
  for (std::string& each : trigger_statements(type)) statements.push_back(std::move(each));
  return statements;
}

std::string add_field_statement(const Type& type, const Field& field) {
  if (field.is_scalar())
    return "ALTER TABLE " + quoted(type.name) + " ADD COLUMN " + column_sql(field.column);
  std::string child =
      "CREATE TABLE " + quoted(child_table(type, field)) + "(parent INTEGER NOT NULL";
  std::string key = "parent";
  for (const Column& column : field.keys) {
    child += ", " + quoted(column.name) + " " + affinity(column.type) + " NOT NULL";
    key += "," + quoted(column.name);
  }
  for (const Column& column : field.values) child += ", " + column_sql(column);
  return child + ", PRIMARY KEY(" + key + ")) WITHOUT ROWID";
}

std::vector<std::string> trigger_statements(const Type& type) {
  std::vector<std::string> statements;
  append_row_triggers(type, statements);
  for (const Field* field : child_fields(type)) append_child_triggers(type, *field, statements);
  return statements;
}

std::string select_rows(const Type& type) {
  std::string sql = "SELECT rid,id";
  for (const Field* field : scalar_fields(type)) sql += "," + quoted(field->column.name);
  return sql + ",extra FROM " + quoted(type.name);
}

std::string insert_row(const Type& type) {
  std::string columns = "id";
  std::string values = "?1";
  int index = 1;
  for (const Field* field : scalar_fields(type)) {
    columns += "," + quoted(field->column.name);
    values += ",?" + std::to_string(++index);
  }
  columns += ",extra";
  values += ",?" + std::to_string(++index);
  return "INSERT INTO " + quoted(type.name) + "(" + columns + ") VALUES(" + values + ")";
}

std::string select_children(const Type& type, const Field& field) {
  std::string columns;
  for (const Column& column : field.keys)
    columns += (columns.empty() ? "" : ",") + quoted(column.name);
  for (const Column& column : field.values) columns += "," + quoted(column.name);
  return "SELECT " + columns + " FROM " + quoted(child_table(type, field)) + " WHERE parent=?1";
}

std::string upsert_child(const Type& type, const Field& field) {
  std::string columns = "parent";
  std::string values = "?1";
  std::string keys = "parent";
  std::string updates;
  int index = 1;
  for (const Column& column : field.keys) {
    columns += "," + quoted(column.name);
    keys += "," + quoted(column.name);
    values += ",?" + std::to_string(++index);
  }
  for (const Column& column : field.values) {
    columns += "," + quoted(column.name);
    values += ",?" + std::to_string(++index);
    updates +=
        (updates.empty() ? "" : ",") + quoted(column.name) + "=excluded." + quoted(column.name);
  }
  return "INSERT INTO " + quoted(child_table(type, field)) + "(" + columns + ") VALUES(" + values +
         ") ON CONFLICT(" + keys + ") DO " +
         (updates.empty() ? std::string("NOTHING") : "UPDATE SET " + updates);
}

std::string delete_child(const Type& type, const Field& field) {
  std::string where = "parent=?1";
  int index = 1;
  for (const Column& column : field.keys) {
    where += " AND " + quoted(column.name) + "=?" + std::to_string(++index);
  }
  return "DELETE FROM " + quoted(child_table(type, field)) + " WHERE " + where;
}

}  // namespace nhip::replica
