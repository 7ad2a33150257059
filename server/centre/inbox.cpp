#include "centre/inbox.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "centre/time_text.h"
#include "record/record_json.h"

namespace nhip::server {
namespace {

using nlohmann::json;

bool is_sealed(const Type& type, const core::CellKey& cell) {
  const Field* field = type.field(cell.field);
  if (field == nullptr) return false;
  return field->sealed || std::find(field->sealed_elements.begin(), field->sealed_elements.end(),
                                    cell.element) != field->sealed_elements.end();
}

json print(const Schema& schema, const core::Operation& operation) {
  const Type* type = schema.type(operation.type);
  json changes = json::array();
  // A type we do not know has no names for its fields; the work itself stays stored whole.
  for (const core::Change& change : operation.changes) {
    if (type == nullptr) break;
    json printed{{"field", record::cell_path(*type, change.cell)}};
    if (is_sealed(*type, change.cell)) {
      printed["sealed"] = true;
    } else {
      printed["value"] = record::cell_to_json(*type, change.cell, change.value);
    }
    changes.push_back(std::move(printed));
  }
  return {{"seq", operation.seq},
          {"type", type == nullptr ? std::to_string(operation.type) : type->name},
          {"id", operation.id.text()},
          {"changes", changes}};
}

}  // namespace

Result<json> inbox(Centre& centre) {
  NHIP_TRY_ASSIGN(const std::vector<InboxEntry> entries, centre.store().inbox());
  json list = json::array();
  for (const InboxEntry& entry : entries) {
    json operations = json::array();
    for (const core::Operation& operation : entry.group.operations) {
      operations.push_back(print(centre.schema(), operation));
    }
    list.push_back({{"number", entry.number},
                    {"state", entry.state},
                    {"code", entry.code},
                    {"field", entry.field},
                    {"text", entry.text},
                    {"at_fault", entry.at_fault},
                    {"received_at", iso_text(entry.received_at)},
                    {"device_id", entry.device_id},
                    {"unit_id", entry.unit_id},
                    {"replica", entry.author.text()},
                    {"operations", operations}});
  }
  return list;
}

}  // namespace nhip::server
