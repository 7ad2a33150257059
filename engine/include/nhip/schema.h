// Schema: what a centre's records look like, as data.
//
// A schema is read from JSON (grammar: schema/README.md), never changed afterwards and shared by
// device and server. Types and fields have permanent small numbers; the numbers, not the names,
// travel and are stored. Immutable after parsing, so it may be read from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nhip/rule.h"
#include "nhip/status.h"

namespace nhip {

enum class FieldType {
  kText,
  kInteger,
  kReal,
  kBoolean,    // stored as 0 or 1
  kDate,       // text YYYY-MM-DD, a real calendar day
  kInstant,    // text YYYY-MM-DDTHH:MM:SSZ
  kReference,  // 16-byte id of another record
  kJson,       // any JSON value, stored as its canonical text, so true, 1 and "1" stay different
  kBlob,
};

// How a field decides between concurrent values. See engine/DESIGN.md, "Merge".
enum class Policy { kLww, kReview, kLadder, kServer, kFirst, kSet, kMap, kAppend };

enum class Shape {
  kScalar,   // one column of the record's table
  kSet,      // list of scalars; the value itself is the element key
  kObjects,  // list of objects with a key of one or more columns
  kMap,      // JSON object of free keys
};

// Limits on one column. Lengths are in bytes of UTF-8.
struct Column {
  std::string name;
  FieldType type = FieldType::kText;
  // Hold everywhere and for ever: what lies outside is refused at entry, at load and on the wire.
  std::optional<std::int64_t> min;
  std::optional<std::int64_t> max;
  // Hold for people at entry only, as length_max does: records of an older system may lie outside.
  std::optional<std::int64_t> entry_min;
  std::optional<std::int64_t> entry_max;
  std::uint32_t length_max = 0;  // 0: the engine's limit
  bool required = false;         // must not be null when the record is created by a person
};

struct Transition {
  std::string from;  // empty: the record is new
  std::string to;
};

struct Field {
  std::uint16_t number = 0;  // 1…65535, never reused inside its type
  std::string path;          // JSON path, dotted: "funding.union"
  Column column;             // of a scalar: its column in the record's table ("funding_union")
  Shape shape = Shape::kScalar;
  Policy policy = Policy::kLww;  // for kMap policy: how one element merges is element_policy
  Policy element_policy = Policy::kLww;  // kLww or kReview
  std::string group;                     // fields of one group are merged and judged as one
  std::vector<std::string> ladder;       // rank order of kLadder, lowest first; "A|B" share a rank
  std::vector<Transition> transitions;   // of kServer: what a unit may do
  bool sealed = false;                   // class P3: never stands in a main row
  std::vector<std::string> sealed_elements;  // of a map: element keys of class P3
  // Of a list whose elements name units: the column that holds the unit. Says where spread_as rows
  // go.
  std::string names_unit;
  // Child table of kSet, kObjects and kMap: "<type>_<field>" with `parent` (a rid), keys, values.
  std::vector<Column> keys;
  std::vector<Column> values;

  bool is_scalar() const noexcept { return shape == Shape::kScalar; }
};

// Which scope a record belongs to. Either `fixed`, or `prefix` + the text of a column, unless the
// column's value stands in `named`; `suffix` follows a prefixed value.
struct ScopeRule {
  std::string fixed;
  std::uint16_t column = 0;  // field number
  std::string prefix;
  std::string suffix;
  std::map<std::string, std::string> named;
};

enum class Writers {
  kUnit,    // devices of the scope's unit, and the office
  kOffice,  // the office alone
  kAny,     // every enrolled device
  kCentre,  // the server itself; read-only everywhere else
};

struct Type {
  std::uint16_t number = 0;  // 1…15 belong to the engine, a schema's own start at 16
  std::string name;          // also the table's name
  ScopeRule scope;
  Writers writers = Writers::kUnit;
  std::vector<Field> fields;             // in ascending number
  std::vector<std::string> natural_key;  // field paths; ids are UUIDv5 of them when given
  std::string companion_of;              // this type holds the sealed fields of that one
  std::string spread_as;    // the server keeps read-only rows of that type per named unit
  std::string spread_from;  // this type holds such rows of that one
  Review review;
  // First parts of the names of sealed fields anywhere in the schema ("sensitive"): what comes
  // under such a name, and is no field here, is refused as sealed and not kept as unknown.
  std::set<std::string> sealed_names;

  const Field* field(std::uint16_t number) const noexcept;
  const Field* field(std::string_view path) const noexcept;
};

// Field numbers with a meaning of the engine's own in every type.
inline constexpr std::uint16_t kDeletedField = 0;  // 1 = the record is deleted
inline constexpr std::uint16_t kMovedType = 2;     // see engine/DESIGN.md, "Moves between scopes"
inline constexpr std::uint16_t kExtraField =
    65535;  // JSON object of fields the schema does not know

class Schema {
 public:
  // Reads the JSON text of a schema. Refuses with kInvalid and the place at fault: numbers that
  // repeat, names that are no identifiers, unknown words, references to nothing. The engine's own
  // types
  // (`nhip_conflict`) are part of every schema.
  static Result<Schema> parse(std::string_view json);

  const std::string& name() const noexcept { return name_; }
  std::uint32_t version() const noexcept { return version_; }
  const std::vector<Type>& types() const noexcept { return types_; }
  const Type* type(std::string_view name) const noexcept;
  const Type* type(std::uint16_t number) const noexcept;
  const RuleSet& rules() const noexcept { return rules_; }
  // The text it was read from.
  const std::string& source() const noexcept { return source_; }

 private:
  std::string name_;
  std::uint32_t version_ = 0;
  std::vector<Type> types_;
  RuleSet rules_;
  std::string source_;
};

}  // namespace nhip
