#include "figures/adjustments.h"

#include <nlohmann/json.hpp>

#include <set>

#include "centre/time_text.h"
#include "figures/locks.h"
#include "indicators/influence.h"

namespace nhip::server {
namespace {

using indicators::Facts;
using indicators::Record;
using nlohmann::json;

json changed_records(FigureBook& book, const indicators::PeriodDates& period,
                     std::int64_t instant) {
  std::set<const Record*> changed;
  const auto note = [&](const Record& record, const Facts&) {
    if (record.as_of(instant) != record.as_of(indicators::kForEver)) changed.insert(&record);
  };
  // What counted then and what counts now: a deleted record is only in the first, a new one only in
  // the second.
  indicators::each_used_record(book.ledger(), period, instant, note);
  indicators::each_used_record(book.ledger(), period, indicators::kForEver, note);
  json list = json::array();
  for (const Record* record : changed) {
    const Facts* then = record->as_of(instant);
    const Facts* now = record->as_of(indicators::kForEver);
    list.push_back({{"type", book.centre().schema().type(record->type)->name},
                    {"id", record->id.text()},
                    {"unit_id", book.names().text(now->unit)},
                    {"rev_then", then == nullptr ? json() : json(then->rev)},
                    {"rev_now", now->rev},
                    {"received_at", iso_text(now->received_at)},
                    {"deleted", now->deleted}});
  }
  std::sort(list.begin(), list.end(), [](const json& a, const json& b) {
    return std::pair(a["type"].get<std::string>(), a["id"].get<std::string>()) <
           std::pair(b["type"].get<std::string>(), b["id"].get<std::string>());
  });
  return list;
}

}  // namespace

Result<std::int64_t> official_instant(FigureBook& book, const std::string& code) {
  const indicators::PeriodDates* period = book.ledger().period(code);
  if (period == nullptr) {
    return Status(Code::kInvalid, "unknown_period", "there is no period " + code,
                  "nhipd period list");
  }
  NHIP_TRY_ASSIGN(const std::vector<StoredLock> locks, locks_of(book.centre(), code));
  if (!locks.empty()) return locks.back().at;
  if (period->lock_at) return *period->lock_at;
  return Status(Code::kInvalid, "not_locked",
                code + " is not locked, so it has no official figures",
                "nhipd period lock " + code);
}

Result<json> adjustments(FigureBook& book, const std::string& code) {
  NHIP_TRY_ASSIGN(const std::int64_t instant, official_instant(book, code));
  NHIP_TRY_ASSIGN(const json official, official_figures(book, code));
  NHIP_TRY_ASSIGN(const json current, current_figures(book, code));
  json indicators = json::array();
  for (const auto& [name, figure] : current.items()) {
    const json before = official.value(name, json());
    if (before == figure) continue;
    indicators.push_back({{"code", name}, {"official", before}, {"current", figure}});
  }
  return json{{"period", code},
              {"official_as_of", iso_text(instant)},
              {"indicators", std::move(indicators)},
              {"records", changed_records(book, *book.ledger().period(code), instant)}};
}

}  // namespace nhip::server
