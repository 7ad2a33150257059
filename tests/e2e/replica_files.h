// A replica's files handled as people and other tools do: copied with cp, opened with sqlite3.
#pragma once

#include <string>
#include <vector>

namespace nhip::test {

// FILE and what stands beside it under its name, in the place of what TO had.
void copy_replica(const std::string& from, const std::string& to);

// A connection of its own, no engine.
void run_sql(const std::string& file, const std::string& sql);
// The first column of every row as text.
std::vector<std::string> read_sql(const std::string& file, const std::string& sql);

}  // namespace nhip::test
