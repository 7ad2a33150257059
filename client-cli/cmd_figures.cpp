// nhip targets, explain: the unit's own figures and the records behind them, without a connection.
#include "command.h"
#include "nhip/figures.h"
#include "nhip_embedded/union_indicators.h"
#include "replica_access.h"

namespace nhip::cli {
namespace {

FigureQuestion question_of(const Arguments& arguments, const Output& output) {
  FigureQuestion question;
  question.definitions_json = std::string(embedded::union_indicators());
  question.unit = arguments.unit;
  question.period = arguments.period;
  question.indicator = arguments.indicator;
  question.english = output.language() == Language::kEnglish;
  return question;
}

}  // namespace

Result<ExitCode> run_targets(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const FigureAnswer answer, targets(*replica, question_of(arguments, output)));
  output.print(json_of(answer.json), [&](const Json&) { return answer.text; });
  return ExitCode::kDone;
}

Result<ExitCode> run_explain(const Arguments& arguments, Output& output) {
  NHIP_TRY_ASSIGN(const auto replica, open_replica(arguments, output));
  NHIP_TRY_ASSIGN(const FigureAnswer answer,
                  explain_figure(*replica, question_of(arguments, output)));
  output.print(json_of(answer.json), [&](const Json&) { return answer.text; });
  return ExitCode::kDone;
}

}  // namespace nhip::cli
