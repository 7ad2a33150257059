// A record as JSON ⇄ cells, and the checks that a single record must pass. Shared by entry on a
// device and by the centre's load, so both read and print the same form (schema/README.md, "A
// record as JSON").
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/operation.h"
#include "core/row.h"
#include "nhip/schema.h"
#include "nhip/status.h"

namespace nhip::record {

enum class Source {
  kEntry,  // typed by a person: text becomes NFC and is trimmed, unknown ids and sealed fields are
           // refused, control characters refused, lengths and ranges hold
  kLoad,   // from an older system: bytes are kept, sealed fields dropped and counted, ids that are
           // no UUID become UUIDv5(centre, text); lengths are not refused
};

struct ParseOptions {
  Source source = Source::kEntry;
  bool creating = false;  // required fields must be there
  Id centre;              // namespace for foreign ids
};

// Something that breaks a rule but did not refuse the record: the line of an older system counts.
struct Remark {
  std::string code;   // too_long, out_of_range, bad_text, duplicate_key, missing_key
  std::string field;  // "title", "participants[].key"
};

struct ParsedRecord {
  std::optional<Id> id;   // derived when the type has a natural key and its fields are given
  std::string source_id;  // the id's text when it was no UUID
  core::Cells cells;      // non-null cells of the given fields, `extra` among them
  std::set<std::uint16_t> given;  // numbers of the fields that were named, null ones included
  // Maps given as an object: only the keys that stand in it change. (A list given, and a map given
  // as null, are replaced as a whole.)
  std::set<std::uint16_t> patched;
  std::set<core::CellKey> emptied;  // elements of those maps that were given as null
  std::string extra_patch;  // JSON: what `extra` gets, null = taken away; empty when nothing
  std::vector<std::string> unknown;  // names kept in `extra`: "nickname", "participants[].phone"
  std::vector<Remark> remarks;       // only when loading
  std::size_t sealed_dropped = 0;    // values of sealed fields that were there and not null
};

// Reads a record of `type`. The keys id, type, and those listed in `envelope` are not fields.
// kInvalid: the name is one of wrong_type, out_of_range, bad_date, bad_text, too_long, too_deep,
// bad_id, missing_field, missing_key, duplicate_key, sealed_field, and the message begins with the
// field's path.
// `_meta` is skipped. A dotted key ("funding.union", "answers.cb_q1") names the same field as
// nesting does.
Result<ParsedRecord> parse_record(const Type& type, const nlohmann::json& object,
                                  const ParseOptions& options,
                                  const std::set<std::string>& envelope = {});

// The changes that turn `before` (empty for a new record) into what was given. A list given
// replaces the whole list, a map given changes the keys it has. Ascending, without no-ops.
std::vector<core::Change> changes_from(const Type& type, const core::Cells& before,
                                       const ParsedRecord& given);

// All fields in schema order, nested; without `_meta`. Sealed fields are left out.
nlohmann::json to_json(const Type& type, const Id& id, const core::Cells& cells);

// The JSON of one cell's value as a person knows it: {"unit_id": …} for an element of objects, true
// for an element of a set, and so on. Null for an absent cell, but false for `deleted`.
nlohmann::json cell_to_json(const Type& type, const core::CellKey& cell, const Value& value);
// "funding.union", "participants[OFFICIAL,CB-01-007]" (key columns in schema order; a comma or
// backslash inside one has a backslash before it), "topics[T1]", "answers.cb_q1", "deleted",
// "extra".
std::string cell_path(const Type& type, const core::CellKey& cell);
// The reverse, for settling a conflict by a value. kInvalid as parse_record.
Result<Value> cell_from_json(const Type& type, const core::CellKey& cell,
                             const nlohmann::json& json);
std::optional<core::CellKey> parse_cell_path(const Type& type, std::string_view path);

// Type-level checks of changes that come from a replica (the centre runs them before it merges):
// known kind of value for the field, ranges, real dates, element shapes, sizes. Unknown field
// numbers pass.
Status check_changes(const Type& type, const std::vector<core::Change>& changes);

// The scope of a record with these cells. kInvalid when the scope column is null, too long, or has
// a character that would lead into another scope ("U-01/sealed").
Result<std::string> scope_of(const Type& type, const core::Cells& cells);

// The id of a record whose type has a natural key: UUIDv5(centre, "type/value/value…"). kInvalid
// missing_field when one of the key's fields is null.
Result<Id> natural_id(const Type& type, const Id& centre, const core::Cells& cells);

// The element key of a list's or map's key columns as they stand in the child table, and the
// reverse. Nothing when a column is null or empty, holds U+001F, does not fit its type, or all are
// too long.
std::optional<std::string> element_of(const Field& field, const std::vector<Value>& keys);
std::optional<std::vector<Value>> element_keys(const Field& field, std::string_view element);

// The value of a list or map element as one cell: 1 for a set; the value itself for a single value
// column of a map; otherwise the text of a canonical JSON array of the value columns in schema
// order (reals and blobs are not allowed there; booleans as true/false, references as UUID text).
Value pack_element(const Field& field, const std::vector<Value>& columns);
// The reverse: the value columns as they stand in the child table. Nothing when it does not fit.
std::optional<std::vector<Value>> unpack_element(const Field& field, const Value& value);

// The JSON text with keys in byte order and without blanks, as every kJson value is stored. Nothing
// when it is no JSON, deeper than kJsonDepthMax, or not UTF-8.
std::optional<std::string> canonical_json(std::string_view text);

bool is_date(std::string_view text);     // a real calendar day YYYY-MM-DD
bool is_instant(std::string_view text);  // YYYY-MM-DDTHH:MM:SSZ, a real instant

}  // namespace nhip::record
