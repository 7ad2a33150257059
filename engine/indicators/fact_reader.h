// FactReader: records as the engine holds them (cells under a schema) → facts. The server's store
// and a device's tables both feed it. A field that holds what its type forbids counts as absent.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/row.h"
#include "indicators/definitions.h"
#include "indicators/facts.h"
#include "indicators/form_key.h"
#include "indicators/lineage.h"
#include "nhip/schema.h"

namespace nhip::indicators {

class FactReader {
 public:
  // All outlive the reader. `forms` may grow before the first response is read, not later: a
  // response is judged when it is read.
  FactReader(const Schema& schema, const Definitions& definitions, Names& names,
             const FormKeys& forms);

  // Whether some indicator reads records of this type.
  bool reads(const Type& type) const { return kinds_.contains(type.number); }
  // Everything but rev and times. Nothing for a type that no indicator reads.
  std::optional<Facts> read(const Type& type, const Id& id, const core::Cells& cells);

 private:
  enum class Kind {
    kActivity,
    kHeadcount,
    kPlan,
    kReport,
    kDocument,
    kAck,
    kRoom,
    kCoordination,
    kContribution,
    kResponse,
    kCase
  };
  // The fields of one type by path.
  struct Fields {
    Kind kind = Kind::kActivity;
    bool of_sector = false;  // a sector's activity as a unit sees it
    std::map<std::string, const Field*, std::less<>> by_path;
  };
  Body body(const Fields& fields, const core::Cells& cells);
  Activity activity(const Fields& fields, const core::Cells& cells);
  void read_lists(const Fields& fields, const core::Cells& cells, Activity& into);
  Headcount headcount(const Fields& fields, const core::Cells& cells);
  Plan plan(const Fields& fields, const core::Cells& cells);
  Report report(const Fields& fields, const core::Cells& cells);
  Document document(const Fields& fields, const core::Cells& cells);
  Room room(const Fields& fields, const core::Cells& cells);
  Response response(const Fields& fields, const core::Cells& cells);
  void judge(const Fields& fields, const core::Cells& cells, Response& into);
  Case support_case(const Fields& fields, const core::Cells& cells);
  NameId name(const Fields& fields, const core::Cells& cells, std::string_view path);

  const Definitions& definitions_;
  Names& names_;
  const FormKeys& forms_;
  std::map<std::uint16_t, Fields> kinds_;
};

// One row of the organisation table; nothing for a deleted one.
std::optional<UnitVersion> read_unit(const Type& type, const core::Cells& cells);

struct PeriodDates {
  std::string code, kind;
  std::int32_t year = 0;
  Day start = kNoDay, end = kNoDay, due_unit = kNoDay, due_sector = kNoDay;
  std::optional<Instant> lock_at;

  friend bool operator==(const PeriodDates&, const PeriodDates&) = default;
};
// Nothing for a deleted period and one without code, start or end.
std::optional<PeriodDates> read_period(const Type& type, const core::Cells& cells);
// Adds the form to `into` unless it is deleted.
void read_form(const Type& type, const core::Cells& cells, FormKeys& into);

}  // namespace nhip::indicators
