#include "centre/line_reader.h"

#include <nlohmann/json.hpp>

#include <set>

#include "centre/time_text.h"
#include "core/limits.h"
#include "nhip/id.h"
#include "record/record_json.h"
#include "text/normalise.h"

namespace nhip::server {
namespace {

using nlohmann::json;

constexpr std::int64_t kRevMax = 1'000'000'000;

const std::set<std::string>& envelope() {
  static const std::set<std::string> names{"rev", "device_id", "updated_at", "received_at",
                                           "deleted"};
  return names;
}

Status refused(const char* code, std::string message) {
  return Status(Code::kInvalid, code, std::move(message));
}

// The value of a key, null when it is absent.
const json& at_key(const json& object, const char* key) {
  static const json kNull;
  const auto it = object.find(key);
  return it == object.end() ? kNull : *it;
}

Result<const Type*> type_of(const Schema& schema, const SourceLine& at, const json& object) {
  std::string name = at.type;
  if (name.empty()) {
    const json& own = at_key(object, "type");
    if (!own.is_string()) return refused("missing_type", "type: the line must say what it is");
    name = own.get<std::string>();
  }
  const Type* type = schema.type(name);
  // The centre alone makes rows of its own types and of those it spreads.
  if (type == nullptr || type->writers == Writers::kCentre || type->number < 16 ||
      !type->companion_of.empty()) {
    return refused("unknown_type", "type: no records of this type can be loaded: " + name);
  }
  return type;
}

// The path of the field that says whose the record is.
std::string unit_path(const Type& type) {
  const Field* field = type.scope.fixed.empty() ? type.field(type.scope.column) : nullptr;
  return field == nullptr ? "unit_id" : field->path;
}

Status check_unit(const Type& type, const json& object) {
  const std::string path = unit_path(type);
  const json& unit = at_key(object, path.c_str());
  if (unit.is_null()) return refused("missing_unit", path + ": the line must say whose it is");
  if (!unit.is_string()) return refused("wrong_type", path + ": must be text");
  const std::string text = unit.get<std::string>();
  if (text::trim(text).empty()) {
    return refused("missing_unit", path + ": the line must say whose it is");
  }
  // A slash would put the record into what looks like a part of another unit's scope.
  if (text.find('/') != std::string::npos || text.size() > core::kScopeBytesMax / 2) {
    return refused("bad_unit", path + ": this is no unit id");
  }
  return {};
}

Status read_time(const json& object, const char* key, std::int64_t& out) {
  const json& value = at_key(object, key);
  if (!value.is_string()) return refused("wrong_type", std::string(key) + ": must be text");
  const auto instant = parse_instant(value.get<std::string>());
  if (!instant) {
    return refused("bad_date", std::string(key) + ": must be a real instant YYYY-MM-DDTHH:MM:SSZ");
  }
  out = *instant;
  return {};
}

Status read_rev(const json& object, ReadLine& line) {
  const json& rev = at_key(object, "rev");
  line.version.info.rev = 1;
  if (rev.is_null()) {
    line.flags.push_back({"missing_rev", "rev: not given, read as 1"});
    return {};
  }
  if (!rev.is_number_integer()) return refused("wrong_type", "rev: must be a whole number");
  const bool too_large = rev.is_number_unsigned() && rev.get<std::uint64_t>() > kRevMax;
  if (too_large || rev.get<std::int64_t>() < 1) {
    return refused("out_of_range", "rev: must be at least 1 and at most 1000000000");
  }
  line.version.info.rev = static_cast<std::uint32_t>(rev.get<std::int64_t>());
  return {};
}

Status read_envelope(const SourceLine& at, const json& object, ReadLine& line) {
  VersionInfo& info = line.version.info;
  if (at_key(object, "received_at").is_null()) {
    return refused("missing_received_at", "received_at: the line must say when it was received");
  }
  NHIP_TRY(read_time(object, "received_at", info.received_at));
  NHIP_TRY(read_rev(object, line));
  info.updated_at = info.received_at;
  if (!at_key(object, "updated_at").is_null()) {
    NHIP_TRY(read_time(object, "updated_at", info.updated_at));
  }
  const json& device = at_key(object, "device_id");
  if (!device.is_null() && !device.is_string()) {
    return refused("wrong_type", "device_id: must be text");
  }
  if (device.is_string()) info.device_id = device.get<std::string>();
  const json& own_type = at_key(object, "type");
  if (!at.type.empty() && own_type != at.type && !own_type.is_null()) {
    line.flags.push_back({"other_type", "type: differs from the file's, which counts"});
  }
  return {};
}

Status read_deleted(const json& object, core::Cells& cells) {
  const json& deleted = at_key(object, "deleted");
  if (deleted.is_null()) return {};
  if (!deleted.is_boolean()) return refused("wrong_type", "deleted: must be true or false");
  if (deleted.get<bool>()) cells[core::CellKey{kDeletedField, ""}] = Value(std::int64_t{1});
  return {};
}

// What the record's own reading remarked, and fields a person would have had to give.
void flag(const Type& type, const record::ParsedRecord& parsed, ReadLine& line) {
  for (const record::Remark& remark : parsed.remarks) {
    line.flags.push_back({remark.code, remark.field + ": breaks a rule, kept as it is"});
  }
  for (const Field& field : type.fields) {
    if (!field.is_scalar() || !field.column.required) continue;
    if (!core::cell_value(parsed.cells, {field.number, ""}).is_null()) continue;
    line.flags.push_back({"missing_field", field.path + ": should be given"});
  }
}

}  // namespace

Result<ReadLine> read_line(Centre& centre, const SourceLine& at, const json& object,
                           std::int64_t now) {
  NHIP_TRY_ASSIGN(const Type* type, type_of(centre.schema(), at, object));
  ReadLine line;
  LoadedVersion& version = line.version;
  version.type = type->number;
  version.info.received_at = version.info.updated_at = now;
  if (!at.definition) {
    const json& id = at_key(object, "id");
    if (type->natural_key.empty() && (id.is_null() || id == "")) {
      return refused("missing_id", "id: the line must say which record it is");
    }
    if (type->scope.fixed.empty()) NHIP_TRY(check_unit(*type, object));
    NHIP_TRY(read_envelope(at, object, line));
  }

  record::ParseOptions options;
  options.source = record::Source::kLoad;
  options.centre = centre.keys().centre_id;
  // The file's type counts, whatever the line calls itself.
  json renamed;
  const bool other_name = !at_key(object, "type").is_null() && object["type"] != type->name;
  if (other_name) {
    renamed = object;
    renamed.erase("type");
  }
  NHIP_TRY_ASSIGN(record::ParsedRecord parsed,
                  record::parse_record(*type, other_name ? renamed : object, options, envelope()));
  if (!parsed.id) return refused("missing_id", "id: the line must say which record it is");
  flag(*type, parsed, line);
  version.id = *parsed.id;
  version.cells = std::move(parsed.cells);
  version.source_id = std::move(parsed.source_id);
  line.unknown = std::move(parsed.unknown);
  line.sealed_dropped = parsed.sealed_dropped;
  NHIP_TRY(read_deleted(object, version.cells));
  NHIP_TRY_ASSIGN(version.scope, record::scope_of(*type, version.cells));
  // A record that no message can carry would stop the feed of every device that follows its scope.
  if (core::encode_cells(version.cells).size() > core::kOperationBytesMax) {
    return refused("too_large", "the record is larger than a device can receive");
  }
  return line;
}

}  // namespace nhip::server
