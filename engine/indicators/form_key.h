// Form keys: which answers of a published form are right, and how a response is judged by them.
// Answers are compared as canonical JSON texts, so true, 1 and "1" stay different; a `multi` is
// right when the two sets are equal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nhip::indicators {

struct FormKey {
  struct Question {
    std::string id;
    bool is_multi = false;
    std::string correct;                // canonical JSON
    std::set<std::string> correct_set;  // of a multi
  };
  std::vector<Question> scored;
  std::int64_t pass_pct = 0;
  bool consent_required = false;
  std::map<std::string, std::string> verifies;  // "IND01" → question

  // `questions`: the form's JSON text; anything that is no list of questions has no scored ones.
  static FormKey read(std::string_view questions, std::int64_t pass_pct, bool consent_required);

  // Looks an answer up by question; null: not answered.
  template <typename Find>
  bool passes(Find find) const {
    std::int64_t right = 0;
    for (const Question& question : scored) {
      const std::string* answer = find(question.id);
      if (answer != nullptr && is_right(question, *answer)) ++right;
    }
    return right * 100 >= pass_pct * static_cast<std::int64_t>(scored.size());
  }

 private:
  static bool is_right(const Question& question, const std::string& answer);
};

// By form and version.
using FormKeys = std::map<std::pair<std::string, std::int64_t>, FormKey>;

}  // namespace nhip::indicators
