// Equality, not search: a list equals a list, a text equals a text.
#include "field_path.h"

#include "nhip/text.h"

namespace nhip::cli {

std::optional<Assignment> parse_assignment(std::string_view argument) {
  const std::size_t equals = argument.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  Assignment assignment;
  assignment.text = argument.substr(equals + 1);
  std::string_view path = argument.substr(0, equals);
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string_view part = path.substr(0, dot);
    if (part.empty()) return std::nullopt;
    assignment.path.emplace_back(part);
    if (dot == std::string_view::npos) return assignment;
    path.remove_prefix(dot + 1);
  }
}

Json value_from_text(std::string_view text) { return json_of(text); }

bool assign(Json& object, const Assignment& assignment) {
  Json* place = &object;
  for (std::size_t i = 0; i + 1 < assignment.path.size(); ++i) {
    Json& inner = (*place)[assignment.path[i]];
    if (inner.is_null()) inner = Json::object();
    if (!inner.is_object()) return false;
    place = &inner;
  }
  if (place->contains(assignment.path.back())) return false;
  (*place)[assignment.path.back()] = value_from_text(assignment.text);
  return true;
}

bool matches(const nlohmann::json& record, const Assignment& condition) {
  static const nlohmann::json kAbsent;
  const nlohmann::json* value = &record;
  for (const std::string& part : condition.path) {
    const bool there = value->is_object() && value->contains(part);
    value = there ? &value->at(part) : &kAbsent;
  }
  const auto wanted = nlohmann::json::parse(condition.text, nullptr, false);
  if (!wanted.is_discarded() && !wanted.is_string() && wanted == *value) return true;
  if (!value->is_string()) return false;
  const auto have = text::to_nfc(value->get_ref<const std::string&>());
  const auto plain = text::to_nfc(condition.text);
  if (have && plain && *have == *plain) return true;
  if (wanted.is_discarded() || !wanted.is_string()) return false;
  const auto quoted = text::to_nfc(wanted.get_ref<const std::string&>());
  return have && quoted && *have == *quoted;
}

}  // namespace nhip::cli
