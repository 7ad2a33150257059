#include "indicators/form_key.h"

#include <nlohmann/json.hpp>

#include "record/record_json.h"

namespace nhip::indicators {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string canonical(const json& value) {
  return record::canonical_json(value.dump(-1, ' ', false, json::error_handler_t::replace))
      .value_or("");
}

std::set<std::string> as_set(const json& list) {
  std::set<std::string> set;
  for (const json& each : list) set.insert(canonical(each));
  return set;
}

}  // namespace

FormKey FormKey::read(std::string_view questions, std::int64_t pass_pct, bool consent_required) {
  FormKey key;
  key.pass_pct = pass_pct;
  key.consent_required = consent_required;
  const json parsed = json::parse(questions, nullptr, false);
  if (!parsed.is_array()) return key;
  for (const json& each : parsed) {
    if (!each.is_object()) continue;
    const std::string id = text_of(each, "id");
    if (const std::string code = text_of(each, "verifies"); !code.empty()) {
      key.verifies.emplace(code, id);
    }
    const auto scored = each.find("scored");
    if (scored == each.end() || *scored != true) continue;
    const json correct = each.value("correct", json());
    Question question;
    question.id = id;
    question.is_multi = text_of(each, "type") == "multi";
    if (question.is_multi && correct.is_array()) {
      question.correct_set = as_set(correct);
    } else {
      question.correct = canonical(correct);
    }
    key.scored.push_back(std::move(question));
  }
  return key;
}

bool FormKey::is_right(const Question& question, const std::string& answer) {
  if (!question.is_multi) return answer == question.correct && answer != "null";
  const json given = json::parse(answer, nullptr, false);
  return given.is_array() && as_set(given) == question.correct_set;
}

}  // namespace nhip::indicators
