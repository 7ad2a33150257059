// One line of a folder of records as a version, and what is odd about it.
//
// A line is refused only for what makes it unreadable as a version: no id, unit or receipt time, a
// value of a wrong JSON type, a date that is none, a number out of its range. Everything else is
// flagged, and the line counts.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "centre/folder_reader.h"
#include "centre/history.h"

namespace nhip::server {

struct LineFlag {
  std::string code, message;
};

struct ReadLine {
  LoadedVersion version;
  std::vector<std::string> unknown;  // names of fields the schema does not know
  std::size_t sealed_dropped = 0;
  std::vector<LineFlag> flags;
};

// `now` stands in for the receipt time of definitions, which have none.
Result<ReadLine> read_line(Centre& centre, const SourceLine& at, const nlohmann::json& object,
                           std::int64_t now);

}  // namespace nhip::server
