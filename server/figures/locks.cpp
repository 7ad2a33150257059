#include "figures/locks.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

#include "centre/time_text.h"
#include "centre/transaction.h"
#include "core/hlc.h"
#include "indicators/figures_json.h"
#include "indicators/influence.h"
#include "nhip_embedded/union_indicators.h"
#include "record/record_json.h"

namespace nhip::server {
namespace {

using indicators::Figures;
using indicators::ViewKind;
using nlohmann::json;

std::string list_setting(const std::string& code) { return "period_locks " + code; }
std::string result_setting(const std::string& code, std::uint64_t number) {
  return "period_lock " + code + " " + std::to_string(number);
}

json lock_json(const StoredLock& lock) {
  return {{"number", lock.number},
          {"at", lock.at},
          {"made_at", lock.made_at},
          {"reason", lock.reason},
          {"stored", lock.stored}};
}

Status damaged() {
  return Status(Code::kCorrupt, "damaged_lock", "what is stored of a period's lock is not readable",
                "nhipd verify; restore a backup beside this folder");
}

Status put_locks(Centre& centre, const std::string& code, const std::vector<StoredLock>& locks) {
  json list = json::array();
  for (const StoredLock& each : locks) list.push_back(lock_json(each));
  return centre.store().put_setting(list_setting(code), list.dump());
}

indicators::JsonContext json_context(FigureBook& book) {
  return {book.ledger().definitions(), book.names()};
}

// The (type, id, rev) of every record whose state the figures rest on.
json used_records(FigureBook& book, const indicators::PeriodDates& period, std::int64_t as_of) {
  json list = json::array();
  const Schema& schema = book.centre().schema();
  indicators::each_used_record(
      book.ledger(), period, as_of, [&](const indicators::Record& record, const auto& facts) {
        list.push_back({schema.type(record.type)->name, record.id.text(), facts.rev});
      });
  std::sort(list.begin(), list.end());
  return list;
}

json result_json(FigureBook& book, const Figures& figures) {
  const indicators::JsonContext with = json_context(book);
  return {{"definitions_version", with.definitions.version},
          {"definitions", json::parse(embedded::union_indicators(), nullptr, false)},
          {"figures", indicators::figures_json(figures, with)},
          {"units", indicators::units_json(figures, with)},
          {"records", used_records(book, figures.period, figures.as_of)}};
}

Status store_result(FigureBook& book, const std::string& code, const StoredLock& lock) {
  const std::optional<Figures> figures = book.ledger().figures_as_of(code, lock.at);
  if (!figures) {
    return Status(Code::kInternal, "period_gone", "the period of a lock is not known: " + code);
  }
  return book.centre().store().put_setting(
      result_setting(code, lock.number),
      result_json(book, *figures).dump(-1, ' ', false, json::error_handler_t::replace));
}

// Tells devices by the period's own record.
Status write_lock_at(Centre& centre, const std::string& code, std::int64_t at, std::int64_t now) {
  const Type* type = centre.schema().type("period");
  const core::CellKey code_cell{type->field("code")->number, ""};
  std::optional<StoredRow> live;
  NHIP_TRY(centre.store().each_row(type->number, [&](const StoredRow& row) {
    const std::string* text = core::cell_value(row.row.cells, code_cell).text();
    if (text == nullptr || *text != code) return true;
    live = row;
    return false;
  }));
  if (!live) return {};
  Sequencer sequencer(centre, Author{}, "", now);
  StoredRow after = *live;
  const core::CellKey cell{type->field("lock_at")->number, ""};
  core::set_cell(after.row.cells, cell, Value(iso_text(at)));
  NHIP_TRY_ASSIGN(after.seq, sequencer.next(after.scope));
  after.row.versions.exceptions[cell] = {core::make_hlc(now), Author{}, after.seq};
  after.info.rev += 1;
  after.info.received_at = now;
  after.info.updated_at = now;
  after.info.author = {};
  after.info.device_id.clear();
  NHIP_TRY(sequencer.store(&*live, std::move(after)));
  return sequencer.finish();
}

std::int64_t newest_receipt(FigureBook& book, std::int64_t now) {
  std::int64_t newest = now;
  book.ledger().each_record([&](const indicators::Record& record) {
    for (const auto& version : record.versions) newest = std::max(newest, version.received_at);
  });
  return newest;
}

Status check_order(const LockOrder& order, const indicators::PeriodDates* period,
                   const std::vector<StoredLock>& locks, std::int64_t now) {
  if (period == nullptr) {
    return Status(Code::kInvalid, "unknown_period", "there is no period " + order.code,
                  "nhipd period list");
  }
  const bool locked = period->lock_at.has_value() || !locks.empty();
  if (order.restate) {
    if (!locked) {
      return Status(Code::kInvalid, "not_locked", order.code + " is not locked",
                    "nhipd period lock " + order.code);
    }
    if (order.reason.empty()) {
      return Status(Code::kInvalid, "no_reason", "a restatement needs a reason",
                    "--reason \"why the official figures change\"");
    }
    return {};
  }
  if (locked) {
    return Status(Code::kInvalid, "already_locked", order.code + " is locked already",
                  "figures that were locked are replaced by nhipd period restate alone");
  }
  if (order.at < now) {
    return Status(Code::kInvalid, "lock_in_the_past",
                  "a period is locked now or later, not at " + iso_text(order.at),
                  "leave --at out to lock now");
  }
  return {};
}

}  // namespace

Result<std::vector<StoredLock>> locks_of(Centre& centre, const std::string& code) {
  NHIP_TRY_ASSIGN(const auto text, centre.store().setting(list_setting(code)));
  std::vector<StoredLock> locks;
  if (!text) return locks;
  const json list = json::parse(*text, nullptr, false);
  if (!list.is_array()) return damaged();
  for (const json& each : list) {
    if (!each.is_object()) return damaged();
    locks.push_back({each.value("number", std::uint64_t{0}), each.value("at", std::int64_t{0}),
                     each.value("made_at", std::int64_t{0}), each.value("reason", std::string()),
                     each.value("stored", false)});
  }
  return locks;
}

Result<json> stored_result(Centre& centre, const std::string& code, std::uint64_t number) {
  NHIP_TRY_ASSIGN(const auto text, centre.store().setting(result_setting(code, number)));
  if (!text) {
    return Status(Code::kNotFound, "no_such_lock",
                  code + " has no stored result " + std::to_string(number), "nhipd period list");
  }
  json result = json::parse(*text, nullptr, false);
  if (!result.is_object() || !result.contains("figures")) return damaged();
  return result;
}

Result<StoredLock> order_lock(FigureBook& book, const LockOrder& order, std::int64_t now) {
  Centre& centre = book.centre();
  NHIP_TRY(book.refresh());
  NHIP_TRY_ASSIGN(std::vector<StoredLock> locks, locks_of(centre, order.code));
  NHIP_TRY(check_order(order, book.ledger().period(order.code), locks, now));
  // A restatement publishes what is current, and records of an older system may bear a time of
  // receipt that is still to come.
  const std::int64_t at = order.restate ? newest_receipt(book, now) : order.at;
  const bool later = !order.restate && at > now;
  const std::uint64_t first = order.restate ? 2 : 1;
  const StoredLock lock{locks.empty() ? first : locks.back().number + 1, at, now, order.reason,
                        !later};
  locks.push_back(lock);
  Transaction transaction(centre.store());
  NHIP_TRY(transaction.begin());
  NHIP_TRY(put_locks(centre, order.code, locks));
  if (!later) NHIP_TRY(store_result(book, order.code, lock));
  if (!order.restate) NHIP_TRY(write_lock_at(centre, order.code, at, now));
  NHIP_TRY(transaction.commit());
  NHIP_TRY(book.refresh());
  return lock;
}

Status store_due_locks(FigureBook& book, std::int64_t now) {
  for (const indicators::PeriodDates& period : book.ledger().periods()) {
    NHIP_TRY_ASSIGN(std::vector<StoredLock> locks, locks_of(book.centre(), period.code));
    for (StoredLock& lock : locks) {
      if (lock.stored || lock.at > now) continue;
      lock.stored = true;
      Transaction transaction(book.centre().store());
      NHIP_TRY(transaction.begin());
      NHIP_TRY(store_result(book, period.code, lock));
      NHIP_TRY(put_locks(book.centre(), period.code, locks));
      NHIP_TRY(transaction.commit());
    }
  }
  return {};
}

namespace {

// `name`: of a stored result.
Result<json> official(FigureBook& book, const std::string& code, const char* name,
                      json (*print)(const Figures&, const indicators::JsonContext&)) {
  NHIP_TRY_ASSIGN(const std::vector<StoredLock> locks, locks_of(book.centre(), code));
  if (!locks.empty() && locks.back().stored) {
    NHIP_TRY_ASSIGN(json result, stored_result(book.centre(), code, locks.back().number));
    return std::move(result[name]);
  }
  const Figures* figures = book.ledger().figures(code, ViewKind::kOfficial);
  return figures == nullptr ? json() : print(*figures, json_context(book));
}

}  // namespace

Result<json> official_figures(FigureBook& book, const std::string& code) {
  return official(book, code, "figures", indicators::figures_json);
}

Result<json> official_units(FigureBook& book, const std::string& code) {
  return official(book, code, "units", indicators::units_json);
}

Result<json> current_figures(FigureBook& book, const std::string& code) {
  const Figures* figures = book.ledger().figures(code, ViewKind::kCurrent);
  return figures == nullptr ? json() : indicators::figures_json(*figures, json_context(book));
}

Result<json> current_units(FigureBook& book, const std::string& code) {
  const Figures* figures = book.ledger().figures(code, ViewKind::kCurrent);
  return figures == nullptr ? json() : indicators::units_json(*figures, json_context(book));
}

}  // namespace nhip::server
