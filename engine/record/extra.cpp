// See extra.h.

#include "record/extra.h"

#include <algorithm>

namespace nhip::record {

namespace {

bool begins_with_branch(const Field& field, std::string_view name) {
  return field.path.size() > name.size() && field.path[name.size()] == '.' &&
         field.path.compare(0, name.size(), name) == 0;
}

bool is_patched_by_member(const Type& type, const std::string& name) {
  const Field* field = type.field(name);
  return is_branch(type, name) || (field != nullptr && field->shape == Shape::kMap);
}

void patch_member(nlohmann::json& object, const std::string& name, const nlohmann::json& value) {
  if (value.is_null()) {
    object.erase(name);
  } else {
    object[name] = value;
  }
}

}  // namespace

bool is_branch(const Type& type, std::string_view name) {
  return std::any_of(type.fields.begin(), type.fields.end(),
                     [&](const Field& field) { return begins_with_branch(field, name); });
}

bool has_sealed_field(const Type& type, std::string_view branch) {
  return std::any_of(type.fields.begin(), type.fields.end(), [&](const Field& field) {
    return field.sealed && begins_with_branch(field, branch);
  });
}

nlohmann::json patch_extra(const Type& type, nlohmann::json before, const nlohmann::json& patch) {
  if (!before.is_object()) before = nlohmann::json::object();
  for (const auto& [name, value] : patch.items()) {
    if (!value.is_object() || !is_patched_by_member(type, name)) {
      patch_member(before, name, value);
      continue;
    }
    nlohmann::json members = before.contains(name) ? before[name] : nlohmann::json();
    if (!members.is_object()) members = nlohmann::json::object();
    for (const auto& [member, inner] : value.items()) patch_member(members, member, inner);
    patch_member(before, name, members.empty() ? nlohmann::json() : members);
  }
  return before.empty() ? nlohmann::json() : before;
}

void print_extra(const Type& type, const nlohmann::json& extra, nlohmann::json& record) {
  if (!extra.is_object()) return;
  for (const auto& [name, value] : extra.items()) {
    const Field* field = type.field(name);
    const bool known = field != nullptr || is_branch(type, name);
    if (!known) {
      if (!record.contains(name)) record[name] = value;
      continue;
    }
    if (!value.is_object()) continue;
    nlohmann::json& target = record[name];
    // The elements of a list were put in by the caller, who knows their keys.
    if (field != nullptr && field->shape != Shape::kMap) continue;
    if (!target.is_object()) continue;
    for (const auto& [member, inner] : value.items()) {
      if (!target.contains(member)) target[member] = inner;
    }
  }
}

}  // namespace nhip::record
