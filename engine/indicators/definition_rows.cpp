// Units, periods and forms: the records that say how the others are counted.
#include "indicators/cell_access.h"
#include "indicators/fact_reader.h"

namespace nhip::indicators {

std::optional<UnitVersion> read_unit(const Type& type, const core::Cells& cells) {
  if (core::is_deleted(cells)) return std::nullopt;
  const auto text = [&](std::string_view path) {
    return std::string(text_of(cells, type.field(path)));
  };
  UnitVersion unit;
  unit.unit_id = text("unit_id");
  unit.name = text("name");
  unit.org_type = text("org_type");
  unit.host_type = text("host_type");
  unit.parent_id = text("parent_id");
  unit.district = text("district");
  unit.funding = text("funding");
  unit.start_event = text("start_event");
  unit.end_event = text("end_event");
  unit.successor_id = text("successor_id");
  unit.version = integer_of(cells, type.field("version"), 0);
  unit.from = day_at(cells, type.field("valid_from"));
  const Day to = day_at(cells, type.field("valid_to"));
  unit.to = to == kNoDay ? kLastDay : to;
  return unit;
}

std::optional<PeriodDates> read_period(const Type& type, const core::Cells& cells) {
  PeriodDates period;
  period.code = text_of(cells, type.field("code"));
  period.kind = text_of(cells, type.field("kind"));
  period.year = static_cast<std::int32_t>(integer_of(cells, type.field("year"), 0));
  period.start = day_at(cells, type.field("start"));
  period.end = day_at(cells, type.field("end"));
  period.due_unit = day_at(cells, type.field("due_unit"));
  period.due_sector = day_at(cells, type.field("due_sector"));
  period.lock_at = parse_instant(text_of(cells, type.field("lock_at")));
  if (core::is_deleted(cells) || period.code.empty() || period.start == kNoDay ||
      period.end == kNoDay) {
    return std::nullopt;
  }
  return period;
}

void read_form(const Type& type, const core::Cells& cells, FormKeys& into) {
  if (core::is_deleted(cells)) return;
  into.insert_or_assign({std::string(text_of(cells, type.field("form_id"))),
                         integer_of(cells, type.field("version"), 0)},
                        FormKey::read(text_of(cells, type.field("questions")),
                                      integer_of(cells, type.field("pass_pct"), 0),
                                      is_true(cells, type.field("consent_required"))));
}

}  // namespace nhip::indicators
