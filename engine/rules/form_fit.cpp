#include "rules/form_fit.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

#include "record/record_json.h"

namespace nhip::rules {

namespace {

using nlohmann::json;

const json& member(const json& object, const char* name) {
  static const json kNull;
  const auto it = object.find(name);
  return it == object.end() ? kNull : *it;
}

bool in_range(const json& question, std::int64_t number) {
  const json& min = member(question, "min");
  const json& max = member(question, "max");
  return !(min.is_number_integer() && number < min.get<std::int64_t>()) &&
         !(max.is_number_integer() && number > max.get<std::int64_t>());
}

// Without options any code will do: the list stands elsewhere.
bool is_option(const json& question, const json& answer) {
  if (!answer.is_string()) return false;
  const json& options = member(question, "options");
  if (!options.is_array()) return true;
  return std::any_of(options.begin(), options.end(), [&](const json& option) {
    return option.is_object() ? member(option, "code") == answer : option == answer;
  });
}

// true ≠ 1 ≠ "1": the JSON type itself counts.
bool fits(const json& question, const json& answer) {
  const json& type = member(question, "type");
  if (type == "bool") return answer.is_boolean();
  if (type == "int") {
    const bool small = !answer.is_number_unsigned() || answer.get<std::uint64_t>() <= INT64_MAX;
    return answer.is_number_integer() && small && in_range(question, answer.get<std::int64_t>());
  }
  if (type == "single") return is_option(question, answer);
  if (type == "multi") {
    std::set<json> seen;
    return answer.is_array() && std::all_of(answer.begin(), answer.end(), [&](const json& each) {
             return is_option(question, each) && seen.insert(each).second;
           });
  }
  if (type == "date") {
    return answer.is_string() && record::is_date(answer.get_ref<const std::string&>());
  }
  if (type == "text") return answer.is_string();
  return true;  // a kind of question this program does not know yet
}

bool is_sealed(const Field& answers, const std::string& id) {
  const auto& sealed = answers.sealed_elements;
  return std::find(sealed.begin(), sealed.end(), id) != sealed.end();
}

}  // namespace

std::vector<std::string> misfits(const Type& type, const Field& answers, const core::Cells& cells,
                                 const std::string& questions_json) {
  const json questions = json::parse(questions_json, nullptr, false);
  if (!questions.is_array()) return {};
  std::map<std::string, json> given;
  for (auto it = cells.lower_bound({answers.number, {}});
       it != cells.end() && it->first.field == answers.number; ++it) {
    given[it->first.element] = record::cell_to_json(type, it->first, it->second);
  }
  std::vector<std::string> out;
  for (const json& question : questions) {
    if (!question.is_object() || !member(question, "id").is_string()) continue;
    const std::string id = member(question, "id").get<std::string>();
    const auto answer = given.find(id);
    if (answer == given.end()) {
      const bool required = member(question, "required") == true && !is_sealed(answers, id);
      if (required) out.push_back(id);
      continue;
    }
    if (!fits(question, answer->second)) out.push_back(id);
    given.erase(answer);
  }
  for (const auto& [id, answer] : given) out.push_back(id);
  return out;
}

}  // namespace nhip::rules
