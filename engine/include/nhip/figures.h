// A unit's own figures, computed on the device by the same code as at the centre, without a
// connection.
#pragma once

#include <string>

#include "nhip/replica.h"
#include "nhip/status.h"

namespace nhip {

struct FigureQuestion {
  std::string definitions_json;  // schema/union/indicators.json
  std::string unit;              // empty: the device's own
  std::string period;            // empty: those that today lies in; of `explain_figure` needed
  std::string indicator;         // "IND01", for explain_figure
  bool english = false;          // words of the answer; Vietnamese otherwise
};

struct FigureAnswer {
  std::string json, text;
};

// {unit_id, definitions_version, as_of, periods: {code: {received, not_received, figures}}}.
// `received` is false when work that the figures rest on has not been received by the office;
// `not_received` counts these records. Figures that only the office can know (other units'
// co-organised activities, say) are what this device holds. kNotFound "unknown_period",
// "unknown_unit".
Result<FigureAnswer> targets(Replica& replica, const FigureQuestion& question);

// The records behind one of them: {indicator, figure, numerator, denominator, left_out, remarks};
// each record says whether it is `not_received`. kUsage "unknown_indicator".
Result<FigureAnswer> explain_figure(Replica& replica, const FigureQuestion& question);

}  // namespace nhip
