// Explanation: the records behind one figure of one unit, or of all. Every record that could matter
// is asked the same questions as when the figures were computed (counting.h), and stands either in
// the numerator, in the denominator, or among what was left out, with the reason.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "indicators/ledger.h"

namespace nhip::indicators {

enum class Tongue { kVietnamese, kEnglish };

struct Explained {
  const Record* record = nullptr;
  const Facts* facts = nullptr;
  Exclusion why = Exclusion::kCounts;
  std::int64_t amount = 0;  // people, children, money …, as the indicator counts
  bool after_lock = false;  // it changed after the instant the figure is of
};

struct Explanation {
  std::vector<Explained> numerator, denominator, left_out;
};

struct Question {
  std::string code;  // "IND01"
  NameId unit = 0;   // 0: all units
  std::string period;
  Instant as_of = kForEver;
};

Explanation explain(const Ledger& ledger, const Question& question);

// "draft", "duplicate" … and a sentence for people.
std::string_view exclusion_code(Exclusion why);
std::string exclusion_text(Exclusion why, Tongue tongue);

struct ExplanationView {
  const Schema& schema;
  const Ledger& ledger;
  const Question& question;
  const Figures& figures;  // as of the question's instant
  Tongue tongue = Tongue::kVietnamese;
};
// {indicator, name, unit, period, as_of, figure, numerator: […], denominator: […], left_out: […],
// remarks: […]}.
nlohmann::json explanation_json(const Explanation& explanation, const ExplanationView& view);
std::string explanation_text(const nlohmann::json& json, Tongue tongue);

}  // namespace nhip::indicators
