// Records as rows of a CSV file and back. The schema says what a cell means; what it does not know
// is text. Lists of scalars stand in one cell separated by ";", other lists and maps as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages.h"
#include "nhip/schema.h"
#include "nhip/status.h"
#include "output.h"

namespace nhip::cli {

// The columns of a file that is to be read.
class CsvColumns {
 public:
  // kInvalid "bad_header" when a name is empty, repeated or no UTF-8.
  static Result<CsvColumns> parse(Language language, const Type& type,
                                  const std::vector<std::string>& header);

  // A row as a JSON object; empty cells are absent. kInvalid names the column and the value at
  // fault.
  Result<Json> record(Language language, const std::vector<std::string>& cells) const;

 private:
  struct Column {
    std::string path;
    const Field* field = nullptr;  // null: id, type, or not in the schema
    bool map_value = false;        // "answers.q1": one value of a map
    bool ignored = false;          // what only one side knows: _meta
  };
  std::vector<Column> columns_;
};

// The JSON value of one cell. `text` is not empty.
Result<Json> cell_to_json(Language language, const Field& field, std::string_view text);

// The first line of an export: id, then the fields in schema order, without sealed ones.
std::string csv_header(const Type& type);
std::string csv_line(const Type& type, const Json& record);

// A value in words, as a cell has it, without the apostrophe that CSV puts before formulas.
std::string plain_cell_text(const Field& field, const Json& value);
// The value under a dotted path; null when there is none.
const Json* record_value(const Json& record, std::string_view path);

}  // namespace nhip::cli
