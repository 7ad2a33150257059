// LoadRules: the schema's rules over a folder that is being loaded. A broken rule never refuses a
// line; it is told by file and line, and counted by rule.
//
// Rules that look at the record alone judge every line as of the instant it was received. Rules
// that look at other records judge, when everything is there, the states that the load left
// standing; so the order of lines and files does not matter.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "centre/centre.h"
#include "centre/line_reader.h"

namespace nhip::server {

class LoadRules {
 public:
  // The centre outlives it.
  explicit LoadRules(Centre& centre);

  // Adds what the line breaks by itself to its flags.
  Status judge(const SourceLine& at, ReadLine& line, LoadReport& report);
  // After the last line.
  Status finish(LoadReport& report);

 private:
  struct Origin {
    std::uint32_t rev = 0;
    std::int64_t received_at = 0;
    std::size_t file = 0;
    std::uint64_t line = 0;
    bool flagged = false;
  };
  using Key = std::pair<std::uint16_t, Id>;

  void remember(const SourceLine& at, const ReadLine& line);

  Centre& centre_;
  std::set<std::uint16_t> looking_elsewhere_;  // types with rules that look at other records
  std::vector<std::string> files_;
  std::map<Key, Origin> newest_;  // the line of each record's highest revision
};

}  // namespace nhip::server
