// Columns: many values of one field, or many texts of one kind, written together. Grammar:
// schema/protocol/v1.md, "Binary".
//
// A writer looks at a whole column and takes the shorter of a few forms (a table of the texts that
// repeat, ids in their 16 bytes, integers by their distances or without a common factor); the form
// stands at the head of the column, so a reader needs to know nothing of how it was chosen.
#pragma once

#include <string>
#include <vector>

#include "nhip/value.h"
#include "protocol/wire_streams.h"

namespace nhip::protocol {

void write_texts(const std::vector<const std::string*>& texts, WireWriter& out);
// `count` of them, each of at most `bytes_max`.
std::vector<std::string> read_texts(std::size_t count, std::size_t bytes_max, WireReader& in);

void write_integers(const std::vector<std::int64_t>& integers, WireWriter& out);
std::vector<std::int64_t> read_integers(std::size_t count, WireReader& in);

void write_values(const std::vector<const Value*>& values, WireWriter& out);
std::vector<Value> read_values(std::size_t count, WireReader& in);

}  // namespace nhip::protocol
