// The SQL of one record type, generated from the registry: its table, child tables, triggers and
// version table, and the statements that read and write them. Pure text; nothing here touches a
// database.
#pragma once

#include <string>
#include <vector>

#include "nhip/schema.h"

namespace nhip::replica {

inline constexpr std::uint16_t kInsertedField = 65534;  // in _nhip_mark only

// DDL of everything that belongs to a type, one statement per entry.
std::vector<std::string> create_statements(const Type& type);
// Only the triggers, of its child tables too.
std::vector<std::string> trigger_statements(const Type& type);

// Makes place for one more field in a type whose table is there: a column or a child table.
std::string add_field_statement(const Type& type, const Field& field);

std::string child_table(const Type& type, const Field& field);
std::string version_table(const Type& type);

// Sealed fields have columns in their companion type only.
bool has_place(const Type& type, const Field& field);
// Columns of the record table in this order: scalar fields of the type, then `extra`.
std::vector<const Field*> scalar_fields(const Type& type);
std::vector<const Field*> child_fields(const Type& type);

// SELECT rid, id, COLUMNS… FROM table
std::string select_rows(const Type& type);
// INSERT INTO table(id, COLUMNS…) VALUES(?1, ?2…)
std::string insert_row(const Type& type);
std::string select_children(const Type& type,
                            const Field& field);  // KEYS…, VALUES… WHERE parent=?1
std::string upsert_child(const Type& type, const Field& field);  // ?1 parent, keys, values
std::string delete_child(const Type& type, const Field& field);  // ?1 parent, keys

}  // namespace nhip::replica
