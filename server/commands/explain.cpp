// nhipd explain: the records behind a figure.
#include <nlohmann/json.hpp>

#include "commands/figures.h"
#include "figures/adjustments.h"
#include "indicators/explanation.h"

namespace nhip::server {
namespace {

using indicators::Figures;
using nlohmann::json;

Result<std::int64_t> instant_of(FigureBook& book, const std::string& code,
                                const std::string& view) {
  if (view.empty() || view == "current") return indicators::kForEver;
  if (view == "official") return official_instant(book, code);
  return Status(Code::kUsage, "bad_view", "--view is official or current");
}

}  // namespace

Result<CommandOutput> run_explain(Centre& centre, const json& args, const CommandContext& context) {
  NHIP_TRY_ASSIGN(OpenBook book, OpenBook::open(centre, context));
  indicators::Ledger& ledger = book->ledger();
  indicators::Question question;
  question.code = argument(args, "indicator");
  question.period = argument(args, "period");
  if (ledger.definitions().indicator(question.code) == nullptr) {
    return Status(Code::kUsage, "unknown_indicator", "there is no indicator " + question.code,
                  "IND01 to IND15");
  }
  if (ledger.period(question.period) == nullptr) {
    return Status(Code::kInvalid, "unknown_period", "there is no period " + question.period,
                  "nhipd period list");
  }
  if (const std::string unit = argument(args, "unit"); !unit.empty()) {
    question.unit = ledger.names().find(unit);
    if (question.unit == 0 || ledger.lineage().last(question.unit) == nullptr) {
      return Status(Code::kInvalid, "unknown_unit", "there is no unit " + unit);
    }
  }
  NHIP_TRY_ASSIGN(question.as_of, instant_of(*book, question.period, argument(args, "view")));
  const auto figures = ledger.figures_as_of(question.period, question.as_of);
  const bool vietnamese = context.language == Language::kVietnamese;
  const auto tongue = vietnamese ? indicators::Tongue::kVietnamese : indicators::Tongue::kEnglish;
  const json out = indicators::explanation_json(
      indicators::explain(ledger, question), {centre.schema(), ledger, question, *figures, tongue});
  return CommandOutput{0, json_text(out), indicators::explanation_text(out, tongue)};
}

}  // namespace nhip::server
