// Facts: what the oracle knows of the types it judges, written down a second time: it reads no
// registry and shares no code with the engine. A record is its JSON; a cell is one path of it with
// one value: "title", "size.a", "tags[x]", "lines[soup]", "answers.k".
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace nhip::sim::oracle {

using Cells = std::map<std::string, nlohmann::json>;

struct TypeFacts {
  std::string name;
  int number;
  std::string unit_field;                                  // empty: everybody reads it
  std::vector<std::string> sets, maps;                     // lists of values, objects of free keys
  std::map<std::string, std::string> objects;              // list → its key
  std::map<std::string, std::vector<std::string>> groups;  // judged as one
  std::map<std::string, std::map<std::string, int>> ladders;
  std::vector<std::string> repeating;  // cells whose values may be written more than once
  std::vector<std::string> later;      // fields that the first version of the registry lacks
};

const std::vector<TypeFacts>& all_types();
const TypeFacts& facts_of(const std::string& type);
const TypeFacts* facts_of(int number);

// Everything the record holds; absent and null are the same.
Cells cells_of(const TypeFacts& type, const nlohmann::json& record);
// Values of this cell are written once in a run, so a value tells which write it came from.
bool is_telling(const TypeFacts& type, const std::string& cell);
// A program of the first version keeps it and does not show it.
bool is_later(const TypeFacts& type, const std::string& cell);
bool is_group_member(const TypeFacts& type, const std::string& cell);

// Who may hold the record: a unit, "HQ" for the office alone, nothing for everybody.
std::optional<std::string> reader_of(const TypeFacts& type, const nlohmann::json& record);
std::optional<std::string> reader_of_scope(const std::string& scope);

}  // namespace nhip::sim::oracle
