// Values, operations and rows in JSON. Grammar: schema/protocol/v1.md, "Records".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocol/json_reader.h"
#include "protocol/messages.h"

namespace nhip::protocol {

// The authors that versions of one message name, by their place in its table. Ascending, so that
// equal messages have equal tables.
class AuthorTable {
 public:
  void add(const core::Versions& versions);
  // After the last add.
  Json encode();
  std::size_t index(const Author& author) const { return index_.at(author); }

 private:
  std::map<Author, std::size_t> index_;
};

Json value_json(const Value& value);
Value read_value(const Json& json, Fault& fault);

Json group_json(const core::Group& group);
void read_group(const Json& json, Fault& fault, core::Group& group);

Json row_json(const RowUpdate& row, const AuthorTable& authors);
void read_row(const Json& json, const std::vector<Author>& authors, Fault& fault, RowUpdate& row);

}  // namespace nhip::protocol
