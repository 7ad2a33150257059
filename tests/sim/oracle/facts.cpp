#include "sim/oracle/facts.h"

#include <algorithm>

namespace nhip::sim::oracle {

using nlohmann::json;

const std::vector<TypeFacts>& all_types() {
  static const std::vector<TypeFacts> types = {
      {"card",
       16,
       "unit",
       {"tags", "moods"},
       {"answers", "scores"},
       {{"lines", "name"}},
       {{"size", {"size.a", "size.b"}}},
       {{"stage", {{"idea", 0}, {"tried", 1}, {"dropped", 1}, {"loved", 2}}}},
       {"unit", "stage", "verdict"},
       {"origin", "moods"}},
      {"notice", 17, "", {"tags"}, {}, {}, {}, {}, {}, {}},
      {"rate", 18, "", {}, {}, {}, {}, {}, {"code"}, {}},
      {"visit", 19, "unit", {"guests"}, {}, {}, {}, {}, {"unit"}, {"unit", "place", "guests"}},
  };
  return types;
}

const TypeFacts& facts_of(const std::string& type) {
  for (const TypeFacts& each : all_types()) {
    if (each.name == type) return each;
  }
  return all_types().front();
}

const TypeFacts* facts_of(int number) {
  for (const TypeFacts& each : all_types()) {
    if (each.number == number) return &each;
  }
  return nullptr;
}

namespace {

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

void add_list(const std::string& path, const std::string& key, const json& list, Cells& cells) {
  for (const json& element : list) {
    if (key.empty()) {
      cells[path + "[" + element.get<std::string>() + "]"] = true;
      continue;
    }
    json rest = element;
    rest.erase(key);
    cells[path + "[" + element.value(key, "") + "]"] = rest;
  }
}

}  // namespace

Cells cells_of(const TypeFacts& type, const json& record) {
  Cells cells;
  if (!record.is_object()) return cells;
  for (const auto& item : record.items()) {
    const std::string& name = item.key();
    const json& value = item.value();
    if (name == "id" || name == "type" || name == "_meta" || value.is_null()) continue;
    if (contains(type.sets, name)) {
      add_list(name, "", value, cells);
    } else if (type.objects.count(name) > 0) {
      add_list(name, type.objects.at(name), value, cells);
    } else if (value.is_object()) {
      for (const auto& inner : value.items()) {
        if (!inner.value().is_null()) cells[name + "." + inner.key()] = inner.value();
      }
    } else {
      cells[name] = value;
    }
  }
  return cells;
}

bool is_later(const TypeFacts& type, const std::string& cell) {
  return contains(type.later, cell.substr(0, cell.find_first_of("[.")));
}

bool is_telling(const TypeFacts& type, const std::string& cell) {
  return !contains(type.repeating, cell);
}

bool is_group_member(const TypeFacts& type, const std::string& cell) {
  for (const auto& [name, members] : type.groups) {
    if (contains(members, cell)) return true;
  }
  return false;
}

std::optional<std::string> reader_of(const TypeFacts& type, const json& record) {
  if (type.unit_field.empty()) return std::nullopt;
  const auto unit = record.find(type.unit_field);  // half a record has none: nobody may hold it
  return unit != record.end() && unit->is_string() ? unit->get<std::string>() : "";
}

std::optional<std::string> reader_of_scope(const std::string& scope) {
  if (scope == "everyone") return std::nullopt;
  if (scope == "office") return "HQ";
  return scope.substr(scope.find('/') + 1);
}

}  // namespace nhip::sim::oracle
