// The replica's clock: stamps that only rise, on the time of the centre as far as it is known.

#include <algorithm>

#include "replica/store.h"

namespace nhip::replica {

Result<std::int64_t> Store::likely_now() {
  NHIP_TRY_ASSIGN(const Value last, setting("clock"));
  NHIP_TRY_ASSIGN(const Value offset, setting("clock_offset_ms"));
  const std::int64_t wall = now() + (offset.integer() ? *offset.integer() : 0);
  const auto seen = static_cast<core::Hlc>(last.integer() ? *last.integer() : 0);
  return std::max(wall, core::hlc_ms(seen));
}

Result<bool> Store::is_doubtful(const std::string& device, std::int64_t at) {
  NHIP_TRY_ASSIGN(const Value known, setting("clock_offset_ms"));
  const std::int64_t offset = known.integer() ? *known.integer() : 0;
  if (at > now() + offset + core::kFutureToleranceMs) return true;
  const bool ours = enrolment_ && device == enrolment_->device_id;
  return ours && (offset > core::kFutureToleranceMs || offset < -core::kFutureToleranceMs);
}

Result<core::Hlc> Store::tick() {
  NHIP_TRY_ASSIGN(const Value last, setting("clock"));
  NHIP_TRY_ASSIGN(const Value offset, setting("clock_offset_ms"));
  const std::int64_t wall = now() + (offset.integer() ? *offset.integer() : 0);
  const auto before = static_cast<core::Hlc>(last.integer() ? *last.integer() : 0);
  const core::Hlc stamp = core::tick(before, wall);
  NHIP_TRY(set_setting("clock", Value(static_cast<std::int64_t>(stamp))));
  return stamp;
}

Status Store::receive(core::Hlc stamp) {
  NHIP_TRY_ASSIGN(const Value last, setting("clock"));
  const auto before = static_cast<core::Hlc>(last.integer() ? *last.integer() : 0);
  if (stamp <= before) return {};
  return set_setting("clock", Value(static_cast<std::int64_t>(stamp)));
}

}  // namespace nhip::replica
