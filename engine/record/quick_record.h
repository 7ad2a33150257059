// QuickRecord: the usual new record, read from its JSON without a document in between: plain fields
// and sets of texts that the schema knows, each once. It either comes to exactly what parse_record
// comes to, or gives up and leaves everything to it, refusals above all.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/operation.h"
#include "nhip/schema.h"

namespace nhip::record {

class QuickRecord {
 public:
  // `type` outlives it and has no natural key, or nothing is ever read. `envelope`: as in
  // parse_record; a record with one of these names is not read quickly.
  QuickRecord(const Type& type, const std::set<std::string>& envelope);

  struct Given {
    std::optional<Id> id;
    std::vector<core::Change> cells;  // ascending, none null
    // The field that decides the scope was named, null or not.
    bool placed = false;
    std::size_t bytes = 0;  // at least what the cells take when encoded
  };
  // As entered by a person. `unit`: goes into the field that decides the scope when it is not
  // named.
  std::optional<Given> read(std::string_view json, const std::string* unit) const;

 private:
  enum class Kind { kId, kType, kField, kSet, kBranch };
  struct Name {
    std::string text;
    Kind kind = Kind::kField;
    const Field* field = nullptr;
    std::size_t number = 0;   // among all names
    std::size_t members = 0;  // of a branch: the table of its members
  };
  // Open addressing by length and a few letters; at least half of the places are empty.
  struct Names {
    std::vector<Name> places;
    const Name* find(std::string_view text) const;
    void add(Name name);
  };
  class Scanner;

  Name name_of(const Field& field, std::string text);

  const Type& type_;
  std::vector<Names> tables_;  // the record's own, then one for each branch
  std::size_t names_ = 0;
  std::vector<const Field*> required_;
};

}  // namespace nhip::record
