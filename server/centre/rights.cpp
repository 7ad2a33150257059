#include "centre/rights.h"

#include <algorithm>

#include "core/planted.h"

namespace nhip::server {

namespace {

constexpr const char* kEverything = "*";
constexpr const char* kCollected = "collected/";

std::string text_at(const Type& type, const StoredRow& row, const char* path) {
  const Field* field = type.field(path);
  if (field == nullptr) return {};
  const Value& value = core::cell_value(row.row.cells, {field->number, {}});
  return value.text() ? *value.text() : std::string();
}

// The unit and all units whose records it inherited: those that merged into it, were absorbed by it
// or split into it, and so on backwards.
Result<std::set<std::string>> unit_and_predecessors(Centre& centre, const std::string& unit) {
  std::set<std::string> units{unit};
  const Type* type = centre.schema().type("org_unit");
  if (type == nullptr || type->field("successor_id") == nullptr) return units;
  std::vector<std::pair<std::string, std::string>> went_into;
  NHIP_TRY(centre.store().each_row(type->number, [&](const StoredRow& row) {
    const std::string event = text_at(*type, row, "end_event");
    const std::string successor = text_at(*type, row, "successor_id");
    const bool inherits = event == "MERGED_INTO_NEW" || event == "ABSORBED" || event == "SPLIT";
    if (inherits && !successor.empty() && !core::is_deleted(row.row.cells)) {
      went_into.emplace_back(text_at(*type, row, "unit_id"), successor);
    }
    return true;
  }));
  for (bool grew = true; grew;) {
    grew = false;
    for (const auto& [from, to] : went_into) {
      if (units.count(to) > 0 && units.insert(from).second) grew = true;
    }
  }
  return units;
}

std::string scope_for_unit(const ScopeRule& rule, const std::string& unit) {
  const auto named = rule.named.find(unit);
  return named != rule.named.end() ? named->second : rule.prefix + unit + rule.suffix;
}

}  // namespace

bool is_known_role(std::string_view role) {
  return may_hold_replica(role) || role == "reader" || role == "auditor" || role == "admin";
}

bool may_hold_replica(std::string_view role) {
  return role == "field" || role == "lead" || role == "office";
}

bool is_sealed_scope(const std::string& scope) {
  constexpr std::string_view kSealed = "/sealed";
  return scope.size() > kSealed.size() &&
         scope.compare(scope.size() - kSealed.size(), kSealed.size(), kSealed) == 0;
}

bool is_collected_scope(const std::string& scope) { return scope.rfind(kCollected, 0) == 0; }

bool is_in_office_feed(const std::string& scope) {
  return !is_sealed_scope(scope) && !is_collected_scope(scope);
}

Result<Rights> Rights::of(Centre& centre, const Device& device) {
  Rights rights;
  rights.office_ = device.role == "office";
  rights.settles_review_ = rights.office_ || device.role == "lead";
  NHIP_TRY_ASSIGN(const auto units, unit_and_predecessors(centre, device.unit_id));
  for (const Type& type : centre.schema().types()) {
    if (type.number < 16) continue;  // the engine's own types live in the scopes of others
    if (!type.scope.fixed.empty()) {
      rights.shared_.insert(type.scope.fixed);
      continue;
    }
    for (const std::string& unit : units) rights.own_.insert(scope_for_unit(type.scope, unit));
  }
  for (const std::string& scope : rights.shared_) rights.own_.erase(scope);
  if (rights.office_) {
    rights.feeds_ = {kEverything};
    return rights;
  }
  rights.feeds_.assign(rights.own_.begin(), rights.own_.end());
  rights.feeds_.insert(rights.feeds_.end(), rights.shared_.begin(), rights.shared_.end());
  return rights;
}

bool Rights::may_receive(const std::string& scope) const {
  if (office_ || NHIP_PLANTED(scope_leaked)) return is_in_office_feed(scope);
  return own_.count(scope) > 0 || shared_.count(scope) > 0;
}

Status Rights::may_write(const Type& type, const std::string& scope) const {
  if (type.writers == Writers::kCentre) {
    return {Code::kForbidden, "read_only_type",
            "Records of this type are made by the centre itself."};
  }
  if (office_ && is_in_office_feed(scope)) return {};
  if (type.writers == Writers::kAny && shared_.count(scope) > 0) return {};
  if (type.writers == Writers::kOffice || shared_.count(scope) > 0) {
    return {Code::kForbidden, "office_only", "Only the office writes records of this kind.",
            "Ask the office to change it."};
  }
  if (own_.count(scope) > 0) return {};
  return {Code::kForbidden, "out_of_scope", "This device may not write records of that unit.",
          "Check the unit of the record; the office can enter it for another unit."};
}

std::vector<std::string> granted_feeds(Centre& centre, const Device& device) {
  auto rights = Rights::of(centre, device);
  return rights.ok() ? rights->feeds() : std::vector<std::string>();
}

}  // namespace nhip::server
