// Records from JSON, checked by the rules of a schema; what they break, as one line.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rules/check.h"
#include "support/json_record.h"

namespace nhip::test {

// Other records that a test knows of.
class KnownOthers final : public rules::Others {
 public:
  explicit KnownOthers(const Schema& schema) : schema_(schema) {}

  void add(const std::string& type_name, const std::string& json) {
    const Type& type = *schema_.type(type_name);
    Id id = kRecord;
    id.bytes[15] = static_cast<std::uint8_t>(100 + rows_.size());
    auto object = nlohmann::json::parse(json);
    rows_.push_back({&type, id, must(try_load(type, with_id(object, id).dump())).cells});
  }

  Status find(const Type& type, const Same& same, const Each& each) override {
    for (const Row& row : rows_) {
      bool agrees = row.type == &type;
      for (const auto& [field, value] : same) {
        agrees = agrees && core::cell_value(row.cells, {field, {}}) == value;
      }
      if (agrees && !each(row.id, row.cells)) break;
    }
    return failure;
  }

  Status failure;

 private:
  struct Row {
    const Type* type;
    Id id;
    core::Cells cells;
  };
  static nlohmann::json with_id(nlohmann::json object, const Id& id) {
    object["id"] = id.text();
    return object;
  }

  const Schema& schema_;
  std::vector<Row> rows_;
};

inline const rules::Moment kMoment{"2026-06-15", "2026-06-15T05:00:00Z", 420};

inline std::vector<rules::Finding> findings_in(const Schema& schema, const std::string& type_name,
                                               const std::string& json, rules::Others* others,
                                               rules::Which which = rules::Which::kAll,
                                               const rules::Moment& moment = kMoment) {
  const Type& type = *schema.type(type_name);
  auto object = nlohmann::json::parse(json);
  const bool deleted = object.contains("deleted");
  object.erase("deleted");
  object["id"] = kRecord.text();
  if (!type.scope.prefix.empty() && !object.contains(type.field(type.scope.column)->path)) {
    object[type.field(type.scope.column)->path] = "U-01";
  }
  core::Cells cells = must(try_load(type, object.dump())).cells;
  if (deleted) cells[{kDeletedField, {}}] = Value(std::int64_t{1});
  auto found = rules::check(schema, {type, kRecord, cells}, moment, others, which);
  INFO(found.status().name() << " " << found.status().message());
  REQUIRE(found.ok());
  return *found;
}

// "V02 end_date, V06 topics"; what could not be checked as "?V04 start_date".
inline std::string broken(const Schema& schema, const std::string& type, const std::string& json,
                          rules::Others* others, rules::Which which = rules::Which::kAll) {
  std::string line;
  for (const rules::Finding& finding : findings_in(schema, type, json, others, which)) {
    line += (line.empty() ? "" : ", ") + std::string(finding.checked ? "" : "?") +
            finding.rule->id + " " + finding.field;
  }
  return line;
}

}  // namespace nhip::test
